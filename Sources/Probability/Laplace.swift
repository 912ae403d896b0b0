import Autodiff
import Glibc

/// Density e^{-|x - mu|/b}/2b.
public struct Laplace: Distribution {
    public static let name = "Laplace"
    public let mu: Tensor<Double>
    public let scale: Tensor<Double>
    public let shape: Shape

    public init(mu: Tensor<Double>, scale: Tensor<Double>) throws {
        try require(mu, of: Self.name, "mu", "finite", fix: "give a centre that is a number") { $0.isFinite }
        try require(scale, of: Self.name, "b", "positive and finite", fix: "b is the mean distance from mu: exp(s), for one, is always positive") {
            $0 > 0 && $0.isFinite
        }
        (self.mu, self.scale) = (mu, scale)
        shape = try common(mu, scale)
    }

    public func logDensity(_ x: Tensor<Double>) throws -> Tensor<Double> {
        let distance = try abs(x - mu) / scale
        return try -distance - log(Tensor(2) * scale)
    }

    public func sample(_ count: Int, from stream: inout RandomStream) throws -> Tensor<Double> {
        try mu + scale * .drawn(sampleShape(count), from: &stream) { $0.laplace() }
    }

    public func cdf(_ x: Tensor<Double>) throws -> Tensor<Double> {
        try lifted((x - mu) / scale) { z in
            let tail = 0.5 * exp(-Swift.abs(z))
            return (z < 0 ? tail : 1 - tail, tail)
        }
    }

    public func mean() throws -> Tensor<Double> { try broadcast(mu, to: shape) }
    public func variance() throws -> Tensor<Double> { try broadcast(Tensor(2) * square(scale), to: shape) }
    public func entropy() throws -> Tensor<Double> { try broadcast(log(Tensor(2) * scale) + 1, to: shape) }
}
