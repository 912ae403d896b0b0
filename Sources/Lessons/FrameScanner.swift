import Cells

/// What a lesson is cut into before anything is read: Markdown between headings, fences, `$$` blocks and comments.
enum Frame {
    case heading(level: Int, title: Passage)
    case prose(Passage)
    case math(Passage)
    case comment(Passage)
    case block(Block)

    struct Block {
        var kind: BlockKind
        /// What follows the kind on the fence's line.
        var info: Passage
        /// The lines between the fences; `line` is that of the first.
        var body: Passage
        /// Of the fence.
        var line: Int
    }
}

/// The lines of a file, without their ends.
package struct SourceLines {
    package var lines: [Substring]

    package init(_ text: String) {
        var text = text[...]
        if text.unicodeScalars.first == "\u{FEFF}" { text = Substring(text.unicodeScalars.dropFirst()) }
        lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            Substring($0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0)
        }
    }
}

struct FrameScanner {
    private let lines: [Substring]
    private let path: String
    /// The index of the line that is looked at.
    private var index: Int
    private var frames: [Frame] = []
    private var proseStart: Int?
    private(set) var problems: [Problem] = []

    static func scan(_ lines: [Substring], from start: Int, path: String) -> (frames: [Frame], problems: [Problem]) {
        var scanner = FrameScanner(lines: lines, path: path, index: start)
        scanner.run()
        return (scanner.frames, scanner.problems)
    }

    private init(lines: [Substring], path: String, index: Int) {
        (self.lines, self.path, self.index) = (lines, path, index)
    }

    private mutating func run() {
        while index < lines.count {
            let line = lines[index]
            let content = line.drop { $0 == " " }
            let indent = line.utf8.count - content.utf8.count
            if indent > 3 || content.isEmpty {
                takeProse()
            } else if let fence = Fence(content) {
                if let kind = BlockKind(rawValue: fence.word) {
                    takeBlock(kind, fence, indent: indent)
                } else {
                    takeForeignFence(fence, indent: indent)
                }
            } else if let level = headingLevel(content), level <= 2 {
                endProse()
                let title = content.dropFirst(level)
                frames.append(.heading(level: level, title: Passage(String(title), line: index + 1, column: indent + level + 1).trimmed))
                index += 1
            } else if content.hasPrefix("$$"), takeMath(content) {
            } else if content.hasPrefix("<!--") {
                takeComment(indent: indent)
            } else {
                takeProse()
            }
        }
        endProse()
    }

    private mutating func report(_ message: String, line: Int, column: Int = 1, hint: String? = nil) {
        problems.append(Problem(path: path, line: line, column: column, message: message, hint: hint))
    }

    // MARK: Prose

    private mutating func takeProse() {
        proseStart = proseStart ?? index
        index += 1
    }

    /// The prose up to the line looked at, without empty lines at its ends.
    private mutating func endProse() {
        guard var start = proseStart else { return }
        proseStart = nil
        var end = index
        while start < end, lines[start].allSatisfy(\.isWhitespace) { start += 1 }
        while end > start, lines[end - 1].allSatisfy(\.isWhitespace) { end -= 1 }
        guard start < end else { return }
        frames.append(.prose(Passage(lines[start..<end].joined(separator: "\n"), line: start + 1)))
    }

    private func headingLevel(_ content: Substring) -> Int? {
        let level = content.prefix { $0 == "#" }.count
        guard level > 0 else { return nil }
        let rest = content.dropFirst(level)
        return rest.isEmpty || rest.first == " " ? level : nil
    }

    // MARK: Fences

    struct Fence {
        var mark: Character
        var length: Int
        /// All that follows the marks.
        var info: Substring

        init?(_ content: Substring) {
            guard let mark = content.first, mark == "`" || mark == "~" else { return nil }
            let length = content.prefix { $0 == mark }.count
            let info = content.dropFirst(length)
            guard length >= 3, mark == "~" || !info.contains("`") else { return nil }
            (self.mark, self.length, self.info) = (mark, length, info)
        }

        var word: String { String(info.drop { $0 == " " }.prefix { $0 != " " }) }

        func isClosed(by content: Substring) -> Bool {
            guard let other = Fence(content) else { return false }
            return other.mark == mark && other.length >= length && other.info.allSatisfy(\.isWhitespace)
        }
    }

