import Autodiff
import Autoencoders
import Datasets
import Foundation
import Testing

/// What the likelihoods say of an item, what they accept, and a σ that is learned.
@Suite("Likelihoods: values, data, a learned σ")
struct LikelihoodTests {
    private static func configuration(
        _ likelihood: ModelConfiguration.Likelihood, sigma: ModelConfiguration.Sigma = .fixed(1), shape: [Int] = [6, 4], hidden: [Int] = [9]
    ) -> ModelConfiguration {
        var configuration = ModelConfiguration(shape: shape, hidden: hidden, latent: 2, likelihood: likelihood)
        configuration.sigma = sigma
        return configuration
    }

    /// One-hot along the last of the axes, which every likelihood accepts.
    private static func oneHot(_ count: Int, shape: [Int] = [6, 4]) -> Dataset {
        var stream = RandomStream(seed: 9, name: "one-hot")
        var items: [Float] = []
        for _ in 0..<(count * shape.dropLast().reduce(1, *)) {
            let chosen = Int(stream.next() % UInt64(shape.last!))
            items += (0..<shape.last!).map { $0 == chosen ? 1 : 0 }
        }
        return Dataset(count: count, shape: shape, items: items)
    }

    private static func trainer(_ configuration: ModelConfiguration, _ data: Dataset, threads: Int, epochs: Int = 2, rate: Double = 1e-2) throws -> Trainer {
        var options = TrainingOptions()
        (options.threads, options.batch, options.epochs, options.rate) = (threads, 48, epochs, rate)
        return try Trainer(configuration, train: data, test: data, options: options)
    }

    @Test func exactValues() throws {
        func value(_ likelihood: ModelConfiguration.Likelihood, _ outputs: [Double], _ x: [Double], logSigma: Double = 0, shape: [Int]? = nil) throws -> [Double] {
            let configuration = Self.configuration(likelihood, shape: shape ?? [x.count])
            return try configuration.logLikelihood(
                of: Tensor(x, shape: [x.count / configuration.inputs, configuration.inputs]),
                outputs: Tensor(outputs, shape: [x.count / configuration.inputs, configuration.inputs]), logSigma: Tensor(logSigma)
            ).scalars
        }
        func expect(_ found: [Double], _ expected: [Double]) {
            #expect(found.count == expected.count && zip(found, expected).allSatisfy { Swift.abs($0 - $1) < 1e-14 }, "\(found), not \(expected)")
        }
        let log = { Double.log($0) }
        expect(try value(.bernoulli, [0, log(3), log(3)], [1, 1, 0]), [log(0.5) + log(0.75) + log(0.25)])
        // By hand: squares 1 + 4 over 2σ², and ½ ln 2πσ² twice.
        expect(try value(.gaussian, [0, 3], [1, 1], logSigma: log(0.5)), [-10 - log(2 * Double.pi) + 2 * log(2)])
        expect(try value(.categorical, [0, log(2), log(3), 5, 5, 5], [0, 0, 1, 0.5, 0.25, 0.25], shape: [2, 3]), [log(0.5) + log(1.0 / 3)])
        expect(try value(.categorical, [0, log(2), log(3), 5, 5, 5], [0, 0, 1, 0.5, 0.25, 0.25], shape: [3]), [log(0.5), log(1.0 / 3)])
        // Uniform at logit 0; at logit 1 the density is e^x/(e − 1), at −1 its mirror image.
        expect(try value(.continuousBernoulli, [0, 1, -1], [0.3, 1, 1], shape: [1]), [0, 1 - log(M_E - 1), -log(M_E - 1)])
    }

    /// The decoder's means from its outputs, by other formulas.
    @Test func means() throws {
        let codes = (0..<20).map { 3 * Float($0 % 7) - 9 }
        for likelihood in ModelConfiguration.Likelihood.allCases {
            let model = TrainedModel(Self.configuration(likelihood), seed: 4, threads: 1)
            let outputs = model.outputs(of: codes).map { Double($0) }, means = model.decode(codes)
            #expect(means.count == 240)
            for (i, mean) in means.enumerated() {
                let l = outputs[i], group = outputs[(i / 4 * 4)..<(i / 4 * 4 + 4)]
                let expected: Double = switch likelihood {
                case .gaussian: l
                case .bernoulli: 0.5 + 0.5 * tanh(l / 2)
                case .categorical: exp(l) / group.reduce(0) { $0 + exp($1) }
                case .continuousBernoulli: 1 / (1 - exp(-l)) - 1 / l
                }
                #expect(Swift.abs(Double(mean) - expected) < 3e-6, "\(likelihood) \(l): \(mean), not \(expected)")
            }
        }
    }

