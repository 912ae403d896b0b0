import Glibc

/// How likely samples as odd as these are, if they come from the distribution named: small is bad news.
public enum GoodnessOfFit {
    /// Kolmogorov and Smirnov's test of a continuous distribution. The law of D is Kolmogorov's limit with Stephens's
    /// correction for finite n (1970), good to three digits for n ≥ 20.
    public static func kolmogorovSmirnov(_ samples: [Double], cdf: (Double) -> Double) -> (statistic: Double, pValue: Double) {
        precondition(!samples.isEmpty, "a test needs samples")
        let n = Double(samples.count)
        var distance = 0.0
        for (index, sample) in samples.sorted().enumerated() {
            let p = cdf(sample)
            guard p >= 0, p <= 1 else { return (.infinity, 0) }
            distance = max(distance, p - Double(index) / n, Double(index + 1) / n - p)
        }
        let root = n.squareRoot()
        return (distance, kolmogorovTail((root + 0.12 + 0.11 / root) * distance))
    }

    /// Pearson's test of counts against the counts expected. A cell where none is expected must have none.
    public static func chiSquare(_ counts: [Int], expected: [Double]) -> (statistic: Double, pValue: Double) {
        precondition(counts.count == expected.count, "\(counts.count) counts against \(expected.count) expected ones")
        var (statistic, cells) = (0.0, 0)
        for (count, mean) in zip(counts, expected) where mean > 0 || count > 0 {
            guard mean > 0 else { return (.infinity, 0) }
            let excess = Double(count) - mean
            statistic += excess * excess / mean
            cells += 1
        }
        precondition(cells > 1, "a test of counts needs two cells or more")
        return (statistic, SpecialFunctions.regularisedGamma(Double(cells - 1) / 2, statistic / 2).upper)
    }

    /// P(√n D > x) for n → ∞: 2 Σ (-1)^{k-1} e^{-2k²x²}, and for small x its theta-function twin.
    static func kolmogorovTail(_ x: Double) -> Double {
        guard x > 0 else { return 1 }
        if x < 1.18 {
            let factor = exp(-Double.pi * Double.pi / (8 * x * x))
            let sum = factor * (1 + pow(factor, 8) * (1 + pow(factor, 16) * (1 + pow(factor, 24))))
            return 1 - (2 * Double.pi).squareRoot() / x * sum
        }
        let factor = exp(-2 * x * x)
        return 2 * factor * (1 - pow(factor, 3) * (1 - pow(factor, 5)))
    }
}
