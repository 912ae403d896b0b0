import Glibc

/// Nodes and weights with Σ wᵢ f(xᵢ) = E f(X), X ~ N(0, 1), exact for polynomials of degree below 2n.
public struct GaussHermite: Sendable {
    /// How many nodes there can be.
    public static let counts = 1...256

    public let nodes: [Double]
    public let weights: [Double]

    /// The nodes are the zeros of hₙ, the n-th orthonormal polynomial of N(0, 1):
    /// √(k+1) h₍ₖ₊₁₎ = x hₖ - √k h₍ₖ₋₁₎, hₙ' = √n h₍ₙ₋₁₎, weights 1/(n h₍ₙ₋₁₎²).
    /// Neighbouring zeros lie at least π/√(n + 1/2) apart (Sturm's comparison), so half that step passes none by.
    public init(count n: Int) {
        precondition(Self.counts.contains(n), "Gauss-Hermite quadrature takes 1 to 256 nodes, not \(n)")
        var positive: [(node: Double, weight: Double)] = []
        let step = 0.5 * Double.pi / (Double(n) + 0.5).squareRoot()
        // For odd n, 0 is a zero of its own: start beyond it.
        var low = n % 2 == 0 ? 0 : step / 2
        var sign = Self.polynomials(n, low).last < 0
        while positive.count < n / 2 {
            let high = low + step
            let next = Self.polynomials(n, high).last < 0
            if next != sign { positive.append(Self.zero(n, low, high, negativeBelow: sign)) }
            (low, sign) = (high, next)
        }
        var all = positive.reversed().map { (-$0.node, $0.weight) }
        if n % 2 == 1 { all.append((0, Self.weight(n, Self.polynomials(n, 0).beforeLast))) }
        all += positive.map { ($0.node, $0.weight) }
        nodes = all.map(\.0)
        weights = all.map(\.1)
    }

    public func expectation<Failure: Error>(of f: (Double) throws(Failure) -> Double) throws(Failure) -> Double {
        // From the outside in, so that the small terms are added first.
        var sum = 0.0
        for index in 0..<(nodes.count / 2) {
            let mirror = nodes.count - 1 - index
            sum += weights[index] * (try f(nodes[index])) + weights[mirror] * (try f(nodes[mirror]))
        }
        if nodes.count % 2 == 1 { sum += weights[nodes.count / 2] * (try f(0)) }
        return sum
    }

    private static func polynomials(_ n: Int, _ x: Double) -> (beforeLast: Double, last: Double) {
        var (before, last) = (0.0, 1.0)
        for k in 0..<n {
            (before, last) = (last, (x * last - Double(k).squareRoot() * before) / Double(k + 1).squareRoot())
        }
        return (before, last)
    }

    private static func weight(_ n: Int, _ beforeLast: Double) -> Double { 1 / (Double(n) * beforeLast * beforeLast) }

    /// The one zero between `low` and `high`: Newton's steps, kept inside by bisection.
    private static func zero(_ n: Int, _ low: Double, _ high: Double, negativeBelow: Bool) -> (node: Double, weight: Double) {
        var (low, high) = (low, high)
        var x = (low + high) / 2
        for _ in 0..<100 {
            let (before, last) = polynomials(n, x)
            if (last < 0) == negativeBelow { low = x } else { high = x }
            var next = x - last / (Double(n).squareRoot() * before)
            if !(next > low && next < high) { next = (low + high) / 2 }
            let change = abs(next - x)
            x = next
            if change <= 2 * x.ulp { break }
        }
        return (x, weight(n, polynomials(n, x).beforeLast))
    }
}
