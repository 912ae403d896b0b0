import Autodiff
import Glibc
import Probability
import Testing

struct DistributionTests {
    @Test(arguments: Family.all) func densitiesIntegrateToOne(_ family: Family) throws {
        let total = try family.integral { try family.density($0) }
        #expect(close(total, 1, 1e-11))
    }

    @Test(arguments: Family.all) func momentsAndEntropyEqualTheirIntegrals(_ family: Family) throws {
        let q = try family.distribution()
        let mean = try family.integral { try $0 * family.density($0) }
        #expect(try close(q.mean().item, mean, 1e-10))
        let variance = try family.integral { try ($0 - mean) * ($0 - mean) * family.density($0) }
        #expect(try close(q.variance().item, variance, 1e-10))
        let entropy = try family.integral { x in
            let logDensity = try q.logDensity(Tensor(x)).item
            return logDensity == -.infinity ? 0 : -exp(logDensity) * logDensity
        }
        if q is Mixture {
            let error = try #require(throws: ProbabilityError.self) { try q.entropy() }
            #expect(error.hint?.contains("estimate") == true)
        } else {
            #expect(try close(q.entropy().item, entropy, 1e-10))
        }
    }

    @Test(arguments: Family.all) func distributionFunctionsEqualTheirIntegrals(_ family: Family) throws {
        let q = try family.distribution()
        for x in [-3.0, -0.9, 0.05, 0.3, 0.77, 1.5, 4] {
            let expected = try family.integral(upTo: x) { try family.density($0) }
            #expect(try close(q.cdf(Tensor(x)).item, expected, 1e-10), "at \(x)")
        }
        #expect(try q.cdf(Tensor([-Double.infinity, .infinity])).scalars == [0, 1])
        #expect(try q.cdf(Tensor(.nan)).item.isNaN)
        let (low, high) = (family.pieces(family.parameters).first!, family.pieces(family.parameters).last!)
        for outside in [low - 0.1, high + 0.1, -.infinity, .infinity] where !(outside > low && outside < high) {
            #expect(try q.logDensity(Tensor(outside)).item == -.infinity, "at \(outside)")
        }
        #expect(try q.logDensity(Tensor(.nan)).item.isNaN)
    }

    @Test(arguments: Family.all) func samplersFit(_ family: Family) throws {
        let q = try family.distribution()
        var stream = RandomStream(seed: 71, name: family.testDescription)
        let draws = try q.sample(20_000, from: &stream)
        #expect(draws.shape == [20_000])
        let fit = GoodnessOfFit.kolmogorovSmirnov(draws.scalars) { try! q.cdf(Tensor($0)).item }
        #expect(fit.pValue > 1e-3, "\(fit)")
        // The next draws are other ones; the same stream gives the same.
        #expect(try q.sample(20_000, from: &stream).scalars != draws.scalars)
        stream.position = 0
        #expect(try q.sample(20_000, from: &stream).scalars == draws.scalars)
    }

    /// ∂/∂θ of a density, an entropy, a distribution function, a mean: by the tape, and by differences.
    @Test(arguments: Family.all) func gradientsByTheParametersEqualDifferences(_ family: Family) throws {
        for index in family.parameters.indices {
            func compare(_ quantity: String, _ f: (any Distribution) throws -> Tensor<Double>) throws {
                func tensor(_ value: Double) throws -> (Tensor<Double>, Tensor<Double>) {
                    var parameters = family.parameters.map { Tensor($0) }
                    parameters[index] = Tensor(value).tracked()
                    return (parameters[index], try f(family.make(parameters)))
                }
                let (parameter, value) = try tensor(family.parameters[index])
                let exact = value.isTracked ? try gradient(of: value, withRespectTo: parameter).item : 0
                let difference = try slope(at: family.parameters[index]) { try tensor($0).1.item }
                #expect(close(exact, difference, 2e-9), "\(quantity), parameter \(index): \(exact), \(difference)")
            }
            for x in [-0.3, 0.45, 0.88] where try family.density(x) > 1e-6 {
                try compare("log density at \(x)") { try $0.logDensity(Tensor(x)) }
                try compare("cdf at \(x)") { try $0.cdf(Tensor(x)) }
            }
            try compare("mean") { try $0.mean() }
            try compare("variance") { try $0.variance() }
            if !(try family.distribution() is Mixture) { try compare("entropy") { try $0.entropy() } }
        }
    }

    @Test(arguments: Family.all) func gradientsByThePointEqualDifferences(_ family: Family) throws {
        let q = try family.distribution()
        for place in [-0.3, 0.45, 0.88] where try family.density(place) > 1e-6 {
            let x = Tensor(place).tracked()
            for f in [{ try q.logDensity($0) }, { try q.cdf($0) }] as [(Tensor<Double>) throws -> Tensor<Double>] {
                let y = try f(x)
                let exact = y.isTracked ? try gradient(of: y, withRespectTo: x).item : 0
                let difference = try slope(at: place) { try f(Tensor($0)).item }
                #expect(close(exact, difference, 2e-9))
            }
        }
    }

