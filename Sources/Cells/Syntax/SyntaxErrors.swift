// What the parser says where it cannot go on. Habits from other languages get the hint that helps.

extension Parser {
    /// A token that cannot follow what stands before it.
    @inline(never)
    func unexpected() -> CellError {
        let span = token.span
        switch token.kind {
        case .invalid:
            return fault ?? CellError("The source cannot be read on.", at: span)
        case .symbol(.assign):
            return CellError("A \"=\" cannot stand here.", at: span, hint: "compare with ==; a name is bound by x = 3 on a line of its own")
        case .symbol(.colon):
            return CellError("A \":\" cannot stand here.", at: span, hint: colonHint)
        case .symbol(.comma):
            return CellError("A comma cannot stand here.", at: span, hint: "a list is written [a, b]; bind each name on a line of its own")
        case .symbol(.dots):
            return CellError("A range with .. belongs to a knob.", at: span, hint: "write range(lower, upper) for the numbers")
        case .symbol(.arrow):
            return CellError("Left of \"->\" stands a name, or names in round brackets.", at: span, hint: "write x -> x^2, (x, y) -> x * y, or put the function in brackets")
        case .keyword(.if):
            return CellError("An \"if\" cannot follow a value.", at: span, hint: "write if condition { a } else { b }")
        case .keyword(.else):
            return CellError("This \"else\" belongs to no if.", at: span, hint: "write if condition { a } else { b }")
        case .keyword(.for):
            return CellError("A \"for\" cannot follow a value.", at: span, hint: "write map(x -> x^2, xs), or a loop for x in xs { ... }")
        case .keyword(.not):
            return CellError("A \"not\" cannot follow a value.", at: span, hint: "write not a == b, or a != b")
        case .symbol(.openBrace):
            return CellError("A block cannot follow a value.", at: span, hint: "a function is defined by f(x) = { ... }")
        case .name(let word) where word == "in" || word == "is":
            return CellError("\"\(word)\" does not compare.", at: span, hint: "compare with ==")
        case .end, .separator:
            return CellError("The statement ends too early.", at: span)
        case _ where token.startsValue:
            return sideBySide()
        default:
            return CellError("\(capitalised(token.shown)) cannot stand here.", at: span)
        }
    }

    private func sideBySide() -> CellError {
        var hint = "put an operator or a comma between them, or a line's end"
        if index > 0, case .name(let word) = tokens[index - 1].kind {
            if let known = ForeignWords.hints[word] {
                return CellError("There is no \"\(word)\" here.", at: tokens[index - 1].span, hint: known)
            }
            if case .textStart = token.kind, ["f", "r", "b", "u"].contains(word) {
                hint = "a text needs no \(word) before it: {x} works in every text"
            }
        }
        if index > 0, case .textEnd = tokens[index - 1].kind, case .textStart = token.kind {
            hint = "a text stands in one pair of quotes; a quote inside it is \\\""
        }
        return CellError("Two values stand side by side.", at: token.span, hint: hint)
    }

    private var colonHint: String {
        if index > 1, tokens[index - 1].startsValue || tokens[index - 1].isTextEnd {
            var start = index - 1
            if tokens[start].isTextEnd { while start > 0, !tokens[start].isTextStart { start -= 1 } }
            if start > 0, tokens[start - 1].is(.openBrace) { return "there are no dictionaries: use lists, or names" }
        }
        var start = index
        while start > 0, !tokens[start - 1].isSeparator { start -= 1 }
        let first = tokens[start]
        if first.is(.for) || first.is(.if) || first.is(.else) || first.is(word: "while") { return "a block stands in braces: { ... }" }
        return "it belongs in a slice x[0:3], a format {x:.3f} or after a check's label"
    }

    /// A token stands where a value should.
    @inline(never)
    func missingValue() -> CellError {
        let span = token.span
        if case .invalid = token.kind, let fault { return fault }
        if index > 0 {
            let before = tokens[index - 1]
            if case .symbol(let symbol) = before.kind, before.continuesLine, symbol != .comma, symbol != .colon {
                if before.span.end == span.start, symbol == .plus, token.is(.plus) {
                    return CellError("\"++\" is not used here.", at: before.span.through(span), hint: "write x = x + 1")
                }
                if token.isEnd || token.isCloser { return CellError("A value is missing after \"\(symbol.rawValue)\".", at: before.span) }
            }
            if case .keyword(let keyword) = before.kind, token.isEnd || token.isCloser || token.is(.openBrace) {
                return CellError("A value is missing after \"\(keyword.rawValue)\".", at: before.span)
            }
        }
        switch token.kind {
        case .symbol(.times), .symbol(.power):
            return CellError("\(capitalised(token.shown)) stands where a value should.", at: span, hint: "arguments are given one by one: f(a, b)")
        case .symbol(.plus):
            return CellError("A \"+\" needs a value on its left.", at: span, hint: "a line goes on where the one before ends in the operator")
        case .symbol(.assign):
            return CellError("A \"=\" needs a name on its left.", at: span, hint: "write x = 3; compare with ==")
        case .symbol(.colon):
            return CellError("A \":\" stands where a value should.", at: span, hint: colonHint)
        case .keyword(.else):
            return CellError("This \"else\" belongs to no if.", at: span, hint: "write if condition { a } else { b }")
        case .keyword(.for):
            return CellError("A loop has no value.", at: span, hint: "write map(x -> x^2, xs)")
        case .keyword, .symbol:
            return CellError("\(capitalised(token.shown)) stands where a value should.", at: span)
        case .format:
            return CellError("There is no value before this format.", at: span)
        default:
            return CellError("A value is missing here.", at: span)
        }
    }

    @inline(never)
    func missingBlock(after owner: String) -> CellError {
        let span = token.span
        if case .invalid = token.kind, let fault { return fault }
        let hint = "write \(owner) { ... }"
        switch token.kind {
        case .symbol(.assign):
            return CellError("A \"=\" cannot stand in a condition.", at: span, hint: "compare with ==")
        case .symbol(.colon):
            return CellError("A block stands in braces, not after a \":\".", at: span, hint: hint)
        default:
            return CellError("A \"{\" is missing here.", at: span, hint: hint)
        }
    }

    private func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}

extension Token {
    fileprivate var isEnd: Bool {
        switch kind {
        case .end, .separator: true
        default: false
        }
    }

    fileprivate var isTextStart: Bool {
        if case .textStart = kind { true } else { false }
    }

    fileprivate var isTextEnd: Bool {
        if case .textEnd = kind { true } else { false }
    }

    fileprivate var isCloser: Bool {
        switch kind {
        case .symbol(.closeRound), .symbol(.closeSquare), .symbol(.closeBrace), .valueEnd, .format: true
        default: false
        }
    }

    /// A second word, as in `def f`: not a bracket or a sign, which could follow any name.
    var startsWord: Bool {
        switch kind {
        case .name, .number, .textStart, .keyword(.true), .keyword(.false), .keyword(.not), .keyword(.if): true
        default: false
        }
    }
}