    static let models: [(ModelConfiguration.Likelihood, ModelConfiguration.Sigma)] =
        [(.gaussian, .learned), (.gaussian, .fixed(0.5)), (.categorical, .fixed(1)), (.continuousBernoulli, .fixed(1))]

    private struct Outcome: Equatable {
        var losses: [UInt64] = []
        var numbers: [[UInt32]] = []
    }

    private func finish(_ trainer: Trainer, _ records: [EpochRecord] = []) throws -> Outcome {
        var records = records
        while trainer.position.epochs < trainer.options.epochs { records.append(try #require(try trainer.finishEpoch())) }
        return Outcome(losses: records.flatMap { [$0.trainLoss.bitPattern, $0.testLoss.bitPattern] }, numbers: trainer.tensors.map { $0.numbers.map(\.bitPattern) })
    }

    @Test(arguments: models) func threadsChangeNothing(_ likelihood: ModelConfiguration.Likelihood, _ sigma: ModelConfiguration.Sigma) throws {
        let configuration = Self.configuration(likelihood, sigma: sigma), data = Self.oneHot(205)
        let one = try finish(Self.trainer(configuration, data, threads: 1))
        for threads in [2, 5, 8] { #expect(try finish(Self.trainer(configuration, data, threads: threads)) == one, "\(threads) threads") }
    }

    @Test(arguments: models) func learning(_ likelihood: ModelConfiguration.Likelihood, _ sigma: ModelConfiguration.Sigma) throws {
        let trainer = try Self.trainer(Self.configuration(likelihood, sigma: sigma), Self.oneHot(480), threads: 2, epochs: 8)
        let first = try #require(try trainer.finishEpoch())
        for _ in 0..<6 { _ = try trainer.finishEpoch() }
        let last = try #require(try trainer.finishEpoch())
        #expect(last.testLoss < first.testLoss && last.trainLoss < first.trainLoss)
    }

    /// Stopped after each step in turn, and gone on with from what a checkpoint holds: σ and its moments too.
    @Test func stopsChangeNothing() throws {
        let configuration = Self.configuration(.gaussian, sigma: .learned), data = Self.oneHot(205)
        let whole = try finish(Self.trainer(configuration, data, threads: 2))
        for stop in 1..<10 {
            let first = try Self.trainer(configuration, data, threads: 2)
            var records: [EpochRecord] = []
            while first.position.steps < stop, let record = try first.finishEpoch(shouldStop: { first.position.steps == stop }) { records.append(record) }
            let tensors = Dictionary(uniqueKeysWithValues: first.tensors.map { ($0.name, (shape: $0.shape, numbers: $0.numbers)) })
            for name in ["log_sigma", "log_sigma.m", "log_sigma.v"] { #expect(tensors[name]?.shape == [1] && tensors[name]?.numbers != [0], "\(name)") }
            let second = try Self.trainer(configuration, data, threads: 1)
            #expect(second.restore(tensors, position: first.position))
            #expect(try finish(second, records) == whole, "stopped after step \(stop)")
            for name in ["log_sigma", "log_sigma.m", "log_sigma.v"] {
                var less = tensors
                less[name] = nil
                #expect(!second.restore(less, position: first.position))
                less[name] = ([2], [0, 0])
                #expect(!second.restore(less, position: first.position))
            }
        }
    }

    /// Noise about one mean, which no code can tell: σ must come to be the noise's.
    @Test func learnedSigmaIsTheErrors() throws {
        var stream = RandomStream(seed: 2, name: "noise")
        var items = [Float](repeating: 0, count: 960 * 24)
        items.withUnsafeMutableBufferPointer { stream.fillNormal($0) }
        let data = Dataset(count: 960, shape: [24], items: items.map { 0.25 + 0.125 * $0 })
        let trainer = try Self.trainer(Self.configuration(.gaussian, sigma: .learned, shape: [24]), data, threads: 2, epochs: 20)
        #expect(trainer.model.logSigma == 0)
        var last: EpochRecord?
        for _ in 0..<20 { last = try trainer.finishEpoch() }
        let sigma = Double.exp(trainer.model.logSigma)
        #expect(Swift.abs(sigma / 0.125 - 1) < 0.03, "\(sigma)")
        // Then the loss is the noise's entropy, ½ ln 2πeσ² a pixel.
        let entropy = 24 * (0.5 * Double.log(2 * .pi * M_E) + Double.log(0.125))
        #expect(Swift.abs(last!.testReconstruction - entropy) < 0.5, "\(last!.testReconstruction), not \(entropy)")

        // A model for use has it from the weights, and none can be made without.
        let weights = Dictionary(uniqueKeysWithValues: trainer.weights.map { ($0.name, (shape: $0.shape, numbers: $0.numbers)) })
        #expect(weights["log_sigma"]?.numbers == [Float(trainer.model.logSigma)])
        #expect(TrainedModel(trainer.configuration, weights: weights)?.logSigma == trainer.model.logSigma)
        #expect(TrainedModel(trainer.configuration, weights: weights.filter { $0.key != "log_sigma" }) == nil)
        var fixed = trainer.configuration
        fixed.sigma = .fixed(0.5)
        #expect(TrainedModel(fixed, weights: weights)?.logSigma == Double.log(0.5))
    }

    /// A loss that is no number leaves σ as it was, and is not blamed on it.
    @Test func aLearningRateTooLarge() throws {
        let trainer = try Self.trainer(Self.configuration(.gaussian, sigma: .learned), Self.oneHot(205), threads: 2, epochs: 50, rate: 1e30)
        #expect(throws: TrainingError.self) { for _ in 0..<50 { _ = try trainer.finishEpoch() } }
    }

    @Test func dataThatDoNotDo() {
        func fault(_ likelihood: ModelConfiguration.Likelihood, _ items: [Float]) -> TrainingError? {
            Self.configuration(likelihood, shape: [2, 3]).fault(in: items)
        }
        let wrong = TrainingError.dataNotDistributions(classes: 3)
        for good in [[], [0, 1, 0, 1, 0, 0], [0.25, 0.25, 0.5, 0, 0.1, 0.9]] as [[Float]] { #expect(fault(.categorical, good) == nil) }
        for bad in [[0, 0, 0, 1, 0, 0], [1, 1, 0, 1, 0, 0], [1, 0, 0, 0.5, 0.49, 0], [1, 0, 0, -1, 1, 1], [2, -1, 0, 1, 0, 0]] as [[Float]] {
            #expect(fault(.categorical, bad) == wrong, "\(bad)")
        }
        #expect(fault(.categorical, [1, 0, 0, .nan, 0, 0]) == .dataNotFinite && fault(.categorical, [1, 0, 0, .infinity, 0, 0]) == .dataNotFinite)
        #expect(fault(.continuousBernoulli, [0, 1, 0.5, 0, 0, 0]) == nil)
        #expect(fault(.continuousBernoulli, [0, 1, 1.5, 0, 0, 0]) == .dataOutsideUnitInterval)
        #expect(fault(.continuousBernoulli, [0, 1, -0.5, 0, 0, 0]) == .dataOutsideUnitInterval)
        #expect(wrong.description.contains("of 3") && wrong.hint.contains("one-hot"))
    }

    /// What config.json may say of σ; a run of before has nothing.
    @Test func configurationsOfRuns() throws {
        let written = RunConfiguration(Self.configuration(.gaussian, sigma: .learned), data: "digits", options: TrainingOptions())
        let text = String(decoding: try JSONEncoder().encode(written), as: UTF8.self)
        #expect(text.contains("\"sigma\":\"learned\""))
        func read(_ sigma: String) throws -> RunConfiguration {
            try JSONDecoder().decode(RunConfiguration.self, from: Data(text.replacingOccurrences(of: "\"sigma\":\"learned\"", with: sigma).utf8))
        }
        for (sigma, expected) in [
            ("\"sigma\":\"learned\"", .learned), ("\"sigma\":0.5", .fixed(0.5)), ("\"x\":0", .fixed(1)), ("\"sigma\":null", .fixed(1)),
        ] as [(String, ModelConfiguration.Sigma)] {
            #expect(try read(sigma).modelConfiguration?.sigma == expected)
        }
        for bad in ["\"known\"", "\"\"", "0", "-1", "1e300", "1e-300", "[]", "true", "{}"] { #expect(throws: (any Error).self) { try read("\"sigma\":" + bad) } }
        let other = try read("\"sigma\":0.5")
        let difference = try #require(written.difference(from: other))
        #expect(difference == ("sigma", "learned", "0.5"))
        #expect(try read("\"x\":0").difference(from: read("\"sigma\":1.0")) == nil)
        let plain = RunConfiguration(Self.configuration(.continuousBernoulli), data: "digits", options: TrainingOptions())
        #expect(plain.sigma == nil && plain.likelihood == "continuous_bernoulli")
    }
}
