import Autodiff
import Glibc

extension Library {
    /// Making tensors and moving their elements about.
    static let shapes: [Builtin] = [
        Builtin("zeros(sizes...)") { call in .tensor(try .zeros(call.sizesFromRest())) },
        Builtin("ones(sizes...)") { call in .tensor(try .ones(call.sizesFromRest())) },
        Builtin("full(shape, value)") { call in
            let sizes = try call.tensor("shape").scalars.map { try call.evaluator.wholeNumber($0, at: call.span(of: "shape")) }
            guard sizes.allSatisfy({ $0 >= 0 }) else { throw CellError("A size cannot be negative.", at: call.span(of: "shape")) }
            return .tensor(try broadcast(call.tensor("value"), to: Shape(sizes)))
        },
        Builtin("eye(n)") { call in .tensor(try diagonalMatrix(.ones([call.count("n")]))) },
        Builtin("range(start, stop=, step=)") { call in .tensor(try range(call)) },
        Builtin("linspace(start, stop, n)") { call in
            let start = try call.number("start"), stop = try call.number("stop"), n = try call.count("n")
            return .tensor(try table(n) { n == 1 ? start : $0 == n - 1 ? stop : start + (stop - start) * Double($0) / Double(n - 1) })
        },
        Builtin("reshape(x, sizes...)") { call in .tensor(try reshape(call.tensor("x"), call.shapeFromRest())) },
        Builtin("transpose(x, axes...)") { call in
            .tensor(try transpose(call.tensor("x"), call.rest.isEmpty ? nil : call.shapeFromRest()))
        },
        Builtin("flatten(x)") { call in .tensor(try reshape(call.tensor("x"), [-1])) },
        Builtin("concat(parts, axis=)", keepsLists: true) { call in
            .tensor(try concatenate(tensors(call), axis: call.whole("axis", default: 0)))
        },
        Builtin("stack(parts, axis=)", keepsLists: true) { call in
            .tensor(try stack(tensors(call), axis: call.whole("axis", default: 0)))
        },
        Builtin("shape(x)") { call in
            if case .distribution(let d) = call.value("x") { return .tensor(try Tensor(d.shape.sizes.map(Double.init))) }
            return .tensor(try Tensor(call.tensor("x").shape.sizes.map(Double.init)))
        },
        Builtin("len(x)") { call in
            switch call.value("x") {
            case .list(let items): return .number(Double(items.count))
            case .text(let text): return .number(Double(text.count))
            case .tensor(let x) where x.rank > 0: return .number(Double(x.shape[0]))
            case let value: throw CellError("\(value.kind.capitalisedFirst) has no length.", at: call.span(of: "x"))
            }
        },
        Builtin("diag(x)") { call in
            let x = try call.tensor("x")
            return .tensor(try x.rank == 1 ? diagonalMatrix(x) : diagonal(x))
        },
        Builtin("outer(a, b)") { call in .tensor(try outer(call.tensor("a"), call.tensor("b"))) },
        Builtin("sort(x)") { call in .tensor(try sort(call.tensor("x"))) },
    ]

    private static func tensors(_ call: BuiltinCall) throws -> [Tensor<Double>] {
        try call.items("parts").map { item in
            guard let x = item.tensor else { throw CellError("Only tensors can be joined, and here is \(item.kind).", at: call.span(of: "parts")) }
            return x
        }
    }

    /// range(stop), range(start, stop), range(start, stop, step): the stop is left out. Each is start + k·step, so that
    /// errors do not add up.
    private static func range(_ call: BuiltinCall) throws -> Tensor<Double> {
        let first = try call.number("start")
        let start = call.has("stop") ? first : 0, stop = call.has("stop") ? try call.number("stop") : first
        let step = try call.number("step", default: 1)
        guard step != 0, step.isFinite, start.isFinite, stop.isFinite else {
            throw call.failure("range needs finite ends and a step that is not 0.")
        }
        let count = max(0, ((stop - start) / step - 1e-12).rounded(.up))
        guard count < 1e15 else { throw call.failure("range would have \(shortNumber(count)) numbers.") }
        return try table(Int(count)) { start + Double($0) * step }
    }

    private static func table(_ count: Int, _ value: (Int) -> Double) throws(TensorError) -> Tensor<Double> {
        try Tensor(shape: [count]) { to in for i in 0..<count { to[i] = value(i) } }
    }
}