    /// ∂/∂θ E f(X), f = sin x + x²/4: the mean over draws of the gradients along the paths, and the slope of the integral.
    @Test(arguments: Family.all) func pathwiseGradientsAreUnbiased(_ family: Family) throws {
        let n = 20_000
        for index in family.parameters.indices {
            // A parameter of its own for each draw gives each draw's gradient.
            var copies = try family.parameters.map { try Tensor<Double>.full([n], $0) }
            copies[index] = copies[index].tracked()
            if try family.distribution() is Mixture {
                // Its weights are one vector: draw in groups, each with a parameter of its own.
                try mixturePathwise(family, index)
                continue
            }
            let q = try family.make(copies)
            var stream = RandomStream(seed: 5, name: family.testDescription).split(UInt64(index))
            let x = try q.sample(1, from: &stream)
            let f = try sin(x) + x * x * 0.25
            let estimate = try Estimate(samples: gradient(of: sum(f), withRespectTo: copies[index]))
            let exact = try exactSlope(family, index)
            #expect(abs(estimate.value.item - exact) <= 4 * estimate.standardError.item + 1e-7, "parameter \(index): \(estimate), \(exact)")
            #expect(estimate.standardError.item < 0.2)
        }
    }

    private func exactSlope(_ family: Family, _ index: Int) throws -> Double {
        try slope(at: family.parameters[index], step: 1e-4 * max(1, abs(family.parameters[index]))) { value in
            var parameters = family.parameters
            parameters[index] = value
            let q = try family.make(parameters.map { Tensor($0) })
            return try family.integral(parameters) { x in try (sin(x) + x * x / 4) * exp(q.logDensity(Tensor(x)).item) }
        }
    }

    private func mixturePathwise(_ family: Family, _ index: Int) throws {
        var gradients: [Double] = []
        for group in 0..<100 as Range<UInt64> {
            var parameters = family.parameters.map { Tensor($0) }
            parameters[index] = parameters[index].tracked()
            var stream = RandomStream(seed: 6, name: family.testDescription).split(UInt64(index)).split(group)
            let x = try family.make(parameters).sample(400, from: &stream)
            gradients.append(try gradient(of: mean(sin(x) + x * x * 0.25), withRespectTo: parameters[index]).item)
        }
        let estimate = try Estimate(samples: Tensor(gradients))
        let exact = try exactSlope(family, index)
        #expect(abs(estimate.value.item - exact) <= 4 * estimate.standardError.item + 1e-7, "parameter \(index): \(estimate), \(exact)")
        #expect(estimate.standardError.item < 0.2)
    }

    @Test(arguments: DiscreteFamily.all) func discreteFamilies(_ family: DiscreteFamily) throws {
        let q = try family.make()
        let p = family.probabilities
        #expect(q.isDiscrete)
        for (value, probability) in p.enumerated() {
            #expect(try close(exp(q.logDensity(Tensor(Double(value))).item), probability, 1e-13))
            #expect(try close(q.cdf(Tensor(Double(value))).item, p[...value].reduce(0, +), 1e-14))
            #expect(try close(q.cdf(Tensor(Double(value) + 0.5)).item, p[...value].reduce(0, +), 1e-14))
        }
        for outside in [-1, 0.5, Double(p.count), 1e300, -.infinity, .infinity] {
            #expect(try q.logDensity(Tensor(outside)).item == -.infinity, "at \(outside)")
        }
        #expect(try q.logDensity(Tensor(.nan)).item.isNaN && q.cdf(Tensor(.nan)).item.isNaN)
        #expect(try q.cdf(Tensor([-1, -.infinity, 99, .infinity])).scalars == [0, 0, 1, 1])
        let mean = p.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
        #expect(try close(q.mean().item, mean, 1e-14))
        #expect(try close(q.variance().item, p.enumerated().reduce(0) { $0 + pow(Double($1.offset) - mean, 2) * $1.element }, 1e-14))
        if !(q is Mixture) {
            #expect(try close(q.entropy().item, p.reduce(0) { $0 - ($1 == 0 ? 0 : $1 * log($1)) }, 1e-14))
        }
        var stream = RandomStream(seed: 72, name: family.testDescription)
        let draws = try q.sample(20_000, from: &stream).scalars
        let counts = p.indices.map { value in draws.count { $0 == Double(value) } }
        #expect(counts.reduce(0, +) == 20_000)
        if p.count(where: { $0 > 0 }) > 1 {
            #expect(GoodnessOfFit.chiSquare(counts, expected: p.map { $0 * 20_000 }).pValue > 1e-3)
        }
    }

