import Autodiff
import Glibc
import Probability
import Testing

struct DivergenceTests {
    /// Every pair of densities of numbers: the closed form is the integral, or there is none and the error shows the way.
    @Test(arguments: Family.all) func closedFormsEqualTheirIntegrals(_ from: Family) throws {
        var closed = 0
        for to in Family.all {
            let (q, p) = (try from.distribution(), try to.distribution())
            let value: Double
            do {
                value = try klDivergence(q, p).item
            } catch let error as ProbabilityError {
                #expect(error.hint?.contains("estimate(logpdf(q, z) - logpdf(p, z))") == true)
                #expect(q is Mixture || p is Mixture || q is ContinuousBernoulli && p is Laplace)
                continue
            }
            closed += 1
            // q has mass where p has none.
            let (mine, others) = (from.pieces(from.parameters), to.pieces(to.parameters))
            if mine.first! < others.first! || mine.last! > others.last! {
                #expect(value == .infinity, "\(from) \(to)")
                continue
            }
            let cuts = Set(mine + others.filter { $0 > mine.first! && $0 < mine.last! }).sorted()
            let expected = try zip(cuts, cuts.dropFirst()).reduce(0.0) { sum, piece in
                let result = try integrate(from: piece.0, to: piece.1) { x in
                    let logDensity = try q.logDensity(Tensor(x)).item
                    return logDensity < -700 ? 0 : try exp(logDensity) * (logDensity - p.logDensity(Tensor(x)).item)
                }
                #expect(result.converged)
                return sum + result.value
            }
            #expect(close(value, expected, 1e-10), "\(from) \(to): \(value), \(expected)")
            #expect(value > -1e-15)
            if from.testDescription == to.testDescription { #expect(abs(value) < 1e-15) }
        }
        #expect(closed > 0 || from.testDescription.hasPrefix("Mixture"))
    }

    @Test func gradientsOfClosedFormsEqualDifferences() throws {
        for from in Family.all {
            for to in Family.all where (try? klDivergence(from.distribution(), to.distribution()).item.isFinite) == true {
                let all = from.parameters + to.parameters
                func value(_ parameters: [Tensor<Double>]) throws -> Tensor<Double> {
                    try klDivergence(
                        from.make(Array(parameters.prefix(from.parameters.count))), to.make(Array(parameters.dropFirst(from.parameters.count))))
                }
                let tracked = all.map { Tensor($0).tracked() }
                let slopes = try gradients(of: value(tracked), withRespectTo: tracked).map(\.item)
                for index in all.indices {
                    let difference = try slope(at: all[index]) { x in
                        var parameters = all.map { Tensor($0) }
                        parameters[index] = Tensor(x)
                        return try value(parameters).item
                    }
                    // Where the supports just touch, a difference looks beyond the edge.
                    guard difference.isFinite else { continue }
                    #expect(close(slopes[index], difference, 2e-9), "\(from) \(to) \(index): \(slopes[index]), \(difference)")
                }
            }
        }
    }

    @Test func discreteDivergencesEqualTheirSums() throws {
        func check(_ q: any Distribution, _ p: any Distribution, _ a: [Double], _ b: [Double]) throws {
            let expected = zip(a, b).reduce(0) { $0 + ($1.0 == 0 ? 0 : $1.0 * log($1.0 / $1.1)) }
            #expect(try close(klDivergence(q, p).item, expected, 1e-14))
        }
        for a in [0.0, 0.2, 0.5, 1] {
            for b in [0.0, 0.3, 1] {
                try check(Bernoulli(probability: Tensor(a)), Bernoulli(probability: Tensor(b)), [1 - a, a], [1 - b, b])
            }
        }
        try check(Bernoulli(logits: 2), Bernoulli(probability: 0.5), [1 / (1 + exp(2)), 1 / (1 + exp(-2))], [0.5, 0.5])
        // Far out, where the probabilities are 1 to rounding: KL(σ(50) ‖ σ(60)) by its leading term.
        #expect(try close(klDivergence(Bernoulli(logits: 50), Bernoulli(logits: 60)).item / exp(-50), 9 + exp(-10), 1e-9))
        let distributions = [[0.2, 0.5, 0.3], [0, 0.4, 0.6], [0, 0, 1]]
        for a in distributions {
            for b in distributions { try check(Categorical(probabilities: Tensor(a)), Categorical(probabilities: Tensor(b)), a, b) }
        }
        #expect(try klDivergence(Categorical(logits: .zeros([3, 4])), Categorical(logits: .zeros([4]))).scalars == [0, 0, 0])
    }

    @Test func pairsWithoutAMeaningSaySo() throws {
        func hint(_ q: any Distribution, _ p: any Distribution) throws -> String {
            let error = try #require(throws: ProbabilityError.self) { try klDivergence(q, p) }
            return error.description + " / " + (error.hint ?? "")
        }
        let normal = try Normal(mu: 0, sigma: 1)
        #expect(try hint(normal, Bernoulli(probability: 0.5)).contains("density"))
        #expect(try hint(MultivariateNormal(mu: Tensor([0]), covariance: Tensor([1], shape: [1, 1])), normal).contains("diag(sigma^2)"))
        #expect(try hint(Categorical(logits: .zeros([2])), Categorical(logits: .zeros([3]))).contains("3 categories"))
        #expect(try hint(Categorical(logits: .zeros([2])), Bernoulli(probability: 0.5)).contains("logpmf(q, z)"))
        let mixture = try Mixture(weights: Tensor([1]), components: [normal])
        #expect(try hint(mixture, normal).contains("kl(Mixture, Normal) has no closed form / estimate it: z = sample(q, 100000)"))
    }
}
