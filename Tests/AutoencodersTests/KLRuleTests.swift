import Autodiff
import Autoencoders
import CMalloc
import Datasets
import Foundation
import Networks
import Testing

/// Warm-up, free bits and capacity, and the expected reconstruction: the fast step against the formulas on the tape, and
/// what must not change a bit.
@Suite("KL rules and the expected reconstruction")
struct KLRuleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var configuration: ModelConfiguration
        var rise = 1.0
        var rows = 75
        var testDescription: String { name }

        init(
            _ name: String, _ kind: ModelConfiguration.Kind = .vae, _ likelihood: ModelConfiguration.Likelihood = .bernoulli, inputs: Int = 50, latent: Int = 5,
            beta: Double = 1, rise: Double = 1, _ change: (inout ModelConfiguration) -> Void = { _ in }
        ) {
            self.name = name
            configuration = ModelConfiguration(kind: kind, shape: [inputs], hidden: [37], latent: latent, likelihood: likelihood, beta: beta)
            change(&configuration)
            self.rise = rise
        }
    }

    static let cases = [
        Case("warm-up", beta: 4, rise: 0.3) { $0.kl.warmup = 2 }, Case("at its beginning", rise: 0) { $0.kl.warmup = 2 },
        Case("free bits", beta: 2) { $0.kl.freeBits = splittingBits }, Case("free bits in the warm-up", rise: 0.25) { ($0.kl.freeBits, $0.kl.warmup) = (splittingBits, 1) },
        Case("free bits, 20 units", latent: 20) { $0.kl.freeBits = splittingBits },
        Case("more capacity than there is") { $0.kl.capacity = 50 }, Case("less") { ($0.kl.capacity, $0.kl.gamma) = (0, 7) },
        Case("less while it rises", rise: 1e-6) { ($0.kl.capacity, $0.kl.warmup) = (50, 3) },
        Case("prior of 3") { $0.prior = 3 }, Case("prior of 2, 20 units", latent: 20, beta: 2, rise: 0.5) { ($0.prior, $0.kl.warmup) = (2, 1) },
        Case("prior of 7 with a capacity", .linearVAE, .gaussian) { ($0.prior, $0.kl.capacity) = (7, 1) },
        Case("prior of 4, convolutions", inputs: 64) { ($0.prior, $0.shape, $0.body) = (4, [8, 8], .convolutional([3])) },
        Case("expected", .linearVAE, .gaussian) { $0.isExpected = true },
        Case("expected, sigma 0.3", .linearVAE, .gaussian, inputs: 20, latent: 17, beta: 3) { ($0.isExpected, $0.sigma) = (true, .fixed(0.3)) },
        Case("expected, sigma learned", .linearVAE, .gaussian) { ($0.isExpected, $0.sigma) = (true, .learned) },
        Case("expected, with free bits", .linearVAE, .gaussian) { ($0.isExpected, $0.kl.freeBits) = (true, 0.11) },
    ]

    /// Between the units' divergences in fresh networks: some lie below, some above.
    private static let splittingBits = 0.02

    private struct Pair {
        let item: Case
        let network: FastAutoencoder
        let objective: TapeObjective<Double>
        let x: Tensor<Float>, draws = RandomStream(seed: 3, name: "noise")

        init(_ item: Case) throws {
            self.item = item
            network = FastAutoencoder(item.configuration, batch: 128, pool: WorkerPool(threads: 2))
            network.initialise(from: RandomStream(seed: 1, name: "weights"))
            var objective = try TapeObjective<Double>(item.configuration, from: RandomStream(seed: 2))
            try objective.load(network.parameters.map { NamedTensor($0.name, try Tensor($0.numbers.map(Double.init), shape: Shape($0.shape))) })
            self.objective = objective
            var stream = RandomStream(seed: 4, name: "data")
            x = try .uniform([item.rows, item.configuration.inputs], from: &stream)
        }

        func step(_ step: AdamStep?) -> FastAutoencoder.Loss {
            let width = x.shape[1]
            return network.run(
                rows: item.rows, gather: { part, to in to.update(from: x.pointer + part.lowerBound * width, count: part.count * width) },
                draws: draws, step: step, rise: item.rise)
        }

        func noise() throws(TensorError) -> Tensor<Double> {
            var stream = draws
            return try Tensor<Float>.normal([item.rows, item.configuration.latent], from: &stream).converted(to: Double.self)
        }
    }

    @Test(arguments: cases) func termsAndGradients(_ item: Case) throws {
        let pair = try Pair(item), x = try pair.x.converted(to: Double.self)
        let terms = try pair.objective.terms(x, noise: pair.noise())
        if item.configuration.kl.freeBits > 0 {
            let (mean, logVariance) = try pair.objective.encode(x)
            let units = try Autodiff.mean(gaussianKL(mean, logVariance: logVariance!), axis: 0).scalars
            let above = units.count { $0 > item.configuration.kl.freeBits }
            #expect((1..<units.count).contains(above), "\(units)")
        }
        let slopes = try lossAndGradients(of: pair.objective) { network throws(TensorError) in
            try network.loss(x, noise: pair.noise(), rise: item.rise)
        }.gradients
        // A step of length 0 leaves a tenth of the gradients as first moments.
        for step in [nil, AdamStep(1, rate: 0)] {
            let loss = pair.step(step)
            #expect(Swift.abs(loss.reconstruction / terms.reconstruction.item - 1) < 1e-6)
            #expect(Swift.abs(loss.kl - terms.kl.item) <= 1e-5 * terms.kl.item)
        }
        for (moment, exact) in zip(pair.network.moments, slopes) {
            let size = exact.scalars.map { Swift.abs($0) }.max()!
            let error = zip(moment.numbers, exact.scalars).map { Swift.abs(10 * Double($0) - $1) }.max()!
            #expect(size > 0 && error <= 1e-5 * size, "\(moment.name): \(error / size)")
        }
    }

    // MARK: Training

    private static let data = LoadedDataset(train: .digits(0..<700), format: "generated").split()

    private func trainer(
        _ kind: ModelConfiguration.Kind = .vae, threads: Int = 2, decay: TrainingOptions.Decay? = nil, _ change: (inout ModelConfiguration) -> Void
    ) throws -> Trainer {
        var options = TrainingOptions()
        (options.threads, options.epochs, options.batch, options.decay) = (threads, 3, 100, decay)
        var configuration = ModelConfiguration(
            kind: kind, shape: [28, 28], hidden: [50], latent: 6, likelihood: kind == .linearVAE ? .gaussian : .bernoulli)
        change(&configuration)
        return try Trainer(configuration, train: Self.data.train, test: Self.data.test, options: options)
    }

    private func bits(_ trainer: Trainer, _ records: [EpochRecord] = []) throws -> [UInt64] {
        var records = records
        while trainer.position.epochs < trainer.options.epochs { records.append(try #require(try trainer.finishEpoch())) }
        return records.flatMap { [$0.trainLoss, $0.trainReconstruction, $0.trainKL, $0.testLoss, $0.testReconstruction, $0.testKL].map(\.bitPattern) }
            + trainer.tensors.flatMap { $0.numbers.map { UInt64($0.bitPattern) } }
    }

    private typealias Change = @Sendable (inout ModelConfiguration) -> Void
    private static let changes: [(kind: ModelConfiguration.Kind, decay: TrainingOptions.Decay?, change: Change)] = [
        (.vae, nil, { $0.kl.warmup = 1.5 }), (.vae, .cosine, { ($0.kl.warmup, $0.kl.freeBits) = (2, 0.3) }),
        (.vae, nil, { ($0.kl.warmup, $0.kl.capacity) = (2.5, 6) }), (.linearVAE, .cosine, { ($0.isExpected, $0.kl.warmup) = (true, 0.5) }),
        (.vae, nil, { ($0.prior, $0.kl.warmup) = (4, 1) }),
    ]

    @Test(arguments: 0..<5) func threadsAndStopsChangeNothing(_ number: Int) throws {
        let (kind, decay, change) = Self.changes[number]
        let whole = try bits(trainer(kind, threads: 1, decay: decay, change))
        for threads in [2, 5] { #expect(try bits(trainer(kind, threads: threads, decay: decay, change)) == whole) }
        for stop in [1, 6, 7, 10, 20] {
            let first = try trainer(kind, decay: decay, change)
            var records: [EpochRecord] = []
            while first.position.steps < stop, let record = try first.finishEpoch(shouldStop: { first.position.steps == stop }) { records.append(record) }
            #expect(first.position.steps == stop)
            let second = try trainer(kind, threads: 1, decay: decay, change)
            let tensors = Dictionary(uniqueKeysWithValues: first.tensors.map { ($0.name, (shape: $0.shape, numbers: $0.numbers)) })
            #expect(second.restore(tensors, position: first.position))
            #expect(try bits(second, records) == whole, "stopped after step \(stop)")
        }
    }

    /// Free bits that never bind weigh late, and give the same bits as β alone; what binds gives others.
    @Test func weighingLateChangesNothing() throws {
        let plain = try bits(trainer { _ in })
        #expect(try bits(trainer { $0.kl.freeBits = 1e-30 }) == plain)
        for (_, decay, change) in Self.changes.prefix(3) { #expect(try bits(trainer(decay: decay, change)) != plain) }
    }

    /// β rises from 0 with the steps, not with the epochs, and the history counts the β that was asked for.
    @Test func theRiseGoesByTheStep() throws {
        var rule = KLRule(beta: 4)
        rule.warmup = 2.5
        #expect((0..<30).map { rule.rise(step: $0, stepsPerEpoch: 10) } == (0..<30).map { Swift.min(1, Double($0) / 25) })
        rule.warmup = 0
        #expect(rule.rise(step: 0, stepsPerEpoch: 10) == 1)
        func last(_ change: Change) throws -> EpochRecord {
            let trainer = try self.trainer(.vae, change)
            for _ in 0..<2 { _ = try trainer.finishEpoch() }
            return try #require(try trainer.finishEpoch())
        }
        let record = try last { ($0.beta, $0.kl.warmup) = (3, 100) }
        #expect(Swift.abs(record.trainLoss - record.trainReconstruction - 3 * record.trainKL) < 1e-9)
        #expect(try record.trainKL > 2 * last { $0.beta = 3 }.trainKL)
    }

    /// The KL term comes to the capacity, from above and from below.
    @Test func capacityIsHeld() throws {
        for capacity in [2.0, 12] {
            var options = TrainingOptions()
            (options.epochs, options.batch) = (25, 50)
            var configuration = ModelConfiguration(shape: [28, 28], hidden: [50], latent: 6)
            (configuration.kl.capacity, configuration.kl.warmup) = (capacity, 5)
            let trainer = try Trainer(configuration, train: Self.data.train, test: Self.data.test, options: options)
            var last: EpochRecord?
            while trainer.position.epochs < 25 { last = try trainer.finishEpoch() }
            #expect(Swift.abs(last!.trainKL - capacity) < 0.5, "\(last!.trainKL)")
        }
    }

    // MARK: A mixture for a prior

    /// Densities as the formula has them, and draws in the components' proportions with their means and spreads.
    @Test func mixturePrior() throws {
        var configuration = ModelConfiguration(shape: [3], hidden: [4], latent: 2)
        configuration.prior = 2
        var weights = Dictionary(uniqueKeysWithValues: TrainedModel(configuration, seed: 1).weights.map { ($0.name, (shape: $0.shape, numbers: $0.numbers)) })
        #expect(weights["prior.mean"]?.shape == [2, 2] && weights["prior.logvar"]?.shape == [2, 2] && weights["prior.logits"]?.shape == [2])
        weights["prior.mean"] = ([2, 2], [-20, 3, 20, -1])
        weights["prior.logvar"] = ([2, 2], [0, 2, -3, 1])
        weights["prior.logits"] = ([2], [1, 1 + Float(log(4.0))])
        let model = try #require(TrainedModel(configuration, weights: weights, threads: 1))
        func component(_ share: Double, _ mean: [Double], _ logVariance: [Double], _ z: [Double]) -> Double {
            var density = share
            for j in 0..<2 {
                let variance = exp(logVariance[j]), d = z[j] - mean[j]
                density *= exp(-0.5 * d * d / variance) / (2 * Double.pi * variance).squareRoot()
            }
            return density
        }
        let codes: [Float] = [-19, 2.5, 20.1, 0, 0, 0]
        for (row, density) in model.logPrior(of: codes).enumerated() {
            let z = [Double(codes[2 * row]), Double(codes[2 * row + 1])]
            let exact = log(component(0.2, [-20, 3], [0, 2], z) + component(0.8, [20, -1], [-3, 1], z))
            #expect(Swift.abs(density - exact) < 1e-5 * Swift.max(1, Swift.abs(exact)), "\(density), not \(exact)")
        }
        var stream = RandomStream(seed: 7, name: "draws")
        let draws = model.priorDraws(20_000, from: &stream)
        let firsts = (0..<20_000).filter { draws[2 * $0] < 0 }, seconds = (0..<20_000).filter { draws[2 * $0] >= 0 }
        #expect(Swift.abs(Double(firsts.count) / 20_000 - 0.2) < 0.015)
        func expectMoments(_ rows: [Int], _ unit: Int, _ mean: Double, _ variance: Double) {
            let values = rows.map { Double(draws[2 * $0 + unit]) }, n = Double(values.count)
            let found = values.reduce(0, +) / n, spread = values.reduce(0) { $0 + pow($1 - found, 2) } / n
            #expect(Swift.abs(found - mean) < 5 * (variance / n).squareRoot() && Swift.abs(spread / variance - 1) < 5 * (2 / n).squareRoot())
        }
        expectMoments(firsts, 0, -20, 1)
        expectMoments(firsts, 1, 3, exp(2))
        expectMoments(seconds, 0, 20, exp(-3))
        expectMoments(seconds, 1, -1, exp(1))
        weights["prior.logits"] = nil
        #expect(TrainedModel(configuration, weights: weights, threads: 1) == nil)
    }

    // MARK: What there cannot be; files

    @Test func rulesThatCannotBe() {
        func problem(_ kind: ModelConfiguration.Kind = .vae, _ likelihood: ModelConfiguration.Likelihood = .gaussian, _ change: Change) -> String? {
            var configuration = ModelConfiguration(kind: kind, shape: [4], latent: 2, likelihood: likelihood)
            change(&configuration)
            return configuration.objectiveProblem
        }
        #expect(problem { $0.beta = 4 } == nil)
        #expect(problem { ($0.beta, $0.kl.warmup, $0.kl.freeBits) = (4, 2, 0.1) } == nil)
        #expect(problem { ($0.kl.capacity, $0.kl.warmup) = (3, 2) } == nil)
        #expect(problem(.linearVAE) { $0.isExpected = true } == nil)
        #expect(problem { ($0.kl.capacity, $0.kl.freeBits) = (3, 0.1) }!.contains("exclude each other"))
        #expect(problem { ($0.kl.capacity, $0.beta) = (3, 2) }!.contains("gamma"))
        #expect(problem(.ae) { $0.kl.warmup = 1 }!.contains("no KL term"))
        #expect(problem(.ae) { $0.beta = 3 } == nil)
        #expect(problem(.ae) { $0.prior = 2 }!.contains("no KL term"))
        #expect(problem { ($0.prior, $0.kl.freeBits) = (2, 0.1) }!.contains("each unit"))
        #expect(problem(.linearVAE) { ($0.prior, $0.isExpected) = (2, true) }!.contains("draws"))
        for sick in [0, -1, 1001] { #expect(problem { $0.prior = sick } != nil) }
        for kind in [ModelConfiguration.Kind.vae, .ae, .betaVAE] { #expect(problem(kind) { $0.isExpected = true }!.contains("linear_vae")) }
        #expect(problem(.linearVAE, .bernoulli) { $0.isExpected = true }!.contains("gaussian"))
        for sick in [-1, .nan, .infinity] {
            #expect(problem { $0.kl.warmup = sick } != nil && problem { $0.kl.freeBits = sick } != nil)
            #expect(problem { $0.kl.capacity = sick } != nil && problem { ($0.kl.capacity, $0.kl.gamma) = (1, sick) } != nil)
        }
    }

    @Test func configurationsComeBack() throws {
        var options = TrainingOptions()
        options.decay = .cosine
        for (kind, _, change) in Self.changes {
            var model = ModelConfiguration(kind: kind, shape: [4], latent: 2, likelihood: .gaussian)
            change(&model)
            let one = RunConfiguration(model, data: "digits", options: options)
            let back = try JSONDecoder().decode(RunConfiguration.self, from: JSONEncoder().encode(one))
            #expect(back == one && back.modelConfiguration == model && back.decay == "cosine")
            #expect(one.difference(from: RunConfiguration(ModelConfiguration(kind: kind, shape: [4], latent: 2, likelihood: .gaussian), data: "digits", options: options)) != nil)
        }
        // Without them the file is as it was, and files from then are read.
        let plain = RunConfiguration(ModelConfiguration(shape: [4], latent: 2), data: "digits", options: TrainingOptions())
        let text = String(decoding: try JSONEncoder().encode(plain), as: UTF8.self)
        for key in ["warmup", "free_bits", "capacity", "gamma", "expected", "decay", "prior"] { #expect(!text.contains(key)) }
        let old = #"{"batch":128,"beta":1,"data":"digits","epochs":10,"hidden":[400],"latent":20,"likelihood":"bernoulli","lr":0.001,"model":"vae","seed":1,"shape":[28,28]}"#
        #expect(try JSONDecoder().decode(RunConfiguration.self, from: Data(old.utf8)).modelConfiguration == ModelConfiguration(shape: [28, 28]))
        for sick in [#""warmup":-1"#, #""free_bits":1,"capacity":2"#, #""decay":"steep""#, #""expected":true"#, #""capacity":1,"gamma":0"#, #""prior":0"#] {
            let text = String(old.dropLast()) + "," + sick + "}"
            #expect(try JSONDecoder().decode(RunConfiguration.self, from: Data(text.utf8)).modelConfiguration == nil, "\(sick)")
        }
    }

    /// In a process of its own, where nobody else allocates.
    @Test func stepsLeaveNoMemoryBehind() async {
        await #expect(processExitsWith: .success) {
            for isExpected in [false, true] {
                var configuration = ModelConfiguration(kind: isExpected ? .linearVAE : .vae, shape: [28, 28], likelihood: isExpected ? .gaussian : .bernoulli)
                (configuration.kl.capacity, configuration.isExpected, configuration.prior) = (5, isExpected, isExpected ? nil : 6)
                var options = TrainingOptions()
                (options.batch, options.threads, options.decay) = (64, 2, .cosine)
                let trainer = try Trainer(configuration, train: .digits(0..<(64 * 30)), test: .digits(2000..<2064), options: options)
                var fresh = 0, heap = 0, most = 0
                _ = try trainer.finishEpoch(progress: { position in
                    if position.batches == 5 { (fresh, heap) = (TensorMemory.freshBuffers, bytes_in_use()) }
                    if position.batches > 5 { most = max(most, bytes_in_use() - heap) }
                })
                #expect(TensorMemory.freshBuffers == fresh)
                #expect(heap > 0 && most < 8192)
            }
        }
    }
}
