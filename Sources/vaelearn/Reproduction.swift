import Autoencoders
import Cells
import Datasets
import Figures
import Terminal

/// A published result that can be measured again here.
protocol Reproduction: Sendable {
    static var name: String { get }
    static var title: String { get }
    static var source: String { get }
    /// What is done here, and where it differs from the source.
    static var method: String { get }
    /// On two processors.
    static var time: String { get }
    static var needsMNIST: Bool { get }
    static func measure(_ laboratory: Laboratory) throws -> Reproduced
}

struct Reproduced {
    var findings: [Finding]
    var figures: [Figure]
}

/// One measured number beside what was published of it.
struct Finding {
    enum Published {
        case number(Double)
        /// Where the source states something and gives no number.
        case statement(String)
    }

    let quantity: String
    let published: Published
    let measured: Double
    /// Decided before anything was measured.
    let band: ClosedRange<Double>
    var digits = 2

    /// Never for NaN.
    var holds: Bool { band.contains(measured) }
}

/// What a reproduction works with.
struct Laboratory {
    /// Split; nil for those that need none.
    let mnist: (train: Dataset, test: Dataset)?
    let seed: UInt64
    /// Says how it goes, where that does not disturb.
    let isQuiet: Bool
    private let capabilities = TerminalCapabilities.detect(asksTerminal: false)

    init(mnist: (train: Dataset, test: Dataset)?, seed: UInt64, isQuiet: Bool) {
        (self.mnist, self.seed, self.isQuiet) = (mnist, seed, isQuiet)
    }

    struct Interrupted: Error {}

    func train(
        _ configuration: ModelConfiguration, on train: Dataset, testedOn test: Dataset, options: TrainingOptions, label: String
    ) throws -> (model: TrainedModel, history: [EpochRecord]) {
        let trainer = try Trainer(configuration, train: train, test: test, options: options)
        let bar = ProgressBar(label, capabilities: capabilities)
        defer { bar.finish() }
        var history: [EpochRecord] = []
        let all = Double(options.epochs * trainer.batchesPerEpoch), start = secondsNow()
        while history.count < options.epochs {
            let record = try trainer.finishEpoch(shouldStop: { Interrupt.cancellation.isCancelled }) { position in
                guard !isQuiet else { return }
                let note = history.last.map { "test loss \(printf("%.2f", $0.testLoss))" } ?? ""
                bar.update(Double(position.steps) / all, note: note)
            }
            guard let record, !Interrupt.cancellation.isCancelled else { throw Interrupted() }
            history.append(record)
        }
        bar.finish()
        if !isQuiet {
            let loss = printf("%.2f", history[history.count - 1].testLoss)
            writeOut("  \(label): \(options.epochs) epochs in \(printf("%.0f", secondsNow() - start)) s, test loss \(loss)\n")
        }
        return (trainer.model, history)
    }

    /// A VAE on MNIST's training part, which is there for a reproduction that needs it; Adam with its usual rate.
    func trainOnMNIST(
        hidden: Int, latent: Int, epochs: Int, batch: Int, label: String
    ) throws -> (model: TrainedModel, history: [EpochRecord]) {
        let (train, test) = mnist!
        var options = TrainingOptions()
        (options.seed, options.epochs, options.batch) = (seed, epochs, batch)
        return try self.train(
            ModelConfiguration(shape: train.shape, hidden: [hidden], latent: latent), on: train, testedOn: test, options: options, label: label)
    }
}
