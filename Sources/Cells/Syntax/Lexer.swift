/// Cuts a source into tokens, in one pass and without recursion: a stack of what is open tells whether a line's end counts
/// and whether a `}` goes back into a text.
struct Lexer {
    let bytes: [UInt8]
    var position = 0
    var tokens: [Token] = []
    var open: [Opening] = []

    struct Opening {
        var kind: Kind
        var span: Span
        /// Where the text began that a value stands in.
        var quote = 0

        enum Kind {
            case round, square, brace
            /// `{` inside a text.
            case value
            /// The whole source is one inline value `expr : format`.
            case inline
        }
    }

    /// `fault`: where the source cannot be read on, or a bracket is still open at the end. Its place may lie far before
    /// the last token: whatever the parser stumbles over behind it is likely its fault.
    static func tokens(of source: String, inline: Bool = false) -> (tokens: [Token], fault: CellError?) {
        var lexer = Lexer(source)
        if inline { lexer.open.append(Opening(kind: .inline, span: Span(0, 0))) }
        var fault: CellError?
        do throws(CellError) {
            try lexer.run()
            if let opening = lexer.open.last, opening.kind != .inline { fault = Self.neverClosed(opening) }
        } catch {
            fault = error
            lexer.tokens.append(Token(kind: .invalid, span: error.span))
        }
        lexer.tokens.append(Token(kind: .end, span: Span(lexer.bytes.count, lexer.bytes.count)))
        return (lexer.tokens, fault)
    }

    private init(_ source: String) {
        bytes = Array(source.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }  // a byte order mark
    }

