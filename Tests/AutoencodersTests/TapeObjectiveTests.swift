import Autodiff
import Autoencoders
import Networks
import Testing

/// The fast step in single precision against the same objective on the tape in double precision.
@Suite("Fast step: the objective and its gradients")
struct TapeObjectiveTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var kind = ModelConfiguration.Kind.vae
        var inputs = 50, hidden = [37], latent = 5
        var likelihood = ModelConfiguration.Likelihood.bernoulli
        var beta = 1.0
        var rows = 33
        var sigma = ModelConfiguration.Sigma.fixed(1)
        /// For the categorical likelihood: how many classes each place has, where not all inputs are one place.
        var classes: Int?

        var configuration: ModelConfiguration {
            let shape = classes.map { [inputs / $0, $0] } ?? [inputs]
            var configuration = ModelConfiguration(kind: kind, shape: shape, hidden: hidden, latent: latent, likelihood: likelihood, beta: beta)
            configuration.sigma = sigma
            return configuration
        }
        var testDescription: String { "\(kind) \([inputs] + hidden + [latent]) \(likelihood) \(sigma) \(classes ?? inputs) \(rows) rows" }
    }

    static let cases: [Case] = [1, 31, 33, 128].map { Case(rows: $0) }
        + ModelConfiguration.Kind.allCases.flatMap { kind in
            ModelConfiguration.Likelihood.allCases.map { Case(kind: kind, likelihood: $0, beta: kind == .betaVAE ? 4 : 1) }
        }
        + [
            Case(hidden: []), Case(hidden: [64, 19, 7]), Case(kind: .ae, hidden: []), Case(inputs: 1, hidden: [5], latent: 1), Case(inputs: 2, latent: 64),
            Case(likelihood: .gaussian, sigma: .learned), Case(kind: .ae, likelihood: .gaussian, rows: 128, sigma: .learned),
            Case(likelihood: .gaussian, sigma: .fixed(0.2)), Case(likelihood: .categorical, classes: 2), Case(likelihood: .categorical, rows: 128, classes: 10),
            Case(inputs: 270, likelihood: .categorical, classes: 27), Case(inputs: 3, hidden: [5], latent: 1, likelihood: .continuousBernoulli),
            Case(likelihood: .gaussian, beta: 0), Case(inputs: 784, hidden: [400], latent: 20, rows: 128),
        ]

    /// A network for batches of 128 with some of its rows used, and its objective with the same weights.
    private struct Pair {
        let network: FastAutoencoder
        var objective: TapeObjective<Double>
        let x: Tensor<Float>, draws = RandomStream(seed: 3, name: "noise")
        let rows: Int

        init(_ item: Case) throws {
            let configuration = item.configuration
            network = FastAutoencoder(configuration, batch: 128, pool: WorkerPool(threads: 2))
            network.initialise(from: RandomStream(seed: 1, name: "weights"))
            if let logSigma = network.parameters.last, item.sigma == .learned { logSigma.set([-0.375]) }
            objective = try TapeObjective(configuration, from: RandomStream(seed: 2))
            try objective.load(network.parameters.map { NamedTensor($0.name, try Tensor($0.numbers.map(Double.init), shape: Shape($0.shape))) })
            var stream = RandomStream(seed: 4, name: "data")
            x = try .uniform([item.rows, item.inputs], from: &stream)
            rows = item.rows
        }

        func step(_ step: AdamStep?) -> FastAutoencoder.Loss {
            let width = x.shape[1]
            return network.run(
                rows: rows, gather: { part, to in to.update(from: x.pointer + part.lowerBound * width, count: part.count * width) },
                draws: draws, step: step)
        }

        func loss(_ network: TapeObjective<Double>) throws(TensorError) -> Tensor<Double> {
            try network.loss(x.converted(to: Double.self), noise: noise())
        }

        func noise() throws(TensorError) -> Tensor<Double> {
            var stream = draws
            return try Tensor<Float>.normal([rows, objective.configuration.latent], from: &stream).converted(to: Double.self)
        }
    }

    @Test(arguments: cases) func termsAndGradients(_ item: Case) throws {
        let pair = try Pair(item)
        let terms = try pair.objective.terms(pair.x.converted(to: Double.self), noise: pair.noise())
        let slopes = try lossAndGradients(of: pair.objective) { network throws(TensorError) in try pair.loss(network) }.gradients
        // Without a step nothing moves; with one of length 0 the first moments become a tenth of the gradients.
        for step in [nil, AdamStep(1, rate: 0)] {
            let loss = pair.step(step)
            // The losses of a continuous Bernoulli, a density, cancel among themselves.
            let size = max(Swift.abs(terms.reconstruction.item), 0.1 * Double(item.rows * item.inputs))
            #expect(Swift.abs(loss.reconstruction - terms.reconstruction.item) < 1e-6 * size)
            #expect(Swift.abs(loss.kl - terms.kl.item) <= 1e-5 * terms.kl.item)
        }
        for (parameter, before) in zip(pair.network.parameters, pair.objective.parameters) {
            #expect(parameter.name == before.name && parameter.shape == before.tensor.shape.sizes)
            #expect(zip(parameter.numbers, before.tensor.scalars).allSatisfy { Double($0) == $1 })
        }
        for (moment, exact) in zip(pair.network.moments, slopes) {
            let size = exact.scalars.map { Swift.abs($0) }.max()!
            let error = zip(moment.numbers, exact.scalars).map { Swift.abs(10 * Double($0) - $1) }.max()!
            #expect(size > 0 && error <= 1e-5 * size, "\(moment.name): \(error / size)")
        }
    }

    @Test(arguments: [Case(), Case(kind: .ae, hidden: [20, 12]), Case(kind: .linearVAE, likelihood: .gaussian),
        Case(likelihood: .gaussian, sigma: .learned), Case(likelihood: .categorical, classes: 10), Case(likelihood: .continuousBernoulli),
    ])
    func stepsOfAdam(_ item: Case) throws {
        var pair = try Pair(item)
        var optimiser = try Optimiser<Double>(Adam(), for: pair.objective)
        for number in 1...25 {
            let fast = pair.step(AdamStep(number, rate: 3e-3))
            let (loss, slopes) = try lossAndGradients(of: pair.objective) { network throws(TensorError) in try pair.loss(network) }
            let size = max(Swift.abs(loss.item), 0.1 * Double(item.rows * item.inputs))
            #expect(Swift.abs(fast.reconstruction + item.beta * fast.kl - loss.item) < 1e-5 * size, "step \(number)")
            try optimiser.step(&pair.objective, gradients: slopes, learningRate: 3e-3)
        }
        guard let logSigma = pair.objective.logSigma else { return }
        let learned = try #require(pair.network.parameters.last)
        #expect(learned.name == "log_sigma" && learned.shape == [1] && logSigma.item < -0.4 && Swift.abs(Double(learned.numbers[0]) - logSigma.item) < 1e-5)
    }
}
