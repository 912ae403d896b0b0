// Numbers, names and texts.

extension Lexer {
    // MARK: Numbers and names

    mutating func lexNumber() throws(CellError) {
        let start = position
        var text = ""
        func take(_ lexer: inout Lexer) { text.unicodeScalars.append(Unicode.Scalar(lexer.bytes[lexer.position])); lexer.position += 1 }
        func digits(_ lexer: inout Lexer) {
            while lexer.isDigit(lexer.byte(at: 0)) || (lexer.byte(at: 0) == UInt8(ascii: "_") && lexer.isDigit(lexer.byte(at: 1)) && !text.isEmpty) {
                if lexer.byte(at: 0) == UInt8(ascii: "_") { lexer.position += 1 }
                take(&lexer)
            }
        }
        digits(&self)
        // `0..10` is a range and `1.` a number.
        if byte(at: 0) == UInt8(ascii: "."), byte(at: 1) != UInt8(ascii: "."), !startsName(at: position + 1) {
            take(&self)
            digits(&self)
        }
        if isExponent(at: position) {
            take(&self)
            if !isDigit(byte(at: 0)) { take(&self) }
            digits(&self)
        }
        let span = Span(start, position)
        if startsName(at: position) {
            let end = nameEnd(from: position)
            let name = String(decoding: bytes[position..<min(end, position + 40)], as: UTF8.self)
            let hint = text == "0" && name.first == "x" ? "numbers are decimal: write 255 for 0xff" : "a product needs its sign: \(text.prefix(20)) * \(name); a name cannot start with a digit"
            throw CellError("A number runs into a name.", at: Span(start, end), hint: hint)
        }
        if byte(at: 0) == UInt8(ascii: "."), isDigit(byte(at: 1)) {
            throw CellError("A number has two decimal points.", at: Span(start, position + 1))
        }
        guard text.utf8.count <= 400 else {
            throw CellError("A number of \(text.utf8.count) digits is too long.", at: span, hint: "a number keeps about 16 digits")
        }
        if text.first == "." { text = "0" + text }
        if text.last == "." { text.removeLast() }
        guard let value = Double(text), value.isFinite else {
            throw CellError("The number is too large.", at: span, hint: "the largest is about 1.8e308; infinity is inf")
        }
        tokens.append(Token(kind: .number(value), span: span))
    }

    private func isExponent(at place: Int) -> Bool {
        let offset = place - position
        guard byte(at: offset) | 0x20 == UInt8(ascii: "e") else { return false }
        if isDigit(byte(at: offset + 1)) { return true }
        return (byte(at: offset + 1) == UInt8(ascii: "-") || byte(at: offset + 1) == UInt8(ascii: "+")) && isDigit(byte(at: offset + 2))
    }

    mutating func lexName() -> Bool {
        guard startsName(at: position) else { return false }
        let end = nameEnd(from: position)
        var text = String(decoding: bytes[position..<end], as: UTF8.self)
        if text == "π" { text = "pi" }
        // The micro sign looks like the letter and would be another name.
        if text.unicodeScalars.contains("\u{B5}") {
            text = String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\u{B5}" ? "\u{3BC}" : $0 }))
        }
        let kind: Token.Kind = Token.Keyword(rawValue: text).map { .keyword($0) } ?? .name(text)
        append(kind, length: end - position)
        return true
    }

    private func startsName(at place: Int) -> Bool {
        guard place < bytes.count else { return false }
        let byte = bytes[place]
        if byte < 0x80 { return byte == UInt8(ascii: "_") || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) }
        return scalar(at: place).properties.isXIDStart
    }

    private func nameEnd(from start: Int) -> Int {
        var place = start
        while place < bytes.count {
            if bytes[place] < 0x80 {
                guard startsName(at: place) || isDigit(bytes[place]) else { break }
                place += 1
            } else {
                let scalar = scalar(at: place)
                // The middle dot continues names by the standard; here it is a mistaken product.
                guard scalar.properties.isXIDContinue, scalar != "\u{B7}", scalar != "\u{387}" else { break }
                place += UTF8.width(scalar)
            }
        }
        return place
    }

    // MARK: Texts

    /// From behind the opening quote, or from behind the `}` of a value, to the next `{` or the closing quote.
    mutating func lexText(from quote: Int) throws(CellError) {
        var literal: [UInt8] = []
        let start = position
        func flush(_ lexer: inout Lexer) {
            if !literal.isEmpty { lexer.tokens.append(Token(kind: .literal(String(decoding: literal, as: UTF8.self)), span: Span(start, lexer.position))) }
        }
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n"), bytes[position] != UInt8(ascii: "\r") {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                flush(&self)
                append(.textEnd, length: 1)
                return
            case UInt8(ascii: "{") where self.byte(at: 1) != UInt8(ascii: "{"):
                flush(&self)
                open.append(Opening(kind: .value, span: Span(position, position + 1), quote: quote))
                append(.valueStart, length: 1)
                return
            case UInt8(ascii: "{"):
                literal.append(byte)
                position += 2
            case UInt8(ascii: "}"):
                literal.append(byte)
                position += self.byte(at: 1) == byte ? 2 : 1
            case UInt8(ascii: "\\"):
                literal.append(try escape())
                position += 2
            default:
                try refuseControl(at: position)
                literal.append(byte)
                position += 1
            }
        }
        throw CellError("The text is never closed.", at: Span(quote, quote + 1), hint: "close it with \" on the same line; a quote inside it is \\\", a new line \\n")
    }

    private func escape() throws(CellError) -> UInt8 {
        switch byte(at: 1) {
        case UInt8(ascii: "n"): return UInt8(ascii: "\n")
        case UInt8(ascii: "t"): return UInt8(ascii: "\t")
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "{"), UInt8(ascii: "}"): return byte(at: 1)
        default:
            throw CellError("A backslash in a text is followed by n, t, \", \\, { or }.", at: Span(position, position + 1), hint: "write \\\\ for a backslash")
        }
    }

    /// From the `:` to the `}` (or to the end of an inline value).
    mutating func lexFormat() throws(CellError) {
        let start = position + 1
        var end = start
        let inline = open.last?.kind == .inline
        while end < bytes.count, inline || (bytes[end] != UInt8(ascii: "}") && bytes[end] != UInt8(ascii: "\n") && bytes[end] != UInt8(ascii: "\"")) { end += 1 }
        guard let format = Format(String(decoding: bytes[start..<end], as: UTF8.self)) else {
            throw CellError("This is no format for a number.", at: Span(position, end), hint: "a format is like .3f, 8.2f, .2e, .4g, .1% or d")
        }
        tokens.append(Token(kind: .format(format), span: Span(position, end)))
        position = end
    }
}
