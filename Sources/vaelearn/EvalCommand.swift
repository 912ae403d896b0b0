import Autodiff
import Cells

enum EvalCommand: Command {
    static let name = "eval"
    static let summary = "runs one cell, given as text or on standard input"
    static let options: [Option] = [.flag("json"), .value("seed"), .value("data")]
    static let help = """
        vaelearn eval 'mu = param([0.5, -1.2]); grad(sum(mu^2), mu)'
        echo 'integrate(x -> exp(-x^2), -inf, inf)' | vaelearn eval -

        Runs one cell of the cell language and prints what it shows.

          --json             everything the cell did, as one JSON document
          --seed S           the seed of its random draws (0)
          --data name=PATH   a data set for dataset("name")

        Exit code 0, or 1 if a check failed or the cell raised an error.

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        guard arguments.words.count == 1 else {
            throw CommandError.wrongUse("give one cell, in quotes, or - for standard input.", hint: "vaelearn eval '1 + 1'")
        }
        let options = try cellOptions(arguments)
        let text = arguments.words[0]
        var outcome = CellOutcome()
        var source = text
        do throws(CellError) {
            if text == "-" {
                let bytes: [UInt8]
                do { bytes = try readInput("-") } catch { throw CellError("Standard input cannot be read.", at: Span(0, 0)) }
                // With what cannot be read replaced, so that places in it can be told.
                source = String(decoding: bytes, as: UTF8.self)
                source = try Program.source(decoding: bytes)
            }
            Interrupt.stopCellsOnControlC()
            var state = CellState()
            outcome = state.run(source, options)
        } catch {
            outcome.error = error
        }
        if arguments.has("json") {
            outcome.refuseValuesTooLargeForJSON()
            writeOut(JSON.object(outcome.jsonFields(source: source)).text + "\n")
        } else {
            report(outcome, source: source)
        }
        return exitCode(of: [outcome])
    }

    /// The options of a cell that belongs to no lesson.
    static func cellOptions(_ arguments: Arguments, name: String = "cell") throws -> CellOptions {
        var options = CellOptions(stream: RandomStream(seed: try arguments.seed() ?? 0, name: name))
        options.cancellation = Interrupt.cancellation
        for (name, path) in try arguments.pairs("data") { options.data[name] = path }
        return options
    }

    /// Output and checks on standard output, the error on standard error.
    static func report(_ outcome: CellOutcome, source: String) {
        writeOut(outcome.output)
        for figure in outcome.figures { writeOut("figure \(figure.id)" + (figure.title.map { ": \($0)" } ?? "") + "\n") }
        for check in outcome.checks { writeOut(check.line() + "\n") }
        if let error = outcome.error {
            let place = SourcePosition(of: error.span.start, in: source)
            writeError("line \(place.line), column \(place.column)\n" + error.rendered(source: source) + "\n")
        }
        if outcome.interrupted { writeError("interrupted\n") }
    }

    static func exitCode(of outcomes: [CellOutcome]) -> Int32 {
        if outcomes.contains(where: \.interrupted) { return ExitCode.interrupted }
        let good = outcomes.allSatisfy { $0.succeeded && $0.checks.allSatisfy(\.passed) }
        return good ? ExitCode.good : ExitCode.checkFailed
    }
}
