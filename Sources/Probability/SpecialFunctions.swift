import Autodiff
import Glibc

/// Functions that the C library does not have.
public enum SpecialFunctions {
    /// Φ(x).
    public static func normalCDF(_ x: Double) -> Double { 0.5 * erfc(-x * 0.5.squareRoot()) }

    /// ln Φ(x), with its digits in both tails.
    public static func normalLogCDF(_ x: Double) -> Double {
        if x > 0 { return log1p(-0.5 * erfc(x * 0.5.squareRoot())) }
        if x > -30 { return log(normalCDF(x)) }
        // Φ(x) = φ(x)/|x| (1 - 1/x² + 3/x⁴ - 15/x⁶ + ...).
        let r = 1 / (x * x)
        let series = -r * (1 - 3 * r * (1 - 5 * r * (1 - 7 * r * (1 - 9 * r))))
        return -0.5 * x * x - log(-x) - 0.5 * log(2 * .pi) + log1p(series)
    }

    /// Φ⁻¹(p); ±infinity at the ends, NaN outside [0, 1].
    public static func normalQuantile(_ p: Double) -> Double {
        guard p >= 0, p <= 1 else { return .nan }
        if p == 0 || p == 1 { return p == 0 ? -.infinity : .infinity }
        return Autodiff.normalQuantile(offset: p - 0.5, tail: min(p, 1 - p))
    }

    /// P(a, x) = γ(a, x)/Γ(a) and Q = 1 - P, each with its digits, for 0 < a ≤ 1e8 and x ≥ 0; NaN elsewhere.
    public static func regularisedGamma(_ a: Double, _ x: Double) -> (lower: Double, upper: Double) {
        guard a > 0, a <= 1e8, x >= 0 else { return (.nan, .nan) }
        if x == 0 { return (0, 1) }
        if x == .infinity { return (1, 0) }
        let front = gammaDensity(a, x)
        if x < a + 1 {
            // Σ xⁿ / (a (a+1) ... (a+n)).
            var (term, sum, n) = (1 / a, 1 / a, a)
            while term > sum * 1e-17 {
                n += 1
                term *= x / n
                sum += term
            }
            let lower = min(1, front * sum)
            return (lower, 1 - lower)
        }
        // The continued fraction 1/(x+1-a- 1(1-a)/(x+3-a- 2(2-a)/(x+5-a- ...))), by Lentz's method.
        let tiny = 1e-300
        var b = x + 1 - a
        var (c, d) = (1 / tiny, 1 / b)
        var fraction = d
        for i in 1...100_000 {
            let step = -Double(i) * (Double(i) - a)
            b += 2
            d = step * d + b
            if abs(d) < tiny { d = tiny }
            c = b + step / c
            if abs(c) < tiny { c = tiny }
            d = 1 / d
            fraction *= c * d
            if abs(c * d - 1) < 1e-16 { break }
        }
        let upper = min(1, front * fraction)
        return (1 - upper, upper)
    }

    /// xᵃ e⁻ˣ / Γ(a). For large a by Stirling's series, in which the huge exponents have cancelled:
    /// √(a/2π) exp(-a (μ - ln(1 + μ)) - 1/12a + ...), μ = (x - a)/a.
    private static func gammaDensity(_ a: Double, _ x: Double) -> Double {
        if a < 30 { return exp(a * log(x) - x - Double.lgamma(a)) }
        let excess = (x - a) / a
        let r = 1 / (a * a)
        let correction = (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r / 1680))) / a
        return (a / (2 * .pi)).squareRoot() * exp(-a * (excess - log1p(excess)) - correction)
    }
}
