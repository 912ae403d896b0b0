import Autodiff

/// The exponential moving average of a network's parameters, a ← d·a + (1 − d)·θ, which often does better than the last
/// parameters themselves (Polyak & Juditsky, "Acceleration of stochastic approximation by averaging", 1992).
public struct MovingAverage<Network: Module>: Sendable {
    public let decay: Double
    /// The network with averaged parameters. It begins as the one it was made from.
    public private(set) var network: Network

    public init(of network: Network, decay: Double = 0.999) {
        precondition((0...1).contains(decay), "the decay must lie between 0 and 1, and is \(decay)")
        self.decay = decay
        self.network = network
        self.network.visitParameters { _, parameter in parameter = parameter.detached }
    }

    public mutating func update(with latest: Network) throws(TensorError) {
        let parameters = latest.parameters
        var averaged: [Tensor<Network.Scalar>] = []
        for (position, old) in network.parameters.enumerated() {
            averaged.append(try mixed(old.tensor, parameters[position].tensor, decay: decay))
        }
        network.replaceParameters(with: averaged)
    }

    public var state: [NamedTensor<Network.Scalar>] { network.parameters }
    public mutating func restore(_ state: [NamedTensor<Network.Scalar>]) throws(ParameterError) { try network.load(state) }
}

@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
private func mixed<Scalar: Real>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>, decay: Double) throws(TensorError) -> Tensor<Scalar> {
    precondition(a.shape == b.shape, "a network keeps its shapes")
    let d = Scalar(decay), rest = Scalar(1 - decay)
    let from = a.pointer, latest = b.pointer, count = a.count
    return try Tensor(shape: a.shape) { to in
        for i in 0..<count { to[i] = d * from[i] + rest * latest[i] }
    }
}
