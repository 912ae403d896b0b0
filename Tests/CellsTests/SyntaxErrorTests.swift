import Cells
import Testing

private struct Fault: Sendable {
    var source: String
    var line: Int
    var column: Int
    /// What the sentence and the hint must say.
    var message: String
    var hint: String?

    init(_ source: String, _ line: Int, _ column: Int, _ message: String, hint: String? = nil) {
        (self.source, self.line, self.column, self.message, self.hint) = (source, line, column, message, hint)
    }
}

@Suite("Syntax: errors with place and hint")
struct SyntaxErrorTests {
    private func expect(_ faults: [Fault]) {
        for fault in faults {
            do {
                let program = try Program.parse(fault.source)
                Issue.record("parsed: \(fault.source) as \(program)")
            } catch {
                let place = SourcePosition(of: error.span.start, in: fault.source)
                #expect(place == SourcePosition(line: fault.line, column: fault.column), "\(fault.source): \(error.message)")
                #expect((fault.message.isEmpty || error.message.contains(fault.message)), "\(fault.source): \(error.message)")
                if let hint = fault.hint { #expect(error.hint?.contains(hint) == true, "\(fault.source): \(error.hint ?? "no hint")") }
            }
        }
    }

    @Test func brackets() {
        expect([
            Fault("x = (1 + 2", 1, 5, "\"(\" is never closed", hint: "close it with )"),
            Fault("y = f(1, 2\nz = 3\nw = 4", 1, 6, "\"(\" is never closed"),
            Fault("a\nb = [1,\n 2\n", 2, 5, "\"[\" is never closed"),
            Fault("if a {\n b = 1", 1, 6, "\"{\" is never closed", hint: "close it with }"),
            Fault("f(x) = { g(1, 2\n a = 3 }", 1, 11, "\"(\" is never closed"),
            Fault("a + b)", 1, 6, "closes nothing"), Fault("a]", 1, 2, "closes nothing"), Fault("}", 1, 1, "closes nothing"),
            Fault("(1 + 2]", 1, 7, "\"]\" cannot close a \"(\"", hint: "write )"), Fault("[1, 2)", 1, 6, "\")\" cannot close a \"[\"", hint: "write ]"),
            Fault("()", 1, 1, "empty"), Fault("(1, 2)", 1, 3, "comma", hint: "[a, b]"), Fault("x[]", 1, 2, "index is empty"),
            Fault("a = \"text {x\"", 1, 13, "never closed"), Fault("\"{x\n}\"", 1, 2, "\"{\" in this text is never closed"), Fault("f(\"{x)\"", 1, 4, "\"{\" in this text is never closed"),
        ])
    }

    @Test func operators() {
        expect([
            Fault("a +", 1, 3, "A value is missing after \"+\""), Fault("x = ", 1, 3, "A value is missing after \"=\""), Fault("(a *)", 1, 4, "missing after \"*\""),
            Fault("a and", 1, 3, "missing after \"and\""), Fault("a + * b", 1, 5, "\"*\" stands where a value should"), Fault("* b", 1, 1, "stands where a value should"), Fault("+ b", 1, 1, "needs a value on its left", hint: "a line goes on"),
            Fault("f(x) = {\n a = x\n - 2 * x\n a }", 3, 2, "goes nowhere", hint: "end the line above with its operator"),
            Fault("a\n+ b", 2, 1, "needs a value on its left", hint: "ends in the operator"), Fault("a < b < c", 1, 7, "cannot be chained", hint: "a < b and b < c"), Fault("a == b == c", 1, 8, "cannot be chained"),
            Fault("1 + not a", 1, 5, "\"not\" stands where a value should"), Fault("a not b", 1, 3, "\"not\" cannot follow"), Fault("f(,)", 1, 3, "stands where a value should"), Fault("[1,,2]", 1, 4, "stands where a value should"),
            Fault("a b", 1, 3, "side by side", hint: "operator"), Fault("2(x)", 1, 2, "number cannot be called", hint: "2 * (x"), Fault("2x", 1, 1, "runs into a name", hint: "2 * x"), Fault("2π", 1, 1, "runs into a name", hint: "2 * π"),
            Fault("1.2.3", 1, 1, "two decimal points"), Fault("1e400", 1, 1, "too large"), Fault("0xff", 1, 1, "runs into a name", hint: "decimal"), Fault("1_", 1, 1, "runs into a name"), Fault("1e", 1, 1, "runs into"),
            Fault("a.", 1, 3, "field's name is missing"), Fault("a.3", 1, 2, "side by side"), Fault("a..b", 1, 2, "range with .. belongs to a knob", hint: "range(lower, upper)"), Fault("if", 1, 1, "missing after \"if\""),
            Fault("a -> ", 1, 3, "missing after \"->\""), Fault("a + x -> x", 1, 7, "Left of \"->\""), Fault("f(x) -> x", 1, 6, "Left of \"->\""), Fault("a = b ; c = ", 1, 11, "missing after \"=\""),
        ])
    }

    @Test func bindings() {
        expect([
            Fault("if a = 3 { b }", 1, 6, "\"=\" cannot stand in a condition", hint: "=="), Fault("(a = 3)", 1, 2, "\"=\" binds a name only", hint: "=="), Fault("f(a + b = 3)", 1, 9, "\"=\" cannot stand here", hint: "=="),
            Fault("a = b = 3", 1, 7, "Only one \"=\"", hint: "=="), Fault("x[0] = 3", 1, 6, "Values never change", hint: "x = ..."), Fault("a.b = 3", 1, 5, "Values never change"), Fault("3 = x", 1, 3, "Only a name", hint: "x = 3"),
            Fault("a + b = c", 1, 7, "Only a name"), Fault("(a) = 3", 1, 5, "Only a name"), Fault("true = 3", 1, 1, "fixed value"), Fault("f(2) = 3", 1, 3, "A parameter is a name"), Fault("f(x, x) = 3", 1, 6, "\"x\" stands twice"),
            Fault("f(k=1, x) = 3", 1, 8, "without a name stands after one with"), Fault("f(k=1, k=2)", 1, 8, "\"k\" is given twice"), Fault("(x, x) -> x", 1, 5, "stands twice"), Fault("(k=1, x) -> x", 1, 7, "needs a default too"),
            Fault("= 3", 1, 1, "needs a name on its left"), Fault("a, b = f(x)", 1, 2, "comma cannot stand here", hint: "line of its own"), Fault("f(x) = \n", 1, 6, "missing after \"=\""), Fault("a == b = c", 1, 8, "Only a name"),
        ])
    }

    @Test func statements() {
        expect([
            Fault("for x xs { }", 1, 7, "\"in\" of the loop is missing", hint: "for x in xs"), Fault("for 3 in xs { }", 1, 5, "needs a name", hint: "for x in xs"), Fault("for x in xs", 1, 12, "\"{\" is missing", hint: "for x in xs { ... }"),
            Fault("for (a, a) in xs { }", 1, 9, "stands twice"), Fault("for (a b) in xs { }", 1, 8, "\")\" is missing"), Fault("y = for x in xs { }", 1, 5, "A loop has no value", hint: "map"), Fault("if a 1 else 2", 1, 6, "\"{\" is missing"),
            Fault("if a { 1 } else 2", 1, 17, "\"{\" is missing", hint: "write else { ... }"), Fault("else { }", 1, 1, "belongs to no if"), Fault("a else b", 1, 3, "belongs to no if"), Fault("f(x) { x }", 1, 6, "block cannot follow", hint: "f(x) = {"),
            Fault("knob a", 1, 7, "knob's value is missing", hint: "knob beta = 1 in 0..10"), Fault("knob a = 1", 1, 11, "range is missing"), Fault("knob a = 1 in 0", 1, 16, "upper end is missing"), Fault("knob a = 1 in 0..", 1, 16, "missing after \"..\""),
            Fault("{ knob a = 1 in 0..2 }", 1, 3, "top level"), Fault("knob a = 1 in 0..2 \"{x}\"", 1, 20, "holds no values"), Fault("check \"l\":", 1, 11, "missing"), Fault("check \"l\", a", 1, 10, "\":\" is missing", hint: "check \"label\":"),
            Fault("check \"l\" a ~= b", 1, 11, "\":\" is missing"), Fault("check a ~= b tol", 1, 17, "value is missing"), Fault("check a < b tol 1", 1, 13, "goes with ~= alone"), Fault("check a ~= b within 4", 1, 22, "\"se\" is missing", hint: "within 4 se"),
            Fault("check a ~= b tol 1 tol 2", 1, 20, "stands twice"), Fault("check a ~= b eps 1", 1, 14, "side by side"), Fault("check a ~= b ~= c", 1, 14, "cannot be chained"), Fault("[x for x in xs]", 1, 4, "not built by a for", hint: "map"), Fault("[0:3]", 1, 3, "slice stands behind a value"),
            Fault("a if b else c", 1, 3, "\"if\" cannot follow", hint: "if condition { a } else { b }"), Fault("x in xs", 1, 3, "does not compare"), Fault("(a; b)", 1, 3, "\";\" ends a statement"), Fault("{\"a\": 1}", 1, 5, "\":\" cannot stand here", hint: "no dictionaries"),
            Fault("x = {a: 1}", 1, 7, "\":\" cannot stand here", hint: "no dictionaries"),
        ])
    }

    @Test func habitsFromElsewhere() {
        expect([
            Fault("def f(x):\n  return x", 1, 1, "no \"def\"", hint: "f(x) = x^2"), Fault("f = lambda x: x", 1, 5, "no \"lambda\"", hint: "x -> x^2"), Fault("import numpy", 1, 1, "no \"import\"", hint: "nothing needs importing"),
            Fault("from a import b", 1, 1, "no \"from\""), Fault("return x", 1, 1, "no \"return\"", hint: "last line"), Fault("while x < 3 { }", 1, 1, "no \"while\"", hint: "for i in range"), Fault("let x = 3", 1, 1, "no \"let\"", hint: "x = 3"), Fault("print \"a\"", 1, 1, "no \"print\"", hint: "print(x)"),
            Fault("if a:\n  b", 1, 5, "not after a \":\"", hint: "{ ... }"), Fault("for x in xs:\n  b", 1, 12, "not after a \":\"", hint: "for x in xs { ... }"), Fault("if a { 1 } elif b { 2 }", 1, 12, "side by side"), Fault("elif b { 2 }", 1, 1, "no \"elif\"", hint: "} else if"),
            Fault("a && b", 1, 3, "\"&&\" is not used", hint: "write and"), Fault("a || b", 1, 3, "\"||\" is not used", hint: "write or"), Fault("!a", 1, 1, "\"!\" is not used", hint: "not x"), Fault("x += 1", 1, 3, "\"+=\" is not used", hint: "x = x + ..."),
            Fault("x -= 1", 1, 3, "\"-=\""), Fault("x *= 1", 1, 3, "\"*=\""), Fault("x /= 1", 1, 3, "\"/=\""), Fault("x++", 1, 2, "\"++\" is not used", hint: "x = x + 1"), Fault("a // b", 1, 3, "\"//\"", hint: "floor(a / b)"), Fault("a % b", 1, 3, "\"%\"", hint: "floor"),
            Fault("True", 1, 1, "no \"True\"", hint: "true"), Fault("x = None", 1, 5, "no \"None\""), Fault("'abc'", 1, 1, "\"'\"", hint: "double quotes"), Fault("f\"{x}\"", 1, 2, "side by side", hint: "no f"), Fault("\"\"\"a\"\"\"", 1, 3, "side by side", hint: "one pair"),
            Fault("a := 3", 1, 3, "\":=\"", hint: "x = 3"), Fault("a <> b", 1, 3, "\"<>\"", hint: "!="), Fault("a ? b : c", 1, 3, "\"?\"", hint: "if c"), Fault("f(*args)", 1, 3, "\"*\" stands where", hint: "one by one"), Fault("x = 3 \\\n + 4", 1, 7, "\"\\\"", hint: "goes on"),
            Fault("a => b", 1, 3, "\"=>\""), Fault("a =< b", 1, 3, "\"=<\""), Fault("a ~ b", 1, 3, "\"~\"", hint: "~="), Fault("0...3", 1, 2, "\"...\"", hint: "lower..upper"),
        ])
    }

    @Test func charactersFromElsewhere() {
        expect([
            Fault("a − b", 1, 3, "\"−\" is not used", hint: "write -"), Fault("a × b", 1, 3, "×", hint: "write *"), Fault("x²", 1, 2, "²", hint: "^2"), Fault("a ≤ b", 1, 3, "≤", hint: "<="), Fault("f（x）", 1, 2, "（", hint: "write ("), Fault("[1，2]", 1, 3, "，", hint: "write ,"),
            Fault("“abc”", 1, 1, "“", hint: "write \""), Fault("μ·σ", 1, 2, "·", hint: "write *"), Fault("a → b", 1, 3, "→", hint: "->"), Fault("√x", 1, 1, "√", hint: "sqrt"), Fault("x₀", 1, 2, "means nothing"), Fault("a\u{200B}b", 1, 2, "invisible character (U+200B)", hint: "delete"),
            Fault("a \0 b", 1, 3, "control character (U+0000)", hint: "delete"), Fault("# a \u{1B}[2J", 1, 5, "control character (U+001B)"), Fault("\"a\u{7}\"", 1, 3, "control character (U+0007)"), Fault("a\rb", 1, 2, "control character (U+000D)"), Fault("\u{202E}a", 1, 1, "invisible"),
            Fault("a \u{FFFD}", 1, 3, "means nothing", hint: "UTF-8"), Fault("中文 = 1\n变量 = 中文 中文", 2, 9, "side by side"), Fault("e\u{301} = e\u{301} )", 1, 7, "closes nothing"), Fault("👩‍👩‍👧", 1, 1, "means nothing"), Fault("a = \"👩‍👩‍👧 é\" )", 1, 11, "closes nothing"),
            Fault("a\r\nb )", 2, 3, "closes nothing"), Fault("\"abc", 1, 1, "text is never closed"), Fault("\"abc\ndef\"", 1, 1, "text is never closed"), Fault("\"\\q\"", 1, 2, "backslash", hint: "\\\\"), Fault("\"{x:.3q}\"", 1, 4, "no format", hint: ".3f"), Fault("\"{}\"", 1, 2, "no value between"),
            Fault("\"{x y}\"", 1, 5, "side by side"), Fault("\"{x +}\"", 1, 5, "missing after \"+\""), Fault("$x", 1, 1, "\"$\""), Fault("a\u{85}b", 1, 2, "invisible"), Fault("a\u{2028}b", 1, 2, "invisible"),
        ])
    }

    @Test func notUTF8() {
        for (bytes, place) in [([0x61, 0xFF], 1), ([0xC3, 0xA9, 0xC3], 2), ([0xED, 0xA0, 0x80], 0), ([0xC0, 0x80], 0), ([0xF5, 0x80, 0x80, 0x80], 0), ([0x61, 0x0A, 0x80], 2)] as [([UInt8], Int)] {
            #expect { try Program.source(decoding: bytes) } throws: { ($0 as? CellError)?.span.start == place }
        }
        #expect(try! Program.source(decoding: Array("σ = 1".utf8)) == "σ = 1")
    }

    @Test func theCaretStandsUnderThePlace() throws {
        func rendered(_ source: String) -> String {
            do { return try Program.parse(source).description } catch { return error.rendered(source: source) }
        }
        #expect(rendered("x = 1\ny = (x + 1") == """
            2 | y = (x + 1
              |     ^
            The "(" is never closed.
            Hint: close it with )
            """)
        // Wide characters take two cells, combining marks none, tabs what the terminal gives them.
        #expect(rendered("变量 = e\u{301} )").split(separator: "\n")[0...1] == ["1 | 变量 = e\u{301} )", "  |          ^"])
        #expect(rendered("\ta\t)").split(separator: "\n")[0...1] == ["1 | \ta\t)", "  | \t \t^"])
        #expect(rendered("a b中c")[...].split(separator: "\n")[1] == "  |   ^^^^")
        // No control character reaches the terminal.
        #expect(rendered("a \u{1B}[2J").contains("\u{1B}") == false)
        // A long line is shown around the place, and a place past the end has its caret there.
        let long = String(repeating: "a + ", count: 50_000) + ") + " + String(repeating: "b + ", count: 50_000)
        let lines = rendered(long).split(separator: "\n")
        #expect(lines[0].count < 140)
        let caret = Array(lines[1]).firstIndex(of: "^")!
        #expect(Array(lines[0])[caret] == ")")
        #expect(rendered("a +\n\n").split(separator: "\n")[1] == "  |   ^")
        #expect(rendered("for x in xs").split(separator: "\n")[1] == "  |            ^")
    }
}
