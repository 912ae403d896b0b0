import Cells
import Lessons
import Markup
import Terminal

/// The parts of a lesson as lines of text, for a window of some width, or to be read aloud.
struct LessonPage {
    var width: Int
    var style: MathStyle
    var isPlain: Bool

    private var renderer: ProseRenderer { ProseRenderer(width: width, style: style, isPlain: isPlain) }
    private var isASCII: Bool { style != .unicode }

    /// Text in the signs that the screen has.
    func own(_ text: String) -> String { isASCII ? ASCII.text(text.replacing(" · ", with: " | ")) : text }

    // MARK: Frame

    func header(lesson: String, step: String) -> [StyledLine] {
        let lesson = own(lesson)
        if isPlain { return [StyledLine("\(lesson), \(step)", .title)] }
        let title = shortened(lesson, to: width - DisplayWidth.of(step) - 2)
        let gap = String(repeating: " ", count: max(2, width - DisplayWidth.of(title) - DisplayWidth.of(step)))
        return [
            StyledLine([StyledSpan(title, .title), StyledSpan(gap + step, .dim)]),
            StyledLine(String(repeating: isASCII ? "-" : "─", count: width), .dim),
        ]
    }

    func heading(_ text: String) -> [StyledLine] {
        renderer.lines(Markup.Prose(markdown: text)).map { line in
            StyledLine(line.spans.map { StyledSpan($0.text, TextStyle(.heading, isBold: true)) })
        }
    }

    /// One sentence of the program's own, broken at spaces.
    func wrapped(_ text: String, _ role: TextRole = .body) -> [StyledLine] {
        own(text).split(separator: "\n", omittingEmptySubsequences: false).flatMap { folded(String($0), room: width) }.map { StyledLine($0, role) }
    }

