/// How the KL term counts in the objective. K_j is unit j's divergence in nats, averaged over the batch; the objective of a
/// batch has, an item,
///
///     β·Σ_j K_j               the plain rule
///     β·Σ_j max(λ, K_j)       free bits: a unit below λ nats pays a flat price (Kingma et al. 2016, arXiv 1606.04934)
///     γ·|Σ_j K_j − C|         a capacity of C nats in all (Burgess et al. 2018, arXiv 1804.03599)
///
/// and during the warm-up β, or C, rises in a straight line from 0, step by step. The rule bends the gradient alone: the
/// losses that a history reports are reconstruction + β·KL, with the β that was asked for.
public struct KLRule: Sendable, Equatable {
    public var beta = 1.0
    /// Epochs until β, or the capacity, is what was asked for.
    public var warmup = 0.0
    /// λ, in nats a unit.
    public var freeBits = 0.0
    /// C, in nats.
    public var capacity: Double?
    public var gamma = standardGamma

    /// The first nats of capacity gain some ten nats of a digit's reconstruction each, and γ must outweigh them; the more it
    /// does, the more the steps go back and forth across C instead of improving the reconstruction.
    public static let standardGamma = 20.0

    public init(beta: Double = 1) { self.beta = beta }

    /// Why there can be no such rule.
    public var problem: String? {
        guard [beta, warmup, freeBits, capacity ?? 0].allSatisfy({ $0.isFinite && $0 >= 0 }), gamma.isFinite, gamma > 0 else {
            return "beta, warm-up, free bits and capacity are numbers of 0 or more, and gamma is above 0"
        }
        guard let capacity else { return nil }
        if freeBits > 0 { return "free bits and a capacity exclude each other: each says in full how the KL term counts" }
        if beta != 1 { return "a capacity of \(capacity) nats has gamma for its weight: it takes no beta" }
        return nil
    }

    /// Whether β alone says how the term counts, from the first step to the last.
    public var isPlain: Bool { warmup == 0 && !needsMeans }

    /// Whether a unit's weight depends on the batch, so that no row can go back before all have gone forward.
    var needsMeans: Bool { freeBits > 0 || capacity != nil }

    /// How far the warm-up has come at a step counted from 0: from 0 to 1.
    package func rise(step: Int, stepsPerEpoch: Int) -> Double {
        let steps = warmup * Double(stepsPerEpoch)
        return Double(step) < steps ? Double(step) / steps : 1
    }

    /// What unit j's KL counts in the gradient: the slope of the objective in K_j, given K_j and the sum of all.
    func weight(unit: Double, total: Double, rise: Double) -> Double {
        if let capacity {
            let target = capacity * rise
            return total > target ? gamma : total < target ? -gamma : 0
        }
        return unit >= freeBits ? beta * rise : 0
    }
}
