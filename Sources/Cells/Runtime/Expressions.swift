import Autodiff

extension Evaluator {
    func evaluate(_ expression: Expression) throws -> Value {
        switch expression.form {
        case .number(let number): return .number(number)
        case .boolean(let flag): return .boolean(flag)
        case .text(let parts): return .text(try text(parts, at: expression.span))
        case .name(let name): return try value(of: name, at: expression.span)
        case .list(let items): return try literal(items, at: expression.span)
        case .negation(let operand): return try negated(operand, at: expression.span)
        case .not(let operand): return .boolean(try !truth(of: operand))
        case .operation(let first, let rest): return try operation(first, rest)
        case .all(let items):
            for item in items where try !truth(of: item) { return .boolean(false) }
            return .boolean(true)
        case .any(let items):
            for item in items where try truth(of: item) { return .boolean(true) }
            return .boolean(false)
        case .call(let callee, let arguments): return try call(callee, arguments, at: expression.span)
        case .index(let base, let subscripts): return try index(base, subscripts, at: expression.span)
        case .field(let base, let name): return try field(base, name)
        case .function(let function): return .function(try closure(function, at: expression.span))
        case .block(let block): return try evaluate(block, .closed)
        case .conditional(let branches, let otherwise):
            for branch in branches where try truth(of: branch.condition) { return try evaluate(branch.body, .open) }
            return try otherwise.map { try evaluate($0, .open) } ?? .nothing
        }
    }

    // MARK: Truth

    func truth(of expression: Expression) throws -> Bool {
        let value = try evaluate(expression)
        if case .boolean(let flag) = value { return flag }
        if case .tensor(let x) = value, x.rank == 0 { return x.item != 0 }
        if case .tensor(let x) = value {
            throw CellError(
                "A condition must be true or false, and this is \(value.kind).", at: expression.span,
                hint: x.count == 0 ? nil : "take one of its elements, or all of them: min(c) == 1")
        }
        throw CellError("A condition must be true or false, and this is \(value.kind).", at: expression.span)
    }

    // MARK: Texts and lists

    private func text(_ parts: [TextPart], at span: Span) throws -> String {
        let parts = translated(parts, at: span)
        var result = ""
        for part in parts {
            switch part {
            case .literal(let literal): result += literal
            case .value(let expression, let format):
                let value = try evaluate(expression)
                result += format?.text(value) ?? value.description
            }
            guard result.utf8.count <= options.limits.textLength else {
                throw CellError("The text is longer than \(options.limits.textLength) bytes.", at: span)
            }
        }
        if result.utf8.count > 1 << 16 { try checkMemory(at: span) }
        return result
    }

    /// A text in the lesson's language. Its key is its words, or its source where it holds values.
    private func translated(_ parts: [TextPart], at span: Span) -> [TextPart] {
        guard !options.texts.isEmpty else { return parts }
        var key = String(sourceText(span).dropFirst().dropLast())
        if parts.count == 1, case .literal(let words) = parts[0] { key = words }
        guard let other = options.texts[key], case .text(let found)? = try? Expression.parse("\"\(other)\"").form else { return parts }
        return found
    }

    private func literal(_ items: [Expression], at span: Span) throws -> Value {
        // A literal of plain numbers needs no tensor for each.
        var numbers: [Double] = []
        for case .number(let number) in items.lazy.map(\.form) { numbers.append(number) }
        if numbers.count == items.count, !items.isEmpty { return .tensor(try Tensor(numbers)) }
        return try collected(items.map(evaluate), at: span)
    }

    /// A tensor if all items are numbers or tensors of one shape, otherwise a list.
    func collected(_ items: [Value], at span: Span) throws -> Value {
        try checkLength(items.count, at: span)
        var tensors: [Tensor<Double>] = []
        for item in items {
            guard case .tensor(let x) = item, tensors.first.map({ $0.shape == x.shape }) ?? true else {
                return try list(items, at: span)
            }
            tensors.append(x)
        }
        if tensors.isEmpty { return .tensor(try .zeros([0])) }
        return .tensor(try located(span) { try stack(tensors) })
    }

    /// The items of a list, or of a tensor along its first axis.
    func items(of value: Value, at span: Span) throws -> [Value] {
        var result: [Value] = []
        try forEachItem(of: value, at: span) { item in
            if result.count & 1023 == 0 { try step(at: span) }
            result.append(item)
        }
        return result
    }

    func forEachItem(of value: Value, at span: Span, _ body: (Value) throws -> Void) throws {
        switch value {
        case .list(let items):
            for item in items { try body(item) }
        case .tensor(let x) where x.rank > 0:
            try checkLength(x.shape[0], at: span)
            for index in 0..<x.shape[0] {
                let item = x.rank == 1 && !x.isTracked ? Tensor(x.buffer[index]) : try slice(x, [.at(index)])
                try body(.tensor(item))
            }
        case .tensor(let x):
            throw CellError(
                "A single number has no items to go through.", at: span, hint: "range(\(shortNumber(x.item))) counts up to it")
        default:
            throw CellError("There is nothing to go through in \(value.kind).", at: span)
        }
    }

