import Autodiff
import Glibc

/// Kingma & Ba, "Adam: a method for stochastic optimization" (arXiv 1412.6980), algorithm 1:
///
///     m ← β₁·m + (1 − β₁)·g            m̂ = m/(1 − β₁ᵗ)
///     v ← β₂·v + (1 − β₂)·g²           v̂ = v/(1 − β₂ᵗ)
///     θ ← θ − η·m̂/(√v̂ + ε)
public struct Adam: UpdateRule {
    public let beta1: Double, beta2: Double, epsilon: Double

    public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8) {
        precondition((0..<1).contains(beta1) && (0..<1).contains(beta2) && epsilon >= 0, "0 ≤ β < 1 and ε ≥ 0")
        (self.beta1, self.beta2, self.epsilon) = (beta1, beta2, epsilon)
    }

    public var slots: [String] { ["exp_avg", "exp_avg_sq"] }

    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    public func update<Scalar: Real>(_ piece: ParameterPiece<Scalar>, step: Int, learningRate: Double) {
        let θ = piece.parameter, g = piece.gradient, m = piece.slots[0], v = piece.slots[1]
        let β1 = Scalar(beta1), β2 = Scalar(beta2), ε = Scalar(epsilon)
        let rest1 = Scalar(1 - beta1), rest2 = Scalar(1 - beta2)
        // η/(1 − β₁ᵗ) and √(1 − β₂ᵗ), in double precision: early on the differences cancel.
        let η = Scalar(learningRate / (1 - pow(beta1, Double(step))))
        let root = Scalar((1 - pow(beta2, Double(step))).squareRoot())
        for i in 0..<piece.count {
            m[i] = β1 * m[i] + rest1 * g[i]
            v[i] = β2 * v[i] + rest2 * g[i] * g[i]
            θ[i] -= η * m[i] / (v[i].squareRoot() / root + ε)
        }
    }
}

/// Loshchilov & Hutter, "Decoupled weight decay regularization" (arXiv 1711.05101): θ ← (1 − η·λ)·θ, then Adam's step.
public struct AdamW: UpdateRule {
    public let adam: Adam
    public let weightDecay: Double

    public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0.01) {
        adam = Adam(beta1: beta1, beta2: beta2, epsilon: epsilon)
        self.weightDecay = weightDecay
    }

    public var slots: [String] { adam.slots }

    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    public func update<Scalar: Real>(_ piece: ParameterPiece<Scalar>, step: Int, learningRate: Double) {
        let kept = Scalar(1 - learningRate * weightDecay)
        for i in 0..<piece.count { piece.parameter[i] *= kept }
        adam.update(piece, step: step, learningRate: learningRate)
    }
}
