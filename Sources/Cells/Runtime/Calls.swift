import Autodiff

/// The text of one cell, told from other texts by its identity: functions remember theirs.
final class CellText: Sendable {
    let source: String
    init(_ source: String) { self.source = source }
}

/// A function of the language with the values it was born with.
final class Closure: Callable {
    let function: Function
    let captured: [String: Value]
    /// The text that it was written in.
    let text: CellText
    /// How deep functions and lists lie in one another, this one counted.
    let depth: Int

    init(_ function: Function, captured: [String: Value], text: CellText, depth: Int) {
        self.function = function
        self.captured = captured
        self.text = text
        self.depth = depth
    }

    var displayName: String {
        (function.name ?? "") + "(" + function.parameters.map { $0.name.text + ($0.standard == nil ? "" : "=…") }.joined(separator: ", ") + ")"
    }
}

extension Evaluator {
    /// Binds the names that a function uses to what they stand for now. Those that are not there yet are looked up at
    /// the top level when it is called, so that functions may call one another.
    func closure(_ function: Function, at span: Span) throws -> Closure {
        var captured: [String: Value] = [:]
        for name in freeNames(of: function) {
            captured[name] = scope.value(of: name) ?? globals.value(of: name) ?? Library.value(of: name)
        }
        let depth = try checkedNesting(of: captured.values, at: span)
        return Closure(function, captured: captured, text: text, depth: depth)
    }

    private func freeNames(of function: Function) -> Set<String> {
        Expression(.function(function), span: function.body.span).freeNames
    }

    func call(_ callee: Expression, _ arguments: [Argument], at span: Span) throws -> Value {
        let function = try evaluate(callee)
        guard case .function(let callable) = function else {
            throw CellError(
                "\(function.kind.capitalisedFirst) cannot be called.", at: callee.span,
                hint: function.tensor == nil ? nil : "write * to multiply, and [ ] to index")
        }
        let given = try arguments.map { argument -> GivenArgument in
            // `grad(y, [a, b])` asks for two gradients, not for that of a stacked tensor.
            if let builtin = callable as? Builtin, builtin.keepsLists, case .list(let items) = argument.value.form {
                return GivenArgument(label: argument.label?.text, value: .list(try items.map(evaluate)), span: argument.value.span)
            }
            return GivenArgument(label: argument.label?.text, value: try evaluate(argument.value), span: argument.value.span)
        }
        return try call(callable, given, at: span)
    }

    /// Calls a function with plain values, as the library does with functions it was handed.
    func call(_ callable: any Callable, _ values: Value..., at span: Span) throws -> Value {
        try call(callable, values.map { GivenArgument(label: nil, value: $0, span: span) }, at: span)
    }

    func call(_ callable: any Callable, _ arguments: [GivenArgument], at span: Span) throws -> Value {
        try deeper(at: span) {
            if let closure = callable as? Closure { return try call(closure, arguments, at: span) }
            guard let builtin = callable as? Builtin else { return .nothing }
            let call = try BuiltinCall(builtin, arguments, self, at: span)
            return try located(span) { try builtin.body(call) }
        }
    }

    private func call(_ closure: Closure, _ arguments: [GivenArgument], at span: Span) throws -> Value {
        let caller = (scope: scope, text: text)
        defer { (scope, text) = caller }
        let local = Scope(.closed, in: Scope(.closed, names: closure.captured))
        if let name = closure.function.name { local.define(name, .function(closure)) }
        // Defaults are worked out in the function's own world, which has its names and the parameters to their left.
        do {
            let values = try matched(arguments, to: closure, at: span)
            scope = local
            text = closure.text
            for parameter in closure.function.parameters {
                local.define(parameter.name.text, try values[parameter.name.text] ?? evaluate(parameter.standard!))
            }
            // A block that is the whole body shares its scope with the parameters: a loop in it may bind them anew.
            if case .block(let block) = closure.function.body.form {
                var value = Value.nothing
                for statement in block.statements { value = try run(statement) }
                return value
            }
            return try evaluate(closure.function.body)
        } catch var error as CellError {
            // A place in another cell's text says nothing here: the call is what this cell can show.
            error.home = error.home ?? ObjectIdentifier(text)
            if error.home != ObjectIdentifier(ownText), caller.text === ownText {
                let name = closure.function.name ?? "a function"
                error.message += " (inside \(name), which was defined in another cell)"
                (error.span, error.home) = (span, ObjectIdentifier(ownText))
            }
            throw error
        }
    }

    /// The arguments by the names of the parameters; those that are not here have a default.
    private func matched(_ arguments: [GivenArgument], to closure: Closure, at span: Span) throws -> [String: Value] {
        let parameters = closure.function.parameters
        let name = closure.function.name ?? "the function"
        var values: [String: Value] = [:]
        for (position, argument) in arguments.enumerated() {
            if let label = argument.label {
                guard parameters.contains(where: { $0.name.text == label }) else {
                    let near = nearestNames(to: label, among: parameters.map(\.name.text))
                    throw CellError(
                        "\(name.capitalisedFirst) has no parameter \(label).", at: argument.span,
                        hint: near.isEmpty ? "its parameters are \(closure.displayName)" : "did you mean \(near[0])?")
                }
                guard values.updateValue(argument.value, forKey: label) == nil else {
                    throw CellError("The parameter \(label) is given twice.", at: argument.span)
                }
            } else {
                guard position < parameters.count else {
                    throw CellError(
                        "\(closure.displayName) takes \(parameters.count) argument\(parameters.count == 1 ? "" : "s"), and \(arguments.count) are given.",
                        at: argument.span)
                }
                values[parameters[position].name.text] = argument.value
            }
        }
        for parameter in parameters where parameter.standard == nil && values[parameter.name.text] == nil {
            throw CellError("\(closure.displayName) needs a value for \(parameter.name.text).", at: span)
        }
        return values
    }
}

struct GivenArgument {
    let label: String?
    let value: Value
    let span: Span
}
