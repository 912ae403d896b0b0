import Autodiff
import Probability

extension ModelConfiguration {
    public enum Likelihood: String, Sendable, CaseIterable {
        /// Summed cross-entropy from logits, for data in [0, 1].
        case bernoulli
        /// Σ (x − m)²/(2σ²) + ½ ln 2πσ².
        case gaussian
        /// Cross-entropy of softmax(logits) along an item's last axis, which holds one-hot or other distributions.
        case categorical
        /// The Bernoulli's form with the constant that makes it a density on [0, 1].
        case continuousBernoulli = "continuous_bernoulli"
    }

    /// Of the Gaussian likelihood: one number for all pixels.
    public enum Sigma: Sendable, Equatable {
        case fixed(Double)
        case learned
    }
}

/// What each likelihood says of the decoder's outputs: logits, or the Gaussian's means.
extension ModelConfiguration {
    /// Numbers in a distribution, of the categorical likelihood.
    var classes: Int { shape.last ?? 1 }

    /// −log p(x|z) in nats, summed over so many rows, and its slopes in the outputs.
    package func reconstructionLoss(
        _ outputs: UnsafePointer<Float>, _ x: UnsafePointer<Float>, slope: UnsafeMutablePointer<Float>, rows: Int, logSigma: Double
    ) -> Double {
        let count = rows * inputs
        switch likelihood {
        case .bernoulli: return TrainingKernels.bernoulli(outputs, x, slope: slope, count: count)
        case .continuousBernoulli: return TrainingKernels.continuousBernoulli(outputs, x, slope: slope, count: count)
        case .categorical: return TrainingKernels.categorical(outputs, x, slope: slope, groups: count / classes, classes: classes)
        case .gaussian:
            return TrainingKernels.gaussian(outputs, x, slope: slope, count: count, precision: Float(Double.exp(-2 * logSigma)))
                + Double(count) * (0.5 * Double.log(2 * .pi) + logSigma)
        }
    }

    /// log p(x|z) of each row in nats, [n], for items and outputs [n, inputs].
    public func logLikelihood<Scalar: Real>(
        of x: Tensor<Scalar>, outputs: Tensor<Scalar>, logSigma: Tensor<Scalar>
    ) throws(TensorError) -> Tensor<Scalar> {
        switch likelihood {
        case .bernoulli: return try -sum(bernoulliFromLogits(outputs, x), axis: 1)
        case .continuousBernoulli: return try sum(x * outputs - continuousBernoulliNormaliser(outputs), axis: 1)
        case .categorical:
            let groups = [x.shape[0], inputs / classes, classes]
            let logs = try logSoftmax(reshape(outputs, groups))
            return try sum(reshape(reshape(x, groups) * logs, [x.shape[0], inputs]), axis: 1)
        case .gaussian:
            let squares = try sum(pow((x - outputs) * exp(-logSigma), 2), axis: 1)
            let perPixel = try Tensor(Scalar(0.5) * Scalar.log(2 * Scalar.pi)) + sum(logSigma)
            return try -0.5 * squares - Tensor(Scalar(inputs)) * perPixel
        }
    }

    /// The means of p(x|z), from the decoder's outputs.
    func means(of outputs: [Float]) -> [Float] {
        var means = outputs
        switch likelihood {
        case .gaussian: break
        case .bernoulli: for i in means.indices { means[i] = 1 / (1 + Float.exp(-means[i])) }
        case .continuousBernoulli: for i in means.indices { means[i] = Float(ContinuousBernoulliFamily.mean(Double(means[i]))) }
        case .categorical:
            for start in stride(from: 0, to: means.count, by: classes) {
                let group = start..<(start + classes), largest = means[group].max() ?? 0
                for k in group { means[k] = Float.exp(means[k] - largest) }
                let total = means[group].reduce(0, +)
                for k in group { means[k] /= total }
            }
        }
        return means
    }

    /// Why items cannot be seen as draws of this likelihood.
    package func fault(in items: [Float]) -> TrainingError? {
        guard items.allSatisfy(\.isFinite) else { return .dataNotFinite }
        switch likelihood {
        case .gaussian: break
        case .bernoulli, .continuousBernoulli:
            guard items.allSatisfy({ $0 >= 0 && $0 <= 1 }) else { return .dataOutsideUnitInterval }
        case .categorical:
            for start in stride(from: 0, to: items.count, by: classes) {
                let group = items[start..<(start + classes)]
                guard group.allSatisfy({ $0 >= 0 }), Swift.abs(group.reduce(0, +) - 1) <= 1e-3 else { return .dataNotDistributions(classes: classes) }
            }
        }
        return nil
    }

    /// For a line about the model: "gaussian with σ = 0.5".
    public var likelihoodSummary: String {
        guard likelihood == .gaussian, sigma != .fixed(1) else { return likelihood.rawValue }
        return sigma == .learned ? "gaussian with a learned σ" : "gaussian with σ = \(sigma)"
    }
}

extension ModelConfiguration.Sigma: CustomStringConvertible {
    /// Beyond, a squared error over σ² leaves single precision.
    static let range = 1e-6...1e6

    /// Of a number or the word `learned`; nil for anything else.
    public init?(_ text: String) {
        guard text != "learned" else { self = .learned; return }
        guard let number = Double(text), Self.range.contains(number) else { return nil }
        self = .fixed(number)
    }

    public init?(_ number: Double) {
        guard Self.range.contains(number) else { return nil }
        self = .fixed(number)
    }

    public var description: String { if case let .fixed(number) = self { "\(number)" } else { "learned" } }
}

/// A number or the word, as it is said on the command line.
extension ModelConfiguration.Sigma: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let sigma = if let number = try? container.decode(Double.self) { Self(number) } else { Self(try container.decode(String.self)) }
        guard let sigma else { throw DecodingError.dataCorruptedError(in: container, debugDescription: "sigma is a number above 0 or learned") }
        self = sigma
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case let .fixed(number): try container.encode(number)
        case .learned: try container.encode("learned")
        }
    }
}

/// A(ℓ), element by element, from a double's A and A′, whatever the precision of the tape.
private func continuousBernoulliNormaliser<Scalar: Real>(_ logits: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    typealias Family = ContinuousBernoulliFamily
    let exact = logits.scalars.map { Double($0) }
    let values = try Tensor(exact.map { Scalar(Family.logNormaliser($0)) }, shape: logits.shape)
    guard logits.isTracked else { return values }
    return try straightThrough(values, gradientOf: logits * Tensor(exact.map { Scalar(Family.mean($0)) }, shape: logits.shape))
}
