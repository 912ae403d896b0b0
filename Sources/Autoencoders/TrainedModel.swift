import Autodiff

/// A model with its weights, for use: not trained any further.
public final class TrainedModel {
    let network: FastAutoencoder

    init(_ network: FastAutoencoder) { self.network = network }

    /// A fresh model, not trained yet.
    public init(_ configuration: ModelConfiguration, seed: UInt64, threads: Int? = nil) {
        network = FastAutoencoder(configuration, batch: 256, pool: WorkerPool(threads: threads))
        network.initialise(from: RandomStream(seed: seed, name: "training").split("weights"))
    }

    /// What it takes in memory.
    public static func bytes(_ configuration: ModelConfiguration) -> Double { FastAutoencoder.bytes(configuration, batch: 256) }

    /// nil if a weight is missing or of another shape; looked at before a network of whatever size is made.
    public init?(_ configuration: ModelConfiguration, weights: [String: (shape: [Int], numbers: [Float])], threads: Int? = nil) {
        for layer in LayerPlan.all(configuration) {
            for part in layer.parts { guard weights[layer.name + "." + part.name]?.shape == part.shape else { return nil } }
        }
        network = FastAutoencoder(configuration, batch: 256, pool: WorkerPool(threads: threads))
        for parameter in network.parameters {
            guard let found = weights[parameter.name], found.shape == parameter.shape else { return nil }
            parameter.set(found.numbers)
        }
    }

    public var configuration: ModelConfiguration { network.configuration }

    /// The logarithm of the Gaussian likelihood's σ, fixed or learned.
    public var logSigma: Double { network.currentLogSigma }

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

    /// Logits, or means of a Gaussian, for codes [n, latent].
    public func outputs(of codes: [Float]) -> [Float] { network.outputs(of: codes) }

    public var weights: [(name: String, shape: [Int], numbers: [Float])] {
        network.parameters.map { ($0.name, $0.shape, $0.numbers) }
    }

    /// Codes drawn from the prior, [count, latent].
    public func priorCodes(_ count: Int, seed: UInt64) -> [Float] {
        var stream = RandomStream(seed: seed, name: "samples")
        return priorDraws(count, from: &stream)
    }

    /// Codes drawn from the prior, [n, latent].
    public func priorDraws(_ count: Int, from stream: inout RandomStream) -> [Float] { network.priorDraws(count, from: &stream) }

    /// Decoder means of codes drawn from the prior.
    public func sample(_ count: Int, seed: UInt64) -> [Float] { decode(priorCodes(count, seed: seed)) }

    /// Decoder means of the posterior means.
    public func reconstruct(_ items: [Float]) -> [Float] { decode(encode(items).means) }
}
