import Glibc

/// The continuous Bernoulli as the exponential family that it is: density exp(ηx - A(η)) on [0, 1], η = logit λ,
/// A(η) = ln((eη - 1)/η). All of it is smooth at η = 0 (λ = 1/2), where the usual formulas in λ divide 0 by 0.
/// (Loaiza-Ganem and Cunningham, "The continuous Bernoulli", 2019. Their ln C(λ) is softplus(η) - A(η).)
public enum ContinuousBernoulliFamily {
    /// A(η).
    public static func logNormaliser(_ logit: Double) -> Double {
        logit / 2 + logSinhRatio(abs(logit) / 2)
    }

    /// ln C(λ), C the constant in C λˣ (1 - λ)¹⁻ˣ: even in η, ln 2 at 0. It is ln(2u / tanh u), u = |η|/2.
    public static func logConstant(logit: Double) -> Double {
        let u = abs(logit) / 2
        if u < 1 {
            // cosh u · u / sinh u, both logarithms by what exceeds 1.
            let sinhHalf = sinh(u / 2)
            return log(2) + log1p(2 * sinhHalf * sinhHalf) - log1p(sinhExcess(u))
        }
        return log(2 * u) + log1p(exp(-2 * u)) - log1p(-exp(-2 * u))
    }

    /// A'(η), the mean: 1/2 + (coth u - 1/u)/2, u = η/2.
    public static func mean(_ logit: Double) -> Double { 0.5 + 0.5 * langevin(logit / 2) }

    /// A''(η), the variance. L' = 1 - L² - 2L/u for L = coth u - 1/u.
    public static func variance(_ logit: Double) -> Double {
        let u = abs(logit) / 2
        if u > 3 {
            let e = exp(-2 * u)
            // 1/u² - 1/sinh² u.
            return 0.25 * (1 / (u * u) - 4 * e / ((1 - e) * (1 - e)))
        }
        let ratio = langevinRatio(u)
        return 0.25 * (1 - ratio * (ratio * u * u + 2))
    }

    /// A‴(η), the slope of the variance: L″(u)/8, u = η/2, L″ = -2 (L L′ + L′/u - L/u²); an odd function.
    public static func thirdCumulant(_ logit: Double) -> Double {
        let u = abs(logit) / 2
        let value: Double
        if u > 3 {
            let e = exp(-2 * u)
            // 2 coth u/sinh² u - 2/u³.
            value = 8 * e * (1 + e) / ((1 - e) * (1 - e) * (1 - e)) - 2 / (u * u * u)
        } else if u < 0.05 {
            let square = u * u
            value = u * (-2.0 / 15 + square * (8.0 / 189 + square * (-2.0 / 225 + square * (144.0 / 93_555))))
        } else {
            let ratio = langevinRatio(u)
            let slope = 1 - ratio * (ratio * u * u + 2)
            value = -2 * (ratio * u * slope + (slope - ratio) / u)
        }
        return (logit < 0 ? -value : value) / 8
    }

    /// F(x) = (eηˣ - 1)/(eη - 1) for x in [0, 1].
    public static func cdf(_ x: Double, logit: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        if logit > 0 {
            // By the mirror image x → 1 - x, η → -η, which cannot overflow.
            return exp(logit * (x - 1)) * expm1(-logit * x) / expm1(-logit)
        }
        return logit == 0 ? x : expm1(logit * x) / expm1(logit)
    }

    /// F⁻¹(u), u in (0, 1).
    public static func quantile(_ u: Double, logit: Double) -> Double {
        if logit == 0 { return u }
        // For η < 0: ln(1 + u (eη - 1))/η. Otherwise 1 minus the mirror image.
        let x = log1p((logit < 0 ? u : 1 - u) * expm1(-abs(logit))) / -abs(logit)
        return logit < 0 ? x : 1 - x
    }

    /// dF⁻¹(u)/dη at fixed u: how a draw moves with η. It is -(∂F/∂η)/density, and
    /// ∂F/∂η = ∫₀ˣ (t - mean) e^{ηt - A} dt = F(x) (m(x) - mean), with m(x) = x mean(ηx) the mean below x.
    public static func quantileSlope(_ x: Double, logit: Double) -> Double {
        if x <= 0 || x >= 1 { return 0 }
        // The mirror image x → 1 - x, η → -η keeps the slope; for η ≤ 0 nothing below overflows.
        if logit > 0 { return quantileSlope(1 - x, logit: -logit) }
        // F/density = (1 - e^{-ηx})/η = x · (1 - e^{-ηx})/(ηx).
        let z = logit * x
        let ratio = z == 0 ? 1 : -expm1(-z) / z
        return x * ratio * (mean(logit) - x * mean(z))
    }

    /// ln(sinh u / u), u ≥ 0.
    private static func logSinhRatio(_ u: Double) -> Double {
        u < 1 ? log1p(sinhExcess(u)) : u + log1p(-exp(-2 * u)) - log(2 * u)
    }

    /// sinh u / u - 1 for |u| < 1, by its series u²/6 (1 + u²/20 (1 + u²/42 (1 + ...))).
    private static func sinhExcess(_ u: Double) -> Double {
        let square = u * u
        var sum = 1.0
        for k in stride(from: 9, through: 2, by: -1) { sum = 1 + square / Double(2 * k * (2 * k + 1)) * sum }
        return square / 6 * sum
    }

    /// coth u - 1/u.
    private static func langevin(_ u: Double) -> Double {
        if abs(u) > 3 { return 1 / tanh(u) - 1 / u }
        return u * langevinRatio(u)
    }

    /// (coth u - 1/u)/u for |u| ≤ 3, by Gauss's continued fraction 1/(3 + u²/(5 + u²/(7 + ...))).
    private static func langevinRatio(_ u: Double) -> Double {
        let square = u * u
        var denominator = 31.0
        for odd in stride(from: 29, through: 3, by: -2) { denominator = Double(odd) + square / denominator }
        return 1 / denominator
    }
}
