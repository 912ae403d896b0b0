// Statements: assignments, loops, knobs, checks.

extension Parser {
    /// Up to the end of the source, or to the `}` of a block.
    mutating func statements(topLevel: Bool) throws(CellError) -> [Statement] {
        var statements: [Statement] = []
        // In a block, a value that begins with a sign and is not the last one: the rest of a sum that was broken too early.
        var lostTerm: Span?
        skipSeparators()
        while !token.is(.closeBrace) {
            if case .end = token.kind { break }
            if let lostTerm {
                throw CellError("This value goes nowhere: the line above has ended.", at: lostTerm, hint: "to go on with a sum, end the line above with its operator")
            }
            let beginsWithSign = token.is(.minus)
            statements.append(try statement(topLevel: topLevel))
            if beginsWithSign, !topLevel, case .expression = statements[statements.count - 1].form { lostTerm = statements[statements.count - 1].span }
            if token.isSeparator {
                skipSeparators()
            } else if case .end = token.kind {
                break
            } else if !token.is(.closeBrace) || topLevel {
                throw unexpected()
            }
        }
        return statements
    }

    /// `after`: what the block belongs to, for the message where it is missing.
    mutating func block(after owner: String?) throws(CellError) -> Block {
        let start = token.span
        guard token.is(.openBrace) else { throw missingBlock(after: owner ?? "") }
        advance()
        try enter()
        defer { depth -= 1 }
        let statements = try statements(topLevel: false)
        try expect(.closeBrace)
        return Block(statements: statements, span: start.through(previousSpan))
    }

    @inline(never)
    private mutating func statement(topLevel: Bool) throws(CellError) -> Statement {
        let start = token.span
        let form: Statement.Form
        if token.is(.for) {
            form = try loop()
        } else if token.is(word: "check"), next.startsValue, !next.is(.minus) || tokens[index + 1].span.end == tokens[index + 2].span.start {
            form = .check(try check())
        } else if token.is(word: "knob"), case .name = next.kind {
            guard topLevel else {
                throw CellError("A knob stands at the top level of a cell.", at: token.span, hint: "move it above the block")
            }
            form = .knob(try knob())
        } else {
            form = try assignmentOrExpression()
        }
        return Statement(form: form, span: start.through(previousSpan))
    }

    // MARK: Assignment

    @inline(never)
    private mutating func assignmentOrExpression() throws(CellError) -> Statement.Form {
        if case .name(let word) = token.kind, let hint = ForeignWords.hints[word], next.startsWord {
            throw CellError("There is no \"\(word)\" here.", at: token.span, hint: hint)
        }
        if token.is(.true) || token.is(.false), next.is(.assign) {
            throw CellError("\(token.shown) is a fixed value and cannot be bound anew.", at: token.span)
        }
        let target = try expression()
        guard token.is(.assign) else { return .expression(target) }
        let sign = token.span
        let (name, parameters) = try binding(of: target, sign: sign)
        advance()
        var value = try expression()
        if token.is(.assign) {
            throw CellError("Only one \"=\" can stand in a statement.", at: token.span, hint: "compare with ==; bind each name on a line of its own")
        }
        if let parameters {
            value = try make(.function(Function(name: name.text, parameters: parameters, body: value)), from: target.span)
        }
        return .assignment(name, value)
    }

    /// What stands left of `=`: a name, or a name with its parameters.
    private func binding(of target: Expression, sign: Span) throws(CellError) -> (Name, [Parameter]?) {
        switch target.form {
        case .name(let text) where isPlainName(target):
            return (Name(text: text, span: target.span), nil)
        case .call(let callee, let arguments):
            guard case .name(let text) = callee.form else { break }
            var parameters: [Parameter] = []
            for argument in arguments {
                if let label = argument.label {
                    parameters.append(Parameter(name: label, standard: argument.value))
                } else if case .name(let parameter) = argument.value.form {
                    parameters.append(Parameter(name: Name(text: parameter, span: argument.value.span), standard: nil))
                } else {
                    throw CellError("A parameter is a name.", at: argument.value.span, hint: "a function is defined by f(x, k=1) = k * x; compare with ==")
                }
            }
            try check(parameters)
            return (Name(text: text, span: callee.span), parameters)
        case .index(let base, _):
            var hint = "build a new tensor, for example with where, concat or stack"
            if case .name(let name) = base.form { hint += ", and bind it: \(name) = ..." }
            throw CellError("Values never change: an element cannot be set.", at: sign, hint: hint)
        case .field:
            throw CellError("Values never change: a field cannot be set.", at: sign, hint: "bind a new name: x = ...")
        default:
            break
        }
        throw CellError("Only a name, or a name with its parameters, can stand left of \"=\".", at: sign, hint: "x = 3 or f(x) = x^2; compare with ==")
    }