    private mutating func takeBlock(_ kind: BlockKind, _ fence: Fence, indent: Int) {
        endProse()
        let opening = index
        let skipped = fence.info.prefix { $0 == " " }.count + kind.rawValue.count
        let info = Passage(String(fence.info.dropFirst(skipped)), line: opening + 1, column: indent + fence.length + skipped + 1).trimmed
        index += 1
        while index < lines.count {
            let content = lines[index].drop { $0 == " " }
            if fence.isClosed(by: content) { break }
            // Another block's fence cannot stand inside one: this one was not closed.
            if let other = Fence(content), BlockKind(rawValue: other.word) != nil, lines[index].first != " " {
                report("This \(kind.rawValue) block is never closed.", line: opening + 1, hint: "put \(String(repeating: fence.mark, count: fence.length)) on a line of its own before line \(index + 1)")
                appendBlock(kind, info, opening)
                return
            }
            index += 1
        }
        if index == lines.count {
            report("This \(kind.rawValue) block is never closed.", line: opening + 1, hint: "put \(String(repeating: fence.mark, count: fence.length)) on a line of its own below it")
        }
        appendBlock(kind, info, opening)
        index = min(index + 1, lines.count)
    }

    private mutating func appendBlock(_ kind: BlockKind, _ info: Passage, _ opening: Int) {
        let body = Passage(lines[opening + 1..<index].joined(separator: "\n"), line: opening + 2)
        frames.append(.block(Frame.Block(kind: kind, info: info, body: body, line: opening + 1)))
    }

    /// Code for the eye alone stays in the prose, whatever it holds.
    private mutating func takeForeignFence(_ fence: Fence, indent: Int) {
        let kinds = BlockKind.allCases.map(\.rawValue)
        let nearest = fence.word == "text" ? nil : nearestNames(to: fence.word, among: kinds).first
        if nearest != nil || fence.info.firstRange(of: " id=") != nil {
            let hint = nearest.map { "did you mean \($0)?" } ?? "blocks are \(kinds.joined(separator: ", "))"
            report("There is no block \"\(fence.word)\".", line: index + 1, column: indent + fence.length + 1, hint: hint)
        }
        let opening = index
        takeProse()
        while index < lines.count {
            let closed = fence.isClosed(by: lines[index].drop { $0 == " " })
            takeProse()
            if closed { return }
        }
        report("This code block is never closed.", line: opening + 1, hint: "put \(String(repeating: fence.mark, count: fence.length)) on a line of its own below it")
    }

    // MARK: Math and comments

    /// False where the line holds more than the formula: then it is prose.
    private mutating func takeMath(_ content: Substring) -> Bool {
        let opening = index
        let rest = content.dropFirst(2)
        if let close = rest.firstRange(of: "$$") {
            guard rest[close.upperBound...].allSatisfy(\.isWhitespace) else { return false }
            endProse()
            let column = lines[index].count - content.count + 3
            frames.append(.math(Passage(String(rest[..<close.lowerBound]), line: opening + 1, column: column).trimmed))
            index += 1
            return true
        }
        endProse()
        // Spaces stand for what is left out, so that every line keeps its columns.
        var body = ["  " + rest]
        index += 1
        while index < lines.count {
            let line = lines[index]
            // A heading or a fence cannot stand in a formula: it was not closed.
            if Fence(line) != nil || headingLevel(line) != nil { break }
            index += 1
            if let close = line.firstRange(of: "$$") {
                if !line[close.upperBound...].allSatisfy(\.isWhitespace) {
                    report("Text follows the $$ that ends a formula.", line: index, column: line[..<close.upperBound].count + 1, hint: "put it on a line of its own")
                }
                body.append(String(line[..<close.lowerBound]))
                frames.append(.math(Passage(body.joined(separator: "\n"), line: opening + 1).withoutBlankEnds))
                return true
            }
            body.append(String(line))
        }
        report("This formula is never closed.", line: opening + 1, hint: "put $$ on a line of its own below it")
        return true
    }

    private mutating func takeComment(indent: Int) {
        endProse()
        let opening = index
        var body: [Substring] = []
        while index < lines.count {
            let line = index == opening ? Substring(String(repeating: " ", count: indent + 4) + lines[index].dropFirst(indent + 4)) : lines[index]
            index += 1
            guard let close = line.firstRange(of: "-->") else {
                body.append(line)
                continue
            }
            if !line[close.upperBound...].allSatisfy(\.isWhitespace) {
                report("Text follows the end of a note.", line: index, column: lines[index - 1].count - line[close.upperBound...].count + 1, hint: "put it on a line of its own")
            }
            body.append(line[..<close.lowerBound])
            frames.append(.comment(Passage(body.joined(separator: "\n"), line: opening + 1)))
            return
        }
        report("This note is never closed.", line: opening + 1, column: indent + 1, hint: "end it with -->")
    }
}

extension Substring {
    /// Where `sign` first stands.
    func firstRange(of sign: String) -> Range<Index>? {
        let sign = Array(sign.utf8)
        var start = startIndex
        while let place = utf8[start...].firstIndex(of: sign[0]) {
            if utf8[place...].starts(with: sign) { return place..<utf8.index(place, offsetBy: sign.count) }
            start = utf8.index(after: place)
        }
        return nil
    }
}
