import Markup
import Testing

@Suite struct MathParserTests {
    private func symbol(_ text: String) -> MathNode { .symbol(MathSymbol.character(Character(text))) }

    @Test func scriptsAndNumbers() throws {
        #expect(try MathParser.parse("x_i^2") == .row([.scripts(symbol("x"), sub: symbol("i"), sup: symbol("2"), limits: false)]))
        #expect(try MathParser.parse("x^2_i") == MathParser.parse("x_i^2"))
        #expect(try MathParser.parse("3.14") == .row([.symbol(MathSymbol("3.14"))]))
        #expect(try MathParser.parse("x^12") == .row([.scripts(symbol("x"), sub: nil, sup: symbol("1"), limits: false), symbol("2")]))
        #expect(try MathParser.parse("\\frac12") == .row([.fraction(symbol("1"), symbol("2"))]))
    }

    @Test func sumsTakeLimits() throws {
        guard case .row(let nodes) = try MathParser.parse("\\sum_i \\int_0 \\max_x \\log_2 \\sum\\nolimits_i \\int\\limits_0"),
              case .scripts(_, _, _, true) = nodes[0], case .scripts(_, _, _, false) = nodes[1], case .scripts(_, _, _, true) = nodes[2],
              case .scripts(_, _, _, false) = nodes[3], case .scripts(_, _, _, false) = nodes[4], case .scripts(_, _, _, true) = nodes[5] else {
            Issue.record("limits")
            return
        }
    }

    @Test func wordsAndLetters() throws {
        #expect(try MathParser.parse("\\mathrm{KL}") == .row([.name("KL")]))
        #expect(try MathParser.parse("\\operatorname{arg\\,min}") == .row([.name("arg min")]))
        #expect(try MathParser.parse("\\mathbb{E}").children == [.symbol(MathSymbol(unicode: "𝔼", ascii: "E", words: "E"))])
        #expect(try MathParser.parse("\\mathcal{L}").children == [.symbol(MathSymbol(unicode: "ℒ", ascii: "L", words: "L"))])
        #expect(try MathParser.parse("\\boldsymbol{\\mu}").children == [.symbol(MathSymbol(unicode: "𝛍", ascii: "mu", words: "bold mu"))])
        #expect(try MathParser.parse("\\mathbf{Zz9}").children[0].children.map { if case .symbol(let s) = $0 { s.unicode } else { "" } } == ["𝐙", "𝐳", "𝟗"])
    }

    /// An even number of bars encloses, a single one parts.
    @Test func bars() throws {
        guard case .fence(_, .row(let inner), _) = try MathParser.parse("(q\\|p)").children[0] else {
            Issue.record("no fence")
            return
        }
        #expect(inner.count == 3)
        guard case .scripts(.fence(let left?, _, _), _, _?, _) = try MathParser.parse("\\|x\\|^2").children[0] else {
            Issue.record("no norm")
            return
        }
        #expect(left.unicode == "‖")
        #expect(try MathParser.parse("(q||p)") == MathParser.parse("(q\\|p)"))
    }

    @Test func unknownCommandsStay() throws {
        #expect(try MathParser.parse("a \\foo{b} + \\frac{\\bar x}{}").unknownCommands == ["\\foo"])
    }

    @Test func unicodeInTheSource() throws {
        #expect(try MathParser.parse("μ ≥ σ") == MathParser.parse("\\mu \\ge \\sigma"))
    }

    @Test(arguments: [
        ("{a", 0, "{ without }"), ("a}", 1, "} without {"), ("x^", 2, "^ needs something after it"), ("x^2^3", 3, "double superscript"),
        ("x_1_2", 3, "double subscript"), ("\\frac{a}", 8, "\\frac needs something after it"), ("\\left( a", 0, "\\left without \\right"),
        ("a \\right)", 2, "\\right does not belong here"), ("a & b", 2, "& outside of an environment with columns"),
        ("a \\\\ b", 2, "\\\\ does not belong here"), ("\\begin{foo}x\\end{foo}", 0, "unknown environment foo"),
        ("\\begin{cases} a", 0, "\\begin{cases} without \\end{cases}"),
        ("\\begin{cases} a \\end{array}", 16, "\\begin{cases} is closed by \\end{array}"), ("a\\", 1, "a backslash at the end"),
        ("\\left x", 6, "x is no delimiter"), ("\\text{a", 5, "{ without }"), ("\\sqrt[3", 5, "{ without }"),
    ])
    func errorsHaveTheirPlace(latex: String, offset: Int, message: String) {
        #expect(throws: MathError(offset: offset, message: message)) { try MathParser.parse(latex) }
    }

    @Test func deepNestingIsRefused() {
        for source in [String(repeating: "{", count: 10_000), String(repeating: "\\sqrt", count: 10_000), String(repeating: "x^{", count: 5_000),
                       String(repeating: "\\left(", count: 5_000), String(repeating: "\\frac{", count: 5_000),
                       String(repeating: "\\begin{matrix}", count: 3_000), String(repeating: "\\text{$", count: 100)] {
            #expect(throws: MathError.self) { try MathParser.parse(source) }
        }
    }

    /// Whatever the text, the parser ends with a tree or an error.
    @Test func anyTextEnds() {
        let pieces = ["\\frac", "{", "}", "^", "_", "\\left(", "\\right)", "&", "\\\\", "\\begin{cases}", "\\end{cases}", "x", "\\sum", "'", "|", "\\|", "(", ")",
                      "[", "]", "\\text{", "$", "%", "\n", "\\", "\\sqrt[", "\\big", "\\limits", "é", "中", "\u{301}", "\\not", "\\substack{", "~", "\0"]
        var state: UInt64 = 7
        var parsed = 0
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<12 {
                state = state &* 6364136223846793005 &+ 1442695040888963407
                text += pieces[Int(state >> 33) % pieces.count]
            }
            if (try? MathParser.parse(text)) != nil { parsed += 1 }
        }
        #expect(parsed > 50)
    }
}
