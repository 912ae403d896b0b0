import Markup
import Testing

@Suite struct ProseTests {
    private func inlines(_ markdown: String) -> [Inline] {
        guard case .paragraph(let inlines)? = Prose(markdown: markdown).blocks.first else { return [] }
        return inlines
    }

    @Test func inlineKinds() {
        #expect(inlines("a *b* **c** `d` [e](f) ![g](h.png)") == [
            .text("a "), .emphasis([.text("b")]), .text(" "), .strong([.text("c")]), .text(" "), .code("d"), .text(" "),
            .link([.text("e")], destination: "f"), .text(" "), .image([.text("g")], source: "h.png"),
        ])
    }

    @Test func blockKinds() {
        let prose = Prose(markdown: "# T\n\npara\n\n- one\n- two\n\n3. x\n\n> q\n\n```swift\nlet a = 1\n```\n\n---\n")
        #expect(prose.blocks == [
            .heading(level: 1, [.text("T")]), .paragraph([.text("para")]),
            .list(start: nil, isTight: true, items: [[.paragraph([.text("one")])], [.paragraph([.text("two")])]]),
            .list(start: 3, isTight: true, items: [[.paragraph([.text("x")])]]),
            .quote([.paragraph([.text("q")])]), .code(language: "swift", "let a = 1\n"), .rule,
        ])
    }

    @Test func tableWithBarsInMath() {
        guard case .table(let table)? = Prose(markdown: "| a | b |\n|:-:|--:|\n| $q(z|x)$ | `c` |\n").blocks.first else {
            Issue.record("no table")
            return
        }
        #expect(table.alignments == [.center, .right])
        #expect(table.header == [[.text("a")], [.text("b")]])
        #expect(table.rows == [[[.math(Formula("q(z|x)", line: 3))], [.code("c")]]])
    }

    @Test(arguments: ["$5 to $10", "it costs 5$ and 6$", "US$5 and CA$6", "a $ b $ c", "\\$x\\$", "one $", "$$", "a $x"])
    func dollarsThatAreNoMath(text: String) {
        #expect(Prose(markdown: text).formulas.isEmpty)
    }

    @Test func dollarsStay() {
        #expect(inlines("from $5 to $10") == [.text("from $5 to $10")])
        #expect(inlines("\\$5") == [.text("$5")])
    }

    @Test func mathIsTakenWhole() {
        #expect(inlines("so $a_1 * b_2 * c$, and $x_i$.") == [
            .text("so "), .math(Formula("a_1 * b_2 * c")), .text(", and "), .math(Formula("x_i")), .text("."),
        ])
    }

    @Test func displayedMathIsABlock() {
        let prose = Prose(markdown: "before\n$$\na\n- b\n+ c\n$$\nafter")
        #expect(prose.blocks == [
            .paragraph([.text("before")]), .math(Formula("\na\n- b\n+ c\n", isDisplay: true, line: 2)), .paragraph([.text("after")]),
        ])
    }

    @Test func displayedMathInListAndQuote() {
        let prose = Prose(markdown: "- item\n  $$\n  - x\n  $$\n\n> $$\n> - y\n> $$\n")
        #expect(prose.formulas.map { $0.source.split(separator: "\n").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty } } == [["- x"], ["- y"]])
        #expect(prose.blocks.count == 2)
    }

    @Test func noMathInCode() {
        let prose = Prose(markdown: "`$a$` and `` `$b$` ``\n\n```\n$c$\n$$d$$\n```\n\n~~~\n$e$\n```\n$f$\n~~~\n\n$g$")
        #expect(prose.formulas.map(\.source) == ["g"])
        #expect(prose.codeSpans == ["$a$", "`$b$`"])
    }

    @Test func formulasKnowTheirLines() {
        let prose = Prose(markdown: "x\ny $a$\n\n```\n\n```\n$$\nb\n$$\n$c$")
        #expect(prose.formulas.map(\.line) == [2, 7, 10])
    }

    @Test func codeIsReplaced() {
        let prose = Prose(markdown: "the gap is `= gap` nats, **not `= other`**, `code`")
            .replacingCode { $0.hasPrefix("= ") ? .text("<" + $0.dropFirst(2) + ">") : nil }
        #expect(prose == Prose(blocks: [.paragraph([
            .text("the gap is "), .text("<gap>"), .text(" nats, "), .strong([.text("not "), .text("<other>")]), .text(", "), .code("code"),
        ])]))
    }

    @Test func chineseLinesJoinWithoutSpace() {
        #expect(inlines("你好\n世界") == [.text("你好世界")])
        #expect(inlines("hello\nworld") == [.text("hello world")])
        #expect(inlines("你好\nworld") == [.text("你好 world")])
    }

    @Test func entitiesAndComments() {
        #expect(inlines("a &amp; b &lt; c &#181; &#x3bc; &unknown; &#0;") == [.text("a & b < c µ μ &unknown; \u{FFFD}")])
        #expect(Prose(markdown: "<!-- note: x -->\n\ntext").blocks == [.paragraph([.text("text")])])
        #expect(inlines("a<b> c") == [.text("a<b> c")])
    }

    @Test func hardLineBreak() {
        #expect(inlines("a  \nb") == [.text("a"), .lineBreak, .text("b")])
    }

    @Test func privateUseCharactersAreNoFormulas() {
        #expect(inlines("\u{F0000}$x$") == [.text("\u{FFFD}"), .math(Formula("x"))])
    }

    @Test(arguments: [
        String(repeating: ">", count: 20_000), String(repeating: "- ", count: 5_000) + "x", String(repeating: "*a", count: 5_000),
        String(repeating: "[", count: 5_000), String(repeating: "$", count: 20_000), String(repeating: "$a", count: 20_000),
        String(repeating: "`", count: 10_001), "\0$\0$", String(repeating: "**", count: 3_000) + "x" + String(repeating: "**", count: 3_000),
        "| a |\n|-|\n" + String(repeating: "|x", count: 3_000), "$$", "$$ a", "```\n$$", "\\", "$\\", "a\u{2028}b", "\u{FFFE}",
    ])
    func brokenInputIsSurvived(text: String) {
        let prose = Prose(markdown: text)
        #expect(prose == prose)
        _ = prose.formulas
    }
}
