// Values and what is built of them: calls, indexes, lists, texts, conditionals, functions.
// None is inlined: a level of nesting shall take the stack of the branch it goes through, not that of all of them.

extension Parser {
    // MARK: Call, index, field

    mutating func postfix() throws(CellError) -> Expression {
        let start = token.span
        let braced = token.is(.openBrace) || token.is(.if)
        var base = try primary()
        if braced { return base }
        while true {
            if token.is(.openRound) {
                if case .number = base.form {
                    throw CellError("A number cannot be called.", at: token.span, hint: "a product needs its sign: 2 * (x + 1)")
                }
                let arguments = try arguments()
                base = try make(.call(base, arguments), from: start)
            } else if token.is(.openSquare) {
                let subscripts = try subscripts()
                base = try make(.index(base, subscripts), from: start)
            } else if token.is(.dot) {
                advance()
                guard let name = takeName() else {
                    throw CellError("A field's name is missing after the dot.", at: token.span, hint: "fields are read like data.images")
                }
                base = try make(.field(base, name), from: start)
            } else {
                return base
            }
        }
    }

    @inline(never)
    private mutating func arguments() throws(CellError) -> [Argument] {
        advance()
        var arguments: [Argument] = []
        var labels: Set<String> = []
        while !token.is(.closeRound) {
            var label: Name?
            if next.is(.assign), let name = takeName() {
                advance()
                guard labels.insert(name.text).inserted else {
                    throw CellError("The argument \"\(name.text)\" is given twice.", at: name.span)
                }
                label = name
            }
            let value = try expression()
            if label == nil, !labels.isEmpty {
                throw CellError("An argument without a name stands after one with a name.", at: value.span, hint: "put the named ones last")
            }
            arguments.append(Argument(label: label, value: value))
            if !take(.comma) { break }
        }
        try expect(.closeRound)
        return arguments
    }

    @inline(never)
    private mutating func subscripts() throws(CellError) -> [Subscript] {
        let bracket = token.span
        advance()
        var places: [Subscript] = []
        while !token.is(.closeSquare) {
            let start = token.span
            let first = token.is(.colon) ? nil : try expression()
            var form: Subscript.Form
            if take(.colon) {
                let to = try bound()
                let step = take(.colon) ? try bound() : nil
                form = .slice(from: first, to: to, step: step)
            } else if let first {
                form = .item(first)
            } else {
                form = .slice(from: nil, to: nil, step: nil)
            }
            places.append(Subscript(form: form, span: start.through(previousSpan)))
            if !take(.comma) { break }
        }
        try expect(.closeSquare)
        guard !places.isEmpty else { throw CellError("The index is empty.", at: bracket, hint: "write x[0], x[-1], x[0:3] or x[:, 1]") }
        return places
    }

    private mutating func bound() throws(CellError) -> Expression? {
        if token.is(.colon) || token.is(.comma) || token.is(.closeSquare) { return nil }
        return try expression()
    }

    // MARK: Primary

    @inline(never)
    private mutating func primary() throws(CellError) -> Expression {
        let start = token.span
        switch token.kind {
        case .number(let value):
            advance()
            return try make(.number(value), from: start)
        case .name(let name):
            if let hint = ForeignWords.values[name] {
                throw CellError("There is no \"\(name)\" here.", at: start, hint: hint)
            }
            advance()
            return try make(.name(name), from: start)
        case .keyword(.true), .keyword(.false):
            let value = token.is(.true)
            advance()
            return try make(.boolean(value), from: start)
        case .textStart:
            return try text()
        case .symbol(.openRound):
            return try parenthesised()
        case .symbol(.openSquare):
            return try list()
        case .symbol(.openBrace):
            let block = try block(after: nil)
            return try make(.block(block), from: start)
        case .keyword(.if):
            return try conditional()
        default:
            throw missingValue()
        }
    }

    @inline(never)
    private mutating func parenthesised() throws(CellError) -> Expression {
        let bracket = token.span
        advance()
        if token.is(.closeRound) {
            throw CellError("These brackets are empty.", at: bracket.through(token.span), hint: "a function without arguments is () -> 3, an empty list []")
        }
        let inner = try expression()
        if token.is(.comma) {
            throw CellError("A comma cannot stand between round brackets alone.", at: token.span, hint: "a list is written [a, b], a function (a, b) -> a * b")
        }
        try expect(.closeRound)
        return inner
    }

