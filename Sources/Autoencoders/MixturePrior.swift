import Autodiff

/// A prior of K learned Gaussians, p(z) = Σ_k π_k·N(z; m_k, diag e^(l_k)) with π = softmax(a), and the KL term by the draw
/// itself: log q(z|x) − log p(z) at z = μ + e^(v/2)ε. With r_k the share of component k in p(z), the slopes are
///
///     −log p in z: Σ_k r_k·t_k,  t_k = (z − m_k)·e^(−l_k)        log q in v, ε held: −½
///     −log p in m_k: −r_k·t_k    in l_k: −½·r_k·(t_k·(z − m_k) − 1)    in a_k: π_k − r_k
///
/// The weights are learned with the rest: clusters of data are seldom of one size, and a component that nothing needs can
/// fade instead of pulling codes to itself.
final class MixturePrior: ParameterHolder {
    /// In the order of the parameters.
    static let names = ["prior.mean", "prior.logvar", "prior.logits"]

    let parameters: FloatBuffer, firstMoment: FloatBuffer, secondMoment: FloatBuffer
    let parts: [ParameterPart]
    private let components: Int, latent: Int
    /// e^(−l) [K, latent]; ln π_k − ½ Σ_j (l_kj + ln 2π), and π_k.
    private let precisions: FloatBuffer
    private var constants: [Double], shares: [Double]
    /// r [batch, K], and each slab's gradients.
    private let responsibilities: FloatBuffer, sums: FloatBuffer, gradient: FloatBuffer
    private let zeros: FloatBuffer

    static func parts(components: Int, latent: Int) -> [ParameterPart] {
        let size = components * latent
        return zip(names, [[components, latent], [components, latent], [components]]).enumerated().map { place, part in
            ParameterPart(name: part.0, shape: part.1, start: place * size, fanIn: 1)
        }
    }

    /// What it takes in memory.
    static func bytes(components: Int, latent: Int, batch: Int, slabs: Int) -> Double {
        4 * (Double(components * (2 * latent + 1)) * Double(slabs + 5) + Double(batch * components))
    }

    init(components: Int, latent: Int, batch: Int, slabs: Int) {
        (self.components, self.latent) = (components, latent)
        parts = Self.parts(components: components, latent: latent)
        let count = parts.reduce(0) { $0 + $1.count }
        parameters = FloatBuffer(count)
        firstMoment = FloatBuffer(count)
        secondMoment = FloatBuffer(count)
        precisions = FloatBuffer(components * latent)
        constants = [Double](repeating: 0, count: components)
        shares = constants
        responsibilities = FloatBuffer(batch * components)
        sums = FloatBuffer(slabs * count)
        gradient = FloatBuffer(count)
        zeros = FloatBuffer(latent)
    }

    private var means: UnsafeMutablePointer<Float> { parameters.pointer }
    private var logVariances: UnsafeMutablePointer<Float> { parameters.pointer + components * latent }
    private var logits: UnsafeMutablePointer<Float> { parameters.pointer + 2 * components * latent }

    /// Means as if drawn from the standard prior, so that no two components are alike; variances 1, equal weights.
    func initialise(from stream: RandomStream) {
        var draws = stream.split(Self.names[0])
        draws.fillNormal(UnsafeMutableBufferPointer(start: means, count: components * latent))
        parametersWereSet()
    }

    /// To be called before parameters are used that may have changed: what does not depend on z.
    func parametersWereSet() {
        let top = (0..<components).reduce(-Double.infinity) { Swift.max($0, Double(logits[$1])) }
        let total = (0..<components).reduce(0.0) { $0 + Double.exp(Double(logits[$1]) - top) }
        for k in 0..<components {
            let logShare = Double(logits[k]) - top - Double.log(total)
            var level = logShare
            for j in 0..<latent {
                let l = Double(logVariances[k * latent + j])
                precisions.pointer[k * latent + j] = Float(Double.exp(-l))
                level -= 0.5 * (l + Double.log(2 * .pi))
            }
            (constants[k], shares[k]) = (level, Double.exp(logShare))
        }
    }

