import Figures
import Testing

@Suite struct MathTextTests {
    private func shape(_ source: String) -> String {
        MathText(source).runs.map { $0.rise > 0 ? "^(\($0.text))" : $0.rise < 0 ? "_(\($0.text))" : $0.text }.joined()
    }

    @Test(arguments: [
        ("x_i^2", "x_(i)^(2)"), ("z_{10}", "z_(10)"), ("z_10", "z_(10)"), ("10^-3", "10^(\u{2212}3)"), ("\\sigma^2", "σ^(2)"),
        ("KL(q‖p)", "KL(q‖p)"), ("p_\\theta(x)", "p_(θ)(x)"), ("\\mathcal{N}(0, 1)", "𝒩(0, 1)"), ("\\mathbb{E}_{q}", "𝔼_(q)"),
        ("\\hat{x}", "x\u{302}"), ("log σ^2", "log σ^(2)"), ("e^{-x}", "e^(\u{2212}x)"), ("x^*", "x^(*)"), ("w^Tx", "w^Tx"),
    ])
    func scripts(source: String, expected: String) {
        #expect(shape(source) == expected)
    }

    @Test(arguments: ["test_loss", "a_b_c", "snake_case_name", "train_loss_n", "β_max", "x_", "_x", "^2", "x^", "{x}", "\\unknown", "50%", "a _ b"])
    func plainTextStaysAsItIs(source: String) {
        #expect(shape(source) == source)
    }

    @Test func nestedScriptsGetSmallerAndHigher() {
        let runs = MathText("e^{x^2}").runs
        #expect(runs.map(\.text) == ["e", "x", "2"])
        #expect(runs[1].scale > runs[2].scale && runs[2].rise > runs[1].rise)
    }

    @Test func controlCharactersAreShown() {
        #expect(MathText("a\u{1B}[31mb\u{0}").plain == "a\u{FFFD}[31mb\u{FFFD}")
        #expect(MathText("\u{202E}abc").plain == "\u{FFFD}abc")
    }

    @Test func longAndBrokenTextEnds() {
        #expect(MathText(String(repeating: "x", count: 1000), limit: 10).plain.count == 11)
        #expect(MathText(String(repeating: "^{", count: 500) + "x", limit: 2000).plain.isEmpty == false)
        #expect(MathText(String(repeating: "x^{", count: 300) + String(repeating: "}", count: 300), limit: 2000).plain.contains("x"))
    }
}
