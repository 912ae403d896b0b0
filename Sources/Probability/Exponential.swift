import Autodiff

/// Density rate · e^{-rate x} on x ≥ 0.
public struct Exponential: Distribution {
    public static let name = "Exponential"
    public let rate: Tensor<Double>
    public var shape: Shape { rate.shape }

    public init(rate: Tensor<Double>) throws {
        try require(rate, of: Self.name, "rate", "positive and finite", fix: "the rate is 1 over the mean") { $0 > 0 && $0.isFinite }
        self.rate = rate
    }

    public func logDensity(_ x: Tensor<Double>) throws -> Tensor<Double> {
        try masked(compare(x, 0, .less), -.infinity, log(rate) - rate * x)
    }

    public func sample(_ count: Int, from stream: inout RandomStream) throws -> Tensor<Double> {
        try .drawn(sampleShape(count), from: &stream) { $0.exponential() } / rate
    }

    public func cdf(_ x: Tensor<Double>) throws -> Tensor<Double> {
        try -expm1(-(rate * maximum(x, 0)))
    }

    public func mean() throws -> Tensor<Double> { try 1 / rate }
    public func variance() throws -> Tensor<Double> { try 1 / square(rate) }
    public func entropy() throws -> Tensor<Double> { try 1 - log(rate) }
}
