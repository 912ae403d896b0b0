import Autodiff
import Glibc
import Probability
import Testing

/// A family of densities of numbers with two settings of its parameters, and where to integrate over it.
struct Family: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let parameters: [Double]
    let make: @Sendable ([Tensor<Double>]) throws -> any Distribution
    /// The support, cut where the density is not smooth.
    let pieces: @Sendable ([Double]) -> [Double]

    func distribution() throws -> any Distribution { try make(parameters.map { Tensor($0) }) }

    func density(_ x: Double) throws -> Double { try exp(distribution().logDensity(Tensor(x)).item) }

    /// ∫ f over the support.
    func integral(_ parameters: [Double]? = nil, upTo end: Double = .infinity, _ f: (Double) throws -> Double) throws -> Double {
        let all = pieces(parameters ?? self.parameters)
        let cuts = all.filter { $0 < end } + (all.last! >= end ? [end] : [])
        return try zip(cuts, cuts.dropFirst()).reduce(0) { sum, piece in
            let result = try integrate(from: piece.0, to: piece.1, f)
            guard result.converged else { throw NotConverged(value: result, family: testDescription) }
            return sum + result.value
        }
    }

    struct NotConverged: Error { let value: Quadrature, family: String }

    static let all: [Family] =
        [[0.3, 0.7], [-2, 1.9]].map { p in
            Family(testDescription: "Normal\(p)", parameters: p, make: { try Normal(mu: $0[0], sigma: $0[1]) }) { p in [-.infinity, p[0], .infinity] }
        }
        + [[-0.5, 2], [0.2, 0.9]].map { p in
            Family(testDescription: "Uniform\(p)", parameters: p, make: { try Uniform(low: $0[0], high: $0[1]) }) { p in p }
        }
        + [[0.4, 0.8], [-1.5, 2.5]].map { p in
            Family(testDescription: "Laplace\(p)", parameters: p, make: { try Laplace(mu: $0[0], scale: $0[1]) }) { p in [-.infinity, p[0], .infinity] }
        }
        + [[0.5], [3]].map { p in
            Family(testDescription: "Exponential\(p)", parameters: p, make: { try Exponential(rate: $0[0]) }) { _ in [0, .infinity] }
        }
        + [[0.9], [0.5], [0.4999], [0.02]].map { p in
            Family(testDescription: "ContinuousBernoulli\(p)", parameters: p, make: { try ContinuousBernoulli(lambda: $0[0]) }) { _ in [0, 1] }
        }
        + [[-30], [1e-7], [4]].map { p in
            Family(testDescription: "ContinuousBernoulli(logits: \(p))", parameters: p, make: { try ContinuousBernoulli(logits: $0[0]) }) { _ in [0, 1] }
        }
        + [
            Family(testDescription: "Mixture of Normals", parameters: [0.3, -2, 0.5, 1, 1.2]) { p in
                try Mixture(
                    weights: stack([p[0], 1 - p[0]]),
                    components: [Normal(mu: p[1], sigma: p[2]), Normal(mu: p[3], sigma: p[4])])
            } pieces: { p in [-.infinity, p[1], p[3], .infinity] },
            Family(testDescription: "Mixture of unlike ones", parameters: [0.6, -1, 0.5, 0.5]) { p in
                try Mixture(
                    weights: stack([p[0], 0.9 - p[0], 0.1, 0]),
                    components: [Laplace(mu: p[1], scale: p[2]), Exponential(rate: p[3]), Uniform(low: 0, high: 2), Normal(mu: 0, sigma: 1)])
            } pieces: { p in [-.infinity, p[1], 0, 2, .infinity] },
        ]
}

/// Probabilities of whole numbers 0, 1, ...
struct DiscreteFamily: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let probabilities: [Double]
    let make: @Sendable () throws -> any Distribution

    static let all = [
        DiscreteFamily(testDescription: "Bernoulli(0.3)", probabilities: [0.7, 0.3]) { try Bernoulli(probability: 0.3) },
        DiscreteFamily(testDescription: "Bernoulli(0)", probabilities: [1, 0]) { try Bernoulli(probability: 0) },
        DiscreteFamily(testDescription: "Bernoulli(1)", probabilities: [0, 1]) { try Bernoulli(probability: 1) },
        DiscreteFamily(testDescription: "Bernoulli(logits: -1.2)", probabilities: [1 / (1 + exp(-1.2)), 1 / (1 + exp(1.2))]) { try Bernoulli(logits: -1.2) },
        DiscreteFamily(testDescription: "Categorical(p)", probabilities: [0.2, 0.5, 0, 0.3]) { try Categorical(probabilities: Tensor([0.2, 0.5, 0, 0.3])) },
        DiscreteFamily(testDescription: "Categorical(logits)", probabilities: [0.2, 0.5, 0, 0.3]) {
            try Categorical(logits: Tensor([0.2, 0.5, 0, 0.3].map { log($0) + 8 }))
        },
        DiscreteFamily(testDescription: "Mixture", probabilities: [0.35, 0.65]) {
            try Mixture(weights: Tensor([0.5, 0.5]), components: [Bernoulli(probability: 0.9), Bernoulli(probability: 0.4)])
        },
    ]
}

/// The slope of a number in a number, by central differences of fourth order.
func slope(at x: Double, step h: Double = 1e-4, _ f: (Double) throws -> Double) rethrows -> Double {
    let (near, far) = (try f(x + h) - f(x - h), try f(x + 2 * h) - f(x - 2 * h))
    return (8 * near - far) / (12 * h)
}

func close(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool { a == b || abs(a - b) <= tolerance * max(1, abs(b)) }
