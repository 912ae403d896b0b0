import Cells

/// The inside of a piece of Markdown, as far as a lesson's rules need it: what is code, what is math, what is plain text.
/// One pass and a table of who closes whom, so that a text full of stray backticks takes linear time.
package struct InlineText {
    package enum Kind { case text, codeSpan, codeBlock, math }

    package private(set) var segments: [(kind: Kind, range: Range<Int>)] = []
    private let bytes: [UInt8]

    package init(_ text: String) {
        bytes = Array(text.utf8)
        var start = 0
        var paragraph = 0
        var fence: FrameScanner.Fence?
        // Lines first: fenced code, and paragraphs, beyond which no code span or formula reaches.
        for line in SourceLines(text).lines {
            let end = min(start + line.utf8.count + 1, bytes.count)
            let content = line.drop { $0 == " " }
            if let open = fence {
                segments.append((.codeBlock, start..<end))
                paragraph = end
                if open.isClosed(by: content) { fence = nil }
            } else if let open = FrameScanner.Fence(content) {
                scanParagraph(paragraph..<start)
                segments.append((.codeBlock, start..<end))
                paragraph = end
                fence = open
            } else if content.isEmpty {
                scanParagraph(paragraph..<end)
                paragraph = end
            }
            start = end
        }
        scanParagraph(paragraph..<bytes.count)
    }

    private mutating func scanParagraph(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        let tick = UInt8(ascii: "`")
        let dollar = UInt8(ascii: "$")
        var runs: [(range: Range<Int>, partner: Int?)] = []
        var place = range.lowerBound
        while place < range.upperBound {
            guard bytes[place] == tick || bytes[place] == dollar else {
                place += 1
                continue
            }
            let first = place
            while place < range.upperBound, bytes[place] == bytes[first] { place += 1 }
            runs.append((first..<place, nil))
        }
        // The next run of the same sign and length; a single `$` closes only behind a character and before no digit.
        var next: [Int: Int] = [:]
        for index in runs.indices.reversed() {
            let run = runs[index].range
            let isDollar = bytes[run.lowerBound] == dollar
            let key = isDollar ? -run.count : run.count
            if !isDollar || run.count > 1 || (run.upperBound < range.upperBound && !isSpace(bytes[run.upperBound])) {
                runs[index].partner = next[key]
            }
            let isEscaped = run.lowerBound > range.lowerBound && bytes[run.lowerBound - 1] == UInt8(ascii: "\\")
            let closes = !isDollar || !isEscaped && run.count > 1
                || (!isEscaped && run.lowerBound > range.lowerBound && !isSpace(bytes[run.lowerBound - 1]) && !(run.upperBound < range.upperBound && isDigit(bytes[run.upperBound])))
            if closes { next[key] = index }
        }
        var start = range.lowerBound
        var index = 0
        while index < runs.count {
            let run = runs[index].range
            let escaped = run.lowerBound > range.lowerBound && bytes[run.lowerBound - 1] == UInt8(ascii: "\\")
            guard !escaped, let partner = runs[index].partner else {
                index += 1
                continue
            }
            if start < run.lowerBound { segments.append((.text, start..<run.lowerBound)) }
            let end = runs[partner].range.upperBound
            segments.append((bytes[run.lowerBound] == tick ? .codeSpan : .math, run.lowerBound..<end))
            start = end
            index = partner + 1
        }
        if start < range.upperBound { segments.append((.text, start..<range.upperBound)) }
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x09 }
    private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    private func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte == UInt8(ascii: "_") }

    // MARK: Values

    /// The inside of each `` `= …` ``, behind the equals sign, and the whole span.
    package var values: [(inside: Range<Int>, span: Range<Int>)] {
        segments.compactMap { kind, range in
            guard kind == .codeSpan else { return nil }
            let ticks = bytes[range].prefix { $0 == UInt8(ascii: "`") }.count
            var start = range.lowerBound + ticks
            let end = range.upperBound - ticks
            while start < end, isSpace(bytes[start]) { start += 1 }
            guard start < end, bytes[start] == UInt8(ascii: "="), !(start + 1 < end && bytes[start + 1] == UInt8(ascii: "=")) else { return nil }
            return (start + 1..<end, range)
        }
    }

    // MARK: Decimals

    /// Decimals that a reader would take for a result: not in code or math, not in an address, and not the number of a
    /// paper, a figure, a section or a version.
    package var bareDecimals: [Range<Int>] {
        var found: [Range<Int>] = []
        for (kind, range) in segments where kind == .text {
            var place = range.lowerBound
            var wordStart = place
            while place < range.upperBound {
                let byte = bytes[place]
                if isSpace(byte) { wordStart = place + 1 }
                let startsNumber = isDigit(byte) || (byte == UInt8(ascii: ".") && place + 1 < range.upperBound && isDigit(bytes[place + 1]))
                guard startsNumber else {
                    place += 1
                    continue
                }
                let first = place
                while place < range.upperBound, isDigit(bytes[place]) || (bytes[place] == UInt8(ascii: ".") && place + 1 < range.upperBound && isDigit(bytes[place + 1])) { place += 1 }
                let points = bytes[first..<place].filter { $0 == UInt8(ascii: ".") }.count
                // "1.2.3" is no decimal, and neither is what grows out of a word ("v1.2", "x.5").
                let inWord = first > range.lowerBound && (isLetter(bytes[first - 1]) || bytes[first - 1] == UInt8(ascii: "."))
                if points == 1, !inWord, !isReference(first, wordStart: wordStart, in: range) { found.append(first..<place) }
            }
        }
        return found
    }

    private static let referenceWords: Set<String> = [
        "arxiv", "doi", "isbn", "version", "figure", "figures", "fig", "section", "sections", "sec", "chapter", "table", "equation", "equations", "eq", "appendix",
        "theorem", "lemma", "algorithm", "lesson", "step",
    ]

    private func isReference(_ number: Int, wordStart: Int, in range: Range<Int>) -> Bool {
        // An address, or "arXiv:1312.6114". Only a little is looked at: the text may be one endless word.
        let ahead = String(decoding: bytes[max(wordStart, number - 200)..<number], as: UTF8.self).lowercased().drop { "([".contains($0) }
        if ahead.contains("://") || ahead.contains("](") || ahead.hasPrefix("arxiv:") || ahead.hasPrefix("doi:") { return true }
        if let last = ahead.last, "图表节章式版本§".contains(last) { return true }
        guard ahead.isEmpty else { return false }
        let before = String(decoding: bytes[max(range.lowerBound, wordStart - 40)..<max(range.lowerBound, wordStart)], as: UTF8.self)
        guard let word = before.split(whereSeparator: \.isWhitespace).last else { return false }
        return word == "§" || Self.referenceWords.contains(word.filter { $0.isLetter }.lowercased())
    }
}
