import Autodiff

/// Uniform between `low` and `high`.
public struct Uniform: Distribution {
    public static let name = "Uniform"
    public let low: Tensor<Double>
    public let high: Tensor<Double>
    public let shape: Shape

    public init(low: Tensor<Double>, high: Tensor<Double>) throws {
        for (name, end) in [("a", low), ("b", high)] {
            try require(end, of: Self.name, name, "finite", fix: "a uniform distribution needs two finite ends") { $0.isFinite }
        }
        let width = try high.detached - low.detached
        try require(
            width, of: Self.name, "b - a", "positive", fix: "give the lower end first: Uniform(a, b) with a < b"
        ) { $0 > 0 && $0.isFinite }
        (self.low, self.high) = (low, high)
        shape = width.shape
    }

    var width: Tensor<Double> { get throws { try high - low } }

    public func logDensity(_ x: Tensor<Double>) throws -> Tensor<Double> {
        let outside = try either(compare(x, low, .less), compare(x, high, .greater))
        // x * 0 keeps the shape of x, its NaNs, and its place on the tape with slope 0; an infinite x is outside.
        let finite = try choose(compare(abs(x.detached), Tensor(.infinity), .equal), 0, x)
        return try masked(outside, -.infinity, finite * 0 - log(width))
    }

    public func sample(_ count: Int, from stream: inout RandomStream) throws -> Tensor<Double> {
        try low + width * .uniform(sampleShape(count), from: &stream)
    }

    public func cdf(_ x: Tensor<Double>) throws -> Tensor<Double> {
        try clamp((x - low) / width, 0, 1)
    }

    public func mean() throws -> Tensor<Double> { try low + Tensor(0.5) * width }
    public func variance() throws -> Tensor<Double> { try square(width) / 12 }
    public func entropy() throws -> Tensor<Double> { try log(width) }
}
