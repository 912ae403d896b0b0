import Autodiff

/// [n, ...] becomes [n, everything else].
public struct Flatten<Scalar: Real>: ParameterlessLayer {
    public init() {}

    public func output(for x: Tensor<Scalar>, noise: RandomStream?) throws(TensorError) -> Tensor<Scalar> {
        guard x.rank > 0 else { throw .mismatched(operation: .reshape, detail: "a single number cannot be flattened to rows") }
        return try reshape(x, [x.shape[0], x.shape.sizes.dropFirst().reduce(1, *)])
    }
}

/// Items of another shape: [n, ...] becomes [n] + sizes.
public struct Reshape<Scalar: Real>: ParameterlessLayer {
    public let sizes: [Int]

    public init(_ sizes: [Int]) { self.sizes = sizes }

    public func output(for x: Tensor<Scalar>, noise: RandomStream?) throws(TensorError) -> Tensor<Scalar> {
        guard x.rank > 0 else { throw .mismatched(operation: .reshape, detail: "a single number cannot be cut into items") }
        return try reshape(x, [x.shape[0]] + sizes)
    }
}

/// Images [n, channels, h, w] larger by a whole factor, each pixel repeated.
public struct Upsample<Scalar: Real>: ParameterlessLayer {
    public let factor: Int

    public init(factor: Int) { self.factor = factor }

    public func output(for x: Tensor<Scalar>, noise: RandomStream?) throws(TensorError) -> Tensor<Scalar> {
        try upsample2D(x, factor: factor)
    }
}
