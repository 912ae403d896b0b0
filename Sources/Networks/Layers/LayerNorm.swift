import Autodiff

/// (x − mean)/√(var + ε)·weight + bias along the last axis (Ba, Kiros & Hinton 2016, arXiv 1607.06450).
public struct LayerNorm<Scalar: Real>: Layer {
    public var weight: Tensor<Scalar>
    public var bias: Tensor<Scalar>
    public let epsilon: Scalar

    public init(weight: Tensor<Scalar>, bias: Tensor<Scalar>, epsilon: Scalar = 1e-5) {
        precondition(weight.rank == 1 && bias.shape == weight.shape, "weight and bias are [width]")
        (self.weight, self.bias, self.epsilon) = (weight, bias, epsilon)
    }

    /// It begins as plain normalisation: weight 1, bias 0.
    public init(_ width: Int, epsilon: Scalar = 1e-5) throws(TensorError) {
        self.init(weight: try .ones([width]), bias: try .zeros([width]), epsilon: epsilon)
    }

    public mutating func visitParameters<Failure: Error>(
        _ visit: (_ name: String, _ parameter: inout Tensor<Scalar>) throws(Failure) -> Void
    ) throws(Failure) {
        try visit("weight", &weight)
        try visit("bias", &bias)
    }

    public func output(for x: Tensor<Scalar>, noise: RandomStream?) throws(TensorError) -> Tensor<Scalar> {
        try layerNorm(x, gain: weight, bias: bias, epsilon: epsilon)
    }
}
