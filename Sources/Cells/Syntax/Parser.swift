/// Recursive descent, one token ahead. Both the recursion and the height of what it builds stay below
/// `Expression.heightLimit`, whatever the source.
struct Parser {
    let tokens: [Token]
    var index = 0
    private var depth = 0

    init(_ tokens: [Token]) { self.tokens = tokens }

    // MARK: Tokens

    var token: Token { tokens[index] }
    var next: Token { tokens[min(index + 1, tokens.count - 1)] }
    var previousSpan: Span { index > 0 ? tokens[index - 1].span : Span(0, 0) }

    mutating func advance() { index = min(index + 1, tokens.count - 1) }

    mutating func take(_ symbol: Token.Symbol) -> Bool {
        guard token.is(symbol) else { return false }
        advance()
        return true
    }

    mutating func take(word: String) -> Bool {
        guard token.is(word: word) else { return false }
        advance()
        return true
    }

    mutating func takeName() -> Name? {
        guard case .name(let text) = token.kind else { return nil }
        defer { advance() }
        return Name(text: text, span: token.span)
    }

    mutating func skipSeparators() {
        while token.isSeparator { advance() }
    }

    // MARK: Nesting

    mutating func nested<Result>(_ body: (inout Parser) throws(CellError) -> Result) throws(CellError) -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Expression.heightLimit else { throw tooDeep(at: token.span) }
        return try body(&self)
    }

    func make(_ form: Expression.Form, from start: Span) throws(CellError) -> Expression {
        let expression = Expression(form, span: start.through(previousSpan))
        guard expression.height <= Expression.heightLimit else { throw tooDeep(at: start) }
        return expression
    }

    private func tooDeep(at span: Span) -> CellError {
        CellError("This is nested more than \(Expression.heightLimit) levels deep.", at: span, hint: "give an inner part a name on a line of its own")
    }

    // MARK: Operators, loosest first

    mutating func expression() throws(CellError) -> Expression {
        try nested { parser throws(CellError) in
            if let function = try parser.lambda() { return function }
            return try parser.disjunction()
        }
    }

    private mutating func disjunction() throws(CellError) -> Expression {
        let start = token.span
        let first = try conjunction()
        guard token.is(.or) else { return first }
        var all = [first]
        while token.is(.or) {
            advance()
            all.append(try conjunction())
        }
        return try make(.any(all), from: start)
    }

    private mutating func conjunction() throws(CellError) -> Expression {
        let start = token.span
        let first = try inversion()
        guard token.is(.and) else { return first }
        var all = [first]
        while token.is(.and) {
            advance()
            all.append(try inversion())
        }
        return try make(.all(all), from: start)
    }

    private mutating func inversion() throws(CellError) -> Expression {
        guard token.is(.not) else { return try comparison() }
        let start = token.span
        advance()
        let operand = try nested { parser throws(CellError) in try parser.inversion() }
        return try make(.not(operand), from: start)
    }

    private mutating func comparison() throws(CellError) -> Expression {
        let start = token.span
        let first = try sum()
        guard let sign = token.comparison else { return first }
        let signSpan = token.span
        advance()
        let second = try sum()
        if token.comparison != nil {
            throw CellError("Comparisons cannot be chained.", at: token.span, hint: "join two by and: a < b and b < c")
        }
        return try make(.operation(first, [Operand(sign: sign, signSpan: signSpan, value: second)]), from: start)
    }

    mutating func sum() throws(CellError) -> Expression {
        try chain(of: \.sumSign) { parser throws(CellError) in try parser.product() }
    }

    private mutating func product() throws(CellError) -> Expression {
        try chain(of: \.productSign) { parser throws(CellError) in try parser.signed() }
    }

    private mutating func chain(of sign: (Token) -> Operator?, operand: (inout Parser) throws(CellError) -> Expression) throws(CellError) -> Expression {
        let start = token.span
        let first = try operand(&self)
        guard sign(token) != nil else { return first }
        var rest: [Operand] = []
        while let sign = sign(token) {
            let signSpan = token.span
            advance()
            rest.append(Operand(sign: sign, signSpan: signSpan, value: try operand(&self)))
        }
        return try make(.operation(first, rest), from: start)
    }

    /// `-x^2` is `-(x^2)`, and `2^-1` is allowed.
    private mutating func signed() throws(CellError) -> Expression {
        guard token.is(.minus) else { return try power() }
        let start = token.span
        advance()
        let operand = try nested { parser throws(CellError) in try parser.signed() }
        return try make(.negation(operand), from: start)
    }

    private mutating func power() throws(CellError) -> Expression {
        let start = token.span
        let base = try postfix()
        guard token.is(.power) else { return base }
        let signSpan = token.span
        advance()
        let exponent = try nested { parser throws(CellError) in try parser.signed() }
        return try make(.operation(base, [Operand(sign: .power, signSpan: signSpan, value: exponent)]), from: start)
    }

    // MARK: Call, index, field

    private mutating func postfix() throws(CellError) -> Expression {
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

    /// `x -> body` or `(x, y) -> body`, where one stands here.
    private mutating func lambda() throws(CellError) -> Expression? {
        let start = token.span
        var parameters: [Parameter] = []
        if case .name(let name) = token.kind, next.is(.arrow) {
            parameters = [Parameter(name: Name(text: name, span: start), standard: nil)]
            advance()
        } else if token.is(.openRound), startsParameterList() {
            advance()
            let list = try lambdaParameters()
            parameters = list
        } else {
            return nil
        }
        advance()
        let body = try expression()
        return try make(.function(Function(name: nil, parameters: parameters, body: body)), from: start)
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

    mutating func expect(_ symbol: Token.Symbol) throws(CellError) {
        guard take(symbol) else { throw unexpected() }
    }
}

extension Token {
    fileprivate var comparison: Operator? {
        switch kind {
        case .symbol(let symbol) where [.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .close].contains(symbol):
            Operator(rawValue: symbol.rawValue)
        default: nil
        }
    }

    fileprivate var sumSign: Operator? {
        switch kind {
        case .symbol(.plus): .add
        case .symbol(.minus): .subtract
        default: nil
        }
    }

    fileprivate var productSign: Operator? {
        switch kind {
        case .symbol(.times): .multiply
        case .symbol(.over): .divide
        case .symbol(.at): .matrixProduct
        default: nil
        }
    }
}
