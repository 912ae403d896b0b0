import Autodiff
import Autoencoders
import Datasets
import Foundation
import Testing

/// A linear VAE trained on its exact expectation comes to rest where theory says, in single precision.
@Suite("Linear VAE: the exact theory")
struct LinearTheoryTests {
    /// Eight items whose covariance, by 1/n, is exactly diagonal with these eigenvalues: columns of a Hadamard matrix.
    private static let spectrum = [5, 3, 2, 1, 0.5, 0.25]

    private static func exactItems() -> Dataset {
        let items = (0..<8).flatMap { row in
            (1...6).map { column in Float(spectrum[column - 1].squareRoot()) * ((row & column).nonzeroBitCount % 2 == 0 ? 1 : -1) }
        }
        return Dataset(count: 8, shape: [6], items: items)
    }

    /// A linear VAE with σ² = 0.9375 at rest: its history, and each unit's KL in order of size.
    private func atRest(latent: Int, beta: Double, sigma: ModelConfiguration.Sigma, epochs: Int = 3000) throws -> (loss: Double, rates: [Double], model: TrainedModel) {
        var configuration = ModelConfiguration(kind: .linearVAE, shape: [6], latent: latent, likelihood: .gaussian, beta: beta)
        (configuration.sigma, configuration.isExpected) = (sigma, true)
        var options = TrainingOptions()
        (options.epochs, options.batch, options.rate, options.decay, options.threads) = (epochs, 8, 0.05, .cosine, 1)
        let data = Self.exactItems()
        let trainer = try Trainer(configuration, train: data, test: data, options: options)
        var last: EpochRecord?
        while trainer.position.epochs < epochs { last = try trainer.finishEpoch() }
        let (means, logVariances) = trainer.model.encode(data.items)
        var rates = [Double](repeating: 0, count: latent)
        for (place, (m, v)) in zip(means, logVariances).enumerated() {
            rates[place % latent] += 0.5 * (Double(m * m) + exp(Double(v)) - Double(v) - 1) / 8
        }
        return (last!.testLoss, rates.sorted(by: >), trainer.model)
    }

    /// The evidence of probabilistic PCA (Tipping and Bishop 1999) is reached, and it is what the learned W, b and σ² give.
    @Test(arguments: [ModelConfiguration.Sigma.fixed(0.9375.squareRoot()), .learned]) func pPCA(_ sigma: ModelConfiguration.Sigma) throws {
        let (loss, _, model) = try atRest(latent: 2, beta: 1, sigma: sigma)
        #expect(Swift.abs(loss - 9.738579) < 1e-3, "\(loss)")
        let weights = Dictionary(uniqueKeysWithValues: model.weights.map { ($0.name, $0) })
        let w = try Tensor(weights["output.weight"]!.numbers.map(Double.init), shape: [6, 2])
        let b = try Tensor(weights["output.bias"]!.numbers.map(Double.init), shape: [1, 6])
        let x = try Tensor(Self.exactItems().items.map(Double.init), shape: [8, 6])
        let variance = exp(2 * model.logSigma)
        #expect(Swift.abs(variance - 0.9375) < 1e-4)
        var noise = [Double](repeating: 0, count: 36)
        for i in 0..<6 { noise[7 * i] = variance }
        let covariance = try matrixProduct(w, transpose(w)) + Tensor(noise, shape: [6, 6])
        let squares = try sum(matrixProduct(x - b, inverse(covariance)) * (x - b)).item / 8
        let evidence = try -0.5 * (6 * log(2 * Double.pi) + logDeterminant(covariance).item + squares)
        #expect(Swift.abs(evidence + 9.738579) < 1e-3, "\(evidence)")
    }

    /// Shannon's reverse water-filling: R_i = max(0, ½ ln(λ_i/θ)) with θ = βσ².
    @Test func shannonsCurve() throws {
        let variance = 0.9375
        var betas = [0.1, 0.2, 0.5, 1, 1.6, 2.5, 4]
        // 5% before a unit dies, and 5% after.
        for lambda in Self.spectrum { betas += [0.95, 1.05].map { $0 * lambda / variance } }
        for beta in betas {
            let rates = try atRest(latent: 6, beta: beta, sigma: .fixed(variance.squareRoot()), epochs: beta < 0.5 ? 6000 : 3000).rates
            for (rate, lambda) in zip(rates, Self.spectrum) {
                let exact = Swift.max(0, 0.5 * log(lambda / (beta * variance)))
                #expect(Swift.abs(rate - exact) < 0.02, "β \(beta), λ \(lambda): \(rate), not \(exact)")
                if beta < lambda / variance * 0.951 { #expect(rate > 0.01, "β \(beta), λ \(lambda): \(rate)") }
                if beta > lambda / variance * 1.049 { #expect(rate < 0.01, "β \(beta), λ \(lambda): \(rate)") }
            }
        }
    }
}
