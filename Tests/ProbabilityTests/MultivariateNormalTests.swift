import Autodiff
import Glibc
import Probability
import Testing

struct MultivariateNormalTests {
    static let meanQ = [0.3, -0.5], covarianceQ = [1.0, 0.6, 0.6, 0.8]
    static let meanP = [-0.4, 0.2], covarianceP = [2.0, -0.5, -0.5, 1.5]

    func make(_ mean: [Double], _ covariance: [Double]) throws -> MultivariateNormal {
        try MultivariateNormal(mu: Tensor(mean), covariance: Tensor(covariance, shape: [mean.count, mean.count]))
    }

    private func integral(_ f: (Tensor<Double>) throws -> Double) throws -> Double {
        let result = try integrate2(from: -12, to: 12, and: -12, to: 12, tolerance: 1e-9) { x, y in try f(Tensor([x, y])) }
        #expect(result.converged)
        return result.value
    }

    @Test func densityEntropyAndDivergenceEqualTheirIntegrals() throws {
        let (q, p) = (try make(Self.meanQ, Self.covarianceQ), try make(Self.meanP, Self.covarianceP))
        #expect(q.elementShape == [] && q.shape == [2])
        let total = try integral { try exp(q.logDensity($0).item) }
        #expect(close(total, 1, 1e-8))
        let entropy = try integral { x in
            let logDensity = try q.logDensity(x).item
            return -exp(logDensity) * logDensity
        }
        #expect(try close(q.entropy().item, entropy, 1e-8))
        let divergence = try integral { x in
            let logDensity = try q.logDensity(x).item
            return try exp(logDensity) * (logDensity - p.logDensity(x).item)
        }
        #expect(try close(klDivergence(q, p).item, divergence, 1e-8))
        #expect(try abs(klDivergence(q, q).item) < 1e-15)
        #expect(try q.mean().scalars == Self.meanQ && q.variance().scalars == [1, 0.8])
    }

    @Test func aDiagonalOneIsAProductOfNormals() throws {
        let q = try MultivariateNormal(mu: Tensor([1, 2, 3]), covariance: diagonalMatrix(Tensor([1, 4, 9])))
        let p = try MultivariateNormal(mu: Tensor([0, 0, 0]), covariance: diagonalMatrix(Tensor([1, 1, 1])))
        let (a, b) = (try Normal(mu: Tensor([1, 2, 3]), sigma: Tensor([1, 2, 3])), try Normal(mu: 0, sigma: 1))
        let x = try Tensor((0..<12).map { Double($0) / 3 - 1 }, shape: [4, 3])
        let (left, right) = (try q.logDensity(x), try sum(a.logDensity(x), axis: 1))
        #expect(left.shape == [4] && zip(left.scalars, right.scalars).allSatisfy { close($0, $1, 1e-14) })
        #expect(try close(klDivergence(q, p).item, sum(klDivergence(a, b)).item, 1e-14))
        #expect(try close(q.entropy().item, sum(a.entropy()).item, 1e-14))
        #expect(try q.logDensity(.zeros([2, 5, 3])).shape == [2, 5])
        let vector = try Tensor<Double>.zeros([4])
        #expect(throws: ProbabilityError.self) { try q.logDensity(vector) }
        #expect(throws: ProbabilityError.self) { try q.cdf(vector) }
    }

    @Test func samplerFits() throws {
        let q = try make(Self.meanQ, Self.covarianceQ)
        var stream = RandomStream(seed: 21)
        let x = try q.sample(20_000, from: &stream)
        #expect(x.shape == [20_000, 2])
        // (x - μ)ᵀ Σ⁻¹ (x - μ) is chi-square with 2 degrees of freedom; each coordinate and a contrast are normal.
        let peak = try q.logDensity(q.mu).item
        let distances = try q.logDensity(x).scalars.map { -2 * ($0 - peak) }
        #expect(GoodnessOfFit.kolmogorovSmirnov(distances) { 1 - exp(-max($0, 0) / 2) }.pValue > 1e-3)
        for (weights, mean, variance) in [([1.0, 0.0], 0.3, 1.0), ([0, 1], -0.5, 0.8), ([1, -1], 0.8, 0.6), ([1, 1], -0.2, 3.0)] {
            let projected = try matrixProduct(x, Tensor(weights)).scalars
            #expect(GoodnessOfFit.kolmogorovSmirnov(projected) { SpecialFunctions.normalCDF(($0 - mean) / variance.squareRoot()) }.pValue > 1e-3)
        }
    }

