import Autodiff

/// y = x·Wᵀ + b along the last axis: x [..., in], W [out, in], b [out] give [..., out].
public struct Linear<Scalar: Real>: Layer {
    public var weight: Tensor<Scalar>
    public var bias: Tensor<Scalar>?

    public init(weight: Tensor<Scalar>, bias: Tensor<Scalar>?) {
        precondition(weight.rank == 2 && bias.map { $0.shape == [weight.shape[0]] } ?? true, "weight is [out, in], bias [out]")
        (self.weight, self.bias) = (weight, bias)
    }

    /// Each layer gets a stream of its own; `weight` and `bias` are split off from it.
    public init(
        _ inputs: Int, _ outputs: Int, bias: Bool = true, initialisation: Initialisation = .standard, from stream: RandomStream
    ) throws(TensorError) {
        weight = try initialisation.weight([outputs, inputs], fanIn: inputs, fanOut: outputs, from: stream.split("weight"))
        self.bias = bias ? try initialisation.bias([outputs], fanIn: inputs, from: stream.split("bias")) : nil
    }

    public mutating func visitParameters<Failure: Error>(
        _ visit: (_ name: String, _ parameter: inout Tensor<Scalar>) throws(Failure) -> Void
    ) throws(Failure) {
        try visit("weight", &weight)
        if bias != nil { try visit("bias", &bias!) }
    }

    public func output(for x: Tensor<Scalar>, noise: RandomStream?) throws(TensorError) -> Tensor<Scalar> {
        guard let last = x.shape.sizes.last, x.rank != 2 else { return try rows(x) }
        let outer = Array(x.shape.sizes.dropLast())
        return try reshape(rows(reshape(x, [Shape(outer).count, last])), outer + [weight.shape[0]])
    }

    private func rows(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
        guard let bias else { return try matrixProduct(x, transpose(weight)) }
        return try linear(x, weights: weight, bias: bias)
    }
}
