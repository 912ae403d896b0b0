import Autodiff
import Glibc

/// The exponential distribution cut to [0, 1]: density proportional to λˣ (1 - λ)¹⁻ˣ; by λ or by its logit.
public struct ContinuousBernoulli: Distribution {
    typealias Family = ContinuousBernoulliFamily

    public static let name = "ContinuousBernoulli"
    public let logits: Tensor<Double>
    public var shape: Shape { logits.shape }

    public init(lambda: Tensor<Double>) throws {
        try require(
            lambda, of: Self.name, "lambda", "above 0 and below 1", fix: "a logit is given as ContinuousBernoulli(logits=...)"
        ) { $0 > 0 && $0 < 1 }
        logits = try log(lambda) - log1p(-lambda)
    }

    public init(logits: Tensor<Double>) throws {
        try require(logits, of: Self.name, "logits", "finite", fix: "cut them off with clamp(logits, -700, 700)") { $0.isFinite }
        self.logits = logits
    }

    public func logDensity(_ x: Tensor<Double>) throws -> Tensor<Double> {
        let outside = try either(compare(x, 0, .less), compare(x, 1, .greater))
        return try masked(outside, -.infinity, x * logits - logNormaliser())
    }

    public func sample(_ count: Int, from stream: inout RandomStream) throws -> Tensor<Double> {
        let uniforms = try Tensor<Double>.drawn(sampleShape(count), from: &stream) { $0.openUniform() }
        return try lifted(uniforms, logits) { u, logit in
            let x = Family.quantile(u, logit: logit)
            return (x, 0, Family.quantileSlope(x, logit: logit))
        }
    }

    public func cdf(_ x: Tensor<Double>) throws -> Tensor<Double> {
        try lifted(x, logits) { x, logit in
            if x.isNaN { return (.nan, .nan, .nan) }
            guard x > 0, x < 1 else { return (x <= 0 ? 0 : 1, 0, 0) }
            let density = exp(x * logit - Family.logNormaliser(logit))
            return (Family.cdf(x, logit: logit), density, -density * Family.quantileSlope(x, logit: logit))
        }
    }

    public func mean() throws -> Tensor<Double> { try lifted(logits) { (Family.mean($0), Family.variance($0)) } }

    public func variance() throws -> Tensor<Double> { try lifted(logits) { (Family.variance($0), Family.thirdCumulant($0)) } }

    public func entropy() throws -> Tensor<Double> { try logNormaliser() - logits * mean() }

    func logNormaliser() throws -> Tensor<Double> { try lifted(logits) { (Family.logNormaliser($0), Family.mean($0)) } }
}
