import Autodiff

/// The densities that a model is made of, for one item or one code: what every estimate of log p(x) asks for.
extension FastAutoencoder {
    /// log p(x|z), where `outputs` is what the decoder gave for z.
    func logLikelihood(_ x: UnsafePointer<Float>, outputs: UnsafePointer<Float>) -> Double {
        let count = configuration.inputs
        switch configuration.likelihood {
        case .bernoulli:
            return LikelihoodKernels.bernoulli(outputs, x, count: count)
        case .gaussian:
            return -0.5 * LikelihoodKernels.squaredDistance(outputs, x, count: count) * Double.exp(-2 * currentLogSigma)
                - Double(count) * (0.5 * Double.log(2 * .pi) + currentLogSigma)
        case .continuousBernoulli:
            return -TrainingKernels.continuousBernoulli(outputs, x, slope: nil, count: count)
        case .categorical:
            return -TrainingKernels.categorical(outputs, x, slope: nil, groups: count / configuration.classes, classes: configuration.classes)
        }
    }

    /// log p(z).
    func logPrior(_ z: UnsafePointer<Float>) -> Double {
        if let prior { return prior.logDensity(z) }
        var squares = 0.0
        for k in 0..<configuration.latent { squares += Double(z[k] * z[k]) }
        return -0.5 * squares - 0.5 * Double(configuration.latent) * Double.log(2 * .pi)
    }
}

/// What the posteriors N(μ, e^v) of many items are like, unit by unit.
public struct PosteriorStatistics: Sendable, Equatable {
    /// KL(q(z|x) ‖ N(0, 1)) of each item.
    public let klPerItem: [Double]
    /// Its mean over the items, for each unit.
    public let klPerUnit: [Double]
    /// Variance over the items of each unit's μ.
    public let meanVariances: [Double]

    /// Rows of μ and of v, [items, latent] each.
    init(means: [Float], logVariances: [Float], latent: Int) {
        let count = means.count / latent
        var perItem = [Double](repeating: 0, count: count), perUnit = [Double](repeating: 0, count: latent)
        var centres = perUnit, variances = perUnit
        for item in 0..<count {
            for unit in 0..<latent {
                let mean = Double(means[item * latent + unit]), v = Double(logVariances[item * latent + unit])
                let kl = 0.5 * (mean * mean + Double.expm1(v) - v)
                perItem[item] += kl
                perUnit[unit] += kl / Double(count)
                centres[unit] += mean / Double(count)
            }
        }
        for item in 0..<count {
            for unit in 0..<latent {
                let distance = Double(means[item * latent + unit]) - centres[unit]
                variances[unit] += distance * distance / Double(max(1, count - 1))
            }
        }
        (klPerItem, klPerUnit, meanVariances) = (perItem, perUnit, variances)
    }

    /// A unit whose μ varies less than this over the items, or whose KL is less, says nothing about them.
    public static let threshold = 0.01

    /// As Burda, Grosse and Salakhutdinov (2016) count them: by the variance of μ.
    public var activeUnits: Int { meanVariances.count { $0 > Self.threshold } }
    public var unitsWithKL: Int { klPerUnit.count { $0 > Self.threshold } }

    /// The units, those with the largest KL first.
    public var unitsByKL: [Int] {
        // What is not a number comes last.
        klPerUnit.indices.sorted { klPerUnit[$0] == klPerUnit[$1] ? $0 < $1 : klPerUnit[$0] > klPerUnit[$1] || klPerUnit[$1].isNaN && !klPerUnit[$0].isNaN }
    }
}

extension TrainedModel {
    /// Of a variational model, for items [n, inputs].
    public func posteriorStatistics(of items: [Float]) -> PosteriorStatistics {
        precondition(configuration.kind.samples, "an autoencoder has no posterior")
        let (means, logVariances) = encode(items)
        return PosteriorStatistics(means: means, logVariances: logVariances, latent: configuration.latent)
    }

    /// log p(z) of codes [n, latent].
    public func logPrior(of codes: [Float]) -> [Double] {
        codes.withUnsafeBufferPointer { z in
            stride(from: 0, to: codes.count, by: configuration.latent).map { network.logPrior(z.baseAddress! + $0) }
        }
    }

    /// log p(x|z) of items [n, inputs] and codes [n, latent], row by row.
    public func logLikelihoods(of items: [Float], from codes: [Float]) -> [Double] {
        let width = configuration.inputs, outputs = outputs(of: codes)
        precondition(items.count == outputs.count, "an item for each code")
        return items.withUnsafeBufferPointer { items in
            outputs.withUnsafeBufferPointer { outputs in
                stride(from: 0, to: items.count, by: width).map { at in
                    network.logLikelihood(items.baseAddress! + at, outputs: outputs.baseAddress! + at)
                }
            }
        }
    }
}
