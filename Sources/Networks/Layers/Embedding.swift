import Autodiff

/// A learned vector for each number below `count`: weight [count, width]. k numbers give [k, width].
public struct Embedding<Scalar: Real>: Module {
    public var weight: Tensor<Scalar>

    public init(weight: Tensor<Scalar>) {
        precondition(weight.rank == 2, "weight is [count, width]")
        self.weight = weight
    }

    /// Standard normal, as in PyTorch.
    public init(_ count: Int, _ width: Int, from stream: RandomStream) throws(TensorError) {
        weight = try normal([count, width], deviation: 1, from: stream.split("weight"))
    }

    public mutating func visitParameters<Failure: Error>(
        _ visit: (_ name: String, _ parameter: inout Tensor<Scalar>) throws(Failure) -> Void
    ) throws(Failure) {
        try visit("weight", &weight)
    }

    public func callAsFunction(_ numbers: [Int]) throws(TensorError) -> Tensor<Scalar> {
        for number in numbers where number < 0 { throw .indexOutOfRange(index: number, axis: 0, size: weight.shape[0]) }
        return try embedding(weight, numbers)
    }
}
