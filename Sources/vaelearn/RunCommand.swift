import Autodiff
import Cells
import Lessons

enum RunCommand: Command {
    static let name = "run"
    static let summary = "runs a file of cells, or a lesson, without pauses"
    static let options: [Option] = [.flag("json"), .value("seed"), .value("data"), .value("set")]
    static let help = """
        vaelearn run toy.vae
        vaelearn run lessons/04-kl/lesson.md --json

        Runs all cells of a file, top to bottom, and prints what they show. In a .vae file, a line that begins with
        "# %%" starts a new cell; what follows on that line is the cell's name.

          --json             everything each cell did, as one JSON document
          --set name=value   turns a knob
          --seed S           the seed of the random draws (0, or the lesson's own)
          --data name=PATH   a data set for dataset("name")

        Exit code 0, or 1 if a check failed or a cell raised an error.

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        guard arguments.words.count == 1 else { throw CommandError.wrongUse("give one file.", hint: "vaelearn run toy.vae") }
        let path = arguments.words[0]
        let bytes = try readInput(path)
        let text: String
        do throws(CellError) {
            text = try Program.source(decoding: bytes)
        } catch {
            throw CommandError.badInput("\(shown(path)): \(error.message)", hint: error.hint)
        }
        Interrupt.stopCellsOnControlC()
        var outcomes: [(name: String, source: String, outcome: CellOutcome)] = []
        func note(_ name: String, _ source: String, _ outcome: CellOutcome) -> Bool {
            var outcome = outcome
            if arguments.has("json") { outcome.refuseValuesTooLargeForJSON() } else { EvalCommand.report(outcome, source: source) }
            outcomes.append((name, source, outcome))
            return outcome.succeeded
        }
        if path.hasSuffix(".md") || text.hasPrefix("---\n") {
            try runLesson(text, path, arguments, note)
        } else {
            var state = CellState()
            for (name, source) in cells(of: text) {
                var options = try EvalCommand.cellOptions(arguments, name: name)
                options.knobs = try knobs(arguments)
                if !note(name, source, state.run(source, options)) { break }
            }
        }
        let code = EvalCommand.exitCode(of: outcomes.map(\.outcome))
        if arguments.has("json") {
            let cells = outcomes.map { JSON.object([("id", .string($0.name))] + $0.outcome.jsonFields(source: $0.source)) }
            writeOut(JSON.object(["ok": .bool(code == ExitCode.good), "cells": .array(cells)]).text + "\n")
        }
        return code
    }

    /// A lesson's cells, each with its own draws, as `lesson` runs them.
    private static func runLesson(
        _ text: String, _ path: String, _ arguments: Arguments, _ note: (String, String, CellOutcome) -> Bool
    ) throws {
        let (lesson, problems) = LessonFile.parse(text, path: path)
        guard problems.isEmpty else {
            throw CommandError.badInput("the lesson is broken:\n" + problems.map { "  \($0)" }.joined(separator: "\n"))
        }
        var session = LessonSession(lesson, seed: try arguments.seed(), knobs: try knobs(arguments))
        session.cancellation = Interrupt.cancellation
        for (name, path) in try arguments.pairs("data") { session.data[name] = path }
        for cell in lesson.cells where !note(cell.id, cell.code.source.text, session.run(cell.id)) { break }
    }

    static func knobs(_ arguments: Arguments) throws -> [String: Double] {
        var knobs: [String: Double] = [:]
        for (name, text) in try arguments.pairs("set") {
            guard let value = Double(text), value.isFinite else {
                throw CommandError.wrongUse("--set \(shown(name)) needs a number, not \"\(shown(text))\".")
            }
            knobs[name] = value
        }
        return knobs
    }

    /// The cells of a bare file, each padded with the lines above it, so that places in errors are those of the file.
    private static func cells(of text: String) -> [(name: String, source: String)] {
        var cells: [(name: String, source: String)] = []
        var name = "1", lines: [Substring] = [], above = 0
        func finish() {
            guard lines.contains(where: { !$0.allSatisfy(\.isWhitespace) }) else { return }
            cells.append((name, String(repeating: "\n", count: above) + lines.joined(separator: "\n")))
        }
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("# %%") {
                finish()
                let title = line.dropFirst(4).split(separator: " ").joined(separator: " ")
                (name, lines, above) = (title.isEmpty ? "\(cells.count + 1)" : title, [], number + 1)
            } else {
                lines.append(line)
            }
        }
        finish()
        return cells
    }
}
