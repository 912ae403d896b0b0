import Markup

/// Text for a screen that has only ASCII.
public enum ASCII {
    public static func text(_ text: String) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        var result = ""
        for character in text {
            if character.isASCII {
                result.append(character)
            } else if let known = signs[character] {
                result += known
            } else {
                let symbol = MathSymbol.character(character)
                // A letter with its accents loses them; what has no likeness is a question mark.
                result += symbol.ascii.utf8.allSatisfy { $0 < 0x80 } ? symbol.ascii : String(repeating: "?", count: max(1, DisplayWidth.of(character)))
            }
        }
        return result
    }

    private static let signs: [Character: String] = [
        "–": "-", "—": "--", "‘": "'", "’": "'", "“": "\"", "”": "\"", "…": "...", "·": "*", "•": "*", "×": "x", "\u{A0}": " ", "→": "->",
        "−": "-", "✓": "ok", "✗": "x", "²": "^2", "³": "^3", "¹": "^1", "½": "1/2", "¼": "1/4", "¾": "3/4", "─": "-", "│": "|", "ᵢ": "_i", "₀": "_0", "₁": "_1", "₂": "_2",
        "é": "e", "è": "e", "ê": "e", "ü": "u", "ö": "o", "ä": "a", "ß": "ss", "ç": "c", "ñ": "n", "á": "a", "à": "a", "ó": "o", "ø": "o", "å": "a",
    ]
}
