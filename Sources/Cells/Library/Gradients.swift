import Autodiff

extension Library {
    static let gradientFunctions: [Builtin] = [
        Builtin("param(v)") { call in .tensor(try call.tensor("v").tracked()) },
        Builtin("grad(y, x)", keepsLists: true) { call in
            if case .function(let f) = call.value("y") { return try gradientAt(call, f).gradient }
            try refuseInside(call)
            let y = try call.tensor("y")
            return try shaped(like: call.value("x"), gradients(of: y, withRespectTo: targets(call)))
        },
        Builtin("value_and_grad(f, x)", keepsLists: true) { call in
            let (value, gradient) = try gradientAt(call, call.function("f"))
            return .list([.tensor(value), gradient])
        },
        Builtin("numgrad(f, x, h=)", keepsLists: true) { call in
            let f = try call.function("f"), h = try call.number("h", default: 1e-5)
            let x = try call.tensor("x").detached
            guard h > 0 else { throw CellError("The step h must be above 0.", at: call.span(of: "h")) }
            var slopes: [Double] = []
            for i in 0..<x.count {
                func value(_ shift: Double) throws -> Double {
                    var scalars = x.scalars
                    scalars[i] += shift
                    return try call.number(of: f, .tensor(Tensor(scalars, shape: x.shape)))
                }
                slopes.append(try (value(h) - value(-h)) / (2 * h))
            }
            return .tensor(try Tensor(slopes, shape: x.shape))
        },
        Builtin("tape(y)") { call in
            let y = try call.tensor("y")
            guard y.isTracked else {
                throw CellError("There is no tape behind this value.", at: call.span(of: "y"), hint: "mark what it is made of with param")
            }
            call.evaluator.print(printedTape(of: y))
            return .nothing
        },
    ]

    /// The gradient of a function at a point, or at a list of points that it takes as its arguments.
    private static func gradientAt(_ call: BuiltinCall, _ f: any Callable) throws -> (value: Tensor<Double>, gradient: Value) {
        try refuseInside(call)
        let leaves = try targets(call).map { $0.detached.tracked() }
        call.evaluator.openGradients += 1
        defer { call.evaluator.openGradients -= 1 }
        let result = try call.evaluator.call(
            f, leaves.map { GivenArgument(label: nil, value: .tensor($0), span: call.span) }, at: call.span)
        guard let y = result.tensor else { throw call.failure("The function must give a number, and gave \(result.kind).") }
        let found = try gradients(of: y, withRespectTo: leaves, keepingTape: false)
        return (y.detached, shaped(like: call.value("x"), found))
    }

    private static func refuseInside(_ call: BuiltinCall) throws {
        guard call.evaluator.openGradients == 0 else {
            throw call.failure(
                "A gradient cannot be taken inside the gradient of a function: gradients are of first order.",
                hint: "use numgrad for the outer one")
        }
    }

    private static func targets(_ call: BuiltinCall) throws -> [Tensor<Double>] {
        guard case .list(let items) = call.value("x") else { return [try call.tensor("x")] }
        return try items.map { item in
            guard let x = item.tensor else { throw call.wrongKind("x", "numbers") }
            return x
        }
    }

    private static func shaped(like x: Value, _ gradients: [Tensor<Double>]) -> Value {
        if case .list = x { .list(gradients.map(Value.tensor)) } else { .tensor(gradients[0]) }
    }
}
