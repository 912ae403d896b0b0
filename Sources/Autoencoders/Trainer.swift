import Autodiff
import Datasets

public struct TrainingOptions: Sendable {
    public var epochs = 10
    public var batch = 128
    public var rate = 1e-3
    public var seed: UInt64 = 1
    /// All processors where nil. The result does not depend on it.
    public var threads: Int?

    public init() {}
}

/// One line of a history: losses in nats an item, and the seconds that the epoch's training steps took.
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
    case dataNotFinite

    public var description: String {
        switch self {
        case let .notFinite(part, epoch, step): "\(part) became NaN or infinite in epoch \(epoch), step \(step)"
        case .dataOutsideUnitInterval: "the Bernoulli likelihood needs data from 0 to 1"
        case .dataNotFinite: "the data hold NaN or infinite numbers"
        }
    }

    public var hint: String {
        switch self {
        case .notFinite: "lower the learning rate; the last checkpoint before is kept"
        case .dataOutsideUnitInterval: "use --likelihood gaussian, or scale the data"
        case .dataNotFinite: "clean the data first"
        }
    }
}

/// Trains an autoencoder epoch by epoch. Everything random is a function of the seed, the epoch and the step, so a run
/// that was stopped anywhere goes on as if it had not been.
public final class Trainer {
    public let configuration: ModelConfiguration
    public let options: TrainingOptions
    let network: DenseAutoencoder
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
        for data in [train, test] {
            guard data.items.allSatisfy(\.isFinite) else { throw .dataNotFinite }
            if configuration.likelihood == .bernoulli, !data.items.allSatisfy({ $0 >= 0 && $0 <= 1 }) {
                throw .dataOutsideUnitInterval
            }
        }
        self.configuration = configuration
        self.options = options
        (self.train, self.test) = (train, test)
        stream = RandomStream(seed: options.seed, name: "training")
        network = DenseAutoencoder(configuration, batch: options.batch, pool: WorkerPool(threads: options.threads))
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
            let step = AdamStep(position.steps + 1, rate: options.rate)
            let loss = network.run(
                rows: count, gather: { rows, to in gather(train, rows.map { permutation[first + $0] }, into: to) },
                draws: noise.split(UInt64(position.steps)), step: step)
            guard loss.reconstruction.isFinite, loss.kl.isFinite else {
                throw .notFinite(part: network.firstNotFinite(rows: count), epoch: epoch, step: position.steps + 1)
            }
            position.steps += 1
            position.batches += 1
            position.reconstruction += loss.reconstruction
            position.kl += loss.kl
            let took = clock.now - start
            position.seconds += Double(took.components.seconds) + Double(took.components.attoseconds) * 1e-18
            progress(position)
            if position.batches < batchesPerEpoch, shouldStop() { return nil }
        }
        let n = Double(train.count), beta = configuration.beta
        let tested = testLoss(epoch: epoch)
        let record = EpochRecord(
            epoch: epoch, trainLoss: (position.reconstruction + beta * position.kl) / n,
            trainReconstruction: position.reconstruction / n, trainKL: position.kl / n,
            testLoss: tested.reconstruction + beta * tested.kl, testReconstruction: tested.reconstruction, testKL: tested.kl,
            seconds: position.seconds)
        position.epochs = epoch
        (position.batches, position.reconstruction, position.kl, position.seconds) = (0, 0, 0, 0)
        return record
    }

    /// The negative ELBO of an item of the test part by one draw of z: its two terms.
    private func testLoss(epoch: Int) -> DenseAutoencoder.Loss {
        let noise = stream.split("test noise").split(UInt64(epoch))
        var total = DenseAutoencoder.Loss()
        for (number, first) in stride(from: 0, to: test.count, by: options.batch).enumerated() {
            let loss = network.run(
                rows: min(options.batch, test.count - first), gather: { rows, to in gather(test, rows.map { first + $0 }, into: to) },
                draws: noise.split(UInt64(number)), step: nil)
            total.reconstruction += loss.reconstruction
            total.kl += loss.kl
        }
        let n = Double(max(1, test.count))
        return .init(reconstruction: total.reconstruction / n, kl: total.kl / n)
    }

    private func gather(_ data: Dataset, _ indices: [Int], into rows: UnsafeMutablePointer<Float>) {
        let size = data.featureCount
        data.items.withUnsafeBufferPointer { items in
            for (row, index) in indices.enumerated() {
                (rows + row * size).update(from: items.baseAddress! + index * size, count: size)
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

    /// Puts a checkpoint's tensors and position in place; false if a tensor is missing or of another shape.
    public func restore(_ tensors: [String: (shape: [Int], numbers: [Float])], position: Position) -> Bool {
        for parameter in network.parameters + network.moments {
            guard let found = tensors[parameter.name], found.shape == parameter.shape else { return false }
            parameter.set(found.numbers)
        }
        self.position = position
        return true
    }

    public var model: TrainedModel { TrainedModel(network) }
}

/// A model with its weights, for use: not trained any further.
public final class TrainedModel {
    private let network: DenseAutoencoder

    init(_ network: DenseAutoencoder) { self.network = network }

    /// A fresh model, not trained yet.
    public init(_ configuration: ModelConfiguration, seed: UInt64, threads: Int? = nil) {
        network = DenseAutoencoder(configuration, batch: 256, pool: WorkerPool(threads: threads))
        network.initialise(from: RandomStream(seed: seed, name: "training").split("weights"))
    }

    /// nil if a weight is missing or of another shape.
    public init?(_ configuration: ModelConfiguration, weights: [String: (shape: [Int], numbers: [Float])], threads: Int? = nil) {
        network = DenseAutoencoder(configuration, batch: 256, pool: WorkerPool(threads: threads))
        for parameter in network.parameters {
            guard let found = weights[parameter.name], found.shape == parameter.shape else { return nil }
            parameter.set(found.numbers)
        }
    }

    public var configuration: ModelConfiguration { network.configuration }

    /// Posterior means of items [n, inputs], a row an item; log variances too, for a variational model.
    public func encode(_ items: [Float]) -> (means: [Float], logVariances: [Float]) {
        let latent = configuration.latent, width = configuration.kind.samples ? 2 * latent : latent
        let posterior = network.encode(items)
        var means: [Float] = [], logVariances: [Float] = []
        for row in stride(from: 0, to: posterior.count, by: width) {
            means += posterior[row..<(row + latent)]
            if configuration.kind.samples { logVariances += posterior[(row + latent)..<(row + width)] }
        }
        return (means, logVariances)
    }

    /// The decoder's means for codes [n, latent].
    public func decode(_ codes: [Float]) -> [Float] { network.decode(codes) }

    /// Logits of a Bernoulli, means of a Gaussian, for codes [n, latent].
    public func outputs(of codes: [Float]) -> [Float] { network.outputs(of: codes) }

    public var weights: [(name: String, shape: [Int], numbers: [Float])] {
        network.parameters.map { ($0.name, $0.shape, $0.numbers) }
    }

    /// Decoder means of n codes drawn from the prior.
    public func sample(_ count: Int, seed: UInt64) -> [Float] {
        var stream = RandomStream(seed: seed, name: "samples")
        var codes = [Float](repeating: 0, count: count * configuration.latent)
        codes.withUnsafeMutableBufferPointer { stream.fillNormal($0) }
        return decode(codes)
    }

    /// Decoder means of the posterior means.
    public func reconstruct(_ items: [Float]) -> [Float] { decode(encode(items).means) }
}