    /// log p(z) of one row, and each component's share in it.
    private func logDensity(_ z: UnsafePointer<Float>, shares r: UnsafeMutablePointer<Double>) -> Double {
        var top = -Double.infinity
        for k in 0..<components {
            var square = 0.0
            for j in 0..<latent {
                let d = Double(z[j] - means[k * latent + j])
                square += d * d * Double(precisions.pointer[k * latent + j])
            }
            r[k] = constants[k] - 0.5 * square
            top = Swift.max(top, r[k])
        }
        var total = 0.0
        for k in 0..<components { total += Double.exp(r[k] - top) }
        let density = top + Double.log(total)
        for k in 0..<components { r[k] = Double.exp(r[k] - density) }
        return density
    }

    /// log p(z) of one row.
    func logDensity(_ z: UnsafePointer<Float>) -> Double {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: components) { logDensity(z, shares: $0.baseAddress!) }
    }

    /// Draws: a component for each row, and in it.
    func draws(_ count: Int, from stream: inout RandomStream) -> [Float] {
        var choice = [Float](repeating: 0, count: count), codes = [Float](repeating: 0, count: count * latent)
        choice.withUnsafeMutableBufferPointer { stream.fillUniform($0) }
        codes.withUnsafeMutableBufferPointer { stream.fillNormal($0) }
        for row in 0..<count {
            var k = 0, rest = Double(choice[row])
            while k < components - 1, rest >= shares[k] {
                rest -= shares[k]
                k += 1
            }
            for j in 0..<latent {
                let at = k * latent + j
                codes[row * latent + j] = means[at] + Float(Double.exp(0.5 * Double(logVariances[at]))) * codes[row * latent + j]
            }
        }
        return codes
    }

    // MARK: The step

    /// log q(z|x) − log p(z), summed over the rows; keeps the shares for the way back.
    func divergence(_ posterior: UnsafePointer<Float>, noise: UnsafePointer<Float>, z: UnsafePointer<Float>, rows: Range<Int>) -> Double {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: components) { r in
            var total = 0.0
            for row in rows {
                let v = posterior + row * 2 * latent + latent, e = noise + row * latent
                for j in 0..<latent { total -= 0.5 * (Double(e[j] * e[j]) + Double(v[j]) + Double.log(2 * .pi)) }
                total -= logDensity(z + row * latent, shares: r.baseAddress!)
                for k in 0..<components { responsibilities.pointer[row * components + k] = Float(r[k]) }
            }
            return total
        }
    }

    /// From the decoder's dz to the slopes in (μ, v), with the KL term counting `weight`-fold; leaves the slab's gradients.
    func backward(
        _ posterior: UnsafePointer<Float>, z: UnsafePointer<Float>, dz: UnsafeMutablePointer<Float>, into slopes: UnsafeMutablePointer<Float>,
        rows: Range<Int>, slab: Int, weight: Float
    ) {
        let size = components * latent, own = sums.pointer + slab * parameters.count
        own.update(repeating: 0, count: parameters.count)
        for row in rows {
            let z = z + row * latent, dz = dz + row * latent
            for k in 0..<components {
                let share = responsibilities.pointer[row * components + k], r = weight * share
                for j in 0..<latent {
                    let at = k * latent + j, d = z[j] - means[at], t = d * precisions.pointer[at]
                    dz[j] += r * t
                    own[at] -= r * t
                    own[size + at] -= 0.5 * r * (t * d - 1)
                }
                own[2 * size + k] += weight * (Float(shares[k]) - share)
            }
        }
        let first = rows.lowerBound * latent
        TrainingKernels.reparameterizeBack(
            posterior + 2 * first, z: z + first, dz: dz + first, slope: slopes + 2 * first, rows: rows.count, latent: latent, beta: zeros.pointer)
        for row in rows {
            for j in 0..<latent { slopes[row * 2 * latent + latent + j] -= 0.5 * weight }
        }
    }

    func update(slabs: Int, step: AdamStep) {
        for i in 0..<parameters.count {
            gradient.pointer[i] = Float((0..<slabs).reduce(0.0) { $0 + Double(sums.pointer[$1 * parameters.count + i]) })
        }
        TrainingKernels.adam(
            parameters.pointer, firstMoment.pointer, secondMoment.pointer, gradient: gradient.pointer, count: parameters.count, step: step)
        parametersWereSet()
    }
}
