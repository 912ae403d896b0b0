import Autodiff

extension Library {
    static let gradientFunctions: [Builtin] = [
        Builtin("param(v)") { call in .tensor(try call.tensor("v").tracked()) },
        Builtin("grad(y, x)", keepsLists: true) { call in
            if case .function(let f) = call.value("y") { return try gradientAt(call, f).gradient }
            try refuseInside(call)
            let y = try call.tensor("y")
            let targets = try Point(call)
            return targets.shaped(try gradients(of: y, withRespectTo: targets.parts))
        },
        Builtin("value_and_grad(f, x)", keepsLists: true) { call in
            let (value, gradient) = try gradientAt(call, call.function("f"))
            return .list([.tensor(value), gradient])
        },
        Builtin("numgrad(f, x, h=)", keepsLists: true) { call in
            let f = try call.function("f"), h = try call.number("h", default: 1e-5)
            guard h > 0 else { throw CellError("The step h must be above 0.", at: call.span(of: "h")) }
            let point = try Point(call, of: f)
            return point.shaped(try point.parts.indices.map { try differences(call, f, point.parts, $0, h) })
        },
        Builtin("tape(y)") { call in
            let y = try call.tensor("y")
            guard y.isTracked else {
                throw CellError("There is no tape behind this value.", at: call.span(of: "y"), hint: "mark what it is made of with param")
            }
            try call.evaluator.print(printedTape(of: y), at: call.span)
            return .nothing
        },
    ]

    /// The gradient of a function at a point, or at a list of points that it takes as its arguments.
    private static func gradientAt(_ call: BuiltinCall, _ f: any Callable) throws -> (value: Tensor<Double>, gradient: Value) {
        try refuseInside(call)
        let point = try Point(call, of: f)
        let leaves = point.parts.map { $0.detached.tracked() }
        call.evaluator.openGradients += 1
        defer { call.evaluator.openGradients -= 1 }
        let result = try call.evaluator.call(
            f, leaves.map { GivenArgument(label: nil, value: .tensor($0), span: call.span) }, at: call.span)
        guard let y = result.tensor else { throw call.failure("The function must give a number, and gave \(result.kind).") }
        let found = try gradients(of: y, withRespectTo: leaves, keepingTape: false)
        return (y.detached, point.shaped(found))
    }

    /// Central differences by the elements of one part of the point.
    private static func differences(
        _ call: BuiltinCall, _ f: any Callable, _ parts: [Tensor<Double>], _ part: Int, _ h: Double
    ) throws -> Tensor<Double> {
        let x = parts[part]
        var slopes: [Double] = []
        for i in 0..<x.count {
            func value(_ shift: Double) throws -> Double {
                var scalars = x.scalars
                scalars[i] += shift
                var arguments = parts.map { $0.detached }
                arguments[part] = try Tensor(scalars, shape: x.shape)
                return try call.number(of: f, arguments.map(Value.tensor))
            }
            slopes.append(try (value(h) - value(-h)) / (2 * h))
        }
        return try Tensor(slopes, shape: x.shape)
    }

    private static func refuseInside(_ call: BuiltinCall) throws {
        guard call.evaluator.openGradients == 0 else {
            throw call.failure(
                "A gradient cannot be taken inside the gradient of a function: gradients are of first order.",
                hint: "use numgrad for the outer one")
        }
    }

    /// What is differentiated by: one tensor, or, written as a literal list, several, each with its own gradient. A
    /// function that takes just one argument takes such a list as a tensor: `grad(x -> sum(x^2), [1, 2])`.
    private struct Point {
        let parts: [Tensor<Double>]
        let isList: Bool

        init(_ call: BuiltinCall, of f: (any Callable)? = nil) throws {
            guard case .list(let items) = call.value("x") else {
                (parts, isList) = ([try call.tensor("x")], false)
                return
            }
            let tensors = try items.map { item in
                guard let x = item.tensor else { throw call.wrongKind("x", "numbers") }
                return x
            }
            isList = f.map { ($0 as? Closure)?.function.parameters.count ?? 1 > 1 } ?? true
            parts = isList ? tensors : [tensors.isEmpty ? try .zeros([0]) : try stack(tensors)]
        }

        func shaped(_ gradients: [Tensor<Double>]) -> Value { isList ? .list(gradients.map(Value.tensor)) : .tensor(gradients[0]) }
    }
}
