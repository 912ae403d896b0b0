/// Takes the formulas out of Markdown before MD4C sees it, leaving one private-use character (U+F0000 + index) for each.
///
/// MD4C reads `5$ and 6$` as math, ends a table's cell at the bar of `$q(z|x)$`, and makes a list of a line that begins with `-`
/// inside `$$`. So the dollars are read here, by Pandoc's rule: an opening one has no space after it, a closing one no space
/// before it and no digit after it. Code spans and fences are passed over; `\$` is a dollar.
struct FormulaScanner {
    static let firstPlaceholder: UInt32 = 0xF0000
    /// Plane 15 ends with two scalars that are no characters.
    private static let capacity = 0xFFFD

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var output: [UInt8] = []
    private(set) var formulas: [Formula] = []

    static func scan(_ markdown: String) -> (text: [UInt8], formulas: [Formula]) {
        var scanner = FormulaScanner(bytes: Array(markdown.utf8))
        scanner.run()
        return (scanner.output, scanner.formulas)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func run() {
        var atLineStart = true
        while position < bytes.count {
            if atLineStart, let fence = fence(at: position) {
                copyFence(fence)
                continue
            }
            let byte = bytes[position]
            atLineStart = byte == UInt8(ascii: "\n")
            switch byte {
            case UInt8(ascii: "\\"): copy(min(2, bytes.count - position))
            case UInt8(ascii: "`"): copyCodeSpan()
            case UInt8(ascii: "$"): if !takeFormula() { copy(run(of: byte, at: position)) }
            // A private-use scalar of plane 15 in the source would pass for a placeholder.
            case 0xF3 where position + 1 < bytes.count && bytes[position + 1] >= 0xB0:
                output += Array("\u{FFFD}".utf8)
                position = min(position + 4, bytes.count)
            default: copy(1)
            }
        }
    }

    private mutating func copy(_ count: Int) {
        for byte in bytes[position..<position + count] {
            if byte == UInt8(ascii: "\n") { line += 1 }
            output.append(byte)
        }
        position += count
    }

    private func run(of byte: UInt8, at start: Int) -> Int {
        var end = start
        while end < bytes.count, bytes[end] == byte { end += 1 }
        return end - start
    }

    // MARK: Code

    /// The fence that a line opens or closes, also within a quote or a list item.
    private func fence(at lineStart: Int) -> (mark: UInt8, length: Int)? {
        var index = lineStart
        while index < bytes.count, bytes[index] == UInt8(ascii: " ") || bytes[index] == UInt8(ascii: ">") { index += 1 }
        guard index < bytes.count, bytes[index] == UInt8(ascii: "`") || bytes[index] == UInt8(ascii: "~") else { return nil }
        let length = run(of: bytes[index], at: index)
        guard length >= 3 else { return nil }
        if bytes[index] == UInt8(ascii: "`") {
            // A backtick in the rest of the line makes it a code span.
            var rest = index + length
            while rest < bytes.count, bytes[rest] != UInt8(ascii: "\n") {
                if bytes[rest] == UInt8(ascii: "`") { return nil }
                rest += 1
            }
        }
        return (bytes[index], length)
    }

    private mutating func copyFence(_ opening: (mark: UInt8, length: Int)) {
        copyLine()
        while position < bytes.count {
            let closing = fence(at: position)
            copyLine()
            if let closing, closing.mark == opening.mark, closing.length >= opening.length { return }
        }
    }

    private mutating func copyLine() {
        var end = position
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        copy(min(end + 1, bytes.count) - position)
    }

    private mutating func copyCodeSpan() {
        let length = run(of: UInt8(ascii: "`"), at: position)
        var index = position + length
        while index < bytes.count, !isBlankLine(at: index) {
            if bytes[index] == UInt8(ascii: "`") {
                let closing = run(of: UInt8(ascii: "`"), at: index)
                if closing == length { return copy(index + closing - position) }
                index += closing
            } else {
                index += 1
            }
        }
        copy(length)
    }

    /// True at a newline with only spaces between it and the next one: there a paragraph ends.
    private func isBlankLine(at index: Int) -> Bool {
        guard bytes[index] == UInt8(ascii: "\n") else { return false }
        var next = index + 1
        while next < bytes.count, bytes[next] == UInt8(ascii: " ") || bytes[next] == UInt8(ascii: "\r") || bytes[next] == UInt8(ascii: "\t") { next += 1 }
        return next == bytes.count || bytes[next] == UInt8(ascii: "\n")
    }

    // MARK: Formulas

    private mutating func takeFormula() -> Bool {
        guard formulas.count < Self.capacity else { return false }
        let isDisplay = run(of: UInt8(ascii: "$"), at: position) >= 2
        let start = position + (isDisplay ? 2 : 1)
        guard start < bytes.count, isDisplay || !Self.isSpace(bytes[start]) else { return false }
        var end = start
        search: while true {
            guard end < bytes.count, !isBlankLine(at: end) else { return false }
            switch bytes[end] {
            case UInt8(ascii: "\\"): end += 2
            case UInt8(ascii: "$"):
                if !isDisplay { break search }
                if end + 1 < bytes.count, bytes[end + 1] == UInt8(ascii: "$") { break search }
                end += 1
            default: end += 1
            }
        }
        guard end > start else { return false }
        let after = end + (isDisplay ? 2 : 1)
        if !isDisplay {
            guard !Self.isSpace(bytes[end - 1]) else { return false }
            if after < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[after]) { return false }
        }
        formulas.append(Formula(source(from: start, to: end), isDisplay: isDisplay, line: line))
        let placeholder = Unicode.Scalar(Self.firstPlaceholder + UInt32(formulas.count - 1))!
        output += Array(String(Character(placeholder)).utf8)
        line += bytes[position..<after].count { $0 == UInt8(ascii: "\n") }
        position = after
        return true
    }

    /// The formula's text without the marks of a quote that its lines begin with.
    private func source(from start: Int, to end: Int) -> String {
        let lines = String(decoding: bytes[start..<end], as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 1, quoteDepth(before: start) > 0 else { return lines.joined(separator: "\n") }
        return lines.enumerated().map { index, line in
            index == 0 ? line : line.drop { $0 == ">" || $0 == " " }
        }.joined(separator: "\n")
    }

    private func quoteDepth(before index: Int) -> Int {
        var lineStart = index
        while lineStart > 0, bytes[lineStart - 1] != UInt8(ascii: "\n") { lineStart -= 1 }
        return bytes[lineStart..<index].prefix { $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: " ") }.count { $0 == UInt8(ascii: ">") }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
}
