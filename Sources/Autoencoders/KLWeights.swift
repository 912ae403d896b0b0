import Autodiff

/// What each unit's KL counts in a batch's gradient. Where that depends on the batch's means, each slab leaves its sums here
/// and the weights are set from them, in the slabs' order, before any slab goes back.
final class KLWeights {
    /// [latent]
    let values: FloatBuffer
    private let rule: KLRule
    private let latent: Int
    /// [slabs, latent]
    private let sums: FloatBuffer

    init(_ configuration: ModelConfiguration, slabs: Int) {
        (rule, latent) = (configuration.kl, configuration.latent)
        values = FloatBuffer(latent)
        sums = FloatBuffer(rule.freeBits > 0 ? slabs * latent : 0)
    }

    /// Where the weight is the same for all units of all batches but for the warm-up.
    func set(rise: Double) { values.pointer.update(repeating: Float(rule.beta * rise), count: latent) }

    /// `posterior` begins at the slab's first row.
    func note(_ posterior: UnsafePointer<Float>, rows: Int, slab: Int) {
        guard rule.freeBits > 0 else { return }
        TrainingKernels.unitDivergences(posterior, into: sums.pointer + slab * latent, rows: rows, latent: latent)
    }

    /// `total`: the mean over the batch of all units' KL together.
    func set(total: Double, slabs: Int, rows: Int, rise: Double) {
        for unit in 0..<latent {
            let sum = rule.freeBits > 0 ? (0..<slabs).reduce(0.0) { $0 + Double(sums.pointer[$1 * latent + unit]) } : 0
            values.pointer[unit] = Float(rule.weight(unit: sum / Double(rows), total: total, rise: rise))
        }
    }
}
