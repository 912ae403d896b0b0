/// Breaks styled text into lines: at spaces, between Chinese characters, within a word only if it is longer than a line.
struct LineWrapper {
    var width: Int

    private struct Glyph {
        var character: Character
        var width: Int
        var style: TextStyle
    }

    /// No line begins with one of these.
    private static let closing = Set("，。、；：？！）】」』》〉”’…—～·,.;:?!)]}%％°")
    /// No line ends with one of these.
    private static let opening = Set("（【「『《〈“‘([{")

    /// `first` stands before the first line, `rest` before the others. A newline within the text begins a new line.
    func lines(_ spans: [StyledSpan], first: [StyledSpan] = [], rest: [StyledSpan] = []) -> [StyledLine] {
        var result: [StyledLine] = []
        for part in Self.parts(spans) {
            for glyphs in broken(part, firstIndent: StyledLine(result.isEmpty ? first : rest).width, restIndent: StyledLine(rest).width) {
                var line = StyledLine(result.isEmpty ? first : rest)
                var run = "", style = TextStyle()
                for glyph in glyphs {
                    if glyph.style != style { line.append(StyledSpan(run, style)); run = ""; style = glyph.style }
                    // Spaces that hold a formula together are common spaces on the screen.
                    run.append(glyph.character == "\u{A0}" ? " " : glyph.character)
                }
                line.append(StyledSpan(run, style))
                result.append(line)
            }
        }
        return result
    }

    /// The text between line breaks, which the renderer marks by U+2424 in a span of its own.
    static let lineBreak = StyledSpan("\u{2424}", TextStyle(.dim, isUnderlined: true))

    private static func parts(_ spans: [StyledSpan]) -> [[Glyph]] {
        var parts: [[Glyph]] = [[]]
        for span in spans {
            if span == lineBreak { parts.append([]); continue }
            for character in span.text {
                parts[parts.count - 1].append(Glyph(character: character, width: DisplayWidth.of(character), style: span.style))
            }
        }
        return parts
    }

    private func broken(_ glyphs: [Glyph], firstIndent: Int, restIndent: Int) -> [[Glyph]] {
        var lines: [[Glyph]] = []
        var start = 0
        repeat {
            let room = max(2, width - (lines.isEmpty ? firstIndent : restIndent))
            while start < glyphs.count, !lines.isEmpty, glyphs[start].character == " " { start += 1 }
            if start == glyphs.count, !lines.isEmpty { break }
            var used = 0, end = start, lastBreak: Int?
            while end < glyphs.count, used + glyphs[end].width <= room || glyphs[end].character == " " {
                if end > start, canBreak(between: glyphs[end - 1].character, and: glyphs[end].character) { lastBreak = end }
                used += glyphs[end].width
                end += 1
            }
            var cut = end
            if end < glyphs.count {
                if end > start, canBreak(between: glyphs[end - 1].character, and: glyphs[end].character) { lastBreak = end }
                cut = lastBreak ?? max(end, start + 1)
            }
            var stop = cut
            while stop > start, glyphs[stop - 1].character == " " { stop -= 1 }
            lines.append(Array(glyphs[start..<stop]))
            start = cut
        } while start < glyphs.count
        return lines
    }

    private func canBreak(between left: Character, and right: Character) -> Bool {
        if right == " " || left == "\u{A0}" || right == "\u{A0}" { return false }
        if left == " " { return true }
        if Self.closing.contains(right) || Self.opening.contains(left) { return false }
        if left == "-" || left == "—" || left == "–" { return right.isLetter }
        return isIdeograph(left) || isIdeograph(right)
    }

    private func isIdeograph(_ character: Character) -> Bool {
        switch character.unicodeScalars.first!.value {
        case 0x2E80...0x303E, 0x3041...0x30FF, 0x3400...0x9FFF, 0xF900...0xFAFF, 0xFF00...0xFF60, 0x20000...0x3FFFD: true
        default: false
        }
    }
}
