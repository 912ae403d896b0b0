/// A label with scripts: `x_i^2`, `z_{10}`, `10^-3`, `\sigma^2`, `\hat{x}`.
///
/// A bare `_` or `^` takes one letter or one number, and only where the word ends with it, so that
/// a name such as `test_loss` stays as it is written; longer scripts want braces. `\_` is a plain underscore.
package struct MathText: Hashable, Sendable {
    package struct Run: Hashable, Sendable {
        package var text: String
        /// The size of the run, and how far it is raised, in units of the line's size.
        package var scale: Double
        package var rise: Double
    }

    package private(set) var runs: [Run] = []

    package init(_ source: String, limit: Int = 400) {
        var characters = Array(source.prefix(limit))
        if source.count > limit { characters.append("…") }
        parse(characters[...], scale: 1, rise: 0, depth: 0)
    }

    /// The label without its scripts' positions, for search and for screen readers.
    package var plain: String { runs.map(\.text).joined() }

    private mutating func emit(_ text: String, _ scale: Double, _ rise: Double) {
        guard !text.isEmpty else { return }
        if let last = runs.indices.last, runs[last].scale == scale, runs[last].rise == rise {
            runs[last].text += text
        } else {
            runs.append(Run(text: text, scale: scale, rise: rise))
        }
    }

    private mutating func parse(_ s: ArraySlice<Character>, scale: Double, rise: Double, depth: Int) {
        var i = s.startIndex
        var isName = false  // the word holds an underscore that is no script
        while i < s.endIndex {
            let c = s[i]
            if c == " " { isName = false }
            if c == "\\" {
                let (text, next) = MathText.command(s, at: i)
                emit(text, scale, rise)
                i = next
            } else if c == "_" || c == "^", i > s.startIndex, s[i - 1] != " ", depth < 4, !(isName && c == "_"),
                let (body, next) = MathText.script(s, after: i)
            {
                let shift = c == "^" ? 0.38 : -0.2
                parse(body, scale: scale * 0.72, rise: rise + shift * scale, depth: depth + 1)
                i = next
            } else {
                if c == "_" { isName = true }
                emit(MathText.clean(c, inScript: depth > 0), scale, rise)
                i += 1
            }
        }
    }

    /// Escapes and other control characters are shown, not obeyed; a hyphen in a script is a minus sign.
    private static func clean(_ c: Character, inScript: Bool) -> String {
        if inScript && c == "-" { return "\u{2212}" }
        if c == "\n" || c == "\t" { return c == "\n" ? "\n" : " " }
        let hidden = c.unicodeScalars.contains {
            $0.value < 32 || (127...159).contains($0.value) || $0.value == 0xFFFE || $0.value == 0xFFFF
                || (0x202A...0x202E).contains($0.value) || (0x2066...0x2069).contains($0.value)
        }
        return hidden ? "\u{FFFD}" : String(c)
    }

    private static func script(_ s: ArraySlice<Character>, after mark: Int) -> (ArraySlice<Character>, Int)? {
        var i = mark + 1
        guard i < s.endIndex else { return nil }
        if s[i] == "{" {
            guard let end = closingBrace(s, from: i) else { return nil }
            return (s[(i + 1)..<end], end + 1)
        }
        let start = i
        if (s[i] == "-" || s[i] == "+" || s[i] == "\u{2212}") && i + 1 < s.endIndex && s[i + 1].isNumber { i += 1 }
        if s[i].isNumber {
            while i < s.endIndex, s[i].isNumber { i += 1 }
        } else if s[i] == "\\" {
            i = command(s, at: i).next
        } else if s[i].isLetter || s[i] == "*" || s[i] == "+" || s[i] == "-" {
            i += 1
        } else {
            return nil
        }
        if i < s.endIndex, s[i].isLetter || s[i].isNumber { return nil }
        // A second underscore means a name: a_b_c.
        if i < s.endIndex, s[i] == "_", s[mark] == "_" { return nil }
        return (s[start..<i], i)
    }

    private static func closingBrace(_ s: ArraySlice<Character>, from open: Int) -> Int? {
        var depth = 0
        for i in open..<s.endIndex {
            if s[i] == "{" { depth += 1 }
            if s[i] == "}" {
                depth -= 1
                if depth == 0 { return i }
            }
        }
        return nil
    }

    /// The text of the command at `start` (its source where it is unknown), and where to go on.
    private static func command(_ s: ArraySlice<Character>, at start: Int) -> (text: String, next: Int) {
        var i = start + 1
        guard i < s.endIndex else { return ("\\", i) }
        if !s[i].isLetter {
            let escaped: [Character: String] = ["_": "_", "^": "^", "\\": "\\", "|": "‖", ",": "\u{202F}", "{": "{", "}": "}"]
            return (escaped[s[i]] ?? "\\\(s[i])", i + 1)
        }
        while i < s.endIndex, s[i].isLetter, s[i].isASCII { i += 1 }
        if i == start + 1 { return ("\\", i) }
        let name = String(s[(start + 1)..<i])
        if let symbol = symbols[name] { return (symbol, i) }
        if let accent = accents[name] ?? alphabets[name].map({ _ in "" }) {
            var body: String
            var next = i
            if i < s.endIndex, s[i] == "{", let end = closingBrace(s, from: i) {
                body = String(s[(i + 1)..<end])
                next = end + 1
            } else if i + 1 < s.endIndex, s[i] == " " {
                body = String(s[i + 1])
                next = i + 2
            } else {
                return ("\\" + name, i)
            }
            if body.first == "\\" { body = symbols[String(body.dropFirst())] ?? body }
            if let letters = alphabets[name] { return (letters[body] ?? body, next) }
            return (body + accent, next)
        }
        return ("\\" + name, i)
    }

    private static let accents = ["hat": "\u{0302}", "bar": "\u{0304}", "tilde": "\u{0303}", "dot": "\u{0307}"]

    private static let alphabets: [String: [String: String]] = [
        "mathcal": ["N": "𝒩", "L": "ℒ", "F": "ℱ", "H": "ℋ", "D": "𝒟", "U": "𝒰"],
        "mathbb": ["E": "𝔼", "R": "ℝ", "N": "ℕ", "Z": "ℤ", "P": "ℙ"],
        "mathrm": [:], "text": [:],
    ]

    private static let symbols: [String: String] = [
        "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
        "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ",
        "sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
        "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ",
        "Omega": "Ω", "sum": "∑", "prod": "∏", "int": "∫", "partial": "∂", "nabla": "∇", "sqrt": "√", "infty": "∞",
        "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "sim": "∼", "propto": "∝",
        "in": "∈", "times": "×", "cdot": "·", "pm": "±", "mid": "|", "to": "→", "ell": "ℓ", "odot": "⊙", "ldots": "…",
        "log": "log", "exp": "exp", "sin": "sin", "cos": "cos", "tanh": "tanh", "ln": "ln", "max": "max", "min": "min",
        "KL": "KL", "quad": "\u{2003}",
    ]
}
