import Autodiff

/// 1 with probability p, 0 otherwise; by p, or by its logit ln p/(1 - p), which keeps its digits near both ends.
public struct Bernoulli: Distribution {
    public static let name = "Bernoulli"
    public var shape: Shape { probability.shape }
    public var isDiscrete: Bool { true }

    let probability: Tensor<Double>
    let complement: Tensor<Double>
    /// ln p and ln(1 - p).
    let logProbability: Tensor<Double>
    let logComplement: Tensor<Double>

    public init(probability p: Tensor<Double>) throws {
        try require(p, of: Self.name, "p", "between 0 and 1", fix: "a logit is given as Bernoulli(logits=...)") { $0 >= 0 && $0 <= 1 }
        probability = p
        complement = try 1 - p
        logProbability = try logOfProbability(p)
        let certain = try compare(p, 1, .equal)
        logComplement = try masked(certain, -.infinity, log1p(-choose(certain, 0, p)))
    }

    public init(logits: Tensor<Double>) throws {
        try require(logits, of: Self.name, "logits", "numbers", fix: "") { !$0.isNaN }
        probability = try sigmoid(logits)
        complement = try sigmoid(-logits)
        logProbability = try -softplus(-logits)
        logComplement = try -softplus(logits)
    }

    public func logDensity(_ x: Tensor<Double>) throws -> Tensor<Double> {
        let one = try compare(x, 1, .equal)
        let outside = try 1 - either(either(one, compare(x, 0, .equal)), compare(x, x, .notEqual))
        // NaN stays: the mask is 0 there, and x is added where it is neither 0 nor 1.
        let value = try choose(one, logProbability, choose(compare(x, 0, .equal), logComplement, x.detached))
        return try masked(outside, -.infinity, value)
    }

    public func sample(_ count: Int, from stream: inout RandomStream) throws -> Tensor<Double> {
        try compare(.uniform(sampleShape(count), from: &stream), probability.detached, .less)
    }

    public func cdf(_ x: Tensor<Double>) throws -> Tensor<Double> {
        let below = try compare(x, 0, .less)
        let step = try choose(compare(x, 1, .less), complement, choose(compare(x, 1, .greaterOrEqual), 1, x.detached))
        return try masked(below, 0, step)
    }

    public func mean() throws -> Tensor<Double> { probability }
    public func variance() throws -> Tensor<Double> { try probability * complement }

    public func entropy() throws -> Tensor<Double> {
        try -(weighted(probability, logProbability) + weighted(complement, logComplement))
    }
}
