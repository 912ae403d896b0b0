import Autodiff

/// The gradient of E[(z − 1)²] in μ and log σ² by a million fresh draws z = μ + e^(v/2) ε, in double precision.
final class Reparameterized {
    private var stream = RandomStream(seed: 1, name: "draws")

    func run() throws {
        let count = 1_000_000
        let mu = Tensor<Double>(0.5).tracked(), logVariance = Tensor<Double>(-0.2).tracked()
        let noise = try Tensor<Double>.normal([count], from: &stream)
        let z = try mu + exp(logVariance / 2) * noise
        let loss = try mean(pow(z - 1, 2))
        let slopes = try gradients(of: loss, withRespectTo: [mu, logVariance], keepingTape: false)
        precondition(abs(slopes[0].item + 1) < 0.02)
    }
}
