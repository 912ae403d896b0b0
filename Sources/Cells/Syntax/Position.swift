/// Where an offset stands for a reader: both count from 1, columns count characters as a reader sees them.
public struct SourcePosition: Sendable, Hashable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// An offset inside a character counts as that character; one past the end, as the end.
    public init(of offset: Int, in source: String) {
        let place = LinePlace(of: offset, in: source)
        line = place.number
        column = place.text.characterCount(before: place.offset) + 1
    }
}

/// The line of a source that an offset stands in.
struct LinePlace {
    var number: Int
    var text: Substring
    /// The place inside the line, in bytes.
    var offset: Int

    init(of offset: Int, in source: String) {
        var source = source
        (number, text, self.offset) = source.withUTF8 { bytes in
            let offset = min(max(offset, 0), bytes.count)
            var number = 1
            var start = 0
            for index in 0..<offset where bytes[index] == UInt8(ascii: "\n") {
                number += 1
                start = index + 1
            }
            var end = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            let line = String(decoding: bytes[start..<max(start, end)], as: UTF8.self)
            return (number, line[...], min(offset, max(start, end)) - start)
        }
    }
}

extension StringProtocol {
    /// How many whole characters end at or before a byte offset.
    func characterCount(before offset: Int) -> Int {
        var count = 0
        var bytes = 0
        for character in self {
            bytes += character.utf8.count
            if bytes > offset { break }
            count += 1
        }
        return count
    }
}

extension Character {
    /// Terminal cells that the character takes: 2 for East Asian wide ones and emoji, 0 for a mark without a letter.
    var cellCount: Int {
        guard let first = unicodeScalars.first else { return 0 }
        if first.isASCII { return 1 }
        if first.properties.isEmojiPresentation || unicodeScalars.contains("\u{FE0F}") { return 2 }
        switch first.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            return 2
        default:
            break
        }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return 1
        }
    }

    /// Itself, or a visible stand-in for a control character: no source text may move a reader's cursor.
    var visible: Character {
        guard let first = unicodeScalars.first else { return self }
        switch first.value {
        case 0..<0x20: return Character(Unicode.Scalar(0x2400 + first.value)!)
        case 0x7F: return "\u{2421}"
        case 0x80..<0xA0, 0x202A...0x202E, 0x2066...0x2069: return "\u{FFFD}"
        default: return self
        }
    }
}
