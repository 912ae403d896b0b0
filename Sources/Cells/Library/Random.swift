import Autodiff
import Probability

extension Library {
    /// Draws, each from the cell's own stream.
    static let random: [Builtin] = [
        Builtin("randn(sizes...)") { call in
            .tensor(try .normal(call.sizesFromRest(), from: &call.evaluator.stream))
        },
        Builtin("rand(sizes...)") { call in
            .tensor(try .uniform(call.sizesFromRest(), from: &call.evaluator.stream))
        },
        Builtin("sample(d, n=)") { call in
            let d = try call.distribution("d")
            guard call.has("n") else {
                return .tensor(try slice(d.sample(1, from: &call.evaluator.stream), [.at(0)]))
            }
            return .tensor(try d.sample(call.count("n"), from: &call.evaluator.stream))
        },
        Builtin("permutation(n)") { call in
            let count = try call.count("n")
            try call.evaluator.checkLength(count, at: call.span(of: "n"))
            return .tensor(try Tensor(call.evaluator.stream.permutation(of: count).map(Double.init)))
        },
        Builtin("seed(n)") { call in
            let number = try call.whole("n")
            call.evaluator.stream = RandomStream(seed: UInt64(bitPattern: Int64(number)), name: "seed")
            return .nothing
        },
    ]
}
