import Autodiff
import Autoencoders
import Cells
import Datasets
import Figures
import Probability

/// A linear VAE finds probabilistic PCA.
enum ReproducePPCA: Reproduction {
    static let name = "ppca"
    static let title = "A linear VAE against probabilistic PCA"
    static let source = "Tipping and Bishop 1999, Probabilistic Principal Component Analysis, J. R. Statist. Soc. B 61, equations 7 and 8; "
        + "Lucas et al. 2019, arXiv 1911.02469: the linear VAE's bound is tight at that maximum"
    static let method = "1,000 points whose covariance has the spectrum 5, 3, 2, 1, 0.5, 0.25 to single precision; two latents, "
        + "the bound in closed form, σ² fixed at its maximum, Adam 0.01 falling along a cosine, 400 epochs"
    static let time = "1 s"
    static let needsMNIST = false

    static let spectrum = [5, 3, 2, 1, 0.5, 0.25]
    static let latents = 2
    static let points = 1000
    static let epochs = 400
    /// Beside the maximum, and never above it but by single precision's rounding.
    static let short = 1e-3, above = 1e-5
    /// sin of an angle: the loss grows with its square, (λ₂ − λ₃)/(2σ²)·sin² or more, so 1e-3 nats allow about 0.04.
    static let turned = 0.0...0.04

    /// σ² = the mean of the eigenvalues left out (equation 8).
    static let variance = spectrum.dropFirst(latents).reduce(0, +) / Double(spectrum.count - latents)

    /// The maximum of the likelihood a point: −½(d ln 2π + Σ_{i≤k} ln λ_i + (d − k) ln σ² + d).
    static var maximum: Double {
        let kept = spectrum.prefix(latents).reduce(0) { $0 + Double.log($1) }, d = Double(spectrum.count)
        return -0.5 * (d * Double.log(2 * .pi) + kept + (d - Double(latents)) * Double.log(variance) + d)
    }

    static func measure(_ laboratory: Laboratory) throws -> Reproduced {
        let data = try points(seed: laboratory.seed)
        var configuration = ModelConfiguration(kind: .linearVAE, shape: [spectrum.count], latent: latents, likelihood: .gaussian)
        configuration.sigma = .fixed(variance.squareRoot())
        configuration.isExpected = true
        var options = TrainingOptions()
        options.seed = laboratory.seed
        options.epochs = epochs
        options.batch = 100
        options.rate = 0.01
        options.decay = .cosine
        let (model, history) = try laboratory.train(configuration, on: data, testedOn: data, options: options, label: "linear VAE")

        let learned = try Learned(model)
        let x = try Tensor(data.items.map(Double.init), shape: [data.count, spectrum.count])
        let density = try MultivariateNormal(mu: learned.mean, covariance: learned.covariance(variance))
        let likelihood = try sum(density.logDensity(x)).item / Double(data.count)
        let bound = -history[epochs - 1].testLoss
        let near = (maximum - short)...(maximum + above)
        let findings = [
            Finding(quantity: "σ², mean of the eigenvalues left out", published: .number(0.9375), measured: try leftOut(x), band: 0.93749...0.93751, digits: 6),
            Finding(quantity: "log p(x) a point, of the trained decoder", published: .number(maximum), measured: likelihood, band: near, digits: 6),
            Finding(quantity: "ELBO a point, in closed form", published: .number(maximum), measured: bound, band: near, digits: 6),
            Finding(quantity: "sin of the angle to the principal plane", published: .number(0), measured: try learned.turned(from: x), band: turned, digits: 6),
        ]
        let gaps = history.map { max(maximum + $0.testLoss, 1e-8) }
        let figure = Figure(
            id: name, title: "The linear VAE's bound ends \(printf("%.1g", maximum - bound)) nats below pPCA's likelihood",
            caption: "pPCA: −\(printf("%.6f", -maximum)) nats a point; spectrum \(spectrum.map { printf("%g", $0) }.joined(separator: ", ")), two latents. ELBO in closed form; seed \(laboratory.seed).",
            panels: [[Panel(xLabel: "epoch", yLabel: "pPCA's log likelihood − ELBO, nats a point", yScale: .log, marks: [
                .line(.init(x: gaps.indices.map { Double($0 + 1) }, y: gaps)),
                .horizontalLine(.init(at: short, label: "allowed at the end")),
            ])]])
        return Reproduced(findings: findings, figures: [figure])
    }

