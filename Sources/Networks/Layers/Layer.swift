import Autodiff

/// A module that makes one tensor of another: `layer(x)`.
public protocol Layer<Scalar>: Module {
    /// `noise` is the stream of this pass for layers that draw while they are trained; without it nothing is drawn.
    func output(for x: Tensor<Scalar>, noise: RandomStream?) throws(TensorError) -> Tensor<Scalar>
}

extension Layer {
    public func callAsFunction(_ x: Tensor<Scalar>, noise: RandomStream? = nil) throws(TensorError) -> Tensor<Scalar> {
        try output(for: x, noise: noise)
    }
}

/// A layer with nothing to learn.
public protocol ParameterlessLayer<Scalar>: Layer {}

extension ParameterlessLayer {
    public mutating func visitParameters<Failure: Error>(
        _ visit: (_ name: String, _ parameter: inout Tensor<Scalar>) throws(Failure) -> Void
    ) throws(Failure) {}
}
