import Autodiff

/// A linear decoder's Gaussian reconstruction without a draw: for z ~ N(μ, diag s²)
///
///     E ‖x − Wz − b‖² = ‖x − Wμ − b‖² + Σ_j s_j²·‖w_j‖²
///
/// The first term is what the network gives at z = μ. This is the second, over 2σ²: it adds ½·s_j²·‖w_j‖²/σ² to the slope in
/// v_j = log s_j² (no draw, so nothing else), and to the slope in w_j the factor Σ s_j²/σ² over the batch.
final class ExpectedReconstruction {
    private let decoder: DenseLayer
    private let latent: Int
    /// 1/σ² in this batch.
    private var precision = 1.0
    /// ‖w_j‖²/σ², and Σ s_j²/σ² over the batch: [latent].
    private let costs: FloatBuffer, ridge: FloatBuffer
    /// Σ s_j² of each slab: [slabs, latent].
    private let sums: FloatBuffer

    init(_ configuration: ModelConfiguration, decoder: DenseLayer, slabs: Int) {
        self.decoder = decoder
        latent = configuration.latent
        costs = FloatBuffer(latent)
        ridge = FloatBuffer(latent)
        sums = FloatBuffer(slabs * latent)
        decoder.ridge = ridge
    }

    /// Before a batch: the weights' part.
    func begin(logSigma: Double) {
        precision = Double.exp(-2 * logSigma)
        for unit in 0..<latent {
            var square = 0.0
            for row in 0..<decoder.outputs {
                let w = Double(decoder.parameters.pointer[row * latent + unit])
                square += w * w
            }
            costs.pointer[unit] = Float(precision * square)
        }
    }

    /// The slab's share of the loss. `posterior` begins at its first row.
    func loss(_ posterior: UnsafePointer<Float>, rows: Int, slab: Int) -> Double {
        let own = sums.pointer + slab * latent
        TrainingKernels.unitVariances(posterior, into: own, rows: rows, latent: latent)
        return (0..<latent).reduce(0.0) { $0 + 0.5 * Double(own[$1]) * Double(costs.pointer[$1]) }
    }

    func addSlopes(_ posterior: UnsafePointer<Float>, to slopes: UnsafeMutablePointer<Float>, rows: Int) {
        TrainingKernels.addVarianceSlopes(posterior, costs: costs.pointer, to: slopes, rows: rows, latent: latent)
    }

    /// After a batch: what the decoder's update needs.
    func finish(slabs: Int) {
        for unit in 0..<latent {
            let sum = (0..<slabs).reduce(0.0) { $0 + Double(sums.pointer[$1 * latent + unit]) }
            ridge.pointer[unit] = Float(precision * sum)
        }
    }
}
