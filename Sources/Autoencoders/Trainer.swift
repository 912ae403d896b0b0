import Autodiff
import Datasets
import Glibc
import Networks

public struct TrainingOptions: Sendable {
    public var epochs = 10
    public var batch = 128
    public var rate = 1e-3
    public var decay: Decay?
    public var seed: UInt64 = 1
    /// All processors where nil. The result does not depend on it.
    public var threads: Int?

    /// How the learning rate falls from `rate` over all the epochs.
    public enum Decay: String, Sendable, CaseIterable {
        /// Along half a cosine, to 0.
        case cosine
    }

    public init() {}

    func rate(at step: Int, stepsPerEpoch: Int) -> Double {
        switch decay {
        case nil: rate
        case .cosine: LearningRate.cosine(from: rate, steps: epochs * stepsPerEpoch).rate(at: step)
        }
    }
}

/// One line of a history: reconstruction, KL, and reconstruction + β·KL in nats an item, whatever the KL rule; and the seconds that the epoch's training steps took.
public struct EpochRecord: Sendable, Equatable {
    public var epoch: Int
    public var trainLoss: Double, trainReconstruction: Double, trainKL: Double
    public var testLoss: Double, testReconstruction: Double, testKL: Double
    public var seconds: Double
}

public enum TrainingError: Error, Equatable, CustomStringConvertible {
    /// The first part of the network that held a NaN or an infinity.
    case notFinite(part: String, epoch: Int, step: Int)
    case dataOutsideUnitInterval
    case dataNotDistributions(classes: Int)
    case dataNotFinite
    /// The network and a batch would not fit in memory.
    case tooLarge(gigabytes: Double)

    public var description: String {
        switch self {
        case let .notFinite(part, epoch, step): "\(part) became NaN or infinite in epoch \(epoch), step \(step)"
        case .dataOutsideUnitInterval: "the Bernoulli likelihoods need data from 0 to 1"
        case let .dataNotDistributions(classes): "the categorical likelihood needs data whose last axis, here of \(classes), holds probabilities that sum to 1"
        case .dataNotFinite: "the data hold NaN or infinite numbers"
        case let .tooLarge(gigabytes): "this network and its batch need \(Int(gigabytes.rounded(.up))) GB of memory, more than this machine can spare"
        }
    }

    public var hint: String {
        switch self {
        case .notFinite: "lower the learning rate; the last checkpoint before is kept"
        case .dataOutsideUnitInterval: "use --likelihood gaussian, or scale the data"
        case .dataNotDistributions: "give items of the shape [places, classes], one-hot along the classes"
        case .dataNotFinite: "clean the data first"
        case .tooLarge: "ask for less with --hidden, --conv, --latent or --batch"
        }
    }
}

/// Trains an autoencoder epoch by epoch. Everything random is a function of the seed, the epoch and the step, so a run
/// that was stopped anywhere goes on as if it had not been.
public final class Trainer {
    public let configuration: ModelConfiguration
    public let options: TrainingOptions
    let network: FastAutoencoder
    private let train: Dataset, test: Dataset
    private let stream: RandomStream

    /// How far training has come: epochs finished, and within the next one, batches done and their losses so far.
    public private(set) var position = Position()

    public struct Position: Sendable, Equatable {
        public var epochs = 0
        public var batches = 0
        public var steps = 0
        public var reconstruction = 0.0
        public var kl = 0.0
        public var seconds = 0.0
        public init() {}
    }