    /// The first line of a text, cut to a number of columns.
    func shortened(_ text: String, to room: Int) -> String {
        let line = text.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init) ?? ""
        guard DisplayWidth.of(line) > room || line.utf8.count < text.utf8.count else { return line }
        var part = "", used = isASCII ? 3 : 1
        for character in line {
            used += DisplayWidth.of(String(character))
            if used > max(4, room) { break }
            part.append(character)
        }
        return part + (isASCII ? "..." : "…")
    }

    /// Rows of a name and what is to be said of it, side by side where there is room.
    func table(_ rows: [(name: String, text: String)]) -> [StyledLine] {
        let column = (rows.map { DisplayWidth.of($0.name) }.max() ?? 0) + 2
        return rows.flatMap { name, text -> [StyledLine] in
            if isPlain { return wrapped("\(name): \(text)") }
            let isNarrow = width < column + 24
            let indent = String(repeating: " ", count: isNarrow ? 2 : column)
            let lines = folded(own(text), room: max(8, width - indent.count)).map { StyledLine([StyledSpan(indent, .body), StyledSpan($0, .body)]) }
            let label = StyledSpan(own(name), .accent)
            if isNarrow { return [StyledLine([label])] + lines }
            let gap = String(repeating: " ", count: column - DisplayWidth.of(own(name)))
            return [StyledLine([label, StyledSpan(gap + lines[0].text.dropFirst(column), .body)])] + lines.dropFirst()
        }
    }

    func prose(_ markdown: String) -> [StyledLine] { renderer.lines(Markup.Prose(markdown: markdown)) }

    func math(_ latex: String) -> [StyledLine] {
        renderer.lines(Markup.Prose(blocks: [.math(Markup.Formula(latex, isDisplay: true))]))
    }

    // MARK: Cells

    /// The source behind `In [3]`, continued lines indented under it; a lab's, which has no number, behind `Lab`.
    func source(_ text: String, number: Int?, isEdited: Bool) -> [StyledLine] {
        let name = number.map { isPlain ? "In \($0)" : "In [\($0)]" } ?? "Lab"
        let prompt = name + (isPlain ? ": " : isEdited ? "*  " : "  ")
        return hung(prompt, text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init), .code, trim: true)
    }

    func output(_ outcome: CellOutcome, number: Int) -> [StyledLine] {
        // A figure shown is named under its picture.
        let figures = Set(outcome.figures.map { "Figure \($0.id)" + ($0.title.map { ": \($0)" } ?? "") })
        let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).filter { !figures.contains($0) }
        guard lines.contains(where: { !$0.isEmpty }) else { return [] }
        let prompt = isPlain ? "Out \(number): " : "Out[\(number)]  "
        return hung(prompt, lines, .body, trim: true)
    }

    /// Lines that something printed, without a prompt before them.
    func text(_ output: String) -> [StyledLine] {
        output.split(separator: "\n").flatMap { folded(own(String($0)), room: width) }.map { StyledLine($0) }
    }

    private func hung(_ prompt: String, _ lines: [String], _ role: TextRole, trim: Bool) -> [StyledLine] {
        var lines = lines.map(own)
        while trim, lines.last?.allSatisfy(\.isWhitespace) ?? false { lines.removeLast() }
        // Read aloud, a first line that stands apart from the others would mislead.
        if isPlain, lines.count > 1 {
            return [StyledLine(prompt.trimmed, .accent)] + lines.flatMap { line in
                folded(line, room: max(8, width - 4)).map { StyledLine([StyledSpan("    ", .accent), StyledSpan($0, role)]) }
            }
        }
        let indent = String(repeating: " ", count: isPlain ? 4 : prompt.count)
        return lines.enumerated().flatMap { position, line -> [StyledLine] in
            let lead = StyledSpan(position == 0 ? prompt : indent, .accent)
            return folded(line, room: max(8, width - prompt.count)).enumerated().map { part, text in
                StyledLine([part == 0 ? lead : StyledSpan(indent, .accent), StyledSpan(text, role)])
            }
        }
    }

    /// A line that is too long goes on below, broken at a space if there is one: nothing runs off the edge.
    private func folded(_ line: String, room: Int) -> [String] {
        guard DisplayWidth.of(line) > room else { return [line] }
        var parts: [String] = [], part = "", used = 0
        for character in line {
            let columns = DisplayWidth.of(String(character))
            if used + columns > room {
                var rest = ""
                if character != " ", let space = part.lastIndex(of: " "), part[..<space].contains(where: { $0 != " " }) {
                    rest = String(part[part.index(after: space)...])
                    part = String(part[..<space])
                }
                parts.append(part)
                (part, used) = (rest, DisplayWidth.of(rest))
                if character == " " { continue }
            }
            part.append(character)
            used += columns
        }
        return part.isEmpty ? parts : parts + [part]
    }

    func checks(_ checks: [CheckOutcome]) -> [StyledLine] {
        guard !isPlain else {
            return checks.flatMap { check -> [StyledLine] in
                let (result, bound) = check.columns(ascii: isASCII)
                let text = "Check \(check.passed ? "passed" : "FAILED"): \(check.label). \(result)\(bound.isEmpty ? "" : ", " + bound)."
                return wrapped(text) + (check.note.map { wrapped($0) } ?? [])
            }
        }
        let room = max(10, width - 46)
        let labelWidth = min(room, checks.map { DisplayWidth.of(own($0.label)) }.max() ?? 0)
        return checks.flatMap { check -> [StyledLine] in
            var check = check
            check.label = own(check.label)
            let (result, bound) = check.columns(ascii: isASCII)
            let mark = StyledSpan(isASCII ? (check.passed ? "ok   " : "FAIL ") : (check.passed ? "✓ " : "✗ "), check.passed ? .pass : .fail)
            let tail = bound.isEmpty ? result : result + String(repeating: " ", count: max(1, 19 - DisplayWidth.of(result))) + bound
            let note = check.note.map { hung("    ", [$0], .fail, trim: false) } ?? []
            if width < 72 || DisplayWidth.of(check.label) > labelWidth {
                let label = folded(check.label, room: max(8, width - 6)).enumerated().map { position, text in
                    StyledLine([position == 0 ? mark : StyledSpan("  ", .body), StyledSpan(text, .body)])
                }
                return label + hung("    ", [result] + (bound.isEmpty ? [] : [bound]), .dim, trim: false) + note
            }
            let gap = String(repeating: " ", count: labelWidth - DisplayWidth.of(check.label) + 2)
            return [StyledLine([mark, StyledSpan(check.label + gap, .body), StyledSpan(tail, .dim)])] + note
        }
    }

    func error(_ error: CellError, source: String) -> [StyledLine] {
        if isPlain {
            let place = SourcePosition(of: error.span.start, in: source)
            return wrapped("Error in line \(place.line), column \(place.column): \(error.message)" + (error.hint.map { " Hint: \($0)" } ?? ""))
        }
        var lines = error.rendered(source: source).split(separator: "\n", omittingEmptySubsequences: false).map { own(String($0)) }
        if lines.count > 1 { (lines[0], lines[1]) = excerpt(lines[0], caret: lines[1]) }
        return lines.enumerated().flatMap { position, line in
            folded(line, room: width).map { StyledLine($0, position < 2 ? .dim : .fail) }
        }
    }

    /// A line of code and the carets under it, cut to the window so that the first caret is seen.
    private func excerpt(_ line: String, caret: String) -> (String, String) {
        let column = caret.prefix { $0 != "^" }.count
        guard caret.contains("^"), max(DisplayWidth.of(line), caret.count) > width else { return (line, caret) }
        let lead = line.prefix { $0 != "|" }.count + 2
        let skip = max(0, min(column - lead, column + 12 - width))
        func cut(_ text: String) -> String { String(text.prefix(lead)) + text.dropFirst(lead + skip).prefix(max(1, width - lead)) }
        return (cut(line), cut(caret))
    }

    /// Under a picture: its name and finding, what the picture cannot say itself, its file.
    func caption(_ name: String, title: String, rest: [String], file: String?) -> [StyledLine] {
        let first = folded(own(name + "  " + title), room: width)
        let head = StyledLine([
            StyledSpan(String(first[0].prefix(name.count)), TextStyle(.accent, isBold: true)), StyledSpan(String(first[0].dropFirst(name.count)), .body),
        ])
        return [head] + first.dropFirst().map { StyledLine($0) } + rest.flatMap { wrapped($0, .body) } + (file.map { wrapped($0, .dim) } ?? [])
    }

    // MARK: Questions

    func question(_ prompt: String, choices: [String], label: String) -> [StyledLine] {
        let numbered = choices.enumerated().map { "\($0.offset + 1). \($0.element)" }.joined(separator: "\n")
        let mark = StyledLine([StyledSpan(isPlain ? "\(label):" : (isASCII ? "? " : "❯ ") + label, TextStyle(.accent, isBold: true))])
        return [mark] + prose(prompt) + (choices.isEmpty ? [] : prose(numbered))
    }

    func note(_ text: String, _ role: TextRole = .body) -> [StyledLine] {
        prose(text).map { line in role == .body ? line : StyledLine(line.spans.map { StyledSpan($0.text, role) }) }
    }
}
