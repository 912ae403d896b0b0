import Autoencoders
import Figures

/// The losses that PyTorch's own example prints.
enum ReproduceCurve: Reproduction {
    static let name = "pytorch-vae"
    static let title = "The test losses of PyTorch's VAE example"
    static let source = "github.com/pytorch/examples, vae/main.py, its ten epochs as it stands"
    static let method = "784-400-20, ReLU, Bernoulli with grey pixels, batch 128, Adam 0.001, PyTorch's initialisation; as there"
    static let time = "10 s"
    static let needsMNIST = true

    /// Epochs 1 to 10, nats an image.
    static let published = [127.30, 115.79, 112.22, 109.64, 108.54, 107.70, 107.07, 106.66, 106.04, 105.56]
    /// Two runs of the same program with other seeds lie up to 0.7 apart early on; another order of draws may do so twice.
    static let allowed = 1.5
    /// At the end seeds agree within 0.3, and a fault of the objective, or another initialisation, costs a nat.
    static let last = 105.0...106.2

    static func measure(_ laboratory: Laboratory) throws -> Reproduced {
        let history = try laboratory.trainOnMNIST(hidden: 400, latent: 20, epochs: published.count, batch: 128, label: "784-400-20").history
        let measured = history.map(\.testLoss), epochs = published.indices.map { Double($0 + 1) }
        let findings = published.indices.map { epoch in
            Finding(
                quantity: "epoch \(epoch + 1), test loss", published: .number(published[epoch]), measured: measured[epoch],
                band: epoch == published.count - 1 ? last : (published[epoch] - allowed)...(published[epoch] + allowed))
        }
        let furthest = zip(measured, published).map { abs($0 - $1) }.max() ?? .nan
        let figure = Figure(
            id: name, title: "Ten epochs, never more than \(twoDigits(furthest)) nats from the published losses",
            caption: "VAE 784-400-20 on MNIST, test loss in nats an image by one draw of z; seed \(laboratory.seed). Band: published ± \(allowed).",
            panels: [[Panel(xLabel: "epoch", yLabel: "test loss, nats an image", marks: [
                .band(.init(x: epochs, low: published.map { $0 - allowed }, high: published.map { $0 + allowed })),
                .line(.init(x: epochs, y: published, label: "published", dash: [6, 3], markers: true)),
                .line(.init(x: epochs, y: measured, label: "measured", dash: [], markers: true)),
            ])]])
        return Reproduced(findings: findings, figures: [figure])
    }
}
