struct Token: Sendable {
    var kind: Kind
    var span: Span

    enum Kind: Sendable {
        case number(Double)
        case name(String)
        case keyword(Keyword)
        case symbol(Symbol)
        /// `"`, then any of `literal` and `valueStart … [format] valueEnd`, then `textEnd`.
        case textStart, literal(String), valueStart, format(Format), valueEnd, textEnd
        /// A line's end or `;`, where it ends a statement.
        case separator
        case end
        /// The source cannot be read from here on; the last token but `end`.
        case invalid
    }

    enum Keyword: String, Sendable {
        case and, or, not, `if`, `else`, `for`, `true`, `false`
    }

    enum Symbol: String, Sendable {
        case openRound = "(", closeRound = ")", openSquare = "[", closeSquare = "]", openBrace = "{", closeBrace = "}"
        case comma = ",", colon = ":", dot = ".", dots = "..", assign = "=", arrow = "->"
        case plus = "+", minus = "-", times = "*", over = "/", at = "@", power = "^"
        case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">=", close = "~="
    }

    func `is`(_ symbol: Symbol) -> Bool {
        if case .symbol(symbol) = kind { true } else { false }
    }

    func `is`(_ keyword: Keyword) -> Bool {
        if case .keyword(keyword) = kind { true } else { false }
    }

    func `is`(word: String) -> Bool {
        if case .name(word) = kind { true } else { false }
    }

    var isSeparator: Bool {
        if case .separator = kind { true } else { false }
    }

    /// A line that ends in this token goes on in the next one.
    var continuesLine: Bool {
        switch kind {
        case .symbol(let symbol):
            switch symbol {
            case .openRound, .closeRound, .openSquare, .closeSquare, .openBrace, .closeBrace: false
            default: true
            }
        case .keyword(let keyword): keyword == .and || keyword == .or || keyword == .not
        default: false
        }
    }

    /// An expression may start with it.
    var startsValue: Bool {
        switch kind {
        case .number, .name, .textStart: true
        case .keyword(let keyword): [.not, .if, .true, .false].contains(keyword)
        case .symbol(let symbol): [.openRound, .openSquare, .openBrace, .minus].contains(symbol)
        default: false
        }
    }

    /// As it is named in a message.
    var shown: String {
        switch kind {
        case .number: "a number"
        case .name(let name): "\"\(name.count > 40 ? name.prefix(40) + "..." : name)\""
        case .keyword(let keyword): "\"\(keyword.rawValue)\""
        case .symbol(let symbol): "\"\(symbol.rawValue)\""
        case .textStart, .literal, .valueStart, .format, .valueEnd, .textEnd: "a text"
        case .separator: "the line's end"
        case .end, .invalid: "the end"
        }
    }
}
