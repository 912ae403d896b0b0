import Autodiff
import Autoencoders
import Testing

@Suite("Evaluation: bounds, weights and units")
struct EvaluationTests {
    private func uniforms(_ count: Int, _ name: String) -> [Float] {
        var stream = RandomStream(seed: 6, name: name)
        var numbers = [Float](repeating: 0, count: count)
        numbers.withUnsafeMutableBufferPointer { stream.fillUniform($0) }
        return numbers
    }

    private func normals(_ count: Int, from stream: RandomStream) -> [Float] {
        var stream = stream, numbers = [Float](repeating: 0, count: count)
        numbers.withUnsafeMutableBufferPointer { stream.fillNormal($0) }
        return numbers
    }

    // MARK: Kernels

    @Test(arguments: [1, 15, 16, 17, 512, 531, 784, 1008, 1009, 5000]) func likelihoodKernels(_ count: Int) throws {
        var logits = normals(count, from: RandomStream(seed: 5)).map { 3 * $0 }, x = uniforms(count, "data")
        for i in stride(from: 4, to: count, by: 5) { logits[i] *= 12 }
        for i in stride(from: 0, to: count, by: 3) { x[i].round() }
        func double(_ numbers: [Float]) throws -> Tensor<Double> { try Tensor(numbers.map(Double.init)) }
        let bernoulli = try -sum(bernoulliFromLogits(double(logits), double(x))).item
        #expect(Swift.abs(LikelihoodKernels.bernoulli(logits, x, count: count) / bernoulli - 1) < 1e-6)
        let squares = try sum(pow(double(logits) - double(x), 2)).item
        #expect(Swift.abs(LikelihoodKernels.squaredDistance(logits, x, count: count) / squares - 1) < 1e-6)

        // Logits of 0 give the largest factors there are: all of them 2.
        let zeros = [Float](repeating: 0, count: count)
        #expect(Swift.abs(LikelihoodKernels.bernoulli(zeros, x, count: count) / (-Double(count) * Double.log(2)) - 1) < 1e-12)
        logits[count - 1] = .nan
        #expect(LikelihoodKernels.bernoulli(logits, x, count: count).isNaN && LikelihoodKernels.squaredDistance(logits, x, count: count).isNaN)
    }

    // MARK: Where everything is known

    /// x = b + Wz + σε with two orthogonal columns in W: x is Gaussian, and so is z given x, with independent coordinates.
    private struct Linear {
        let w: [[Double]] = [[0.9, 0.9, 0, 0, 0, 0], [0, 0, 0.5, -0.5, 0.5, 0]], b = [0.3, -0.2, 0, 0.5, 0.1, -1], sigma = 0.7
        /// By how much q's mean and log variance are off the posterior's.
        let shift: Double, widening: Double

        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        func spread(_ k: Int) -> Double { dot(w[k], w[k]) + sigma * sigma }
        func mean(_ k: Int, _ x: [Double]) -> Double { dot(w[k], zip(x, b).map { $0 - $1 }) / spread(k) + shift }
        func logVariance(_ k: Int) -> Double { Double.log(sigma * sigma / spread(k)) + widening }

        func model(threads: Int? = nil) throws -> TrainedModel {
            var configuration = ModelConfiguration(kind: .linearVAE, shape: [6], latent: 2, likelihood: .gaussian)
            configuration.sigma = .fixed(sigma)
            func floats(_ numbers: [Double]) -> [Float] { numbers.map(Float.init) }
            let means = (0..<2).flatMap { k in w[k].map { $0 / spread(k) } }
            let weights: [String: (shape: [Int], numbers: [Float])] = [
                "posterior.weight": ([4, 6], floats(means + [Double](repeating: 0, count: 12))),
                "posterior.bias": ([4], floats((0..<2).map { mean($0, [Double](repeating: 0, count: 6)) } + (0..<2).map(logVariance))),
                "output.weight": ([6, 2], floats((0..<6).flatMap { row in [w[0][row], w[1][row]] })), "output.bias": ([6], floats(b)),
            ]
            return try #require(TrainedModel(configuration, weights: weights, threads: threads))
        }