    // MARK: Index and field

    private func index(_ base: Expression, _ subscripts: [Subscript], at span: Span) throws -> Value {
        let value = try evaluate(base)
        switch value {
        case .list(let items):
            guard subscripts.count == 1 else {
                throw CellError("A list takes one index, and there are \(subscripts.count).", at: span)
            }
            switch subscripts[0].form {
            case .item(let expression):
                let position = try whole(expression)
                let resolved = position < 0 ? position + items.count : position
                guard items.indices.contains(resolved) else {
                    throw CellError("Index \(position) is out of range: the list has \(items.count) items.", at: expression.span)
                }
                return items[resolved]
            case .slice(let from, let to, let step):
                let positions = try Tensor((0..<items.count).map(Double.init))
                let picked = try located(span) { try slice(positions, [range(from, to, step)]) }
                return .list(picked.scalars.map { items[Int($0)] })
            }
        case .tensor(let x):
            // One tensor of whole numbers picks rows.
            if subscripts.count == 1, case .item(let expression) = subscripts[0].form {
                let place = try evaluate(expression)
                if case .tensor(let rows) = place, rows.rank == 1, !isCondition(expression) {
                    let numbers = try rows.scalars.map { try wholeNumber($0, at: expression.span) }
                    return .tensor(try located(expression.span) { try gather(x, rows: numbers) })
                }
                if isCondition(expression), place.number == nil {
                    throw CellError(
                        "A condition does not pick elements.", at: expression.span, hint: "write filter(v -> v > 0, x), or where(x > 0, x, 0)")
                }
                let position = try whole(place, at: expression.span)
                return .tensor(try located(expression.span) { try slice(x, [.at(position)]) })
            }
            let indices = try subscripts.map { place -> Index in
                switch place.form {
                case .item(let expression): .at(try whole(expression))
                case .slice(let from, let to, let step): try range(from, to, step)
                }
            }
            return .tensor(try located(span) { try slice(x, indices) })
        default:
            throw CellError("\(value.kind.capitalisedFirst) cannot be indexed.", at: span)
        }
    }

    /// `x > 0` between the brackets of `x[x > 0]`: ones and zeros, which would be taken for row numbers.
    private func isCondition(_ expression: Expression) -> Bool {
        guard case .operation(_, let rest) = expression.form else { return false }
        return rest[0].sign.compares
    }

    private func range(_ from: Expression?, _ to: Expression?, _ step: Expression?) throws -> Index {
        .range(from: try from.map(whole), to: try to.map(whole), by: try step.map(whole) ?? 1)
    }

    private func whole(_ expression: Expression) throws -> Int { try whole(evaluate(expression), at: expression.span) }

    func whole(_ value: Value, at span: Span) throws -> Int {
        guard let number = value.number else {
            throw CellError("A whole number is needed here, and this is \(value.kind).", at: span)
        }
        return try wholeNumber(number, at: span)
    }

    func wholeNumber(_ number: Double, at span: Span) throws -> Int {
        guard number == number.rounded(), number.magnitude < 9e15 else {
            throw CellError("A whole number is needed here, and this is \(shortNumber(number)).", at: span)
        }
        return Int(number)
    }

    private func field(_ base: Expression, _ name: Name) throws -> Value {
        let value = try evaluate(base)
        if let field = value.field(name.text) { return field }
        let known = value.fieldNames
        let near = nearestNames(to: name.text, among: known)
        throw CellError(
            "\(value.kind.capitalisedFirst) has no .\(name.text).", at: name.span,
            hint: !near.isEmpty ? "did you mean .\(near[0])?" : known.isEmpty ? nil : "it has \(known.map { "." + $0 }.joined(separator: ", "))")
    }
}

extension Value {
    func field(_ name: String) -> Value? {
        switch (self, name) {
        case (.estimate(let estimate), "value"): .tensor(estimate.value)
        case (.estimate(let estimate), "se"): .tensor(estimate.standardError)
        case (.estimate(let estimate), "n"): .number(Double(estimate.count))
        case (.tensor(let x), "shape"): (try? Tensor(x.shape.sizes.map(Double.init))).map(Value.tensor)
        case (.object(let object), _): object.field(name)
        default: nil
        }
    }

    var fieldNames: [String] {
        switch self {
        case .estimate: ["value", "se", "n"]
        case .tensor: ["shape"]
        case .object(let object): object.fieldNames
        default: []
        }
    }
}

extension String {
    var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
