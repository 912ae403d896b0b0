import Glibc
import Markup
import Terminal
import Testing

@Suite struct ProseRendererTests {
    private func lines(_ markdown: String, width: Int = 40, style: MathStyle = .unicode, isPlain: Bool = false) -> [String] {
        ProseRenderer(width: width, style: style, isPlain: isPlain).lines(Prose(markdown: markdown)).map(\.text)
    }

    static let everything = """
    # A title that is rather long for a screen

    Some *prose* with **strong** words, `code`, and $q_\\phi(z|x)$, so that $\\mathrm{KL}(q\\|p) \\ge 0$ holds; costs $5 to $10.

    $$
    \\mathrm{KL}(q\\|p) = \\frac{1}{2} \\sum_i \\left(\\mu_i^2 - 1\\right)
    $$

    - one item that goes on and on and on until it wraps
    - two
      - nested $\\sigma^2$

    1. first
    2. second

    > a quotation, of some length, that wraps as well

    ```swift
    let answer = 42
    ```

    | model | loss | remark |
    |:--|--:|:-:|
    | VAE | 1.5 | $\\beta = 1$ |
    | autoencoder | 10 | no density |

    ---

    你好，世界。这是一个很长的句子，没有空格，所以必须在汉字之间换行。
    """

    @Test(arguments: [8, 20, 40, 80, 200])
    func neverWiderThanTheScreen(width: Int) {
        for style in MathStyle.allCases {
            for isPlain in [false, true] {
                for line in lines(Self.everything, width: width, style: style, isPlain: isPlain) {
                    #expect(DisplayWidth.of(line) <= width, "\(line)")
                }
            }
        }
    }

    @Test func nothingIsLost() {
        for width in [8, 20, 40, 80] {
            let letters = lines(Self.everything, width: width).joined().filter { !$0.isWhitespace }
            for part in ["Atitlethatisratherlongforascreen", "codeandqφ", "goesonandonandonuntilitwraps", "letanswer=42", "没有空格"] {
                let squeezed = letters.filter { !"│,_•".contains($0) }
                #expect(squeezed.contains(part.filter { $0 != "_" }), "\(width): \(part)")
            }
        }
    }

    @Test func paragraphWraps() {
        #expect(lines("the quick brown fox jumps over the lazy dog", width: 16) == ["the quick brown", "fox jumps over", "the lazy dog"])
        #expect(lines("abcdefghijklmnop q", width: 8) == ["abcdefgh", "ijklmnop", "q"])
    }

    @Test func chineseBreaksBetweenCharactersButNotBeforePunctuation() {
        #expect(lines("你好世界你，好世界（你好）", width: 10) == ["你好世界", "你，好世界", "（你好）"])
    }

    @Test func mathHoldsTogether() {
        #expect(lines("aaaa bbbb $x + y + z$", width: 16) == ["aaaa bbbb", "x + y + z"])
        #expect(lines("aaaaaaaa bb $p(x, y) = p(x) p(y)$", width: 24) == ["aaaaaaaa bb p(x, y) =", "p(x)p(y)"])
    }

    @Test func lists() {
        #expect(lines("- a b c d e\n- f\n  - g\n\n9. x\n10. y", width: 10) == ["• a b c d", "  e", "• f", "  • g", "", " 9. x", "10. y"])
    }

    @Test func tables() {
        #expect(lines("| a | bb |\n|:--|--:|\n| ccc | $x^2$ |\n| d | 10 |") == ["a    bb", "───  ──", "ccc  x²", "d    10"])
        #expect(lines("| a | b |\n|---|---|\n| one two three | x |", width: 12) == ["a          b", "─────────  ─", "one two    x", "three"])
        #expect(lines("| a | b |\n|---|---|\n| 1 | 2 |", isPlain: true) == ["a: 1; b: 2"])
    }

