// Of a posterior with (μ, v = log σ²) side by side in each row, for what is weighed or averaged unit by unit.

extension TrainingKernels {
    /// Each unit's ½(μ² + e^v − v − 1), summed over the rows.
    package static func unitDivergences(
        _ posterior: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Float>, rows: Int, latent: Int
    ) {
        unitSums(posterior, into: sums, rows: rows, latent: latent) { m, v in
            (FloatLanes.fma(m, m, v.exponential - v) - .all(1)) * .all(0.5)
        }
    }

    /// Each unit's σ² = e^v, summed over the rows.
    package static func unitVariances(
        _ posterior: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Float>, rows: Int, latent: Int
    ) {
        unitSums(posterior, into: sums, rows: rows, latent: latent) { _, v in v.exponential }
    }

    /// The slope of Σ_j ½·c_j·e^v_j in v, added to d: dv += ½·c·e^v.
    package static func addVarianceSlopes(
        _ posterior: UnsafePointer<Float>, costs: UnsafePointer<Float>, to d: UnsafeMutablePointer<Float>, rows: Int, latent: Int
    ) {
        for row in 0..<rows {
            let v = posterior + row * 2 * latent + latent, dV = d + row * 2 * latent + latent
            @inline(__always) func step(_ v: FloatLanes, _ c: FloatLanes, _ d: FloatLanes) -> FloatLanes {
                FloatLanes.fma(c * .all(0.5), v.exponential, d)
            }
            forEachSixteen(latent) { i in
                step(.load(v + i), .load(costs + i), .load(dV + i)).store(dV + i)
            } rest: { i, n in
                step(.load(v + i, n), .load(costs + i, n), .load(dV + i, n)).store(dV + i, n)
            }
        }
    }

    @inline(__always)
    private static func unitSums(
        _ posterior: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Float>, rows: Int, latent: Int,
        _ term: (_ mean: FloatLanes, _ logVariance: FloatLanes) -> FloatLanes
    ) {
        forEachSixteen(latent) { i in
            var sum = FloatLanes.all(0)
            for row in 0..<rows {
                let mu = posterior + row * 2 * latent + i
                sum += term(.load(mu), .load(mu + latent))
            }
            sum.store(sums + i)
        } rest: { i, n in
            var sum = FloatLanes.all(0)
            for row in 0..<rows {
                let mu = posterior + row * 2 * latent + i
                sum += term(.load(mu, n), .load(mu + latent, n))
            }
            sum.store(sums + i, n)
        }
    }
}
