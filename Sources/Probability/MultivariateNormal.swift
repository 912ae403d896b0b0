import Autodiff
import Glibc

/// N(mu, cov) of vectors of length d.
public struct MultivariateNormal: Distribution {
    public static let name = "MultivariateNormal"
    public let mu: Tensor<Double>
    public let covariance: Tensor<Double>
    /// L with L Lᵀ = cov, lower triangular.
    let factor: Tensor<Double>
    public var shape: Shape { mu.shape }
    public var elementRank: Int { 1 }

    public init(mu: Tensor<Double>, covariance: Tensor<Double>) throws {
        func refused(_ parameter: String, _ problem: String, _ fix: String) -> ProbabilityError {
            .invalidParameter(distribution: Self.name, parameter: parameter, problem: problem, fix: fix)
        }
        guard mu.rank == 1, mu.count > 0 else {
            throw refused("mu", "must be a vector, and has shape \(mu.shape)", "for a single number, use Normal(mu, sigma)")
        }
        let d = mu.count
        guard covariance.shape == [d, d] else {
            throw refused(
                "cov", "must have shape [\(d), \(d)] to go with mu of length \(d), and has shape \(covariance.shape)",
                "for variances v alone, diag(v)")
        }
        try require(mu, of: Self.name, "mu", "finite", fix: "give a mean of numbers") { $0.isFinite }
        try require(covariance, of: Self.name, "cov", "finite", fix: "give a covariance of numbers") { $0.isFinite }
        let entries = covariance.buffer
        let largest = entries.reduce(0) { Swift.max($0, Swift.abs($1)) }
        for i in 0..<d {
            for j in 0..<i where Swift.abs(entries[i * d + j] - entries[j * d + i]) > 1e-9 * largest {
                throw refused(
                    "cov", "must be symmetric, and [\(i), \(j)] is \(entries[i * d + j]) while [\(j), \(i)] is \(entries[j * d + i])",
                    "take (cov + transpose(cov)) / 2")
            }
        }
        // Of a symmetric matrix of numbers, nothing else can be wrong.
        guard let factor = try? cholesky(covariance) else {
            throw refused(
                "cov", "must be positive definite, and is not",
                "a covariance is A @ transpose(A) for some A; adding 1e-6 * eye(\(d)) mends one that is singular")
        }
        self.factor = factor
        (self.mu, self.covariance) = (mu, covariance)
    }

    private var dimension: Int { mu.count }

    public func logDensity(_ x: Tensor<Double>) throws -> Tensor<Double> {
        guard x.rank >= 1, x.shape.sizes.last == dimension else {
            throw ProbabilityError.invalidArgument(
                "\(Self.name): the last axis must have length \(dimension), one vector an element, and the shape is \(x.shape)",
                fix: "give points as rows, shape [n, \(dimension)]")
        }
        let distance = try mahalanobis(x - mu)
        return try Tensor(-0.5) * (distance + Tensor(Double(dimension) * log(2 * .pi))) - logDeterminantOfFactor()
    }

    public func sample(_ count: Int, from stream: inout RandomStream) throws -> Tensor<Double> {
        try mu + matrixProduct(.normal(sampleShape(count), from: &stream), transpose(factor))
    }

    public func cdf(_ x: Tensor<Double>) throws -> Tensor<Double> {
        throw ProbabilityError.noClosedForm(
            "the cdf of a \(Self.name)", fix: "estimate it: z = sample(q, 100000); estimate(min(where(z <= x, 1, 0), axis=1))")
    }

    public func mean() throws -> Tensor<Double> { mu }
    public func variance() throws -> Tensor<Double> { try diagonal(covariance) }

    public func entropy() throws -> Tensor<Double> {
        try logDeterminantOfFactor() + Tensor(0.5 * Double(dimension) * (1 + log(2 * .pi)))
    }

    /// ln det L = ½ ln det cov.
    func logDeterminantOfFactor() throws -> Tensor<Double> { try sum(log(diagonal(factor))) }

    /// vᵀ cov⁻¹ v = |L⁻¹ v|² for the vectors along the last axis.
    func mahalanobis(_ vectors: Tensor<Double>) throws -> Tensor<Double> {
        let rows = Shape(Array(vectors.shape.sizes.dropLast()))
        let columns = try transpose(reshape(vectors, [rows.count, dimension]))
        return try reshape(sum(square(solve(factor, columns)), axis: 0), rows.sizes)
    }
}