    @Test func plainReadsAloud() {
        #expect(lines("## Why\n\nSo $\\sigma^2 = \\frac{1}{2}$.\n\n$$\\sum_{i=1}^d x_i$$\n\n> said", width: 80, isPlain: true) == [
            "Why", "", "So sigma squared equals one half.", "", "the sum over i from 1 to d of x sub i.", "", "Quote:", "said",
        ])
    }

    @Test func asciiScreen() {
        let text = lines(Self.everything, style: .ascii).joined(separator: "\n").replacing("?", with: "")
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
        #expect(lines("“a” – φ², naïve", style: .ascii) == ["\"a\" - phi^2, na?ve"])
    }

    @Test func unreadableMathIsShownAsItsSource() {
        #expect(lines("so $\\frac{a$ b") == ["so $\\frac{a$ b"])
        #expect(lines("$$\\frac{a$$") == ["  \\frac{a"])
        #expect(lines("$\\foo x$") == ["\\foo x"])
    }

    @Test func escapesAreShown() {
        let attack = "a\u{1B}]0;x\u{7}b `\u{9B}31m` \u{202E}c\u{7F}\n\n$\u{1B}[2J x$\n\n$$\\text{\u{1B}[2J}$$\n\n```\n\u{1B}[31m\n```\n\n| \u{1B} |\n|-|\n| \u{8} |\n\n[l](\u{1B})"
        for isPlain in [false, true] {
            for style in MathStyle.allCases {
                for line in lines(attack, style: style, isPlain: isPlain) {
                    #expect(line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0.value != 0x202E }, "\(line)")
                }
            }
        }
        #expect(lines("a\u{1B}[2Jb")[0] == "a␛[2Jb")
    }

    @Test func themes() {
        let line = StyledLine([StyledSpan("ok", .pass), StyledSpan(" x")])
        #expect(Theme(depth: .none, background: .dark).text(line) == "ok x")
        #expect(Theme(depth: .monochrome, background: .dark).text(StyledLine("t", .title)) == "\u{1B}[1mt\u{1B}[0m")
        #expect(Theme(depth: .sixteen, background: .light).text(line) == "\u{1B}[32mok\u{1B}[0m x")
        #expect(Theme(depth: .palette256, background: .light).text(line) == "\u{1B}[38;5;22mok\u{1B}[0m x")
        #expect(Theme(depth: .trueColor, background: .unknown).text(line) == "\u{1B}[32mok\u{1B}[0m x")
    }

    /// Contrast after WCAG: at least 4.5 to 1 for every role.
    @Test func coloursAreReadable() {
        func luminance(_ index: Int) -> Double {
            let levels = [0.0, 95, 135, 175, 215, 255]
            let rgb = index >= 232 ? Array(repeating: Double(8 + 10 * (index - 232)), count: 3)
                : [levels[(index - 16) / 36], levels[(index - 16) / 6 % 6], levels[(index - 16) % 6]]
            let linear = rgb.map { $0 / 255 }.map { $0 <= 0.03928 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
            return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        }
        for role in TextRole.allCases {
            if let dark = Theme(depth: .palette256, background: .dark).paletteColor(role) { #expect((luminance(dark) + 0.05) / 0.05 >= 4.5, "\(role)") }
            if let light = Theme(depth: .palette256, background: .light).paletteColor(role) { #expect(1.05 / (luminance(light) + 0.05) >= 4.5, "\(role)") }
        }
    }
}

@Suite struct DisplayWidthTests {
    @Test(arguments: [
        ("a", 1), ("é", 1), ("e\u{301}", 1), ("x\u{302}", 1), ("中", 2), ("，", 2), ("ｱ", 1), ("Ａ", 2), ("한", 2), ("한", 2), ("👍", 2), ("👍🏽", 2),
        ("👨‍👩‍👧", 2), ("🇫🇷", 2), ("☺", 1), ("☺️", 2), ("1️⃣", 2), ("𝔼", 1), ("σ²", 2), ("∑", 1), ("─", 1), ("⎛", 1), ("\u{200B}", 0), ("\u{1B}", 0), ("✓", 1), ("", 0), ("ก็", 1),
        ("a\tb", 2), ("☃", 1), ("⚡", 2), ("\u{AD}", 1),
    ])
    func widths(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width, "\(text)")
    }
}
