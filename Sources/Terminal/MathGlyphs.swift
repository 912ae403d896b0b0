import Markup

/// Small letters and stretched delimiters: what Unicode has of them, and what ASCII does instead.
enum MathGlyphs {
    /// Text raised by Unicode's own small signs; nil where one is missing, which is then set on a line of its own.
    static func superscript(_ text: String) -> String? { small(text, superscripts) }

    /// Unicode has few small subscripts (no θ, no φ that reads as one, no q): the rest goes on a lower line.
    static func `subscript`(_ text: String) -> String? { small(text, subscripts) }

    private static func small(_ text: String, _ table: [Character: Character]) -> String? {
        // More than three small letters are hard to read.
        guard !text.isEmpty, text.count <= 5, text.count(where: \.isLetter) <= 3 else { return nil }
        var result = ""
        for character in text {
            guard let sign = table[character] else { return nil }
            result.append(sign)
        }
        return result
    }

    private static let superscripts = pairs("0123456789+−-=()abcdefghijklmnoprstuvwxyzTNKDMLRABEGHIJPUVW⊤∗′",
                                            "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᴺᴷᴰᴹᴸᴿᴬᴮᴱᴳᴴᴵᴶᴾᵁⱽᵂᵀ*′")
    private static let subscripts = pairs("0123456789+−-=aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")

    private static func pairs(_ from: String, _ to: String) -> [Character: Character] {
        Dictionary(uniqueKeysWithValues: zip(from, to))
    }

    static func vulgarFraction(_ numerator: String, _ denominator: String) -> String? {
        ["1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾", "1/8": "⅛"][numerator + "/" + denominator]
    }

    // MARK: Delimiters

    /// A delimiter beside a box, as tall as the box's core.
    static func delimiter(_ symbol: MathSymbol?, for box: MathBox, style: MathStyle) -> MathBox {
        guard let symbol else { return .empty }
        guard box.core.count > 1 else { return MathBox(style == .unicode ? symbol.unicode : symbol.ascii) }
        let top = box.core.lowerBound, bottom = box.core.upperBound
        // A brace has its point on the baseline, strictly between its ends.
        let middle = min(max(box.baseline, top + 1), max(bottom - 1, top))
        let pieces = (style == .unicode ? unicodePieces : asciiPieces)[symbol.unicode] ?? Pieces(symbol.unicode, symbol.unicode, symbol.unicode)
        let rows = (top...bottom).map { row in
            row == top ? pieces.top : row == bottom ? pieces.bottom : row == middle ? pieces.middle ?? pieces.side : pieces.side
        }
        return MathBox(rows: rows, baseline: box.baseline - top)
    }

    private struct Pieces {
        var top, side, bottom: String
        var middle: String?
        init(_ top: String, _ side: String, _ bottom: String, middle: String? = nil) {
            (self.top, self.side, self.bottom, self.middle) = (top, side, bottom, middle)
        }
    }

    private static let unicodePieces: [String: Pieces] = [
        "(": Pieces("⎛", "⎜", "⎝"), ")": Pieces("⎞", "⎟", "⎠"),
        "[": Pieces("⎡", "⎢", "⎣"), "]": Pieces("⎤", "⎥", "⎦"),
        "{": Pieces("⎧", "⎪", "⎩", middle: "⎨"), "}": Pieces("⎫", "⎪", "⎭", middle: "⎬"),
        "|": Pieces("│", "│", "│"), "‖": Pieces("║", "║", "║"), "∣": Pieces("│", "│", "│"), "∥": Pieces("║", "║", "║"),
        "⌊": Pieces("⎢", "⎢", "⎣"), "⌋": Pieces("⎥", "⎥", "⎦"), "⌈": Pieces("⎡", "⎢", "⎢"), "⌉": Pieces("⎤", "⎥", "⎥"),
        "⟨": Pieces("╱", " ", "╲", middle: "⟨"), "⟩": Pieces("╲", " ", "╱", middle: "⟩"),
    ]

    private static let asciiPieces: [String: Pieces] = [
        "(": Pieces("/", "|", "\\"), ")": Pieces("\\", "|", "/"),
        "[": Pieces("[", "[", "["), "]": Pieces("]", "]", "]"),
        "{": Pieces("/", "|", "\\", middle: "<"), "}": Pieces("\\", "|", "/", middle: ">"),
        "|": Pieces("|", "|", "|"), "‖": Pieces("||", "||", "||"), "∣": Pieces("|", "|", "|"), "∥": Pieces("||", "||", "||"),
        "⌊": Pieces("|", "|", "|_"), "⌋": Pieces(" |", " |", "_|"), "⌈": Pieces("|~", "|", "|"), "⌉": Pieces("~|", " |", " |"),
        "⟨": Pieces("/", " ", "\\", middle: "<"), "⟩": Pieces("\\", " ", "/", middle: ">"),
    ]

    /// The curly line under or over what a brace spans, with its point in the middle.
    static func horizontalBrace(width: Int, isOver: Bool, style: MathStyle) -> String {
        guard width >= 3 else { return String(repeating: style == .unicode ? "─" : "-", count: max(width, 1)) }
        let left = (width - 3) / 2, right = width - 3 - left
        let (line, begin, point, end) = switch (style, isOver) {
        case (.unicode, false): ("─", "╰", "┬", "╯")
        case (.unicode, true): ("─", "╭", "┴", "╮")
        case (.ascii, false): ("_", "\\", "_", "/")
        case (.ascii, true): ("-", "/", "-", "\\")
        }
        return begin + String(repeating: line, count: left) + point + String(repeating: line, count: right) + end
    }

    static func combiningMark(_ accent: MathAccent) -> String {
        switch accent {
        case .hat: "\u{302}"
        case .bar: "\u{304}"
        case .tilde: "\u{303}"
        case .vec: "\u{20D7}"
        case .dot: "\u{307}"
        case .doubleDot: "\u{308}"
        case .underline: "\u{332}"
        }
    }
}
