extension Unicode.Scalar {
    /// Scripts written without spaces between words, and their punctuation.
    var isIdeographic: Bool {
        switch value {
        case 0x2E80...0x9FFF, 0xF900...0xFAFF, 0xFF00...0xFF60, 0x20000...0x3FFFD: true
        default: false
        }
    }
}

extension String {
    func trimmingSpaces(leading: Bool = true, trailing: Bool = true) -> String {
        var slice = self[...]
        if leading { slice = slice.drop { $0 == " " || $0 == "\t" || $0.isNewline } }
        if trailing { while let last = slice.last, last == " " || last == "\t" || last.isNewline { slice.removeLast() } }
        return String(slice)
    }
}

/// Character references: the numeric ones and the few names that prose uses; others stand as they are written.
enum Entity {
    static func text(of reference: String) -> String {
        let body = reference.dropFirst().dropLast()
        if body.hasPrefix("#") {
            let digits = body.dropFirst()
            let value = digits.hasPrefix("x") || digits.hasPrefix("X") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            guard let value, value != 0, let scalar = Unicode.Scalar(value) else { return "\u{FFFD}" }
            return String(Character(scalar))
        }
        return names[String(body)] ?? reference
    }

    private static let names = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}", "copy": "©", "hellip": "…",
        "ndash": "–", "mdash": "—", "times": "×", "middot": "·", "minus": "−", "le": "≤", "ge": "≥", "ne": "≠", "rarr": "→",
    ]
}