        func logDensity(_ x: [Double]) -> Double {
            let d = zip(x, b).map { $0 - $1 }, s = sigma * sigma
            var rest = dot(d, d), result = -3 * Double.log(2 * .pi) - 0.5 * 4 * Double.log(s)
            for k in 0..<2 {
                let along = dot(w[k], d) * dot(w[k], d) / dot(w[k], w[k])
                rest -= along
                result -= 0.5 * (along / spread(k) + Double.log(spread(k)))
            }
            return result - 0.5 * rest / s
        }

        /// E[−log p(x|z)] and the variance of it, z ~ q.
        func reconstruction(_ x: [Double]) -> (mean: Double, variance: Double) {
            let s = sigma * sigma
            let e = x.indices.map { i in x[i] - b[i] - (0..<2).reduce(0) { $0 + w[$1][i] * mean($1, x) } }
            var result = (0.5 * dot(e, e) / s + 3 * Double.log(2 * .pi * s), 0.0)
            for k in 0..<2 {
                let v = Double.exp(logVariance(k)), size = dot(w[k], w[k]), along = dot(e, w[k])
                result.0 += 0.5 * size * v / s
                result.1 += (4 * along * along * v + 2 * size * size * v * v) / (4 * s * s)
            }
            return result
        }
    }

    private static let items = 40

    private func data(_ model: Linear) -> [Float] {
        let noise = normals(8 * Self.items, from: RandomStream(seed: 11))
        return (0..<Self.items).flatMap { item in
            (0..<6).map { i in
                Float(model.b[i]) + Float(model.w[0][i]) * noise[8 * item] + Float(model.w[1][i]) * noise[8 * item + 1] + Float(model.sigma) * noise[8 * item + 2 + i]
            }
        }
    }

    private func rows(_ x: [Float]) -> [[Double]] { stride(from: 0, to: x.count, by: 6).map { x[$0..<($0 + 6)].map(Double.init) } }

    /// With the posterior itself for q the bound is tight, and every weight is p(x).
    @Test func theExactPosterior() throws {
        let linear = Linear(shift: 0, widening: 0), x = data(linear)
        let result = try linear.model().evaluate(x, samples: 50, seed: 3)
        for (estimate, row) in zip(result.estimates, rows(x)) {
            #expect(Swift.abs(estimate.nll + linear.logDensity(row)) < 1e-5 && estimate.error < 1e-6 && Swift.abs(estimate.effectiveDraws - 50) < 1e-6)
        }
        let exact = ItemMean(rows(x).map(linear.logDensity))
        #expect(Swift.abs(result.nll.mean + exact.mean) < 1e-5 && Swift.abs(result.nll.error - exact.error) < 1e-5)
        for unit in 0..<2 {
            let means = rows(x).map { linear.mean(unit, $0) }, v = linear.logVariance(unit)
            let kl = means.reduce(0) { $0 + 0.5 * ($1 * $1 + Double.exp(v) - 1 - v) } / Double(Self.items)
            #expect(Swift.abs(result.posterior.klPerUnit[unit] - kl) < 1e-6)
            let centre = means.reduce(0, +) / Double(Self.items)
            let variance = means.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(Self.items - 1)
            #expect(Swift.abs(result.posterior.meanVariances[unit] - variance) < 1e-6)
        }
        #expect(Swift.abs(result.kl.mean - result.posterior.klPerUnit.reduce(0, +)) < 1e-9)
        // −ELBO − NLL is the mean of the draws' reconstructions minus the exact one, which is its noise.
        let noise = rows(x).reduce(0) { $0 + linear.reconstruction($1).variance }.squareRoot() / 50.0.squareRoot() / Double(Self.items)
        #expect(Swift.abs(ItemMean(result.gaps).mean) < 4 * noise && noise < 0.05)
    }

