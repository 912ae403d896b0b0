import Autodiff
import Glibc

/// KL(q ‖ p) = E_q ln q/p in nats, element by element, in closed form; +inf where q has mass outside the support of p.
/// For pairs without a closed form an error says how to estimate it.
public func klDivergence(_ q: any Distribution, _ p: any Distribution) throws -> Tensor<Double> {
    switch (q, p) {
    case let (q as Normal, p as Normal):
        // ½ (σ²/τ² + (μ - ν)²/τ² - 1 - ln σ²/τ²)
        let ratio = try q.sigma / p.sigma
        let squares = try square(ratio) + square((q.mu - p.mu) / p.sigma)
        return try Tensor(0.5) * (squares - 1) - log(ratio)

    case let (q as MultivariateNormal, p as MultivariateNormal):
        // ½ (tr(P⁻¹ Q) + (μ - ν)ᵀ P⁻¹ (μ - ν) - d) + ln det L_P - ln det L_Q, the trace being |L_P⁻¹ L_Q|².
        guard q.shape == p.shape else { throw mismatched(q, p) }
        let trace = try sum(square(solve(p.factor, q.factor)))
        let squares = try trace + p.mahalanobis(q.mu - p.mu)
        return try Tensor(0.5) * (squares - Tensor(Double(q.mu.count))) + (p.logDeterminantOfFactor() - q.logDeterminantOfFactor())

    case let (q as Bernoulli, p as Bernoulli):
        return try weighted(q.probability, difference(q.logProbability, p.logProbability))
            + weighted(q.complement, difference(q.logComplement, p.logComplement))

    case let (q as Categorical, p as Categorical):
        guard q.categories == p.categories else { throw mismatched(q, p) }
        return try sum(weighted(q.probabilities, difference(q.logProbabilities, p.logProbabilities)), axis: -1)

    case let (q as Laplace, p as Laplace):
        let ratio = try q.scale / p.scale
        let distance = try abs(q.mu - p.mu)
        let squeezed = try ratio * exp(-(distance / q.scale))
        return try distance / p.scale + squeezed - 1 - log(ratio)

    case let (q as Exponential, p as Exponential):
        let ratio = try p.rate / q.rate
        return try ratio - 1 - log(ratio)

    case let (q as ContinuousBernoulli, p as ContinuousBernoulli):
        // The Bregman divergence of A: (η - ζ) A'(η) - A(η) + A(ζ).
        let slope = try (q.logits - p.logits) * q.mean()
        return try slope - (q.logNormaliser() - p.logNormaliser())

    default:
        guard let cross = try crossEntropy(q, p) else { throw noClosedForm(q, p) }
        return try cross - q.entropy()
    }
}

/// -E_q ln p for unlike or bounded families of numbers, where moments of q are enough for it.
private func crossEntropy(_ q: any Distribution, _ p: any Distribution) throws -> Tensor<Double>? {
    guard let support = support(q) else { return nil }
    let zero = try Tensor<Double>.zeros(q.shape)
    switch p {
    case let p as Normal:
        let squares = try (q.variance() + square(q.mean() - p.mu)) / square(p.sigma)
        return try Tensor(0.5) * squares + log(p.sigma) + Tensor(0.5 * log(2 * .pi))
    case let p as Uniform:
        let outside = try either(compare(support.low, p.low, .less), compare(support.high, p.high, .greater))
        return try masked(outside, .infinity, zero + log(p.width))
    case let p as Exponential:
        return try masked(compare(support.low, 0, .less), .infinity, p.rate * q.mean() - log(p.rate))
    case let p as ContinuousBernoulli:
        let outside = try either(compare(support.low, 0, .less), compare(support.high, 1, .greater))
        return try masked(outside, .infinity, p.logNormaliser() - p.logits * q.mean())
    case let p as Laplace:
        guard let distance = try meanDistance(q, from: p.mu) else { return nil }
        return try distance / p.scale + log(Tensor(2) * p.scale)
    default:
        return nil
    }
}

/// Where a density of numbers lives, of the families whose entropy and moments are known.
private func support(_ q: any Distribution) -> (low: Tensor<Double>, high: Tensor<Double>)? {
    switch q {
    case is Normal, is Laplace: (Tensor(-.infinity), Tensor(.infinity))
    case is Exponential: (0, Tensor(.infinity))
    case is ContinuousBernoulli: (0, 1)
    case let q as Uniform: (q.low, q.high)
    default: nil
    }
}

/// E |X - c|.
private func meanDistance(_ q: any Distribution, from c: Tensor<Double>) throws -> Tensor<Double>? {
    switch q {
    case let q as Normal:
        // 2σ φ(z) + (μ - c)(2Φ(z) - 1), z = (μ - c)/σ.
        let z = try (q.mu - c) / q.sigma
        let peak = try Tensor((2 / Double.pi).squareRoot()) * q.sigma * exp(Tensor(-0.5) * square(z))
        return try peak + (q.mu - c) * erf(z * Tensor(0.5.squareRoot()))
    case let q as Uniform:
        let outside = try either(compare(c, q.low, .less), compare(c, q.high, .greater))
        let inside = try (square(c - q.low) + square(q.high - c)) / (Tensor(2) * q.width)
        return try choose(outside, abs(q.mean() - c), inside)
    case let q as Exponential:
        let below = try compare(c, 0, .less)
        let beyond = try c + (Tensor(2) * exp(-(q.rate * choose(below, 0, c))) - 1) / q.rate
        return try choose(below, 1 / q.rate - c, beyond)
    default:
        return nil
    }
}

/// a - b for log probabilities; where both are ln 0 it is 0, so that nothing of weight 0 makes a NaN.
private func difference(_ a: Tensor<Double>, _ b: Tensor<Double>) throws -> Tensor<Double> {
    let absent = try compare(a, Tensor(-.infinity), .equal)
    return try masked(absent, 0, choose(absent, 0, a) - b)
}

private func name(_ distribution: any Distribution) -> String { type(of: distribution).name }

private func mismatched(_ q: any Distribution, _ p: any Distribution) -> ProbabilityError {
    .invalidArgument(
        "kl: q and p are of different sizes: \(size(q)) and \(size(p))", fix: "both must live on the same space")
}

private func size(_ distribution: any Distribution) -> String {
    if let categorical = distribution as? Categorical { return "\(categorical.categories) categories" }
    return "shape \(distribution.shape)"
}

private func noClosedForm(_ q: any Distribution, _ p: any Distribution) -> ProbabilityError {
    let pair = "kl(\(name(q)), \(name(p)))"
    if q.isDiscrete != p.isDiscrete {
        return .invalidArgument(
            "\(pair): a distribution of whole numbers and a density have no divergence", fix: "compare like with like")
    }
    if q.elementRank != p.elementRank {
        return .invalidArgument(
            "\(pair): one is of vectors, the other of numbers",
            fix: "write Normal(mu, sigma) as MultivariateNormal(mu, diag(sigma^2))")
    }
    let density = q.isDiscrete ? "logpmf" : "logpdf"
    return .noClosedForm(pair, fix: "estimate it: z = sample(q, 100000); estimate(\(density)(q, z) - \(density)(p, z))")
}
