import Autodiff

/// Gradient descent with momentum μ (Polyak 1964), as PyTorch writes it:
///
///     b ← μ·b + g
///     θ ← θ − η·b
///
/// and with Nesterov's look ahead (Sutskever et al., "On the importance of initialization and momentum in deep
/// learning", 2013) θ ← θ − η·(g + μ·b).
public struct SGD: UpdateRule {
    public let momentum: Double
    public let isNesterov: Bool

    public init(momentum: Double = 0, isNesterov: Bool = false) {
        precondition(momentum >= 0, "momentum cannot be negative")
        precondition(momentum > 0 || !isNesterov, "Nesterov's step needs momentum")
        (self.momentum, self.isNesterov) = (momentum, isNesterov)
    }

    public var slots: [String] { momentum == 0 ? [] : ["momentum_buffer"] }

    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    public func update<Scalar: Real>(_ piece: ParameterPiece<Scalar>, step: Int, learningRate: Double) {
        let θ = piece.parameter, g = piece.gradient
        let η = Scalar(learningRate), μ = Scalar(momentum)
        guard momentum != 0 else {
            for i in 0..<piece.count { θ[i] -= η * g[i] }
            return
        }
        let b = piece.slots[0]
        for i in 0..<piece.count {
            b[i] = μ * b[i] + g[i]
            θ[i] -= η * (isNesterov ? g[i] + μ * b[i] : b[i])
        }
    }
}