    /// With another q the weights differ, and their mean is p(x) still.
    @Test func anotherPosterior() throws {
        let samples = 4000, linear = Linear(shift: 0.3, widening: 0.8), x = data(linear)
        let result = try linear.model().evaluate(x, samples: samples, seed: 3)
        var squares = 0.0
        for (estimate, row) in zip(result.estimates, rows(x)) {
            let z = (estimate.nll + linear.logDensity(row)) / estimate.error
            #expect(Swift.abs(z) < 4 && estimate.error < 0.03 && estimate.effectiveDraws < 0.9 * Double(samples))
            squares += z * z
            let (mean, variance) = linear.reconstruction(row)
            #expect(Swift.abs(estimate.reconstruction - mean) < 4 * (variance / Double(samples)).squareRoot())
        }
        // The errors are as large as they say: the mean of 40 squares of z is 1 ± 0.22.
        #expect((0.3...1.9).contains(squares / Double(Self.items)))
        let gap = (0..<2).reduce(0) { sum, k in
            let v = Double.exp(linear.logVariance(k) - 0.8), r = Double.exp(0.8)
            return sum + 0.5 * (r + 0.09 / v - 1 - Double.log(r))
        }
        let noise = rows(x).reduce(0) { $0 + linear.reconstruction($1).variance / Double(samples) }.squareRoot() / Double(Self.items)
        #expect(Swift.abs(ItemMean(result.gaps).mean - gap) < 4 * (noise * noise + result.nllNoise * result.nllNoise).squareRoot())
        #expect(Swift.abs(result.elbo.mean + result.reconstruction.mean + result.kl.mean) < 1e-9)
    }

    /// The noise that one run tells of is that between runs.
    @Test func noiseBetweenRuns() throws {
        let linear = Linear(shift: 0.3, widening: 0.8), x = data(linear), model = try linear.model()
        let runs = (1...30).map { model.evaluate(x, samples: 201, seed: UInt64($0)) }
        let spread = ItemMean(runs.map(\.nll.mean)).error * 30.0.squareRoot()
        let told = runs.reduce(0) { $0 + $1.nllNoise } / 30
        // The spread of thirty is uncertain by 13%.
        #expect(spread > 0 && (0.65...1.55).contains(told / spread), "\(told) \(spread)")
        #expect(model.evaluate(x, samples: 1, seed: 1).nllNoise.isNaN && runs[0].nll != runs[1].nll)
    }

    // MARK: The same draws, one by one

    private static let configurations = [
        ModelConfiguration(shape: [784], hidden: [40], latent: 20), ModelConfiguration(shape: [37], hidden: [21, 9], latent: 3, likelihood: .gaussian),
        ModelConfiguration(kind: .linearVAE, shape: [5], latent: 1), ModelConfiguration(shape: [8, 8], latent: 4, body: .convolutional([3, 5])),
        mixture, ModelConfiguration(shape: [4, 5], hidden: [9], latent: 3, likelihood: .categorical),
        ModelConfiguration(shape: [30], hidden: [9], latent: 2, likelihood: .continuousBernoulli),
    ]

    private static var mixture: ModelConfiguration {
        var configuration = ModelConfiguration(shape: [30], hidden: [9], latent: 2)
        configuration.prior = 3
        return configuration
    }