    public init(_ configuration: ModelConfiguration, train: Dataset, test: Dataset, options: TrainingOptions) throws(TrainingError) {
        precondition(configuration.problem == nil, configuration.problem ?? "")
        precondition(configuration.objectiveProblem == nil, configuration.objectiveProblem ?? "")
        precondition(train.count > 0 && train.featureCount == configuration.inputs && test.featureCount == configuration.inputs)
        for data in [train, test] {
            if let fault = configuration.fault(in: data.items) { throw fault }
        }
        self.configuration = configuration
        self.options = options
        (self.train, self.test) = (train, test)
        stream = RandomStream(seed: options.seed, name: "training")
        // No batch is larger than the data.
        let batch = min(options.batch, max(train.count, test.count))
        let bytes = FastAutoencoder.bytes(configuration, batch: batch)
        let memory = Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))
        guard bytes <= memory / 2 else { throw .tooLarge(gigabytes: bytes / 1e9) }
        network = FastAutoencoder(configuration, batch: batch, pool: WorkerPool(threads: options.threads))
        network.initialise(from: stream.split("weights"))
    }

    /// Begins with another model's weights instead of fresh ones.
    public func begin(with model: TrainedModel) {
        for (own, other) in zip(network.parameters, model.weights) { own.set(other.numbers) }
    }

    public var batchesPerEpoch: Int { (train.count + options.batch - 1) / options.batch }

    /// Goes on to the end of the epoch; nil if `shouldStop` said so after some step, from where another call goes on.
    public func finishEpoch(
        shouldStop: () -> Bool = { false }, progress: (Position) -> Void = { _ in }
    ) throws(TrainingError) -> EpochRecord? {
        let epoch = position.epochs + 1
        var order = stream.split("order").split(UInt64(epoch))
        let permutation = order.permutation(of: train.count)
        let noise = stream.split("noise")
        let clock = ContinuousClock()
        while position.batches < batchesPerEpoch {
            let start = clock.now
            let first = position.batches * options.batch
            let count = min(options.batch, train.count - first)
            let step = AdamStep(position.steps + 1, rate: options.rate(at: position.steps, stepsPerEpoch: batchesPerEpoch))
            let loss = network.run(
                rows: count, gather: { rows, to in gather(train, rows, into: to) { permutation[first + $0] } },
                draws: noise.split(UInt64(position.steps)), step: step,
                rise: configuration.kl.rise(step: position.steps, stepsPerEpoch: batchesPerEpoch))
            guard loss.isFinite else {
                throw .notFinite(part: network.firstNotFinite(rows: count, loss), epoch: epoch, step: position.steps + 1)
            }
            position.steps += 1
            position.batches += 1
            position.reconstruction += loss.reconstruction
            position.kl += loss.kl
            let took = clock.now - start
            position.seconds += Double(took.components.seconds) + Double(took.components.attoseconds) * 1e-18
            progress(position)
            if position.batches < batchesPerEpoch, shouldStop() {
                try checkWeights(epoch)
                return nil
            }
        }
        // The last step's own faults show in no loss yet.
        try checkWeights(epoch)
        let n = Double(train.count), beta = configuration.beta
        let tested = try testLoss(epoch: epoch)
        let record = EpochRecord(
            epoch: epoch, trainLoss: (position.reconstruction + beta * position.kl) / n,
            trainReconstruction: position.reconstruction / n, trainKL: position.kl / n,
            testLoss: tested.reconstruction + beta * tested.kl, testReconstruction: tested.reconstruction, testKL: tested.kl,
            seconds: position.seconds)
        position.epochs = epoch
        (position.batches, position.reconstruction, position.kl, position.seconds) = (0, 0, 0, 0)
        return record
    }

    /// What is to be saved must be fit to go on from.
    private func checkWeights(_ epoch: Int) throws(TrainingError) {
        if let part = network.brokenWeights() { throw .notFinite(part: part, epoch: epoch, step: position.steps) }
    }

    /// The negative ELBO of an item of the test part by one draw of z: its two terms; NaN where there are no items.
    private func testLoss(epoch: Int) throws(TrainingError) -> FastAutoencoder.Loss {
        guard test.count > 0 else { return .init(reconstruction: .nan, kl: .nan) }
        let noise = stream.split("test noise").split(UInt64(epoch))
        var total = FastAutoencoder.Loss()
        for (number, first) in stride(from: 0, to: test.count, by: options.batch).enumerated() {
            let rows = min(options.batch, test.count - first)
            let loss = network.run(
                rows: rows, gather: { rows, to in gather(test, rows, into: to) { first + $0 } },
                draws: noise.split(UInt64(number)), step: nil)
            guard loss.isFinite else { throw .notFinite(part: network.firstNotFinite(rows: rows, loss), epoch: epoch, step: position.steps) }
            total.reconstruction += loss.reconstruction
            total.kl += loss.kl
        }
        let n = Double(test.count)
        return .init(reconstruction: total.reconstruction / n, kl: total.kl / n)
    }

    @inline(__always)
    private func gather(_ data: Dataset, _ rows: Range<Int>, into batch: UnsafeMutablePointer<Float>, _ item: (_ row: Int) -> Int) {
        let size = configuration.inputs
        data.items.withUnsafeBufferPointer { items in
            for (place, row) in rows.enumerated() {
                (batch + place * size).update(from: items.baseAddress! + item(row) * size, count: size)
            }
        }
    }

    // MARK: What a checkpoint holds

    /// Weights, then Adam's moments with the suffixes `.m` and `.v`.
    public var tensors: [(name: String, shape: [Int], numbers: [Float])] {
        network.parameters.map { ($0.name, $0.shape, $0.numbers) }
            + network.moments.map { ($0.name, $0.shape, $0.numbers) }
    }

    public var weights: [(name: String, shape: [Int], numbers: [Float])] {
        network.parameters.map { ($0.name, $0.shape, $0.numbers) }
    }

    /// Puts a checkpoint's tensors and position in place; false if a tensor is missing or of another shape, or the position
    /// is none of a training on these data in these batches.
    public func restore(_ tensors: [String: (shape: [Int], numbers: [Float])], position: Position) -> Bool {
        guard (0...1_000_000_000).contains(position.epochs), (0..<batchesPerEpoch).contains(position.batches),
            position.steps == position.epochs * batchesPerEpoch + position.batches
        else { return false }
        for parameter in network.parameters + network.moments {
            guard let found = tensors[parameter.name], found.shape == parameter.shape else { return false }
            parameter.set(found.numbers)
        }
        self.position = position
        return true
    }

    public var model: TrainedModel { TrainedModel(network) }
}
