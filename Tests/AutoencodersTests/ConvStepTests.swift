import Autodiff
import Autoencoders
import CMalloc
import Datasets
import Networks
import Testing

@Suite("Convolution: the fast step")
struct ConvStepTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var kind = ModelConfiguration.Kind.vae
        var shape = [28, 28], channels = [32, 64], latent = 20, rows = 37
        var likelihood = ModelConfiguration.Likelihood.bernoulli
        var sigma = ModelConfiguration.Sigma.fixed(1)
        var beta = 1.0

        var configuration: ModelConfiguration {
            var configuration = ModelConfiguration(
                kind: kind, shape: shape, latent: latent, likelihood: likelihood, beta: beta, body: .convolutional(channels))
            configuration.sigma = sigma
            return configuration
        }
        var testDescription: String { "\(kind) \(shape) \(channels) \(likelihood) \(rows) rows" }
    }

    static let cases = [
        Case(), Case(rows: 1), Case(rows: 16), Case(kind: .betaVAE, rows: 19, beta: 4), Case(kind: .ae, latent: 7, rows: 5),
        Case(shape: [8, 12], channels: [3, 5], latent: 3, rows: 35), Case(shape: [16, 8], channels: [4, 17, 6], latent: 2, rows: 18),
        Case(shape: [1, 4, 4], channels: [5, 4], latent: 1, rows: 3), Case(shape: [784], channels: [6], latent: 4, rows: 21),
        Case(shape: [12, 12], channels: [8, 16], latent: 5, rows: 33, likelihood: .gaussian),
        Case(shape: [12, 12], channels: [8, 16], latent: 5, rows: 33, likelihood: .gaussian, sigma: .learned),
        Case(shape: [8, 12], channels: [3, 5], latent: 3, rows: 35, likelihood: .continuousBernoulli),
    ]

    private static func data(_ item: Case) -> Dataset {
        let size = item.configuration.inputs
        var stream = RandomStream(seed: 7, name: "images")
        var numbers = [Float](repeating: 0, count: item.rows * size)
        numbers.withUnsafeMutableBufferPointer { stream.fillUniform($0) }
        return Dataset(count: item.rows, shape: item.shape, items: numbers)
    }

    private static func trainer(_ item: Case, batch: Int? = nil, threads: Int, rate: Double = 1e-3) throws -> Trainer {
        var options = TrainingOptions()
        (options.batch, options.threads, options.rate, options.seed) = (batch ?? item.rows, threads, rate, 5)
        let data = data(item)
        return try Trainer(item.configuration, train: data, test: data, options: options)
    }

    private func losses<Scalar: Real>(_ item: Case, _ trainer: Trainer, _: Scalar.Type) throws -> (terms: [Double], slopes: [String: [Double]]) {
        var network = try TapeObjective<Scalar>(item.configuration, from: RandomStream(seed: 1))
        try network.load(trainer.weights.map { NamedTensor($0.name, try Tensor($0.numbers.map { Scalar(Double($0)) }, shape: Shape($0.shape))) })
        // As `Trainer` draws them: the epoch's order, and the step's noise.
        let stream = RandomStream(seed: 5, name: "training")
        var order = stream.split("order").split(1)
        let data = Self.data(item), rows = order.permutation(of: item.rows)
        var noise = [Float](repeating: 0, count: item.rows * item.latent)
        noise.withUnsafeMutableBufferPointer { stream.split("noise").split(0).fillNormal($0, from: 0) }
        let x = try Tensor(rows.flatMap { data.item($0).map { Scalar(Double($0)) } }, shape: [item.rows, item.configuration.inputs])
        let draws = try Tensor(noise.map { Scalar(Double($0)) }, shape: [item.rows, item.latent])
        let (reconstruction, kl) = try network.terms(x, noise: draws)
        let found = try lossAndGradients(of: network) { network throws(TensorError) in try network.loss(x, noise: draws) }.gradients
        let slopes = zip(network.parameters, found).map { ($0.name, $1.scalars.map { Double($0) }) }
        return ([Double(reconstruction.item), Double(kl.item)], Dictionary(uniqueKeysWithValues: slopes))
    }

    /// After a first step Adam's mean is a tenth of the gradient; its weights moved by the rate against the slope's sign.
    @Test(arguments: cases) func valuesAndGradients(_ item: Case) throws {
        let trainer = try Self.trainer(item, threads: 2)
        let exact = try losses(item, trainer, Double.self), single = try losses(item, trainer, Float.self)
        let before = trainer.weights
        let record = try #require(try trainer.finishEpoch())
        let n = Double(item.rows)
        for terms in [exact.terms, single.terms] {
            // The losses of a continuous Bernoulli, a density, cancel among themselves.
            #expect(abs(n * record.trainReconstruction - terms[0]) <= 1e-6 * max(abs(terms[0]), 0.1 * n * Double(item.configuration.inputs)))
            #expect(abs(n * record.trainKL - terms[1]) <= 1e-5 * terms[1])
        }
        let tensors = Dictionary(uniqueKeysWithValues: trainer.tensors.map { ($0.name, $0.numbers) })
        #expect(before.count == exact.slopes.count)
        for weight in before {
            let slopes = try #require(exact.slopes[weight.name])
            let size = slopes.map { abs($0) }.max()!
            let found = try #require(tensors[weight.name + ".m"])
            let error = zip(found, slopes).map { abs(10 * Double($0) - $1) }.max()!
            #expect(size > 0 && found.count == slopes.count && error <= 2e-5 * size, "\(weight.name): \(error / size)")
            let apart = zip(found, single.slopes[weight.name]!).map { abs(10 * Double($0) - $1) }.max()!
            #expect(apart <= 2e-5 * size, "\(weight.name): \(apart / size)")
            // A step of Adam from rest is the rate, wherever the slope is clear.
            let after = tensors[weight.name]!
            for i in slopes.indices where abs(slopes[i]) > 1e-3 * size {
                #expect(abs(Double(after[i] - weight.numbers[i]) + (slopes[i] > 0 ? 1e-3 : -1e-3)) < 1e-6)
            }
        }
    }

    /// Names and layouts as in the state_dict of the same modules in PyTorch, and its bounds for the first weights.
    @Test func namesShapesAndBeginnings() throws {
        let weights = try Self.trainer(Case(), threads: 1).weights
        let expected: [(String, [Int], fanIn: Int)] = [
            ("encoder.0", [32, 1, 4, 4], 16), ("encoder.1", [64, 32, 4, 4], 512), ("posterior", [40, 3136], 3136),
            ("decoder.0", [3136, 20], 20), ("decoder.1", [64, 32, 4, 4], 512), ("output", [32, 1, 4, 4], 16),
        ]
        #expect(weights.map(\.name) == expected.flatMap { [$0.0 + ".weight", $0.0 + ".bias"] })
        for (layer, weight) in zip(expected, stride(from: 0, to: weights.count, by: 2)) {
            #expect(weights[weight].shape == layer.1)
            for numbers in [weights[weight].numbers, weights[weight + 1].numbers] {
                let bound = 1 / Float(layer.fanIn).squareRoot(), largest = numbers.map { abs($0) }.max()!
                #expect(largest <= bound && (numbers.count < 30 || largest > 0.9 * bound))
            }
        }
    }

    @Test(arguments: [Case(rows: 61), Case(kind: .ae, shape: [8, 12], channels: [3, 5], latent: 3, rows: 61)])
    func threadsChangeNothing(_ item: Case) throws {
        func outcome(threads: Int) throws -> [UInt64] {
            let trainer = try Self.trainer(item, batch: 40, threads: threads)
            var bits: [UInt64] = []
            for _ in 0..<2 {
                let record = try #require(try trainer.finishEpoch())
                bits += [record.trainLoss.bitPattern, record.testLoss.bitPattern]
            }
            bits += trainer.tensors.flatMap { $0.numbers.map { UInt64($0.bitPattern) } }
            return bits + trainer.model.sample(5, seed: 1).map { UInt64($0.bitPattern) }
        }
        let one = try outcome(threads: 1)
        for threads in [1, 2, 5, 8] { #expect(try outcome(threads: threads) == one, "\(threads) threads") }
    }

    @Test func checkpointsGoOnBitForBit() throws {
        let item = Case(shape: [8, 12], channels: [3, 5], latent: 3, rows: 61)
        let whole = try Self.trainer(item, batch: 20, threads: 2), first = try Self.trainer(item, batch: 20, threads: 2)
        let second = try Self.trainer(item, batch: 20, threads: 1)
        #expect(try first.finishEpoch(shouldStop: { first.position.steps == 2 }) == nil)
        let tensors = Dictionary(uniqueKeysWithValues: first.tensors.map { ($0.name, (shape: $0.shape, numbers: $0.numbers)) })
        #expect(second.restore(tensors, position: first.position))
        #expect(try whole.finishEpoch()?.testLoss == second.finishEpoch()?.testLoss)
        for (a, b) in zip(whole.tensors, second.tensors) { #expect(a.numbers == b.numbers, "\(a.name)") }

        // A model for use, made from the weights by name, gives what the trainer's own gives.
        let weights = Dictionary(uniqueKeysWithValues: whole.weights.map { ($0.name, (shape: $0.shape, numbers: $0.numbers)) })
        let model = try #require(TrainedModel(item.configuration, weights: weights))
        let items = Self.data(item).items
        // Its batches are of another size, by which oneDNN rounds a last bit otherwise.
        for (a, b) in zip(model.encode(items).means + model.reconstruct(items), whole.model.encode(items).means + whole.model.reconstruct(items)) {
            #expect(abs(a - b) < 1e-5)
        }
    }

    @Test func trainingLearns() throws {
        var options = TrainingOptions()
        options.threads = 2
        let data = Dataset.digits(0..<1024)
        let configuration = ModelConfiguration(shape: data.shape, body: .convolutional([32, 64]))
        let trainer = try Trainer(configuration, train: data, test: .digits(1024..<1152), options: options)
        let first = try #require(try trainer.finishEpoch())
        for _ in 0..<4 { _ = try trainer.finishEpoch() }
        let last = try #require(try trainer.finishEpoch())
        #expect(last.testLoss < 0.6 * first.testLoss, "\(first.testLoss) to \(last.testLoss)")
    }

    /// In a process of its own, where nobody else allocates.
    @Test func stepsLeaveNoMemoryBehind() async {
        await #expect(processExitsWith: .success) {
            var options = TrainingOptions()
            (options.batch, options.threads) = (32, 2)
            let trainer = try Trainer(
                ModelConfiguration(shape: [28, 28], body: .convolutional([32, 64])), train: .digits(0..<(32 * 30)), test: .digits(2000..<2032),
                options: options)
            var fresh = 0, heap = 0, most = 0
            _ = try trainer.finishEpoch(progress: { position in
                if position.batches == 5 { (fresh, heap) = (TensorMemory.freshBuffers, bytes_in_use()) }
                if position.batches > 5 { most = max(most, bytes_in_use() - heap) }
            })
            #expect(TensorMemory.freshBuffers == fresh)
            // A thread's own first product sets up a few hundred bytes; the smallest buffer of a batch has 2,560.
            #expect(heap > 0 && most < 2048)
        }
    }

    @Test func bodiesThatCannotBe() {
        func problem(_ shape: [Int], _ channels: [Int], _ kind: ModelConfiguration.Kind = .vae) -> String? {
            ModelConfiguration(kind: kind, shape: shape, body: .convolutional(channels)).problem
        }
        for shape in [[28, 28], [1, 28, 28], [784], [4, 32]] { #expect(problem(shape, [3, 4]) == nil) }
        for shape in [[28, 30], [3, 28, 28], [785], [2], [27, 28], [0, 0], [28, 28, 1, 1], [1 << 20, 1 << 20]] {
            #expect(problem(shape, [3, 4]) != nil, "\(shape)")
        }
        for channels in [[], [0], [-1, 4], [3, 4, 5], [1 << 30], Array(repeating: 1, count: 9)] { #expect(problem([28, 28], channels) != nil, "\(channels)") }
        #expect(problem([28, 28], [3], .linearVAE) != nil)
    }
}