    @inline(never)
    private mutating func list() throws(CellError) -> Expression {
        let start = token.span
        advance()
        var items: [Expression] = []
        while !token.is(.closeSquare) {
            items.append(try expression())
            if !take(.comma) { break }
        }
        if token.is(.for) {
            throw CellError("A list is not built by a for inside it.", at: token.span, hint: "write map(x -> x^2, xs), or compute on a whole tensor at once: xs^2")
        }
        if token.is(.colon) {
            throw CellError("A slice stands behind a value, not alone.", at: token.span, hint: "write x[0:3], or range(0, 3) for the numbers")
        }
        try expect(.closeSquare)
        return try make(.list(items), from: start)
    }

    @inline(never)
    mutating func text() throws(CellError) -> Expression {
        let start = token.span
        advance()
        var parts: [TextPart] = []
        while true {
            switch token.kind {
            case .literal(let literal):
                parts.append(.literal(literal))
                advance()
            case .valueStart:
                let brace = token.span
                advance()
                if case .valueEnd = token.kind {
                    throw CellError("There is no value between these braces.", at: brace.through(token.span), hint: "write {x}, or {{ }} for braces")
                }
                let value = try expression()
                var format: Format?
                if case .format(let found) = token.kind {
                    format = found
                    advance()
                }
                guard case .valueEnd = token.kind else { throw unexpected() }
                parts.append(.value(value, format))
                advance()
            case .textEnd:
                advance()
                return try make(.text(parts), from: start)
            default:
                throw unexpected()
            }
        }
    }

    @inline(never)
    private mutating func conditional() throws(CellError) -> Expression {
        let start = token.span
        var branches: [Branch] = []
        while true {
            advance()
            let condition = try expression()
            branches.append(Branch(condition: condition, body: try block(after: "if condition")))
            guard takeElse() else { return try make(.conditional(branches, otherwise: nil), from: start) }
            guard token.is(.if) else { break }
        }
        let otherwise = try block(after: "else")
        return try make(.conditional(branches, otherwise: otherwise), from: start)
    }

    /// `else` may stand on the line below the `}`.
    private mutating func takeElse() -> Bool {
        let mark = index
        skipSeparators()
        guard token.is(.else) else {
            index = mark
            return false
        }
        advance()
        return true
    }

    // MARK: Functions

    /// `x -> body` or `(x, y) -> body`
    @inline(never)
    mutating func lambda() throws(CellError) -> Expression {
        let start = token.span
        var parameters: [Parameter] = []
        if let name = takeName() {
            parameters = [Parameter(name: name, standard: nil)]
        } else {
            advance()
            parameters = try lambdaParameters()
        }
        advance()
        let body = try expression()
        return try make(.function(Function(name: nil, parameters: parameters, body: body)), from: start)
    }

    var startsLambda: Bool {
        if case .name = token.kind { return next.is(.arrow) }
        return token.is(.openRound) && startsParameterList()
    }

    /// Looks ahead over `(x, y, …` only as far as it keeps that shape, up to `) ->` or a default, which nothing else can be.
    private func startsParameterList() -> Bool {
        var place = index + 1
        if tokens[place].is(.closeRound) { return tokens[place + 1].is(.arrow) }
        while case .name = tokens[place].kind {
            if tokens[place + 1].is(.assign) { return true }
            if tokens[place + 1].is(.closeRound) { return tokens[place + 2].is(.arrow) }
            guard tokens[place + 1].is(.comma) else { return false }
            place += 2
        }
        return false
    }

    private mutating func lambdaParameters() throws(CellError) -> [Parameter] {
        var parameters: [Parameter] = []
        while let name = takeName() {
            let standard = take(.assign) ? try expression() : nil
            parameters.append(Parameter(name: name, standard: standard))
            if !take(.comma) { break }
        }
        try expect(.closeRound)
        guard token.is(.arrow) else {
            throw CellError("A \"=\" binds a name only on a line of its own.", at: parameters.last?.name.span ?? token.span, hint: "compare with ==; a function's default is (x, k=1) -> k * x")
        }
        try check(parameters)
        return parameters
    }

    /// No name twice, and defaults last.
    func check(_ parameters: [Parameter]) throws(CellError) {
        var seen: Set<String> = []
        var withDefault = false
        for parameter in parameters {
            guard seen.insert(parameter.name.text).inserted else {
                throw CellError("The parameter \"\(parameter.name.text)\" stands twice.", at: parameter.name.span)
            }
            if withDefault, parameter.standard == nil {
                throw CellError("The parameter \"\(parameter.name.text)\" needs a default too, since it stands after one that has one.", at: parameter.name.span, hint: "put it first")
            }
            withDefault = parameter.standard != nil
        }
    }
}
