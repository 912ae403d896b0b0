import Autodiff

/// Tieleman & Hinton, "Lecture 6.5: rmsprop" (Coursera, 2012), and centred as by Graves, "Generating sequences with
/// recurrent neural networks" (arXiv 1308.0850), where the running mean's square is taken off:
///
///     v ← α·v + (1 − α)·g²
///     ḡ ← α·ḡ + (1 − α)·g
///     θ ← θ − η·g/(√(v − ḡ²) + ε)
public struct RMSprop: UpdateRule {
    public let smoothing: Double, epsilon: Double
    public let isCentred: Bool

    public init(smoothing: Double = 0.99, epsilon: Double = 1e-8, isCentred: Bool = false) {
        precondition((0..<1).contains(smoothing) && epsilon >= 0, "0 ≤ α < 1 and ε ≥ 0")
        (self.smoothing, self.epsilon, self.isCentred) = (smoothing, epsilon, isCentred)
    }

    public var slots: [String] { isCentred ? ["square_avg", "grad_avg"] : ["square_avg"] }

    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    public func update<Scalar: Real>(_ piece: ParameterPiece<Scalar>, step: Int, learningRate: Double) {
        let θ = piece.parameter, g = piece.gradient, v = piece.slots[0]
        let η = Scalar(learningRate), α = Scalar(smoothing), rest = Scalar(1 - smoothing), ε = Scalar(epsilon)
        guard isCentred else {
            for i in 0..<piece.count {
                v[i] = α * v[i] + rest * g[i] * g[i]
                θ[i] -= η * g[i] / (v[i].squareRoot() + ε)
            }
            return
        }
        let mean = piece.slots[1]
        for i in 0..<piece.count {
            v[i] = α * v[i] + rest * g[i] * g[i]
            mean[i] = α * mean[i] + rest * g[i]
            // A variance; rounding alone can make it negative. NaN passes through.
            let spread = v[i] - mean[i] * mean[i]
            θ[i] -= η * g[i] / ((spread < 0 ? 0 : spread).squareRoot() + ε)
        }
    }
}
