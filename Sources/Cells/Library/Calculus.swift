import Autodiff
import Probability

extension Library {
    static let calculus: [Builtin] = [
        Builtin("integrate(f, a, b)") { call in
            let f = try call.function("f")
            let found = try integrate(from: call.number("a"), to: call.number("b")) { (x: Double) throws in
                try call.number(of: f, .number(x))
            }
            return try converged(found, call)
        },
        Builtin("integrate2(f, a, b, c, d)") { call in
            let f = try call.function("f")
            let found = try integrate2(
                from: call.number("a"), to: call.number("b"), and: call.number("c"), to: call.number("d")
            ) { (x: Double, y: Double) throws in
                try call.number(of: f, .number(x), .number(y))
            }
            return try converged(found, call)
        },
        Builtin("gauss_hermite(f, n)") { call in
            let f = try call.function("f"), n = try call.whole("n")
            guard (1...256).contains(n) else { throw CellError("gauss_hermite takes 1 to 256 nodes, not \(n).", at: call.span(of: "n")) }
            let rule = GaussHermite(count: n)
            var total = Tensor<Double>(0)
            for (node, weight) in zip(rule.nodes, rule.weights) {
                guard let y = try call.call(f, .number(node)).tensor else { throw call.failure("gauss_hermite: the function must give numbers.") }
                total = try total + Tensor(weight) * y
            }
            return .tensor(total)
        },
        Builtin("minimize(f, x0, steps=, lr=)") { call in
            let f = try call.function("f")
            return .tensor(try minimized(call, f, call.tensor("x0"), steps: call.has("steps") ? call.count("steps") : 500, rate: call.number("lr", default: 0.05)))
        },
    ]

    private static func converged(_ found: Quadrature, _ call: BuiltinCall) throws -> Value {
        guard found.converged else {
            throw call.failure(
                "The integral did not settle: after \(found.evaluations) points it stands at \(shortNumber(found.value)) ± \(shortNumber(found.error, digits: 2)).",
                hint: "it may diverge, or have a jump or a spike: cut the range there")
        }
        return .number(found.value)
    }

    /// Adam with the usual constants (Kingma & Ba 2014, arXiv 1412.6980), its steps shrinking to nothing along half a
    /// cosine, so that the end is a minimum and not a walk round it.
    private static func minimized(
        _ call: BuiltinCall, _ f: any Callable, _ start: Tensor<Double>, steps: Int, rate: Double
    ) throws -> Tensor<Double> {
        var x = start.detached
        var m = try Tensor<Double>.zeros(x.shape), v = m
        for step in 1...max(steps, 1) where steps > 0 {
            let leaf = x.tracked()
            guard let y = try call.call(f, .tensor(leaf)).tensor else { throw call.failure("minimize: the function must give a number.") }
            let g = try gradient(of: y, withRespectTo: leaf, keepingTape: false)
            m = try 0.9 * m + 0.1 * g
            v = try 0.999 * v + 0.001 * g * g
            let t = Tensor(Double(step))
            let left = try 0.5 * (1 + cos(Tensor(Double.pi * Double(step - 1) / Double(steps))))
            let corrected = try (m / (1 - pow(0.9, t))) / (sqrt(v / (1 - pow(0.999, t))) + 1e-12)
            x = try x - Tensor(rate) * left * corrected
        }
        return x
    }
}
