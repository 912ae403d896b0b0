extension Library {
    static let lists: [Builtin] = [
        Builtin("map(f, xs)") { call in
            let f = try call.function("f")
            return try call.evaluator.collected(call.items("xs").map { try value(call, f, $0) }, at: call.span)
        },
        Builtin("filter(f, xs)") { call in
            let f = try call.function("f")
            let kept = try call.items("xs").filter { item in
                let verdict = try call.call(f, item)
                if case .boolean(let flag) = verdict { return flag }
                guard let number = verdict.number else { throw call.failure("filter: the function must give true or false, and gave \(verdict.kind).") }
                return number != 0
            }
            if case .list = call.value("xs") { return .list(kept) }
            return try call.evaluator.collected(kept, at: call.span)
        },
        Builtin("zip(a, b)") { call in
            try call.evaluator.list(zip(call.items("a"), call.items("b")).map { .list([$0, $1]) }, at: call.span)
        },
        Builtin("enumerate(xs)") { call in
            try call.evaluator.list(call.items("xs").enumerated().map { .list([.number(Double($0)), $1]) }, at: call.span)
        },
        Builtin("reduce(f, xs, start=)") { call in
            let f = try call.function("f")
            var items = try call.items("xs")[...]
            guard var result = call.optional("start") ?? items.popFirst() else {
                throw call.failure("reduce of nothing needs a start.", hint: "write reduce(f, xs, 0)")
            }
            for item in items { result = try value(call, f, result, item) }
            return result
        },
        Builtin("print(values...)") { call in
            try call.evaluator.print(call.rest.map(\.value.description).joined(separator: " "), at: call.span)
            return .nothing
        },
    ]

    private static func value(_ call: BuiltinCall, _ f: any Callable, _ arguments: Value...) throws -> Value {
        let value = try call.evaluator.call(f, arguments.map { GivenArgument(label: nil, value: $0, span: call.span) }, at: call.span)
        if case .nothing = value { throw call.failure("The function gave no value.", hint: "its last line must be an expression") }
        return value
    }
}
