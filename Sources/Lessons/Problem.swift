import Cells

/// A fault of a lesson file: where, what, and what to do. All of a file's are collected, never only the first.
public struct Problem: Error, Sendable, Hashable {
    public var path: String
    public var line: Int
    public var column: Int
    public var message: String
    public var hint: String?

    public init(path: String, line: Int, column: Int, message: String, hint: String? = nil) {
        self.path = path
        self.line = line
        self.column = column
        self.message = message
        self.hint = hint
    }
}

extension Problem: CustomStringConvertible {
    public var description: String {
        "\(path):\(line):\(column): \(message)" + (hint.map { " Hint: \($0)" } ?? "")
    }
}

/// A piece of a file, with the place that it was taken from.
public struct Passage: Sendable, Hashable {
    public var text: String
    /// In the file, of the first line.
    public var line: Int
    /// In the file, where each line of the piece begins (an indented block is taken without its indentation).
    public var column: Int

    public init(_ text: String, line: Int, column: Int = 1) {
        self.text = text
        self.line = line
        self.column = column
    }

    /// The place in the file of an offset in bytes.
    public func position(of offset: Int) -> SourcePosition {
        let inside = SourcePosition(of: offset, in: text)
        return SourcePosition(line: line + inside.line - 1, column: column + inside.column - 1)
    }

    func part(_ range: Range<Int>) -> Passage { parts([range])[0] }

    /// Parts in the order of the text, each on one of its lines, in one pass over it.
    func parts(_ ranges: [Range<Int>]) -> [Passage] {
        let bytes = Array(text.utf8)
        var parts: [Passage] = []
        var (line, column, offset) = (line, column, 0)
        var characters = text.makeIterator()
        for range in ranges {
            while offset < range.lowerBound, let character = characters.next() {
                offset += character.utf8.count
                (line, column) = character == "\n" || character == "\r\n" ? (line + 1, self.column) : (line, column + 1)
            }
            parts.append(Passage(String(decoding: bytes[range], as: UTF8.self), line: line, column: column))
        }
        return parts
    }

    /// The pieces between separators, spaces around them left out.
    func split(separator: Character) -> [Passage] {
        var start = 0
        return parts(text.split(separator: separator, omittingEmptySubsequences: false).map { piece in
            defer { start += piece.utf8.count + separator.utf8.count }
            return start..<start + piece.utf8.count
        }).map(\.trimmed)
    }

    /// Without the empty lines at both ends.
    var withoutBlankEnds: Passage {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        func isFull(_ line: Substring) -> Bool { !line.allSatisfy(\.isWhitespace) }
        guard let first = lines.firstIndex(where: isFull), let last = lines.lastIndex(where: isFull) else {
            return Passage("", line: line, column: column)
        }
        return Passage(lines[first...last].joined(separator: "\n"), line: line + first, column: column)
    }

    /// Without the spaces at both ends.
    var trimmed: Passage {
        let bytes = Array(text.utf8)
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) }) else {
            return Passage("", line: line, column: column)
        }
        return first == 0 && last == bytes.count - 1 ? self : part(first..<last + 1)
    }
}