    @Test func gradients() throws {
        let (mean, covariance) = (try Tensor(Self.meanQ).tracked(), try Tensor(Self.covarianceQ, shape: [2, 2]).tracked())
        let p = try make(Self.meanP, Self.covarianceP)
        let values: [(MultivariateNormal) throws -> Tensor<Double>] = [
            { try $0.logDensity(Tensor([0.7, 0.1])) }, { try $0.entropy() }, { try klDivergence($0, p) }, { try klDivergence(p, $0) },
        ]
        for f in values {
            let y = try f(MultivariateNormal(mu: mean, covariance: covariance))
            let slopes = try gradient(of: y, withRespectTo: covariance).scalars
            // Along symmetric directions only: others leave the covariances.
            for (i, j) in [(0, 0), (0, 1), (1, 1)] {
                let difference = try slope(at: 0) { h in
                    var moved = Self.covarianceQ
                    moved[i * 2 + j] += h
                    if i != j { moved[j * 2 + i] += h }
                    return try f(make(Self.meanQ, moved)).item
                }
                let exact = i == j ? slopes[i * 3] : slopes[1] + slopes[2]
                #expect(close(exact, difference, 1e-8), "\(i)\(j): \(exact), \(difference)")
            }
        }
        // Pathwise: E x₀x₁ = Σ₀₁ + μ₀μ₁.
        var stream = RandomStream(seed: 22)
        let q = try MultivariateNormal(mu: mean, covariance: covariance)
        var byMean: [Double] = [], byCovariance: [Double] = []
        for _ in 0..<100 {
            let x = try q.sample(200, from: &stream)
            let y = try Autodiff.mean(slice(x, [.all, .at(0)]) * slice(x, [.all, .at(1)]))
            let slopes = try Autodiff.gradients(of: y, withRespectTo: [mean, covariance])
            byMean.append(slopes[0].scalars[0])
            byCovariance.append(slopes[1].scalars[1] + slopes[1].scalars[2])
        }
        for (samples, exact) in [(byMean, -0.5), (byCovariance, 1.0)] {
            let estimate = try Estimate(samples: Tensor(samples))
            #expect(abs(estimate.value.item - exact) <= 4 * estimate.standardError.item)
            #expect(estimate.standardError.item > 0 && estimate.standardError.item < 0.05)
        }
    }

    @Test func mixturesOfVectors() throws {
        let (a, b) = (try make(Self.meanQ, Self.covarianceQ), try make(Self.meanP, Self.covarianceP))
        let m = try Mixture(weights: Tensor([0.25, 0.75]), components: [a, b])
        #expect(m.shape == [2] && m.elementShape == [])
        let x = try Tensor([0.1, 0.2, -1, 3], shape: [2, 2])
        let expected = zip(try a.logDensity(x).scalars, try b.logDensity(x).scalars).map { log(0.25 * exp($0) + 0.75 * exp($1)) }
        #expect(zip(try m.logDensity(x).scalars, expected).allSatisfy { close($0, $1, 1e-14) })
        var stream = RandomStream(seed: 23)
        let draws = try m.sample(20_000, from: &stream)
        #expect(draws.shape == [20_000, 2])
        // x₀ - x₁ is a mixture of two normals: a vector comes whole from one component.
        let contrast = try matrixProduct(draws, Tensor([1, -1])).scalars
        let fit = GoodnessOfFit.kolmogorovSmirnov(contrast) {
            0.25 * SpecialFunctions.normalCDF(($0 - 0.8) / 0.6.squareRoot()) + 0.75 * SpecialFunctions.normalCDF(($0 + 0.6) / 4.5.squareRoot())
        }
        #expect(fit.pValue > 1e-3)
    }
}
