import Autodiff
import Probability

extension Library {
    /// Sums, means and extremes. Those with a meaning for distributions take one too.
    static let reductions: [Builtin] = [
        reduction("sum") { try sum($0, axis: $1) }, reduction("min") { try min($0, axis: $1) },
        reduction("max") { try max($0, axis: $1) }, reduction("argmax") { try argmax($0, axis: $1) },
        reduction("argmin") { try argmax(-$0, axis: $1) },
        reduction("logsumexp") { try logSumExp($0, axis: $1) }, reduction("norm") { try norm($0, axis: $1) },
        Builtin("mean(x, axis=)") { call in
            if case .distribution(let d) = call.value("x") { return .tensor(try d.mean()) }
            return .tensor(try mean(call.tensor("x"), axis: call.axis()))
        },
        Builtin("var(x, axis=, ddof=)") { call in
            if case .distribution(let d) = call.value("x") { return .tensor(try d.variance()) }
            return .tensor(try variance(call.tensor("x"), axis: call.axis(), ddof: call.whole("ddof", default: 0)))
        },
        Builtin("std(x, axis=, ddof=)") { call in
            if case .distribution(let d) = call.value("x") { return .tensor(try sqrt(d.variance())) }
            return .tensor(try standardDeviation(call.tensor("x"), axis: call.axis(), ddof: call.whole("ddof", default: 0)))
        },
        Builtin("cumsum(x, axis=)") { call in
            let x = try call.tensor("x")
            // Without an axis, all elements in order, as NumPy has it.
            return .tensor(try call.has("axis") ? cumulativeSum(x, axis: call.whole("axis")) : cumulativeSum(reshape(x, [-1]), axis: 0))
        },
        Builtin("softmax(x)") { call in .tensor(try softmax(call.tensor("x"))) },
        Builtin("log_softmax(x)") { call in .tensor(try logSoftmax(call.tensor("x"))) },
        Builtin("dot(a, b)") { call in .tensor(try dot(call.tensor("a"), call.tensor("b"))) },
    ]

    private static func reduction(
        _ name: String, _ operation: @escaping @Sendable (Tensor<Double>, Int?) throws -> Tensor<Double>
    ) -> Builtin {
        Builtin("\(name)(x, axis=)") { call in .tensor(try operation(call.tensor("x"), call.axis())) }
    }
}
