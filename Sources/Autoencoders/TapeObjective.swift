import Autodiff
import Networks

/// The loss of `FastAutoencoder` on the tape, for reading and for checking: the same network under the same names, each
/// term as it stands in the formula, in either precision.
///
///     −ELBO = −log p(x|z) + β·KL(q(z|x) ‖ N(0, 1)),  z = μ + e^(v/2) ε,  (μ, v) = encoder(x)
public struct TapeObjective<Scalar: Real>: Module {
    public let configuration: ModelConfiguration
    public var encoder: [RowLayer<Scalar>]
    /// To (μ, v) side by side, or to the code.
    public var posterior: RowLayer<Scalar>
    public var decoder: [RowLayer<Scalar>]
    public var output: RowLayer<Scalar>
    /// [1], where σ is learned.
    public var logSigma: Tensor<Scalar>?
    /// Means, log variances and logits of a mixture prior, or nothing.
    public var prior: [Tensor<Scalar>]

    /// Begins as PyTorch's layers do.
    public init(_ configuration: ModelConfiguration, from stream: RandomStream) throws(TensorError) {
        self.configuration = configuration
        var layers: [RowLayer<Scalar>] = []
        for plan in LayerPlan.all(configuration) { layers.append(try RowLayer(plan, from: stream.split(plan.name))) }
        let middle = configuration.body.depth
        encoder = Array(layers[..<middle])
        posterior = layers[middle]
        decoder = Array(layers[(middle + 1)..<(layers.count - 1)])
        output = layers[layers.count - 1]
        logSigma = configuration.likelihood == .gaussian && configuration.sigma == .learned ? try Tensor([0]) : nil
        prior = []
        if let components = configuration.prior {
            var draws = stream.split(MixturePrior.names[0])
            let shape = Shape([components, configuration.latent])
            prior = [try Tensor<Double>.normal(shape, from: &draws).converted(to: Scalar.self), try .zeros(shape), try .zeros([components])]
        }
    }

    public mutating func visitParameters<Failure: Error>(
        _ visit: (_ name: String, _ parameter: inout Tensor<Scalar>) throws(Failure) -> Void
    ) throws(Failure) {
        for i in encoder.indices { try encoder[i].visitParameters(under: "encoder.\(i)", visit) }
        try posterior.visitParameters(under: "posterior", visit)
        for i in decoder.indices { try decoder[i].visitParameters(under: "decoder.\(i)", visit) }
        try output.visitParameters(under: "output", visit)
        if logSigma != nil { try visit(LogSigma.name, &logSigma!) }
        for i in prior.indices { try visit(MixturePrior.names[i], &prior[i]) }
    }

    /// μ and v = log σ² of q(z|x), [n, latent] each; of an `ae` the code alone.
    public func encode(_ x: Tensor<Scalar>) throws(TensorError) -> (mean: Tensor<Scalar>, logVariance: Tensor<Scalar>?) {
        var h = x
        for layer in encoder { h = try relu(layer(h)) }
        let both = try posterior(h)
        guard configuration.kind.samples else { return (both, nil) }
        let latent = configuration.latent
        return (try slice(both, [.all, .range(from: nil, to: latent)]), try slice(both, [.all, .range(from: latent, to: nil)]))
    }

    /// Logits or means of p(x|z), [n, inputs].
    public func decode(_ z: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
        var h = z
        for layer in decoder { h = try relu(layer(h)) }
        return try output(h)
    }

    /// −log p(x|z) in nats, summed over pixels and rows.
    public func reconstruction(of x: Tensor<Scalar>, from z: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
        try -sum(configuration.logLikelihood(of: x, outputs: decode(z), logSigma: currentLogSigma))
    }

    private var currentLogSigma: Tensor<Scalar> {
        let fixed: Double = if case let .fixed(sigma) = configuration.sigma { sigma } else { 1 }
        return logSigma ?? Tensor(Scalar(Double.log(fixed)))
    }

    /// The two terms for a batch x [n, inputs] and standard normal noise [n, latent], summed over its rows.
    public func terms(
        _ x: Tensor<Scalar>, noise: Tensor<Scalar>
    ) throws(TensorError) -> (reconstruction: Tensor<Scalar>, kl: Tensor<Scalar>) {
        let (reconstruction, units) = try unitTerms(x, noise: noise)
        return (reconstruction, try sum(units))
    }

    /// The reconstruction summed over rows, and each row's and unit's KL [n, latent], or each row's [n].
    private func unitTerms(
        _ x: Tensor<Scalar>, noise: Tensor<Scalar>
    ) throws(TensorError) -> (reconstruction: Tensor<Scalar>, kl: Tensor<Scalar>) {
        let (mean, logVariance) = try encode(x)
        guard let logVariance else { return (try reconstruction(of: x, from: mean), 0) }
        let kl = try gaussianKL(mean, logVariance: logVariance)
        if configuration.isExpected, case let .linear(decoder) = output {
            // E ‖x − Wz − b‖² = ‖x − Wμ − b‖² + Σ_j s_j²·‖w_j‖², over 2σ².
            let spread = try sum(exp(logVariance) * sum(pow(decoder.weight, 2), axis: 0))
            return (try reconstruction(of: x, from: mean) + sum(0.5 * spread * exp(-2 * currentLogSigma)), kl)
        }
        let z = try reparameterize(mean, logVariance: logVariance, noise: noise)
        guard !prior.isEmpty else { return (try reconstruction(of: x, from: z), kl) }
        // By the draw: log q(z|x) − log p(z), for all units together.
        let constant = Tensor(Scalar.log(2 * Scalar.pi))
        let q = try -0.5 * sum(noise * noise + logVariance + constant, axis: 1)
        return (try reconstruction(of: x, from: z), try q - logPrior(z))
    }

    /// log Σ_k π_k N(z; m_k, diag e^(l_k)) of each row of z.
    private func logPrior(_ z: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
        let (means, logVariances, logits) = (prior[0], prior[1], prior[2])
        let constant = Tensor(Scalar.log(2 * Scalar.pi))
        let d = try reshape(z, [z.shape[0], 1, z.shape[1]]) - means
        let components = try -0.5 * sum(d * d / exp(logVariances) + logVariances + constant, axis: 2)
        return try logSumExp(components + logSoftmax(logits), axis: 1)
    }

    /// −log p(x|z) + the KL term as `KLRule` has it, summed over rows; `rise`: how far its warm-up has come.
    public func loss(_ x: Tensor<Scalar>, noise: Tensor<Scalar>, rise: Double = 1) throws(TensorError) -> Tensor<Scalar> {
        let (reconstruction, units) = try unitTerms(x, noise: noise)
        guard configuration.kind.samples else { return reconstruction }
        let rule = configuration.kl, rows = Tensor(Scalar(x.shape[0]))
        let means = try sum(units, axis: 0) / rows
        if let capacity = rule.capacity {
            return try reconstruction + Tensor(Scalar(rule.gamma)) * rows * abs(sum(means) - Tensor(Scalar(capacity * rise)))
        }
        let paid = rule.freeBits > 0 ? try maximum(means, Tensor(Scalar(rule.freeBits))) : means
        return try reconstruction + Tensor(Scalar(rule.beta * rise)) * rows * sum(paid)
    }
}
