/// How many columns text takes on a terminal: combining marks none, Chinese, Japanese, Korean and emoji two.
public enum DisplayWidth {
    public static func of(_ text: some StringProtocol) -> Int {
        var width = 0
        for character in text { width += of(character) }
        return width
    }

    /// One grapheme cluster: a family of emoji joined by ZWJ is one picture, two columns wide.
    public static func of(_ character: Character) -> Int {
        if let ascii = character.asciiValue { return ascii >= 0x20 && ascii != 0x7F ? 1 : 0 }
        var width = 0
        for scalar in character.unicodeScalars {
            // The emoji selector turns a text sign such as ☺ into a picture.
            if scalar.value == 0xFE0F, width == 1, character.unicodeScalars.first!.properties.isEmoji { return 2 }
            width = max(width, of(scalar))
        }
        return width
    }

    static func of(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator, .surrogate: return scalar.value == 0xAD ? 1 : 0
        default: break
        }
        // Jamo vowels and finals join the syllable before them.
        if (0x1160...0x11FF).contains(scalar.value) || (0xD7B0...0xD7FF).contains(scalar.value) { return 0 }
        if scalar.properties.isEmojiPresentation { return 2 }
        return isWide(scalar.value) ? 2 : 1
    }

    /// East Asian width W and F (Unicode Standard Annex 11), unassigned neighbours included.
    private static func isWide(_ value: UInt32) -> Bool {
        guard value >= 0x1100 else { return false }
        switch value {
        case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97C,
             0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
             0x16FE0...0x18D08, 0x1AFF0...0x1B2FB, 0x1F200...0x1F265, 0x20000...0x3FFFD:
            return true
        default: return false
        }
    }
}

extension StringProtocol {
    /// Filled with spaces on the right up to a width.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - DisplayWidth.of(self)))
    }

    func centered(in width: Int) -> String {
        let free = Swift.max(0, width - DisplayWidth.of(self))
        return String(repeating: " ", count: free / 2) + self + String(repeating: " ", count: free - free / 2)
    }
}

/// Characters that a terminal would obey, made visible. Text from files reaches the screen only through here.
public enum Visible {
    public static func text(_ text: String, isUnicode: Bool = true) -> String {
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if !isHidden(scalar) {
                result.unicodeScalars.append(scalar)
            } else if isUnicode, scalar.value < 0x20 {
                // Unicode's pictures of control characters: ␛ for ESC.
                result.unicodeScalars.append(Unicode.Scalar(0x2400 + scalar.value)!)
            } else if isUnicode, scalar.value == 0x7F {
                result += "\u{2421}"
            } else {
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            }
        }
        return result
    }

    /// Controls, and the marks that reverse the reading direction.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029, 0xFFF9...0xFFFB: true
        default: false
        }
    }
}