    @Test(arguments: configurations, [1, 3, 64, 65, 1500]) func weightsOneByOne(_ configuration: ModelConfiguration, _ samples: Int) throws {
        var configuration = configuration
        configuration.sigma = .fixed(0.8)
        let model = TrainedModel(configuration, seed: 2), count = 5, latent = configuration.latent, inputs = configuration.inputs
        let x = uniforms(count * inputs, "data"), draws = RandomStream(seed: 9, name: "draws")
        let found = model.importanceEstimates(of: x, samples: samples, draws: draws)
        let (means, logVariances) = model.encode(x)
        try #require(found.count == count)
        for item in 0..<count {
            let noise = normals(samples * latent, from: draws.split(UInt64(item)))
            func row(_ numbers: [Float]) throws -> Tensor<Double> { try Tensor(numbers[(item * latent)..<((item + 1) * latent)].map(Double.init)) }
            let epsilon = try Tensor(noise.map(Double.init), shape: [samples, latent]), v = try row(logVariances)
            let z = try row(means) + exp(0.5 * v) * epsilon
            let outputs = try Tensor(model.outputs(of: z.scalars.map(Float.init)).map(Double.init), shape: [samples, inputs])
            let target = try Tensor(x[(item * inputs)..<((item + 1) * inputs)].map(Double.init))
            let fit = try configuration.logLikelihood(of: broadcast(target, to: outputs.shape), outputs: outputs, logSigma: Tensor(Double.log(0.8)))
            let logPrior = if configuration.prior == nil {
                try -0.5 * sum(z * z + Tensor(Double.log(2 * .pi)), axis: 1)
            } else {
                try Tensor(model.logPrior(of: z.scalars.map(Float.init)))
            }
            let logRatio = try logPrior + 0.5 * sum(epsilon * epsilon + v + Tensor(Double.log(2 * .pi)), axis: 1)
            let logWeights = try fit + logRatio
            #expect(try Swift.abs(found[item].kl + mean(logRatio).item) < 1e-5)
            let nll = try Double.log(Double(samples)) - logSumExp(logWeights).item
            let weights = try exp(logWeights - logSumExp(logWeights)).scalars
            let scale = 1 + Swift.abs(nll)
            #expect(Swift.abs(found[item].nll - nll) < 2e-6 * scale, "item \(item)")
            #expect(try Swift.abs(found[item].reconstruction + mean(fit).item) < 2e-6 * scale)
            let effective = 1 / weights.reduce(0) { $0 + $1 * $1 }
            if samples > 1 {
                func nll(_ first: Int) throws -> Double {
                    let part = stride(from: first, to: samples, by: 2).map { logWeights.scalars[$0] }
                    return try Double.log(Double(part.count)) - logSumExp(Tensor(part)).item
                }
                #expect(try Swift.abs(found[item].difference - (nll(0) - nll(1))) < 4e-6 * scale)
            }
            #expect(Swift.abs(found[item].effectiveDraws / effective - 1) < 1e-3)
            if samples > 1 {
                let n = Double(samples), variance = weights.reduce(0) { $0 + (n * $1 - 1) * (n * $1 - 1) } / (n - 1)
                #expect(Swift.abs(found[item].error - (variance / n).squareRoot()) < 1e-3 * (variance / n).squareRoot() + 1e-6)
            }
        }
    }

    @Test(arguments: configurations) func threadsChangeNothing(_ configuration: ModelConfiguration) {
        let x = uniforms(150 * configuration.inputs, "data")
        func estimates(_ samples: Int, threads: Int) -> [ImportanceEstimate] {
            TrainedModel(configuration, seed: 2, threads: threads).importanceEstimates(of: x, samples: samples, draws: RandomStream(seed: 9))
        }
        for samples in [5, 100] {
            let one = estimates(samples, threads: 1)
            #expect(one.count == 150 && one.allSatisfy { $0.nll.isFinite })
            for threads in [2, 3, 8] { #expect(estimates(samples, threads: threads) == one, "\(threads) threads") }
        }
    }

    @Test func progressAndStop() throws {
        struct Stop: Error {}
        let model = TrainedModel(Self.configurations[1], seed: 2), x = uniforms(100 * 37, "data")
        var fractions: [Double] = []
        let all = model.importanceEstimates(of: x, samples: 3000, draws: RandomStream(seed: 1)) { fraction, done in
            #expect(Double(done.count) <= fraction * 100)
            fractions.append(fraction)
        }
        #expect(all.count == 100 && fractions.count > 5 && fractions == fractions.sorted() && fractions.last == 1)
        var calls = 0
        #expect(throws: Stop.self) {
            _ = try model.importanceEstimates(of: x, samples: 3000, draws: RandomStream(seed: 1)) { _, _ in
                calls += 1
                if calls == 3 { throw Stop() }
            }
        }
        #expect(calls == 3)
        #expect(model.importanceEstimates(of: [], samples: 3, draws: RandomStream(seed: 1)).isEmpty)
    }

    /// Weights that are no numbers give an estimate that is none.
    @Test func brokenWeights() throws {
        let configuration = ModelConfiguration(shape: [4], hidden: [3], latent: 2), good = TrainedModel(configuration, seed: 1)
        for bad in [Float.nan, .infinity, 1e30] {
            var weights = Dictionary(uniqueKeysWithValues: good.weights.map { ($0.name, (shape: $0.shape, numbers: $0.numbers)) })
            weights["posterior.bias"]!.numbers = [bad, bad, bad, bad]
            let model = try #require(TrainedModel(configuration, weights: weights))
            let result = model.evaluate([0, 1, 0.5, 0.25, 1, 1, 1, 0], samples: 10, seed: 1)
            #expect(!result.nll.mean.isFinite && result.posterior.unitsByKL.sorted() == [0, 1])
        }
    }
}