    @Test func logitsMayBeOfAnySize() throws {
        let q = try Categorical(logits: Tensor([1e6, 1e6 + 1, -1e9]))
        let expected = [1 / (1 + M_E), M_E / (1 + M_E), 0]
        for (value, probability) in expected.enumerated() {
            #expect(try close(exp(q.logDensity(Tensor(Double(value))).item), probability, 1e-14))
        }
        #expect(try Bernoulli(logits: 1e4).logDensity(Tensor([0, 1])).scalars == [-1e4, 0])
        #expect(try Bernoulli(logits: Tensor(.infinity)).entropy().item == 0)
    }

    @Test func gradientsOfProbabilitiesStayFiniteAtTheEnds() throws {
        let logits = try Tensor([-Double.infinity, 0, 2]).tracked()
        let q = try Categorical(logits: logits)
        let p = try Categorical(logits: Tensor([-Double.infinity, 1, 1]))
        let values = [try q.logDensity(1), try q.entropy(), try klDivergence(q, p)]
        for value in values {
            let slopes = try gradient(of: value, withRespectTo: logits).scalars
            #expect(slopes[0] == 0 && slopes.allSatisfy(\.isFinite), "\(slopes)")
        }
        // d/dl log p₁ = e₁ - p.
        let e2 = exp(2.0) / (1 + exp(2.0))
        #expect(try close(gradient(of: values[0], withRespectTo: logits).scalars[1], e2, 1e-15))
        let p0 = Tensor<Double>(0).tracked()
        #expect(try gradient(of: Bernoulli(probability: p0).entropy(), withRespectTo: p0).item.isFinite)
        #expect(try gradient(of: Bernoulli(probability: p0).logDensity(0), withRespectTo: p0).item == -1)
        let weights = try Tensor([0, 1]).tracked()
        let mixture = try Mixture(weights: weights, components: [Normal(mu: 0, sigma: 1), Uniform(low: 0, high: 1)])
        #expect(try gradient(of: sum(mixture.logDensity(Tensor([0.5, 3]))), withRespectTo: weights).scalars.allSatisfy(\.isFinite))
    }

    @Test func shapesBroadcastAndNothingIsSummed() throws {
        var stream = RandomStream(seed: 1)
        let q = try Normal(mu: Tensor([0, 1, 2]), sigma: Tensor([1, 2], shape: [2, 1]))
        #expect(q.shape == [2, 3])
        #expect(try q.sample(5, from: &stream).shape == [5, 2, 3])
        #expect(try q.sample(0, from: &stream).shape == [0, 2, 3])
        #expect(try q.logDensity(.zeros([4, 2, 3])).shape == [4, 2, 3])
        #expect(try q.logDensity(0).shape == [2, 3])
        #expect(try q.mean().shape == [2, 3] && q.variance().shape == [2, 3] && q.entropy().shape == [2, 3])
        #expect(try klDivergence(q, Normal(mu: 0, sigma: 1)).shape == [2, 3])

        let c = try Categorical(logits: .zeros([2, 4]))
        #expect(c.shape == [2] && c.categories == 4)
        #expect(try c.sample(7, from: &stream).shape == [7, 2])
        #expect(try c.logDensity(.zeros([7, 2])).shape == [7, 2])
        #expect(try c.mean().scalars == [1.5, 1.5])
        // Each row of the batch is its own distribution.
        let rows = try Categorical(probabilities: Tensor([0, 1, 1, 0], shape: [2, 2]))
        #expect(try rows.sample(3, from: &stream).scalars == [1, 0, 1, 0, 1, 0])
        #expect(try rows.logDensity(Tensor([1, 0, 0, 1], shape: [2, 2])).scalars == [0, 0, -.infinity, -.infinity])

        let m = try Mixture(weights: Tensor([0.5, 0.5]), components: [Normal(mu: Tensor([0, 5]), sigma: 1), Uniform(low: 0, high: 1)])
        #expect(m.shape == [2])
        #expect(try m.sample(6, from: &stream).shape == [6, 2])
        #expect(try m.logDensity(.zeros([6, 2])).shape == [6, 2])
        #expect(try m.mean().scalars == [0.25, 2.75])
        #expect(throws: TensorError.self) { try q.logDensity(.zeros([5])) }
    }

