import Autodiff
import Glibc

/// N(mu, sigma²), sigma being the standard deviation.
public struct Normal: Distribution {
    public static let name = "Normal"
    public let mu: Tensor<Double>
    public let sigma: Tensor<Double>
    public let shape: Shape

    public init(mu: Tensor<Double>, sigma: Tensor<Double>) throws {
        try require(mu, of: Self.name, "mu", "finite", fix: "give a mean that is a number") { $0.isFinite }
        try require(
            sigma, of: Self.name, "sigma", "positive and finite", fix: "sigma is the standard deviation: exp(logvar / 2), for one, is always positive"
        ) { $0 > 0 && $0.isFinite }
        (self.mu, self.sigma) = (mu, sigma)
        shape = try common(mu, sigma)
    }

    public func logDensity(_ x: Tensor<Double>) throws -> Tensor<Double> {
        let z = try standardised(x)
        let peak: Tensor<Double> = try log(sigma) + Tensor(0.5 * log(2 * .pi))
        return try Tensor(-0.5) * square(z) - peak
    }

    public func sample(_ count: Int, from stream: inout RandomStream) throws -> Tensor<Double> {
        try mu + sigma * .normal(sampleShape(count), from: &stream)
    }

    public func cdf(_ x: Tensor<Double>) throws -> Tensor<Double> {
        try lifted(standardised(x)) { z in (SpecialFunctions.normalCDF(z), exp(-0.5 * z * z) / (2 * Double.pi).squareRoot()) }
    }

    public func mean() throws -> Tensor<Double> { try broadcast(mu, to: shape) }
    public func variance() throws -> Tensor<Double> { try broadcast(square(sigma), to: shape) }

    public func entropy() throws -> Tensor<Double> {
        try broadcast(log(sigma) + Tensor(0.5 + 0.5 * log(2 * .pi)), to: shape)
    }

    func standardised(_ x: Tensor<Double>) throws -> Tensor<Double> { try (x - mu) / sigma }
}