    private mutating func run() throws(CellError) {
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"):
                position += 1
            case UInt8(ascii: "\n"):
                try endLine(length: 1)
            case UInt8(ascii: "\r") where self.byte(at: 1) == UInt8(ascii: "\n"):
                try endLine(length: 2)
            case UInt8(ascii: "#"):
                try skipComment()
            case UInt8(ascii: ";"):
                if let opening = open.last, opening.kind != .brace {
                    throw CellError("A \";\" ends a statement, and a bracket is still open.", at: Span(position, position + 1), hint: "write a comma, or close the bracket first")
                }
                append(.separator, length: 1)
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                try lexNumber()
            case UInt8(ascii: ".") where isDigit(self.byte(at: 1)):
                try lexNumber()
            case UInt8(ascii: "\""):
                append(.textStart, length: 1)
                try lexText(from: position - 1)
            default:
                if !lexName() { try lexSymbol() }
            }
        }
    }

    // MARK: Lines

    private mutating func endLine(length: Int) throws(CellError) {
        switch open.last?.kind {
        case .round, .square:
            position += length
        case .value:
            throw Self.neverClosed(open[open.count - 1])
        case .brace, .inline, nil:
            if let last = tokens.last, !last.continuesLine, !last.isSeparator {
                append(.separator, length: length)
            } else {
                position += length
            }
        }
    }

    private mutating func skipComment() throws(CellError) {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
            try refuseControl(at: position)
            position += 1
        }
    }

    /// Control characters have no place in a source, texts and comments included: shown, they would move the cursor.
    func refuseControl(at place: Int) throws(CellError) {
        let byte = bytes[place]
        guard byte < 0x20 || byte == 0x7F, byte != UInt8(ascii: "\t") else { return }
        if byte == UInt8(ascii: "\r"), place + 1 < bytes.count, bytes[place + 1] == UInt8(ascii: "\n") { return }
        throw CellError("A control character (\(codePoint(UInt32(byte)))) cannot stand in a cell.", at: Span(place, place + 1), hint: "delete it")
    }

    // MARK: Symbols

    private mutating func lexSymbol() throws(CellError) {
        let byte = bytes[position]
        guard byte < 0x80 else { return try lexSign() }
        switch byte {
        case UInt8(ascii: "("): openBracket(.round, .openRound)
        case UInt8(ascii: "["): openBracket(.square, .openSquare)
        case UInt8(ascii: "{"): openBracket(.brace, .openBrace)
        case UInt8(ascii: ")"): try closeBracket(.round, .closeRound)
        case UInt8(ascii: "]"): try closeBracket(.square, .closeSquare)
        case UInt8(ascii: "}") where open.last?.kind == .value:
            let quote = open.removeLast().quote
            append(.valueEnd, length: 1)
            try lexText(from: quote)
        case UInt8(ascii: "}"): try closeBracket(.brace, .closeBrace)
        case UInt8(ascii: ":") where open.last?.kind == .value || open.last?.kind == .inline: try lexFormat()
        case UInt8(ascii: "*") where self.byte(at: 1) == byte: append(.symbol(.power), length: 2)
        default:
            try refuseForeignSign()
            let pair = String(decoding: bytes[position..<min(position + 2, bytes.count)], as: UTF8.self)
            // At the end of the source there is no second one.
            if pair.utf8.count == 2, let symbol = Token.Symbol(rawValue: pair) {
                append(.symbol(symbol), length: 2)
            } else if let symbol = Token.Symbol(rawValue: String(Unicode.Scalar(byte))) {
                append(.symbol(symbol), length: 1)
            } else {
                try refuseControl(at: position)
                throw CellError("The character \"\(Character(Unicode.Scalar(byte)))\" means nothing here.", at: Span(position, position + 1))
            }
        }
    }

    /// A character beyond ASCII that is no letter.
    private mutating func lexSign() throws(CellError) {
        let scalar = scalar(at: position)
        let width = UTF8.width(scalar)
        if scalar == "≈" { return append(.symbol(.close), length: width) }
        if scalar.properties.generalCategory == .spaceSeparator { return position += width }
        try refuseForeignSign()
        let span = Span(position, position + width)
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .unassigned, .privateUse, .lineSeparator, .paragraphSeparator:
            throw CellError("An invisible character (\(codePoint(scalar.value))) stands here.", at: span, hint: "delete it, and type the line anew if it was pasted")
        default:
            let hint = scalar == "\u{FFFD}" ? "the file was likely not saved as UTF-8" : nil
            throw CellError("The character \"\(Character(scalar))\" (\(codePoint(scalar.value))) means nothing here.", at: span, hint: hint)
        }
    }

    private func refuseForeignSign() throws(CellError) {
        for (sign, hint) in ForeignWords.signs[bytes[position]] ?? [] where bytes[position...].starts(with: sign.utf8) {
            // `!=` is ours.
            if sign == "!" && byte(at: 1) == UInt8(ascii: "=") || sign == "~" && byte(at: 1) == UInt8(ascii: "=") { continue }
            throw CellError("\"\(sign)\" is not used here.", at: Span(position, position + sign.utf8.count), hint: hint)
        }
    }

    private mutating func openBracket(_ kind: Opening.Kind, _ symbol: Token.Symbol) {
        open.append(Opening(kind: kind, span: Span(position, position + 1)))
        append(.symbol(symbol), length: 1)
    }

    private mutating func closeBracket(_ kind: Opening.Kind, _ symbol: Token.Symbol) throws(CellError) {
        let span = Span(position, position + 1)
        guard let last = open.last, last.kind != .inline else {
            throw CellError("This \"\(symbol.rawValue)\" closes nothing.", at: span, hint: "delete it, or open a bracket before it")
        }
        guard last.kind == kind else {
            // One further out wants this bracket, so it is the inner one that was forgotten.
            if last.kind == .value || open.contains(where: { $0.kind == kind }) { throw Self.neverClosed(last) }
            throw CellError("A \"\(symbol.rawValue)\" cannot close a \"\(Self.signs(of: last.kind).open)\".", at: span, hint: "write \(Self.signs(of: last.kind).close)")
        }
        open.removeLast()
        append(.symbol(symbol), length: 1)
    }

    private static func neverClosed(_ opening: Opening) -> CellError {
        let (sign, closing) = signs(of: opening.kind)
        if opening.kind == .value {
            return CellError("The \"{\" in this text is never closed.", at: opening.span, hint: "close it with } on the same line, or write {{ for a brace")
        }
        return CellError("The \"\(sign)\" is never closed.", at: opening.span, hint: "close it with \(closing)")
    }

    private static func signs(of kind: Opening.Kind) -> (open: String, close: String) {
        switch kind {
        case .round: ("(", ")")
        case .square: ("[", "]")
        case .brace, .value, .inline: ("{", "}")
        }
    }

    // MARK: Bytes

    mutating func append(_ kind: Token.Kind, length: Int) {
        tokens.append(Token(kind: kind, span: Span(position, position + length)))
        position += length
    }

    /// 0 past the end.
    func byte(at offset: Int) -> UInt8 {
        position + offset < bytes.count ? bytes[position + offset] : 0
    }

    func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    func scalar(at place: Int) -> Unicode.Scalar {
        var iterator = bytes[place..<min(place + 4, bytes.count)].makeIterator()
        var decoder = UTF8()
        if case .scalarValue(let scalar) = decoder.decode(&iterator) { return scalar }
        return "\u{FFFD}"
    }

    private func codePoint(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
