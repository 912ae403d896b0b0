import Cells
import Lessons

enum CheckCommand: Command {
    static let name = "check"
    static let summary = "runs every check of every lesson"
    static let options: [Option] = [.flag("quick"), .value("seed"), .flag("json"), .value("lessons"), .value("data")]
    static let help = """
        vaelearn check 4
        vaelearn check all --quick

        Runs all cells of the lessons named, and the solutions of their labs, and reports each check. Nothing is taken
        from a cache.

          --quick            leaves out the cells marked quick=false, and what needs them
          --seed S           another seed than the lesson's own
          --json             one JSON document
          --data name=PATH   a data set for dataset("name")
          --lessons DIR      where the lessons lie

        Exit code 0, or 1 if a check failed.

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        let folders = try LessonFinder(arguments).folders(named: arguments.words)
        let seed = try arguments.seed()
        let asJSON = arguments.has("json")
        Interrupt.stopCellsOnControlC()
        var documents: [JSON] = []
        var passed = 0, failed = 0
        for folder in folders {
            let lesson = try readLesson(folder)
            let start = secondsNow()
            var session = LessonSession(lesson, seed: seed)
            session.cancellation = Interrupt.cancellation
            for (name, path) in try arguments.pairs("data") { session.data[name] = path }
            let check = LessonCheck(&session, quick: arguments.has("quick"))
            if check.interrupted { return ExitCode.interrupted }
            let seconds = secondsNow() - start
            passed += check.passed
            failed += check.failed
            if asJSON {
                documents.append(document(folder, check, seconds))
            } else {
                report(folder, lesson, check, seconds)
            }
        }
        if asJSON {
            writeOut(JSON.object([
                "passed": .number(Double(passed)), "failed": .number(Double(failed)), "lessons": .array(documents),
            ]).text + "\n")
        } else {
            writeOut("\(passed) passed, \(failed) failed\n")
        }
        return failed == 0 ? ExitCode.good : ExitCode.checkFailed
    }

    private static func report(_ folder: LessonFolder, _ lesson: Lesson, _ check: LessonCheck, _ seconds: Double) {
        writeOut("Lesson \(folder.number) · \(lesson.front.title)\n")
        let width = min(56, check.entries.map(\.check.label.count).max() ?? 0)
        for entry in check.entries { writeOut("  " + entry.check.line(labelWidth: width) + "\n") }
        for (cell, line, error, source) in check.errors {
            writeOut("  ✗ the cell \"\(cell)\" raised an error\n")
            let place = SourcePosition(of: error.span.start, in: source)
            writeError("\(lesson.path):\(line + place.line - 1):\(place.column): \(error.message)" + (error.hint.map { "\nHint: \($0)" } ?? "") + "\n")
        }
        let over = check.passedOver.isEmpty ? "" : ", passed over: \(check.passedOver.joined(separator: ", "))"
        writeOut("  \(check.passed) of \(check.passed + check.failed) in \(printf("%.2f", seconds)) s\(over)\n\n")
    }

    /// A cell that raised an error counts as a check that failed.
    private static func document(_ folder: LessonFolder, _ check: LessonCheck, _ seconds: Double) -> JSON {
        var checks = check.entries.map { JSON.object($0.check.jsonFields + [("cell", .string($0.cell))]) }
        for (cell, _, error, _) in check.errors {
            checks.append(.object([
                "label": .string("the cell runs: \(error.message)"), "mode": .string("boolean"), "measured": .bool(false),
                "expected": .bool(true), "error": .null, "tolerance": .null, "passed": .bool(false), "cell": .string(cell),
            ]))
        }
        return .object(["lesson": .number(Double(folder.number)), "seconds": .number(seconds), "checks": .array(checks)])
    }
}