    /// Normal draws, made to have the mean 0 and the covariance Q·diag(spectrum)·Qᵀ exactly: X = E·L⁻ᵀ·diag(√λ)·Qᵀ, where L is
    /// the Cholesky factor of E's own covariance and Q the eigenvectors of another.
    private static func points(seed: UInt64) throws -> Dataset {
        let d = spectrum.count
        var stream = RandomStream(seed: seed, name: name)
        let draws = try Tensor((0..<points * d).map { _ in stream.normal() }, shape: [points, d])
        let e = try draws - mean(draws, axis: 0)
        let l = try cholesky(covariance(e))
        let turn = try Tensor((0..<d * d).map { _ in stream.normal() }, shape: [d, d])
        let q = try symmetricEigen(turn + transpose(turn)).vectors
        let roots = try Tensor(spectrum.map { $0.squareRoot() }, shape: [1, d])
        let white = try transpose(solve(l, transpose(e)))
        let x = try matrixProduct(white * roots, transpose(q))
        return Dataset(count: points, shape: [d], items: x.scalars.map(Float.init))
    }

    /// Of centred rows, 1/n.
    private static func covariance(_ x: Tensor<Double>) throws -> Tensor<Double> {
        try matrixProduct(transpose(x), x) * Tensor(1 / Double(x.shape[0]))
    }

    /// Eigenvalues, ascending, and vectors of the points' covariance.
    private static func principal(_ x: Tensor<Double>) throws -> (values: [Double], vectors: Tensor<Double>) {
        let (values, vectors) = try symmetricEigen(covariance(x - mean(x, axis: 0)))
        return (values.scalars, vectors)
    }

    private static func leftOut(_ x: Tensor<Double>) throws -> Double {
        let left = try principal(x).values.dropLast(latents)
        return left.reduce(0, +) / Double(left.count)
    }

    /// x = W z + b.
    private struct Learned {
        let weight: Tensor<Double>, mean: Tensor<Double>

        init(_ model: TrainedModel) throws {
            func tensor(_ name: String) throws -> Tensor<Double> {
                let found = model.weights.first { $0.name == name }!
                return try Tensor(found.numbers.map(Double.init), shape: Shape(found.shape))
            }
            weight = try tensor("output.weight")
            mean = try tensor("output.bias")
        }

        /// W Wᵀ + σ² I.
        func covariance(_ variance: Double) throws -> Tensor<Double> {
            let d = weight.shape[0]
            let noise = try Tensor<Double>((0..<d * d).map { $0 % (d + 1) == 0 ? variance : 0 }, shape: [d, d])
            return try matrixProduct(weight, transpose(weight)) + noise
        }

        /// The largest angle between W's plane and that of the first eigenvectors V: cos² is the least eigenvalue of
        /// (WᵀW)⁻¹·WᵀV·VᵀW, for two dimensions from trace and determinant.
        func turned(from x: Tensor<Double>) throws -> Double {
            let vectors = try principal(x).vectors, d = weight.shape[0]
            let v = try slice(vectors, [.all, .range(from: d - latents, to: nil)])
            let across = try matrixProduct(transpose(v), weight)
            let ratio = try solve(matrixProduct(transpose(weight), weight), matrixProduct(transpose(across), across)).scalars
            let half = (ratio[0] + ratio[3]) / 2, determinant = ratio[0] * ratio[3] - ratio[1] * ratio[2]
            let least = half - max(0, half * half - determinant).squareRoot()
            return max(0, 1 - least).squareRoot()
        }
    }
}
