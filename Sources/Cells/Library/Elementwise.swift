import Autodiff

extension Library {
    /// Element by element.
    static let elementwise: [Builtin] = [
        unary("abs") { try abs($0) }, unary("exp") { try exp($0) }, unary("expm1") { try expm1($0) },
        unary("log") { try log($0) }, unary("log1p") { try log1p($0) }, unary("sqrt") { try sqrt($0) },
        unary("sin") { try sin($0) }, unary("cos") { try cos($0) }, unary("tanh") { try tanh($0) },
        unary("sigmoid") { try sigmoid($0) }, unary("softplus") { try softplus($0) }, unary("relu") { try relu($0) },
        unary("erf") { try erf($0) }, unary("lgamma") { try lgamma($0) },
        unary("sign") { try sign($0) }, unary("floor") { try floor($0) }, unary("round") { try round($0) },
        unary("float32") { try roundedToSingle($0) }, unary("exp32") { try expInSingle($0) },
        Builtin("clamp(x, lo, hi)") { call in
            let low = try call.number("lo"), high = try call.number("hi")
            guard low <= high else { throw call.failure("clamp: lo = \(shortNumber(low)) is above hi = \(shortNumber(high)).") }
            return .tensor(try clamp(call.tensor("x"), low, high))
        },
        Builtin("where(c, a, b)") { call in
            .tensor(try choose(call.tensor("c"), call.tensor("a"), call.tensor("b")))
        },
        Builtin("minimum(a, b)") { call in .tensor(try minimum(call.tensor("a"), call.tensor("b"))) },
        Builtin("maximum(a, b)") { call in .tensor(try maximum(call.tensor("a"), call.tensor("b"))) },
        Builtin("detach(x)") { call in .tensor(try call.tensor("x").detached) },
    ]

    private static func unary(
        _ name: String, _ operation: @escaping @Sendable (Tensor<Double>) throws -> Tensor<Double>
    ) -> Builtin {
        Builtin("\(name)(x)") { call in .tensor(try operation(call.tensor("x"))) }
    }
}
