import Cells

/// Gathers the problems of one file while it is read.
final class ProblemLog {
    let path: String
    private var problems: [Problem] = []

    init(path: String) { self.path = path }

    func report(_ message: String, line: Int, column: Int = 1, hint: String? = nil) {
        problems.append(Problem(path: path, line: line, column: column, message: message, hint: hint))
    }

    func report(_ message: String, at passage: Passage, hint: String? = nil) {
        report(message, line: passage.line, column: passage.column, hint: hint)
    }

    func report(_ error: CellError, in passage: Passage) {
        let place = passage.position(of: error.span.start)
        report(error.message, line: place.line, column: place.column, hint: error.hint)
    }

    func add(_ more: [Problem]) { problems += more }

    /// In the order of the file, one a place.
    var sorted: [Problem] {
        var seen: Set<SourcePosition> = []
        let ordered = problems.enumerated().sorted { ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset) }
        return ordered.map(\.element).filter { seen.insert(SourcePosition(line: $0.line, column: $0.column)).inserted }
    }
}

extension ProblemLog {
    func unknown(_ what: String, _ name: Passage, known: [String]) {
        let nearest = nearestNames(to: name.text, among: known).first
        let hint = nearest.map { "did you mean \($0)?" } ?? (known.isEmpty ? "leave it out" : "known are \(known.joined(separator: ", "))")
        report("There is no \(what) \"\(name.text)\" here.", at: name, hint: hint)
    }

    func formula(_ source: Passage) -> Formula? {
        do throws(CellError) { return Formula(source: source, expression: try Expression.parse(source.text)) } catch {
            report(error, in: source)
            return nil
        }
    }

    func code(_ source: Passage) -> Code? {
        do throws(CellError) {
            let program = try Program.parse(source.text)
            if !program.isEmpty { return Code(source: source, program: program) }
            report("There is no code here.", at: source, hint: "write at least one statement")
        } catch {
            report(error, in: source)
        }
        return nil
    }

    /// Markdown: its inline values are read, and its bare decimals are problems.
    func prose(_ passage: Passage, decimalsAllowed: Bool = false) -> Prose {
        let inline = InlineText(passage.text)
        if !decimalsAllowed {
            for part in passage.parts(inline.bareDecimals) {
                report("The number \(part.text.prefix(30)) stands bare in prose.", at: part, hint: "compute it: `= expr : .3f`; or, if it is a setting, write it as code or math: $\(part.text.prefix(30))$")
            }
        }
        var values: [InlineValue] = []
        let spans = inline.values
        for (source, (_, span)) in zip(passage.parts(spans.map(\.inside)), spans) {
            do throws(CellError) {
                let (expression, format) = try Expression.parseInline(source.text)
                values.append(InlineValue(span: Span(span.lowerBound, span.upperBound), formula: Formula(source: source, expression: expression), format: format))
            } catch {
                report(error, in: source)
            }
        }
        return Prose(passage: passage, values: values)
    }
}
