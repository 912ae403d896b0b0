extension Program {
    /// A whole cell.
    public static func parse(_ source: String) throws(CellError) -> Program {
        try parsing(source) { parser throws(CellError) in
            let statements = try parser.statements(topLevel: true)
            guard case .end = parser.token.kind else { throw parser.unexpected() }
            return Program(statements: statements)
        }
    }

    /// Bytes from outside as a source: those that are no UTF-8 are an error with their place.
    public static func source(decoding bytes: some Sequence<UInt8>) throws(CellError) -> String {
        let bytes = Array(bytes)
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var offset = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { offset += UTF8.width(scalar) }
        throw CellError("The text is not UTF-8: byte \(offset + 1) cannot be read.", at: Span(offset, offset + 1), hint: "save it as UTF-8")
    }
}

extension Expression {
    /// One expression alone.
    public static func parse(_ source: String) throws(CellError) -> Expression {
        let (expression, format) = try parseInline(source)
        guard format == nil else {
            throw CellError("A \":\" cannot stand here.", at: Span(expression.span.end, source.utf8.count))
        }
        return expression
    }

    /// `expr` or `expr : .3f`, as in prose.
    package static func parseInline(_ source: String) throws(CellError) -> (Expression, Format?) {
        try parsing(source, inline: true) { parser throws(CellError) in
            parser.skipSeparators()
            let expression = try parser.expression()
            var format: Format?
            if case .format(let found) = parser.token.kind {
                format = found
                parser.advance()
            }
            parser.skipSeparators()
            guard case .end = parser.token.kind else { throw parser.unexpected() }
            return (expression, format)
        }
    }
}

private func parsing<Result>(_ source: String, inline: Bool = false, _ body: (inout Parser) throws(CellError) -> Result) throws(CellError) -> Result {
    let (tokens, fault) = Lexer.tokens(of: source, inline: inline)
    var parser = Parser(tokens, fault: fault)
    do throws(CellError) {
        return try body(&parser)
    } catch {
        if case .invalid = parser.token.kind, let fault { throw fault }
        // Behind a bracket that nobody closes, the bracket is the fault.
        if let fault, fault.span.start <= error.span.start { throw fault }
        throw error
    }
}
