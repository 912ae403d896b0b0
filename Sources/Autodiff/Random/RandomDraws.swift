import Glibc

/// How one 64-bit word becomes a number.
enum UniformWord {
    /// [0, 1) on the grid of 2⁻⁵³.
    @inline(__always)
    static func halfOpen(_ word: UInt64) -> Double { Double(word >> 11) * 0x1p-53 }

    /// (0, 1), the odd multiples of 2⁻⁵³: symmetric about 1/2, and never an end.
    @inline(__always)
    static func open(_ word: UInt64) -> Double { (Double(word >> 12) + 0.5) * 0x1p-52 }

    /// Standard normal by inversion of `open`. The distance to the nearer end is exact, so both tails are fine-grained to 8.2σ.
    static func normal(_ word: UInt64) -> Double {
        let u = open(word)
        return normalQuantile(offset: u - 0.5, tail: min(u, 1 - u))
    }
}

/// Draws in double precision. Each moves `position` on by one: a draw that may need several words (gamma, integers,
/// permutations) takes them from the stream split off by its position's number.
extension RandomStream {
    /// Uniform on [0, 1), with 53 random bits.
    public mutating func uniform() -> Double { UniformWord.halfOpen(next()) }

    /// Uniform on (0, 1): for what a logarithm or a quantile will be taken of.
    public mutating func openUniform() -> Double { UniformWord.open(next()) }

    /// Standard normal, by inversion (one word a number, so monotone in the uniform behind it).
    public mutating func normal() -> Double { UniformWord.normal(next()) }

    /// Exponential with rate 1.
    public mutating func exponential() -> Double { -log(openUniform()) }

    /// Standard Gumbel: location 0, scale 1.
    public mutating func gumbel() -> Double { -log(-log(openUniform())) }

    /// Laplace with location 0 and scale 1: a fair sign on an exponential.
    public mutating func laplace() -> Double {
        let u = openUniform()
        return u < 0.5 ? log(2 * u) : -log(2 * (1 - u))
    }

    /// True with probability `p`; outside [0, 1] it counts as its nearer end, NaN as 0.
    public mutating func bernoulli(_ p: Double) -> Bool { uniform() < p }

    /// Gamma with the given shape and scale 1: Marsaglia and Tsang, "A simple method for generating gamma variables"
    /// (ACM TOMS 26, 2000). Below shape 1, Gamma(shape + 1) times U^(1/shape).
    public mutating func gamma(shape: Double) -> Double {
        precondition(shape > 0 && shape.isFinite, "a gamma variable needs a positive, finite shape, not \(shape)")
        var words = numbered()
        var boost = 1.0
        var shape = shape
        if shape < 1 {
            boost = pow(words.openUniform(), 1 / shape)
            shape += 1
        }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = words.normal()
            let root = 1 + c * x
            let u = words.openUniform()
            guard root > 0 else { continue }
            let v = root * root * root
            if log(u) < 0.5 * x * x + d * (1 - v + log(v)) { return boost * d * v }
        }
    }

    /// Uniform on 0 ..< `bound`, without bias (Lemire, "Fast random integer generation in an interval", 2019).
    public mutating func integer(below bound: Int) -> Int {
        precondition(bound > 0, "an integer below \(bound) cannot be drawn")
        let bound = UInt64(bound)
        let place = position
        var (high, low) = next().multipliedFullWidth(by: bound)
        if low < bound {
            let rest = (0 &- bound) % bound
            var words = split(place)
            while low < rest { (high, low) = words.next().multipliedFullWidth(by: bound) }
        }
        return Int(high)
    }

    /// A uniform order of 0 ..< `count` (Fisher and Yates).
    public mutating func permutation(of count: Int) -> [Int] {
        precondition(count >= 0, "a permutation needs a count of at least 0, not \(count)")
        var words = numbered()
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, words.integer(below: last + 1))
        }
        return order
    }

    /// The stream that belongs to the present position.
    private mutating func numbered() -> RandomStream {
        defer { position &+= 1 }
        return split(position)
    }
}

/// A table to draw categories from, one word a draw, by inversion of the cumulated weights.
public struct CategoricalTable: Sendable {
    private var cumulated: [Double] = []

    /// Weights need not sum to 1; none may be negative or NaN and one at least must be positive.
    public init(weights: [Double]) {
        var sum = 0.0
        for weight in weights {
            precondition(weight >= 0 && weight.isFinite, "a category's weight must be finite and at least 0, not \(weight)")
            sum += weight
            cumulated.append(sum)
        }
        precondition(sum > 0 && sum.isFinite, "the weights of the categories sum to \(sum)")
    }

    /// Weights exp(logit), whatever the logits' size; -inf is a category that never comes.
    public init(logits: [Double]) {
        let top = logits.max() ?? 0
        precondition(top.isFinite, "the largest logit of the categories is \(top)")
        self.init(weights: logits.map { exp($0 - top) })
    }

    public func draw(from stream: inout RandomStream) -> Int {
        let target = stream.uniform() * cumulated[cumulated.count - 1]
        // The first category whose cumulated weight lies above the target: one of weight 0 never does first.
        var (low, high) = (0, cumulated.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if cumulated[middle] > target { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
