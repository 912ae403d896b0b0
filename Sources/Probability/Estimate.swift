import Autodiff

/// A mean over samples, with its standard error. Arithmetic with numbers keeps both; two estimates combine as if
/// they were independent. The value stays on the tape of the samples, so that a pathwise gradient of it can be taken.
public struct Estimate: Sendable {
    public let value: Tensor<Double>
    public let standardError: Tensor<Double>
    /// How many samples it rests on; of two estimates combined, the smaller number.
    public let count: Int

    public init(value: Tensor<Double>, standardError: Tensor<Double>, count: Int) {
        (self.value, self.standardError, self.count) = (value, standardError.detached, count)
    }

    /// The mean over the first axis; its standard error is √(variance/n), the variance taken with n - 1.
    public init(samples: Tensor<Double>) throws {
        guard samples.rank > 0 else {
            throw ProbabilityError.invalidArgument(
                "an estimate is made of samples along the first axis, and this is a single number", fix: "leave out the mean: estimate takes it")
        }
        let n = samples.shape[0]
        guard n > 1 else {
            throw ProbabilityError.invalidArgument(
                "an estimate needs two samples or more to know its standard error, and has \(n)", fix: "draw more samples")
        }
        value = try mean(samples, axis: 0)
        standardError = try sqrt(Autodiff.variance(samples.detached, axis: 0, ddof: 1) / Tensor(Double(n)))
        count = n
    }
}

extension Estimate {
    public static prefix func - (a: Estimate) throws -> Estimate {
        Estimate(value: try -a.value, standardError: a.standardError, count: a.count)
    }

    public static func + (a: Estimate, b: Estimate) throws -> Estimate {
        try combined(a, b, a.value + b.value, square(a.standardError) + square(b.standardError))
    }

    public static func - (a: Estimate, b: Estimate) throws -> Estimate {
        try combined(a, b, a.value - b.value, square(a.standardError) + square(b.standardError))
    }

    /// Var(AB) = a²σ_b² + b²σ_a² + σ_a²σ_b².
    public static func * (a: Estimate, b: Estimate) throws -> Estimate {
        let (varianceA, varianceB) = (try square(a.standardError), try square(b.standardError))
        let first = try square(a.value.detached) * varianceB
        let second = try square(b.value.detached) * varianceA
        return try combined(a, b, a.value * b.value, first + second + varianceA * varianceB)
    }

    /// To first order, Var(A/B) = (σ_a² + (a/b)² σ_b²)/b².
    public static func / (a: Estimate, b: Estimate) throws -> Estimate {
        let ratio = try a.value / b.value
        let scatter = try square(a.standardError) + square(ratio.detached * b.standardError)
        return try combined(a, b, ratio, scatter / square(b.value.detached))
    }

    public static func + (a: Estimate, b: Tensor<Double>) throws -> Estimate { try a + certain(b, a) }
    public static func + (a: Tensor<Double>, b: Estimate) throws -> Estimate { try certain(a, b) + b }
    public static func - (a: Estimate, b: Tensor<Double>) throws -> Estimate { try a - certain(b, a) }
    public static func - (a: Tensor<Double>, b: Estimate) throws -> Estimate { try certain(a, b) - b }
    public static func * (a: Estimate, b: Tensor<Double>) throws -> Estimate { try a * certain(b, a) }
    public static func * (a: Tensor<Double>, b: Estimate) throws -> Estimate { try certain(a, b) * b }
    public static func / (a: Estimate, b: Tensor<Double>) throws -> Estimate { try a / certain(b, a) }
    public static func / (a: Tensor<Double>, b: Estimate) throws -> Estimate { try certain(a, b) / b }

    /// A number is an estimate without error.
    private static func certain(_ number: Tensor<Double>, _ other: Estimate) -> Estimate {
        Estimate(value: number, standardError: 0, count: other.count)
    }

    private static func combined(_ a: Estimate, _ b: Estimate, _ value: Tensor<Double>, _ variance: Tensor<Double>) throws -> Estimate {
        Estimate(value: value, standardError: try broadcast(sqrt(variance), to: value.shape), count: min(a.count, b.count))
    }
}
