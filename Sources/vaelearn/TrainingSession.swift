import Autoencoders
import Cells
import Datasets
import Glibc
import Networks
import Terminal

/// Trains to the end, showing how it goes and writing the run folder after each epoch.
struct TrainingSession {
    let trainer: Trainer
    let folder: RunFolder
    let data: String
    /// The first of these are shown beside their reconstructions.
    let shownItems: Dataset
    let isQuiet: Bool

    private var history: [EpochRecord] = []
    private let capabilities = TerminalCapabilities.detect(asksTerminal: false)

    init(trainer: Trainer, folder: RunFolder, data: String, shownItems: Dataset, isQuiet: Bool) {
        (self.trainer, self.folder, self.data, self.shownItems, self.isQuiet) = (trainer, folder, data, shownItems, isQuiet)
    }

    mutating func run(resume: Bool) throws -> Int32 {
        do {
            try folder.create()
            if resume { try goOn() }
            let asked = trainer.options.epochs
            guard trainer.position.epochs < asked else {
                let done = trainer.position.epochs
                let more = trainer.options.decay == nil ? "More: --resume --epochs \(done + 10)" : "Its learning rate has fallen to 0."
                say("the run in \(folder.path) is finished: it has its \(done) epochs. \(more)\n")
                return ExitCode.good
            }
            if !resume { folder.clear() }
            try folder.write(RunConfiguration(trainer.configuration, data: data, options: trainer.options))
            // From here on there is always something to go on from.
            if !resume { try folder.write(history); try folder.writeCheckpoint(of: trainer) }
            say(resume ? "going on in epoch \(trainer.position.epochs + 1), batch \(trainer.position.batches + 1)\n" + header : begin + header)
            Interrupt.stopCellsOnControlC()
            while trainer.position.epochs < asked {
                guard let record = try epoch() else { return try stopped() }
                history.append(record)
                try save()
                say(line(record))
                if Interrupt.cancellation.isCancelled, trainer.position.epochs < asked { return try stopped() }
            }
            say("\(folder.path): model.safetensors, history.csv, pictures. Go on with: vaelearn sample \(folder.path)\n")
            return ExitCode.good
        } catch let error as TrainingError {
            throw CommandError(message: "\(error).", hint: error.hint, code: ExitCode.checkFailed)
        } catch let error as SafetensorsError {
            throw CommandError.badInput("\(error)", hint: error.hint)
        } catch let error as RunFolderError {
            throw CommandError.badInput("\(shown(error.description, limit: 600)).", hint: error.hint)
        } catch let error as FileError {
            throw CommandError.badInput("\(error).", hint: "choose another folder with --out")
        }
    }

    private mutating func goOn() throws {
        try folder.restore(trainer)
        history = folder.readHistory().filter { $0.epoch <= trainer.position.epochs }
    }

    private func epoch() throws -> EpochRecord? {
        let bar = ProgressBar("epoch \(trainer.position.epochs + 1)", capabilities: capabilities)
        let start = secondsNow(), first = trainer.position.batches
        let record = try trainer.finishEpoch(shouldStop: { Interrupt.cancellation.isCancelled }) { position in
            guard !isQuiet, capabilities.isOutputTerminal else { return }
            let seen = Double(position.batches * trainer.options.batch)
            let pace = Double((position.batches - first) * trainer.options.batch) / max(1e-9, secondsNow() - start)
            let loss = (position.reconstruction + trainer.configuration.beta * position.kl) / seen
            bar.update(
                Double(position.batches) / Double(trainer.batchesPerEpoch),
                note: "loss \(printf("%.2f", loss)), KL \(printf("%.2f", position.kl / seen)), \(Int(pace)) images/s")
        }
        if !isQuiet, capabilities.isOutputTerminal { bar.finish() }
        return record
    }

    /// The checkpoint last: a run that is killed before goes on from the one before, and writes the rest again.
    private func save() throws {
        try folder.write(history)
        let model = trainer.model
        let number = String(trainer.position.epochs)
        let name = String(repeating: "0", count: max(0, 3 - number.count)) + number
        try Pictures.write(
            model.sample(64, seed: trainer.options.seed), shape: trainer.configuration.shape, columns: 8,
            to: folder.path + "/samples_epoch_\(name).png")
        let shown = min(8, shownItems.count)
        let originals = Array(shownItems.items.prefix(shown * shownItems.featureCount))
        try Pictures.write(
            originals + model.reconstruct(originals), shape: trainer.configuration.shape, columns: shown,
            to: folder.path + "/recon_epoch_\(name).png")
        try folder.writeCheckpoint(of: trainer)
    }

    private func stopped() throws -> Int32 {
        try folder.writeCheckpoint(of: trainer)
        let position = trainer.position
        let place = position.batches == 0 ? "after epoch \(position.epochs)" : "in epoch \(position.epochs + 1) after batch \(position.batches)"
        say("stopped and saved \(place). Go on with: vaelearn train \(trainer.configuration.kind.rawValue) --out \(folder.path) --resume\n")
        return ExitCode.interrupted
    }

    // MARK: Words

    private func say(_ text: String) { if !isQuiet { writeOut(text) } }

    private var begin: String {
        let c = trainer.configuration
        return "\(c.kind.rawValue) \(c.sizes), \(c.likelihoodSummary), on \(data): \(trainer.batchesPerEpoch) steps an epoch\n"
    }

    private var showsSigma: Bool { trainer.configuration.likelihood == .gaussian && trainer.configuration.sigma == .learned }

    private var header: String {
        "epoch  train loss  recon     KL     test loss  recon     KL   seconds\(showsSigma ? "       σ" : "")\n"
    }

    private func line(_ r: EpochRecord) -> String {
        func column(_ value: Double, _ width: Int, _ format: String = "%.2f") -> String {
            let text = printf(format, value)
            return String(repeating: " ", count: max(1, width - text.count)) + text
        }
        return column(Double(r.epoch), 5, "%.0f") + column(r.trainLoss, 12) + column(r.trainReconstruction, 8) + column(r.trainKL, 7)
            + column(r.testLoss, 12) + column(r.testReconstruction, 8) + column(r.testKL, 7) + column(r.seconds, 8)
            + (showsSigma ? column(Double.exp(trainer.model.logSigma), 8, "%.4f") : "") + "\n"
    }
}
