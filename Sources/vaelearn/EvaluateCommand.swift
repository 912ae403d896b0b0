import Autoencoders
import Cells
import Figures
import Glibc
import Terminal

enum EvaluateCommand: Command {
    static let name = "evaluate"
    static let summary = "tells how good a trained model is: ELBO, likelihood, use of its latent units"
    static let options: [Option] = [.value("data"), .value("split"), .value("samples"), .value("seed"), .value("out"), .flag("json")]
    static let help = """
        vaelearn evaluate runs/mnist
        vaelearn evaluate runs/mnist --samples 100 --json

        Measures a variational model on the test part of its data, in nats an item:
        the ELBO and its two parts, the KL of each latent unit, how many units are active, and the negative log-likelihood
        by importance weights, -log mean p(x|z)p(z)/q(z|x) over draws of z from q(z|x).
        Draws evaluation.png and evaluation.pdf into the run folder.

          --data D           other data than the model was trained on
          --split P          test (the default), train or all
          --samples S        draws of z for each item, 1000
          --seed S           1
          --out DIR          another folder for the figure
          --json             all numbers as one JSON document

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        let part = try ModelFiles.part(arguments, default: "test"), seed = try arguments.seed() ?? 1
        let samples = try arguments.whole("samples") ?? 1000
        guard (1...1_000_000).contains(samples) else { throw CommandError.wrongUse("--samples must be from 1 to 1000000, not \(samples).") }
        let (model, configuration) = try ModelFiles.load(arguments)
        guard configuration.model != ModelConfiguration.Kind.ae.rawValue else {
            throw CommandError.wrongUse(
                "an autoencoder has neither a prior nor a posterior distribution, so there is no ELBO, no KL and no likelihood to measure.",
                hint: "its reconstruction loss is in history.csv; vaelearn reconstruct \(shown(arguments.words[0])) shows reconstructions")
        }
        let folder = try place(arguments.value("out") ?? RunFolder(arguments.words[0]).path)
        let data = try ModelFiles.data(arguments, configuration).part(part)
        let name = arguments.value("data") ?? configuration.data
        guard data.count > 0 else { throw CommandError.badInput("the \(part) part of \(shown(name)) holds no items.", hint: "choose another with --split") }
        if let error = model.configuration.fault(in: data.items) {
            throw CommandError.badInput("\(shown(name)): \(error).", hint: "scale the data as those were that the model was trained on")
        }

        let report = EvaluationReport(try evaluated(model, data.items, samples: samples, seed: seed), data: name, part: part, seed: seed)
        var paths: [String] = [], problem: CommandError?
        do {
            paths = try report.figure.write(to: folder, formats: [.png, .pdf])
        } catch let error as FigureError {
            problem = .badInput("\(error.message).", hint: error.hint)
        }
        // What was measured is said even where it cannot be drawn.
        if arguments.has("json") {
            writeOut(report.json(figures: paths).text + "\n")
        } else {
            let text = report.text + paths.map { $0 + "\n" }.joined()
            writeOut(TerminalCapabilities.detect(asksTerminal: false).mathStyle == .ascii ? ASCII.text(text) : text)
        }
        if let problem { throw problem }
        return ExitCode.good
    }

    /// The folder for the figure, made and found fit to write to before anything is computed.
    private static func place(_ folder: String) throws -> String {
        guard !folder.isEmpty else { throw CommandError.wrongUse("--out needs the name of a folder.") }
        do { try FigureFile.createFolder(folder) } catch let error as FigureError {
            throw CommandError.badInput("\(error.message).", hint: error.hint)
        }
        guard access(folder, W_OK) == 0 else {
            throw CommandError.badInput("\(shown(folder)) cannot be written to: \(String(cString: strerror(errno))).", hint: "choose another folder with --out")
        }
        return folder
    }

    private static func evaluated(_ model: TrainedModel, _ items: [Float], samples: Int, seed: UInt64) throws -> Evaluation {
        struct Stopped: Error {}
        let capabilities = TerminalCapabilities.detect(asksTerminal: false)
        let bar = ProgressBar("evaluating", capabilities: capabilities)
        defer { bar.finish() }
        Interrupt.stopCellsOnControlC()
        do {
            var sum = 0.0, counted = 0
            return try model.evaluate(items, samples: samples, seed: seed) { fraction, done in
                if Interrupt.cancellation.isCancelled { throw Stopped() }
                guard capabilities.isOutputTerminal else { return }
                for estimate in done[counted...] { sum += estimate.nll }
                counted = done.count
                bar.update(fraction, note: counted > 0 ? "NLL \(printf("%.2f", sum / Double(counted)))" : "")
            }
        } catch is Stopped {
            throw CommandError(message: "stopped; nothing was written.", hint: "fewer draws are quicker: --samples 100", code: ExitCode.interrupted)
        }
    }
}
