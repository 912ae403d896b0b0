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
    let test: Dataset
    let isQuiet: Bool

    private var history: [EpochRecord] = []
    private let capabilities = TerminalCapabilities.detect(asksTerminal: false)

    init(trainer: Trainer, folder: RunFolder, data: String, test: Dataset, isQuiet: Bool) {
        (self.trainer, self.folder, self.data, self.test, self.isQuiet) = (trainer, folder, data, test, isQuiet)
    }

    mutating func run(resume: Bool) throws -> Int32 {
        do {
            try folder.create()
            if resume { try goOn() }
            try folder.write(RunConfiguration(trainer.configuration, data: data, options: trainer.options))
            if !resume { say(begin) }
            Interrupt.stopCellsOnControlC()
            while trainer.position.epochs < trainer.options.epochs {
                guard let record = try epoch() else { return try stopped() }
                history.append(record)
                try save()
                say(line(record))
            }
            say("\(folder.path): model.safetensors, history.csv, pictures. Go on with: vaelearn sample \(folder.path)\n")
            return ExitCode.good
        } catch let error as TrainingError {
            throw CommandError(message: "\(error).", hint: error.hint, code: ExitCode.checkFailed)
        } catch let error as SafetensorsError {
            throw CommandError.badInput("\(error)", hint: error.hint)
        } catch let error as RunFolderError {
            throw CommandError.badInput("\(error).", hint: error.hint)
        } catch let error as FileError {
            throw CommandError.badInput("\(error).")
        }
    }

    private mutating func goOn() throws {
        guard folder.canResume else {
            throw CommandError.badInput("there is no run to go on with in \(shown(folder.path)).", hint: "train without --resume first")
        }
        try folder.restore(trainer)
        history = folder.readHistory().filter { $0.epoch <= trainer.position.epochs }
        say("going on in epoch \(trainer.position.epochs + 1), batch \(trainer.position.batches + 1)\n")
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
        // A stop between two epochs is one too: the epoch just finished is saved first.
        return record
    }

    private func save() throws {
        try folder.writeCheckpoint(of: trainer)
        try folder.write(history)
        let model = trainer.model
        let number = String(trainer.position.epochs)
        let name = String(repeating: "0", count: max(0, 3 - number.count)) + number
        try Pictures.write(
            model.sample(64, seed: trainer.options.seed), shape: trainer.configuration.shape, columns: 8,
            to: folder.path + "/samples_epoch_\(name).png")
        let shown = min(8, test.count)
        let originals = Array(test.items.prefix(shown * test.featureCount))
        try Pictures.write(
            originals + model.reconstruct(originals), shape: trainer.configuration.shape, columns: max(1, shown),
            to: folder.path + "/recon_epoch_\(name).png")
    }

    private func stopped() throws -> Int32 {
        try folder.writeCheckpoint(of: trainer)
        say("\nstopped and saved in epoch \(trainer.position.epochs + 1) after batch \(trainer.position.batches). Go on with the same options and --out \(folder.path) --resume\n")
        return ExitCode.interrupted
    }

    // MARK: Words

    private func say(_ text: String) { if !isQuiet { writeOut(text) } }

    private var begin: String {
        let c = trainer.configuration
        return "\(c.kind.rawValue) \(c.sizes), \(c.likelihood.rawValue), on \(data): \(trainer.batchesPerEpoch) steps an epoch\n"
            + "epoch  train loss  recon     KL     test loss  recon     KL   seconds\n"
    }

    private func line(_ r: EpochRecord) -> String {
        func column(_ value: Double, _ width: Int, _ format: String = "%.2f") -> String {
            let text = printf(format, value)
            return String(repeating: " ", count: max(1, width - text.count)) + text
        }
        return column(Double(r.epoch), 5, "%.0f") + column(r.trainLoss, 12) + column(r.trainReconstruction, 8) + column(r.trainKL, 7)
            + column(r.testLoss, 12) + column(r.testReconstruction, 8) + column(r.testKL, 7) + column(r.seconds, 8) + "\n"
    }
}
