import Autodiff
import Glibc

/// Σ wₖ · component k, element by element: each element of a draw picks its component by itself. For mixtures of
/// whole vectors the components are multivariate.
public struct Mixture: Distribution {
    public static let name = "Mixture"
    public let weights: Tensor<Double>
    public let components: [any Distribution]
    public let shape: Shape
    public let elementRank: Int
    public let isDiscrete: Bool

    public init(weights: Tensor<Double>, components: [any Distribution]) throws {
        func refused(_ parameter: String, _ problem: String, _ fix: String) -> ProbabilityError {
            .invalidParameter(distribution: Self.name, parameter: parameter, problem: problem, fix: fix)
        }
        guard let first = components.first else {
            throw refused("components", "must not be empty", "give a list, as in [Normal(-2, 1), Normal(2, 1)]")
        }
        guard weights.shape == [components.count] else {
            throw refused(
                "weights", "must be one number for each of the \(components.count) components, and have shape \(weights.shape)",
                "for two, [0.3, 0.7]")
        }
        try require(weights, of: Self.name, "weights", "between 0 and 1", fix: "divide positive weights by their sum") { $0 >= 0 && $0 <= 1 }
        try requireSum(of: weights, Self.name, "weights")
        guard components.allSatisfy({ $0.isDiscrete == first.isDiscrete && $0.elementRank == first.elementRank }) else {
            throw refused(
                "components", "must be of one kind: all densities or all probabilities, all of numbers or all of vectors",
                "mix like with like")
        }
        var shape = Tensor<Double>(0)
        for component in components { shape = try shape + .zeros(component.shape) }
        self.shape = shape.shape
        (self.weights, self.components) = (weights, components)
        (elementRank, isDiscrete) = (first.elementRank, first.isDiscrete)
    }

    public func logDensity(_ x: Tensor<Double>) throws -> Tensor<Double> {
        let logWeights = try logOfProbability(weights)
        let terms = try stacked { try $0.logDensity(x) }
        return try logSumOfExp(terms + reshape(logWeights, column(terms.rank)))
    }

    /// ln Σ exp over the first axis. The usual one, but flat (not NaN) where a term, or all, are ln 0.
    private func logSumOfExp(_ terms: Tensor<Double>) throws -> Tensor<Double> {
        let absent = try compare(terms, Tensor(-.infinity), .equal)
        let top = try max(terms.detached, axis: 0)
        let impossible = try compare(top, Tensor(-.infinity), .equal)
        let level = try masked(impossible, 0, top)
        let scaled = try masked(absent, 0, exp(choose(absent, 0, terms) - level))
        return try masked(impossible, -.infinity, level + log(choose(impossible, 1, sum(scaled, axis: 0))))
    }

    /// Draws are pathwise for densities of numbers, by the implicit slope dx/dθ = -(∂F/∂θ)/density of the mixture's own
    /// cdf F (Figurnov, Mohamed and Mnih, "Implicit reparameterization gradients", 2018), weights included.
    public func sample(_ count: Int, from stream: inout RandomStream) throws -> Tensor<Double> {
        let shape = try sampleShape(count)
        let elements = Shape(Array(shape.sizes.dropLast(elementRank)))
        let size = shape.count / Swift.max(elements.count, 1)
        let table = CategoricalTable(weights: weights.scalars)
        // Each component draws all elements from a stream of its own; one of them is kept.
        let start = stream
        var choice = stream
        stream.position &+= UInt64(elements.count)
        let draws = try components.enumerated().map { index, component in
            var own = start.split("component").split(UInt64(index)).split(start.position)
            return try broadcast(component.sample(count, from: &own).detached.leadingAxis(to: shape), to: shape)
        }
        let x = try Tensor<Double>(shape: shape) { to in
            for element in 0..<elements.count {
                let chosen = draws[table.draw(from: &choice)].buffer
                for place in (element * size)..<((element + 1) * size) { to[place] = chosen[place] }
            }
        }
        guard !isDiscrete, elementRank == 0, let soft = try? cdf(x), soft.isTracked else { return x }
        let density = try exp(logDensity(x).detached)
        return try straightThrough(x, gradientOf: -(soft / density))
    }

    public func cdf(_ x: Tensor<Double>) throws -> Tensor<Double> { try average { try $0.cdf(x) } }

    public func mean() throws -> Tensor<Double> { try average { try broadcast($0.mean(), to: shape) } }

    public func variance() throws -> Tensor<Double> {
        let mean = try mean()
        return try average { try broadcast($0.variance() + square($0.mean() - mean), to: shape) }
    }

    public func entropy() throws -> Tensor<Double> {
        throw ProbabilityError.noClosedForm(
            "the entropy of a \(Self.name)", fix: "estimate it: z = sample(q, 100000); estimate(-logpdf(q, z))")
    }

    private func average(_ quantity: (any Distribution) throws -> Tensor<Double>) throws -> Tensor<Double> {
        let values = try stacked(quantity)
        return try sum(values * reshape(weights, column(values.rank)), axis: 0)
    }

    /// A quantity of all components along a new first axis.
    private func stacked(_ quantity: (any Distribution) throws -> Tensor<Double>) throws -> Tensor<Double> {
        let values = try components.map(quantity)
        var shape = values[0].shape
        for value in values.dropFirst() where value.shape != shape { shape = try (Tensor<Double>.zeros(shape) + value.detached).shape }
        return try stack(values.map { try broadcast($0, to: shape) })
    }

    private func column(_ rank: Int) -> [Int] { [components.count] + [Int](repeating: 1, count: rank - 1) }
}

extension Tensor where Scalar == Double {
    /// [n] + own shape, with axes of length 1 put after the first one, so that it stretches to the rank of `shape`.
    fileprivate func leadingAxis(to shape: Shape) throws -> Tensor {
        let missing = shape.rank - rank
        guard missing > 0 else { return self }
        return try reshape(self, [self.shape[0]] + [Int](repeating: 1, count: missing) + Array(self.shape.sizes.dropFirst()))
    }
}