    /// Not in brackets: `(x) = 3` is refused.
    private func isPlainName(_ target: Expression) -> Bool { target.span.end == previousSpan.end }

    // MARK: Loop

    @inline(never)
    private mutating func loop() throws(CellError) -> Statement.Form {
        let hint = "write for x in xs { ... } or for (i, x) in enumerate(xs) { ... }"
        advance()
        var names: [Name] = []
        let bracketed = take(.openRound)
        repeat {
            guard let name = takeName() else { throw CellError("A loop needs a name here.", at: token.span, hint: hint) }
            guard !names.contains(where: { $0.text == name.text }) else {
                throw CellError("The name \"\(name.text)\" stands twice.", at: name.span)
            }
            names.append(name)
        } while names.count < 100 && take(.comma)
        if bracketed, !take(.closeRound) { throw CellError("A \")\" is missing after the loop's names.", at: token.span, hint: hint) }
        guard take(word: "in") else { throw CellError("The \"in\" of the loop is missing.", at: token.span, hint: hint) }
        let sequence = try expression()
        return .loop(names: names, sequence: sequence, body: try block(after: "for x in xs"))
    }

    // MARK: Knob

    @inline(never)
    private mutating func knob() throws(CellError) -> Knob {
        let hint = "write knob beta = 1 in 0..10 \"weight of the KL term\""
        advance()
        guard let name = takeName() else { throw missingValue() }
        guard take(.assign) else { throw CellError("The knob's value is missing.", at: token.span, hint: hint) }
        let value = try expression()
        guard take(word: "in") else { throw CellError("The knob's range is missing.", at: token.span, hint: hint) }
        let lower = try operation(atLeast: .sum)
        guard take(.dots) else { throw CellError("The knob's upper end is missing.", at: token.span, hint: hint) }
        let upper = try operation(atLeast: .sum)
        var text: String?
        if case .textStart = token.kind {
            let written = try self.text()
            guard let literal = written.literalText else {
                throw CellError("A knob's text holds no values.", at: written.span, hint: "write {{ for a brace")
            }
            text = literal
        }
        return Knob(name: name, value: value, lower: lower, upper: upper, text: text)
    }

    // MARK: Check

    @inline(never)
    private mutating func check() throws(CellError) -> Check {
        advance()
        var label: Expression?
        if case .textStart = token.kind {
            let mark = index
            let text = try self.text()
            if take(.colon) {
                label = text
            } else if token.startsValue || token.is(.comma) || token.isSeparator {
                throw CellError("A \":\" is missing after the label.", at: token.span, hint: "write check \"label\": a ~= b")
            } else {
                index = mark
            }
        }
        let claim = try expression()
        let tolerance = try tolerance()
        if case .operation(let measured, let rest) = claim.form, rest.count == 1, rest[0].sign == .close {
            let values = tolerance?.values ?? Check.Tolerance()
            return Check(label: label, claim: .close(measured: measured, expected: rest[0].value, tolerance: values, span: claim.span))
        }
        if let tolerance {
            throw CellError("\"\(tolerance.word.text)\" goes with ~= alone.", at: tolerance.word.span, hint: "write check a ~= b \(tolerance.word.text) ...")
        }
        return Check(label: label, claim: .condition(claim))
    }

    /// `tol T`, `rtol R`, `within K se`, each once, in any order; `word` is the first.
    @inline(never)
    private mutating func tolerance() throws(CellError) -> (word: Name, values: Check.Tolerance)? {
        var values = Check.Tolerance()
        var first: Name?
        while case .name(let word) = token.kind {
            let field: WritableKeyPath<Check.Tolerance, Expression?>
            switch word {
            case "tol": field = \.absolute
            case "rtol": field = \.relative
            case "within": field = \.standardErrors
            default: throw unexpected()
            }
            guard values[keyPath: field] == nil else {
                throw CellError("\"\(word)\" stands twice.", at: token.span)
            }
            first = first ?? Name(text: word, span: token.span)
            advance()
            _ = take(.assign)
            values[keyPath: field] = try operation(atLeast: .sum)
            if word == "within", !take(word: "se") {
                throw CellError("\"within\" counts standard errors: the \"se\" is missing.", at: token.span, hint: "write check a ~= b within 4 se")
            }
        }
        return first.map { ($0, values) }
    }
}

extension Expression {
    /// The words of a text that holds no values.
    package var literalText: String? {
        guard case .text(let parts) = form else { return nil }
        var words = ""
        for part in parts {
            guard case .literal(let literal) = part else { return nil }
            words += literal
        }
        return words
    }
}
