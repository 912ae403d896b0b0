/// Recursive descent, one token ahead. Both the recursion and the height of what it builds stay below
/// `Expression.heightLimit`, whatever the source.
struct Parser {
    let tokens: [Token]
    var index = 0
    var depth = 0

    /// Why the source cannot be read on, where the last token says so.
    let fault: CellError?

    init(_ tokens: [Token], fault: CellError?) {
        self.tokens = tokens
        self.fault = fault
    }

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

    mutating func expect(_ symbol: Token.Symbol) throws(CellError) {
        guard take(symbol) else { throw unexpected() }
    }

    // MARK: Nesting

    /// To be left by `depth -= 1`.
    mutating func enter() throws(CellError) {
        depth += 1
        guard depth <= Expression.heightLimit else { throw tooDeep(at: token.span) }
    }

    func make(_ form: Expression.Form, from start: Span) throws(CellError) -> Expression {
        let expression = Expression(form, span: start.through(previousSpan))
        guard expression.height <= Expression.heightLimit else { throw tooDeep(at: start) }
        return expression
    }

    private func tooDeep(at span: Span) -> CellError {
        CellError("This is nested more than \(Expression.heightLimit) levels deep.", at: span, hint: "give an inner part a name on a line of its own")
    }

    // MARK: Operators

    mutating func expression() throws(CellError) -> Expression {
        try enter()
        defer { depth -= 1 }
        if startsLambda { return try lambda() }
        return try operation(atLeast: .or)
    }

    /// Operators that bind at least as tightly as `rank`, those of one rank gathered into one flat node. Whatever is
    /// gathered first binds tighter than what follows, since operands take all that binds tighter than their operator.
    mutating func operation(atLeast rank: Rank) throws(CellError) -> Expression {
        let start = token.span
        var left: Expression
        if rank <= .not, token.is(.not) {
            try enter()
            defer { depth -= 1 }
            advance()
            let operand = try operation(atLeast: .not)
            left = try make(.not(operand), from: start)
        } else {
            left = try signed()
        }
        while let next = token.rank, next >= rank {
            let form = next <= .and ? try junction(left, next) : try chain(left, next)
            left = try make(form, from: start)
        }
        return left
    }

    private mutating func junction(_ first: Expression, _ rank: Rank) throws(CellError) -> Expression.Form {
        var all = [first]
        while token.rank == rank {
            advance()
            all.append(try operation(atLeast: rank.tighter))
        }
        return rank == .or ? .any(all) : .all(all)
    }

    private mutating func chain(_ first: Expression, _ rank: Rank) throws(CellError) -> Expression.Form {
        var rest: [Operand] = []
        while token.rank == rank, let sign = token.sign {
            if rank == .comparison, !rest.isEmpty {
                throw CellError("Comparisons cannot be chained.", at: token.span, hint: "join two by and: a < b and b < c")
            }
            let signSpan = token.span
            advance()
            rest.append(Operand(sign: sign, signSpan: signSpan, value: try operation(atLeast: rank.tighter)))
        }
        return .operation(first, rest)
    }

    /// `-x^2` is `-(x^2)`, and `2^-1` is allowed.
    private mutating func signed() throws(CellError) -> Expression {
        let start = token.span
        if take(.minus) {
            try enter()
            defer { depth -= 1 }
            let operand = try signed()
            return try make(.negation(operand), from: start)
        }
        let base = try postfix()
        guard token.is(.power) else { return base }
        try enter()
        defer { depth -= 1 }
        let signSpan = token.span
        advance()
        let exponent = try signed()
        return try make(.operation(base, [Operand(sign: .power, signSpan: signSpan, value: exponent)]), from: start)
    }
}

/// How tightly an operator between two values binds, loosest first.
enum Rank: Int, Comparable {
    case or, and, not, comparison, sum, product, signed

    static func < (a: Rank, b: Rank) -> Bool { a.rawValue < b.rawValue }

    var tighter: Rank { Rank(rawValue: rawValue + 1) ?? .signed }
}

extension Token {
    fileprivate var rank: Rank? {
        switch kind {
        case .keyword(.or): .or
        case .keyword(.and): .and
        case .symbol(let symbol):
            switch symbol {
            case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .close: .comparison
            case .plus, .minus: .sum
            case .times, .over, .at: .product
            default: nil
            }
        default: nil
        }
    }

    fileprivate var sign: Operator? {
        if case .symbol(let symbol) = kind { Operator(rawValue: symbol.rawValue) } else { nil }
    }
}