    @Test func emptyShapesAndAbsurdCountsAreNoTrouble() throws {
        var stream = RandomStream(seed: 1)
        let none = try Tensor<Double>.zeros([0])
        let plane = try MultivariateNormal(mu: Tensor([0, 0]), covariance: diagonalMatrix(Tensor([1, 1])))
        let families: [any Distribution] = [
            try Normal(mu: 0, sigma: 1), try Uniform(low: 0, high: 1), try Laplace(mu: 0, scale: 1), try Exponential(rate: 1),
            try Bernoulli(probability: 0.5), try Categorical(logits: .zeros([3])), try ContinuousBernoulli(logits: 0),
            try Mixture(weights: Tensor([0.5, 0.5]), components: [Normal(mu: 0, sigma: 1), Laplace(mu: 0, scale: 1)]),
        ]
        for q in families {
            #expect(try q.logDensity(none).shape == [0] && q.cdf(none).shape == [0])
            #expect(try q.sample(0, from: &stream).shape == [0])
            #expect(throws: ProbabilityError.self) { try q.sample(-1, from: &stream) }
            // Ten terabytes.
            #expect(throws: TensorError.self) { try TensorMemory.$limit.withValue(1 << 31) { try q.sample(1_250_000_000_000, from: &stream) } }
        }
        #expect(try plane.logDensity(.zeros([0, 2])).shape == [0] && plane.sample(0, from: &stream).shape == [0, 2])
        #expect(try Normal(mu: none, sigma: 1).sample(3, from: &stream).shape == [3, 0])
        let rows = try Categorical(logits: .zeros([0, 3]))
        #expect(try rows.sample(2, from: &stream).shape == [2, 0] && rows.entropy().shape == [0])
        #expect(throws: ProbabilityError.self) { try plane.logDensity(1) }
    }

    @Test func wrongParametersAreNamedWithAFix() throws {
        let cases: [(part: String, make: () throws -> Void)] = [
            ("sigma", { _ = try Normal(mu: 0, sigma: 0) }), ("sigma", { _ = try Normal(mu: 0, sigma: Tensor([1, -2])) }),
            ("element 1 is -2.0", { _ = try Normal(mu: 0, sigma: Tensor([1, -2])) }), ("nan", { _ = try Normal(mu: Tensor(.nan), sigma: 1) }),
            ("element [1, 0]", { _ = try Normal(mu: 0, sigma: Tensor([1, 1, .nan, 1], shape: [2, 2])) }),
            ("inf", { _ = try Normal(mu: 0, sigma: Tensor(.infinity)) }),
            ("b - a", { _ = try Uniform(low: 1, high: 1) }), ("finite", { _ = try Uniform(low: 0, high: Tensor(.infinity)) }),
            ("b must be positive", { _ = try Laplace(mu: 0, scale: -1) }), ("rate", { _ = try Exponential(rate: 0) }),
            ("p must be between 0 and 1, and it is 1.5", { _ = try Bernoulli(probability: 1.5) }),
            ("logits", { _ = try Bernoulli(logits: Tensor(.nan)) }),
            ("the sum of p must be 1", { _ = try Categorical(probabilities: Tensor([0.3, 0.3])) }),
            ("shape []", { _ = try Categorical(probabilities: 1) }), ("shape [0]", { _ = try Categorical(logits: .zeros([0])) }),
            ("logits", { _ = try Categorical(logits: Tensor([0, Double.infinity])) }),
            ("largest", { _ = try Categorical(logits: Tensor([-Double.infinity, -.infinity])) }),
            ("lambda", { _ = try ContinuousBernoulli(lambda: 1) }), ("logits", { _ = try ContinuousBernoulli(logits: Tensor(.infinity)) }),
            ("mu must be a vector", { _ = try MultivariateNormal(mu: 0, covariance: 1) }),
            ("[2, 2]", { _ = try MultivariateNormal(mu: Tensor([0, 0]), covariance: Tensor([1, 1])) }),
            ("positive definite", { _ = try MultivariateNormal(mu: Tensor([0, 0]), covariance: Tensor([1, 2, 2, 1], shape: [2, 2])) }),
            ("symmetric", { _ = try MultivariateNormal(mu: Tensor([0, 0]), covariance: Tensor([1, 0.5, 0.4, 1], shape: [2, 2])) }),
            ("finite", { _ = try MultivariateNormal(mu: Tensor([0, 0]), covariance: Tensor([1, .nan, .nan, 1], shape: [2, 2])) }),
            ("empty", { _ = try Mixture(weights: Tensor([]), components: []) }),
            ("sum of weights", { _ = try Mixture(weights: Tensor([0.5, 0.6]), components: [Normal(mu: 0, sigma: 1), Normal(mu: 1, sigma: 1)]) }),
            ("one number for each", { _ = try Mixture(weights: Tensor([1]), components: [Normal(mu: 0, sigma: 1), Normal(mu: 1, sigma: 1)]) }),
            ("one kind", { _ = try Mixture(weights: Tensor([0.5, 0.5]), components: [Normal(mu: 0, sigma: 1), Bernoulli(probability: 0.5)]) }),
        ]
        for (part, make) in cases {
            let error = try #require(throws: ProbabilityError.self) { try make() }
            #expect(error.description.contains(part), "\(error)")
            #expect(error.hint != nil)
        }
    }
}
