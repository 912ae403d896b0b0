import Cells

/// All checks of a lesson in one run: those of its cells, and those of its labs' solutions.
public struct LessonCheck: Sendable {
    public struct Entry: Sendable {
        public var cell: String
        public var check: CheckOutcome
    }

    public var entries: [Entry] = []
    /// Cells that raised an error, with their place in the file.
    public var errors: [(cell: String, line: Int, error: CellError, source: String)] = []
    /// Cells left out by `quick`, and those that need them.
    public var passedOver: [String] = []
    public var figures: [(cell: String, outcome: CellOutcome)] = []
    public var interrupted = false

    public var passed: Int { entries.count { $0.check.passed } }
    public var failed: Int { entries.count - passed + errors.count }

    /// `progress` is told of each cell before it runs.
    public init(_ session: inout LessonSession, quick: Bool = false, progress: (String) -> Void = { _ in }) {
        var missing: Set<String> = []
        var known: Set<String> = []
        for element in session.lesson.steps.flatMap(\.elements) {
            switch element {
            case .cell(let cell):
                let needs = cell.code.program.freeNames.subtracting(known)
                if quick, !cell.isQuick || !needs.isDisjoint(with: missing) {
                    passedOver.append(cell.id)
                    missing.formUnion(cell.code.program.boundNames)
                    continue
                }
                progress(cell.id)
                let outcome = session.runAlone(cell.id)
                known.formUnion(outcome.bindings.map(\.name))
                record(outcome, cell.id, line: cell.code.source.line, source: cell.code.source.text)
                if !outcome.figures.isEmpty { figures.append((cell.id, outcome)) }
            case .lab(let lab):
                let needs = lab.solution.program.freeNames.union(lab.check.program.freeNames)
                if quick, !needs.subtracting(known).isDisjoint(with: missing) {
                    passedOver.append(lab.id)
                    continue
                }
                progress(lab.id)
                let attempt = session.attempt(lab, lab.solution.source.text)
                record(attempt.cell, lab.id, line: lab.solution.source.line, source: lab.solution.source.text)
                if let check = attempt.check {
                    record(check, lab.id, line: lab.check.source.line, source: lab.check.source.text)
                }
            case .prose, .math, .ask, .predict, .note: break
            }
            if interrupted { return }
        }
    }

    private mutating func record(_ outcome: CellOutcome, _ id: String, line: Int, source: String) {
        entries += outcome.checks.map { Entry(cell: id, check: $0) }
        if let error = outcome.error { errors.append((id, line, error, source)) }
        interrupted = interrupted || outcome.interrupted
    }
}
