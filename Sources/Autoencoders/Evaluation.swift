import Autodiff

/// A mean over items with its standard error.
public struct ItemMean: Sendable, Equatable {
    public let mean: Double
    /// √(variance/n), the variance taken with n − 1; not a number for a single item.
    public let error: Double

    public init(_ values: [Double]) {
        let n = Double(values.count)
        let mean = values.reduce(0, +) / n
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.mean = mean
        error = values.count > 1 ? (squares / (n - 1) / n).squareRoot() : .nan
    }
}

/// What a variational model makes of data: its bound on log p(x), the parts of it, and an estimate of log p(x) itself.
/// All in nats an item; β counts as 1, whatever the model was trained with.
public struct Evaluation: Sendable {
    public let configuration: ModelConfiguration
    /// Draws of z for each item.
    public let samples: Int
    public let estimates: [ImportanceEstimate]
    public let posterior: PosteriorStatistics

    public var reconstruction: ItemMean { ItemMean(estimates.map(\.reconstruction)) }
    /// KL(q(z|x) ‖ p(z)) of each item: exact where the prior is N(0, 1), by the draws where it is a mixture.
    private var divergences: [Double] { configuration.prior == nil ? posterior.klPerItem : estimates.map(\.kl) }
    public var kl: ItemMean { ItemMean(divergences) }
    /// E[log p(x|z)] − KL(q(z|x) ‖ p(z)): the expectation by the draws.
    public var elbo: ItemMean { ItemMean(zip(estimates, divergences).map { -$0.reconstruction - $1 }) }
    /// −log p(x) by importance weights.
    public var nll: ItemMean { ItemMean(estimates.map(\.nll)) }
    /// The part of its error that more draws would take away: two halves of an item's draws differ by twice as much as
    /// all of them err. Where a few weights outweigh all others both halves mostly miss the same ones: then it says too little.
    public var nllNoise: Double {
        estimates.reduce(0) { $0 + $1.difference * $1.difference }.squareRoot() / (2 * Double(estimates.count))
    }
    /// −ELBO − NLL of each item: what is left of KL(q(z|x) ‖ p(z|x)).
    public var gaps: [Double] { zip(estimates, divergences).map { $0.reconstruction + $1 - $0.nll } }
    public var bitsPerDimension: Double { nll.mean / Double(configuration.inputs) / Double.log(2) }
}

extension TrainedModel {
    public func evaluate(_ items: [Float], samples: Int, seed: UInt64) -> Evaluation {
        evaluate(items, samples: samples, seed: seed) { _, _ in }
    }

    /// On items [n, inputs], by `samples` draws of z each. `progress` is told often how far it is, and may throw to stop.
    public func evaluate(
        _ items: [Float], samples: Int, seed: UInt64, progress: (_ fraction: Double, _ done: [ImportanceEstimate]) throws -> Void
    ) rethrows -> Evaluation {
        Evaluation(
            configuration: configuration, samples: samples,
            estimates: try importanceEstimates(of: items, samples: samples, draws: RandomStream(seed: seed, name: "evaluation"), progress: progress),
            posterior: posteriorStatistics(of: items))
    }
}
