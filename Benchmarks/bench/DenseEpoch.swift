import Autoencoders

/// An epoch of the VAE 784-H-20 on 60,000 images in whole batches: what `vaelearn train` does between two lines of its
/// history.
final class DenseEpoch {
    private let trial: TrainingTrial

    init(hidden: Int, batch: Int = 128, threads: Int? = nil) {
        trial = TrainingTrial(ModelConfiguration(shape: [784], hidden: [hidden]), items: 60_000, batch: batch, threads: threads)
    }

    func run() { _ = trial.epoch() }
    func runProducts() { trial.products() }
}

/// Ten steps of the convolutional VAE 1-32-64, latent 20, on batches of 128 images of 28x28.
final class ConvolutionalSteps {
    private let trial: TrainingTrial

    init(threads: Int? = nil) {
        trial = TrainingTrial(
            ModelConfiguration(shape: [28, 28], body: .convolutional([32, 64])), items: 1280, batch: 128, threads: threads)
    }

    func run() { _ = trial.epoch() }
}
