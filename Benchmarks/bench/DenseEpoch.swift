import Autoencoders

/// An epoch of the VAE 784-H-20 on 60,000 images in whole batches: what `vaelearn train` does between two lines of its
/// history.
final class DenseEpoch {
    private let trial: TrainingTrial

    init(hidden: Int, batch: Int = 128, threads: Int? = nil) {
        trial = TrainingTrial(inputs: 784, hidden: [hidden], latent: 20, items: 60_000, batch: batch, threads: threads)
    }

    func run() { _ = trial.epoch() }
    func runProducts() { trial.products() }
}
