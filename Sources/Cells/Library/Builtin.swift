import Autodiff
import Probability

/// A function of the library. Its parameters are written as a learner reads them: `sum(x, axis=)`; a name with `=` may
/// be left out, and one that ends in `...` takes all positional arguments that are left.
struct Builtin: Callable {
    let name: String
    let signature: String
    let parameters: [Parameter]
    /// A literal list among the arguments stays a list instead of becoming a tensor.
    let keepsLists: Bool
    let body: @Sendable (BuiltinCall) throws -> Value

    struct Parameter: Sendable {
        let name: String
        let isOptional: Bool
        let isVariadic: Bool
    }

    init(_ signature: String, keepsLists: Bool = false, _ body: @escaping @Sendable (BuiltinCall) throws -> Value) {
        self.signature = signature
        self.keepsLists = keepsLists
        self.body = body
        let open = signature.firstIndex(of: "(")!
        name = String(signature[..<open])
        parameters = signature[signature.index(after: open)...].dropLast().split(separator: ",").map { part in
            let text = part.drop { $0 == " " }
            return Parameter(
                name: String(text.prefix { $0 != "=" && $0 != "." }),
                isOptional: text.contains("=") || text.hasSuffix("..."), isVariadic: text.hasSuffix("..."))
        }
    }

    var displayName: String { name }
}

/// One call of a library function: its arguments by name, in the kinds that functions ask for.
struct BuiltinCall {
    let evaluator: Evaluator
    let span: Span
    private let name: String
    private let signature: String
    private var slots: [String: GivenArgument] = [:]
    private(set) var rest: [GivenArgument] = []

    init(_ builtin: Builtin, _ arguments: [GivenArgument], _ evaluator: Evaluator, at span: Span) throws {
        self.evaluator = evaluator
        self.span = span
        name = builtin.name
        signature = builtin.signature
        let fixed = builtin.parameters.filter { !$0.isVariadic }
        let isVariadic = fixed.count != builtin.parameters.count
        var position = 0
        for argument in arguments {
            if let label = argument.label {
                guard fixed.contains(where: { $0.name == label }) else {
                    let near = nearestNames(to: label, among: fixed.map(\.name))
                    throw CellError(
                        "\(builtin.name) has no parameter \(label).", at: argument.span,
                        hint: near.isEmpty ? "write \(builtin.signature)" : "did you mean \(near[0])?")
                }
                guard slots.updateValue(argument, forKey: label) == nil else {
                    throw CellError("The parameter \(label) is given twice.", at: argument.span)
                }
            } else if isVariadic, position >= fixed.filter({ !$0.isOptional }).count {
                rest.append(argument)
                position += 1
            } else {
                guard position < fixed.count else {
                    throw CellError(
                        "\(builtin.name) takes at most \(fixed.count) argument\(fixed.count == 1 ? "" : "s"), and \(arguments.count) are given.",
                        at: argument.span, hint: "write \(builtin.signature)")
                }
                slots[fixed[position].name] = argument
                position += 1
            }
        }
        for parameter in fixed where !parameter.isOptional && slots[parameter.name] == nil {
            throw CellError("\(builtin.name) needs a value for \(parameter.name).", at: span, hint: "write \(builtin.signature)")
        }
    }

    // MARK: Arguments

    func has(_ parameter: String) -> Bool { slots[parameter] != nil }
    func span(of parameter: String) -> Span { slots[parameter]?.span ?? span }

    func value(_ parameter: String) -> Value { slots[parameter]!.value }
    func optional(_ parameter: String) -> Value? { slots[parameter]?.value }

    func tensor(_ parameter: String) throws -> Tensor<Double> {
        guard let x = value(parameter).tensor else { throw wrongKind(parameter, "numbers") }
        return x
    }

    func number(_ parameter: String) throws -> Double {
        guard let number = value(parameter).number else { throw wrongKind(parameter, "a single number") }
        return number
    }

    func number(_ parameter: String, default standard: Double) throws -> Double {
        has(parameter) ? try number(parameter) : standard
    }

    func whole(_ parameter: String) throws -> Int { try evaluator.whole(value(parameter), at: span(of: parameter)) }

    func whole(_ parameter: String, default standard: Int) throws -> Int { has(parameter) ? try whole(parameter) : standard }

    func axis() throws -> Int? { has("axis") ? try whole("axis") : nil }

    /// How many draws, steps or points: not negative.
    func count(_ parameter: String) throws -> Int {
        let count = try whole(parameter)
        guard count >= 0 else { throw CellError("\(parameter) cannot be negative, and is \(count).", at: span(of: parameter)) }
        return count
    }

    func function(_ parameter: String) throws -> any Callable {
        guard case .function(let function) = value(parameter) else { throw wrongKind(parameter, "a function") }
        return function
    }

    func distribution(_ parameter: String) throws -> any Distribution {
        guard case .distribution(let distribution) = value(parameter) else { throw wrongKind(parameter, "a distribution") }
        return distribution
    }

    func text(_ parameter: String) throws -> String {
        guard case .text(let text) = value(parameter) else { throw wrongKind(parameter, "a text") }
        return text
    }

    func items(_ parameter: String) throws -> [Value] { try evaluator.items(of: value(parameter), at: span(of: parameter)) }

    /// A shape given as `2, 3` or as `[2, 3]`.
    func shapeFromRest() throws -> [Int] {
        if rest.count == 1, case .tensor(let x) = rest[0].value, x.rank == 1 {
            return try x.scalars.map { try evaluator.wholeNumber($0, at: rest[0].span) }
        }
        return try rest.map { try evaluator.whole($0.value, at: $0.span) }
    }

    func sizesFromRest() throws -> Shape {
        let sizes = try shapeFromRest()
        guard sizes.allSatisfy({ $0 >= 0 }) else { throw CellError("A size cannot be negative.", at: rest.first?.span ?? span) }
        return Shape(sizes)
    }

    func wrongKind(_ parameter: String, _ wanted: String) -> CellError {
        var hint: String? = "write \(signature)"
        if case .estimate = value(parameter) { hint = "take the value of an estimate alone with .value" }
        if case .list = value(parameter), wanted == "numbers" { hint = "the items of this list are of different shapes or kinds" }
        return CellError("\(name) needs \(wanted) for \(parameter), and this is \(value(parameter).kind).", at: span(of: parameter), hint: hint)
    }

    func failure(_ message: String, hint: String? = nil) -> CellError { CellError(message, at: span, hint: hint) }

    /// Calls a function that was handed over.
    func call(_ function: any Callable, _ values: Value...) throws -> Value {
        try evaluator.call(function, values.map { GivenArgument(label: nil, value: $0, span: span) }, at: span)
    }

    /// The number that a function gives for a number.
    func number(of function: any Callable, _ values: Value...) throws -> Double { try number(of: function, values) }

    func number(of function: any Callable, _ values: [Value]) throws -> Double {
        let value = try evaluator.call(function, values.map { GivenArgument(label: nil, value: $0, span: span) }, at: span)
        guard let number = value.number else {
            throw failure("\(name): the function must give a single number, and gave \(value.kind).")
        }
        return number
    }
}
