import Autoencoders
import Figures

/// More latents than needed do no harm.
enum ReproduceLatentSweep: Reproduction {
    static let name = "latent-sweep"
    static let title = "3, 5, 10, 20, 200 latents: superfluous ones do not overfit"
    static let source = "Kingma and Welling 2013, Auto-Encoding Variational Bayes, arXiv 1312.6114, figure 2, upper row"
    static let method = "500 hidden units, batch 100, as there; ReLU for tanh, Adam 0.001 for Adagrad, 20 epochs for up to 1,700"
    static let time = "2 min"
    static let needsMNIST = true

    static let latents = [3, 5, 10, 20, 200]
    static let epochs = 20

    /// The figure gives curves, not numbers. Read from it: each of the first three steps lifts the bound visibly, the last the
    /// least. Two seeds differ by 0.3 nats, so a rise counts from three times that.
    static let rise = 1.0...40.0
    /// The curves for 20 and 200 lie on each other as far as they can be read, to about 2 nats.
    static let tie = -2.0...2.0
    /// Overfitting would widen the gap from training to test set; by half a nat, were it there, after 20 epochs.
    static let widening = -1.0...0.5
    /// "Superfluous": most of the 200 go unused, that is have a KL below 0.01 nats.
    static let used = 1.0...100.0
    static let usedFrom = 0.01

    static func measure(_ laboratory: Laboratory) throws -> Reproduced {
        var bounds: [[Double]] = [], gaps: [Double] = [], unitsUsed = 0
        for latent in latents {
            let (model, history) = try laboratory.trainOnMNIST(hidden: 500, latent: latent, epochs: epochs, batch: 100, label: "\(latent) latents")
            bounds.append(history.map { -$0.testLoss })
            let last = history[history.count - 1]
            gaps.append(last.testLoss - last.trainLoss)
            if latent == latents.last { unitsUsed = units(of: model, laboratory.mnist!.test.items) }
        }
        let ends = bounds.map { $0[epochs - 1] }
        var findings = (0..<3).map { step in
            Finding(
                quantity: "bound with \(latents[step + 1]) latents less with \(latents[step])", published: .statement("above 0"),
                measured: ends[step + 1] - ends[step], band: rise)
        }
        findings.append(Finding(quantity: "bound with 200 latents less with 20", published: .statement("about 0"), measured: ends[4] - ends[3], band: tie))
        findings.append(Finding(
            quantity: "gap from training to test, 200 less 20", published: .statement("no wider"), measured: gaps[4] - gaps[3], band: widening))
        findings.append(Finding(
            quantity: "of 200 latents, in use", published: .statement("few"), measured: Double(unitsUsed), band: used, digits: 0))

        let seen = (1...epochs).map { Double($0 * laboratory.mnist!.train.count) }
        let lines = zip(latents, bounds).map { Mark.line(.init(x: seen, y: $1, label: "\($0) latents")) }
        let figure = Figure(
            id: name, title: "With 200 latents the bound is \(twoDigits(abs(ends[4] - ends[3]))) nats \(ends[4] < ends[3] ? "below" : "above") that with 20",
            caption: "MNIST, 784-500-latents, \(epochs) epochs; test items, one draw of z each; seed \(laboratory.seed).",
            panels: [[Panel(xLabel: "training items seen", yLabel: "lower bound on the test set, nats an image", xScale: .log, marks: lines)]])
        return Reproduced(findings: findings, figures: [figure])
    }

    /// Latents whose mean KL over the items is not next to nothing.
    private static func units(of model: TrainedModel, _ items: [Float]) -> Int {
        let (means, logVariances) = model.encode(items)
        let latent = model.configuration.latent, count = Double(means.count / latent)
        var kl = [Double](repeating: 0, count: latent)
        for i in means.indices {
            let m = Double(means[i]), v = Double(logVariances[i])
            kl[i % latent] += 0.5 * (m * m + Double.exp(v) - v - 1) / count
        }
        return kl.count { $0 > usedFrom }
    }
}
