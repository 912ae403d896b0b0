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

    // MARK: Frame

    func header(lesson: String, step: String) -> [StyledLine] {
        if isPlain { return [StyledLine("\(lesson), \(step)", .title)] }
        let room = max(1, width - DisplayWidth.of(step) - 2)
        let title = DisplayWidth.of(lesson) <= room ? lesson : String(lesson.prefix(max(1, room - 1))) + (isASCII ? "~" : "…")
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

    func prose(_ markdown: String) -> [StyledLine] { renderer.lines(Markup.Prose(markdown: markdown)) }

    func math(_ latex: String) -> [StyledLine] {
        renderer.lines(Markup.Prose(blocks: [.math(Markup.Formula(latex, isDisplay: true))]))
    }

    // MARK: Cells

    /// The source behind `In [3]`, continued lines indented under it.
    func source(_ text: String, number: Int?, isEdited: Bool) -> [StyledLine] {
        let name = number.map { isPlain ? "In \($0): " : "In [\($0)]" } ?? "Lab"
        let prompt = isPlain && number == nil ? "Lab: " : isPlain ? name : "\(name)\(isEdited ? "*" : "")  "
        return hung(prompt, text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init), .code, trim: true)
    }

    func output(_ outcome: CellOutcome, number: Int) -> [StyledLine] {
        guard !outcome.output.isEmpty else { return [] }
        let prompt = isPlain ? "Out \(number): " : "Out[\(number)]  "
        return hung(prompt, outcome.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init), .body, trim: true)
    }

    private func hung(_ prompt: String, _ lines: [String], _ role: TextRole, trim: Bool) -> [StyledLine] {
        var lines = lines
        while trim, lines.last?.allSatisfy(\.isWhitespace) ?? false { lines.removeLast() }
        let indent = String(repeating: " ", count: isPlain ? 4 : prompt.count)
        return lines.enumerated().flatMap { position, line -> [StyledLine] in
            let lead = StyledSpan(position == 0 ? prompt : indent, .accent)
            return folded(line, room: max(8, width - prompt.count)).enumerated().map { part, text in
                StyledLine([part == 0 ? lead : StyledSpan(indent, .accent), StyledSpan(text, role)])
            }
        }
    }

    /// A line of code or output that is too long goes on below, from a space if there is one: nothing runs off the edge.
    private func folded(_ line: String, room: Int) -> [String] {
        guard DisplayWidth.of(line) > room else { return [line] }
        var parts: [String] = [], part = ""
        for character in line {
            if DisplayWidth.of(part) + DisplayWidth.of(String(character)) > room {
                let space = part.lastIndex(of: " ").flatMap { part.distance(from: $0, to: part.endIndex) <= room / 2 ? $0 : nil }
                let rest = space.map { String(part[part.index(after: $0)...]) } ?? ""
                parts.append(space.map { String(part[..<$0]) } ?? part)
                part = rest
            }
            part.append(character)
        }
        return parts + [part]
    }

    func checks(_ checks: [CheckOutcome]) -> [StyledLine] {
        guard !isPlain else {
            return checks.flatMap { check -> [StyledLine] in
                let (result, bound) = check.columns(ascii: isASCII)
                let text = "Check \(check.passed ? "passed" : "FAILED"): \(check.label). \(result)\(bound.isEmpty ? "" : ", " + bound)."
                return prose(text.replacing("|", with: "\\|")) + (check.note.map { [StyledLine($0)] } ?? [])
            }
        }
        let room = max(10, width - 46)
        let labelWidth = min(room, checks.map { DisplayWidth.of($0.label) }.max() ?? 0)
        return checks.flatMap { check -> [StyledLine] in
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
            return prose("Error in line \(place.line), column \(place.column): \(error.message)" + (error.hint.map { " Hint: \($0)" } ?? ""))
        }
        return error.rendered(source: source).split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { position, line in
            folded(String(line), room: width).map { StyledLine($0, position < 2 ? .dim : .fail) }
        }
    }

    // MARK: Questions

    func question(_ prompt: String, choices: [String], label: String) -> [StyledLine] {
        let numbered = choices.enumerated().map { "\($0.offset + 1). \($0.element)" }.joined(separator: "\n")
        let mark = StyledLine([StyledSpan(isPlain ? "\(label): " : (isASCII ? "? " : "❯ ") + label, TextStyle(.accent, isBold: true))])
        return [mark] + prose(prompt) + (choices.isEmpty ? [] : prose(numbered))
    }

    func note(_ text: String, _ role: TextRole = .body) -> [StyledLine] {
        prose(text).map { line in role == .body ? line : StyledLine(line.spans.map { StyledSpan($0.text, role) }) }
    }
}
