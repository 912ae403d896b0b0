/// The loops of the training step, in single precision and in place. What each computes stands beside it; the tests hold
/// each against the operation on the tape that it stands for.
package enum TrainingKernels {
    /// y = f(y + b), row by row.
    package static func addBias(
        _ y: UnsafeMutablePointer<Float>, _ bias: UnsafePointer<Float>, rows: Int, columns: Int, relu: Bool
    ) {
        let floor = FloatLanes.all(relu ? 0 : -.infinity)
        for row in 0..<rows {
            let y = y + row * columns
            forEachSixteen(columns) { i in
                (FloatLanes.load(y + i) + FloatLanes.load(bias + i)).larger(floor).store(y + i)
            } rest: { i, n in
                (FloatLanes.load(y + i, n) + FloatLanes.load(bias + i, n)).larger(floor).store(y + i, n)
            }
        }
    }

    /// d = d where y > 0, else 0: the way back through a ReLU that gave y.
    package static func maskByReLU(_ d: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, count: Int) {
        let zero = FloatLanes.all(0)
        forEachSixteen(count) { i in
            zero.replacing(with: FloatLanes.load(d + i), where: FloatLanes.load(y + i) .> zero).store(d + i)
        } rest: { i, n in
            zero.replacing(with: FloatLanes.load(d + i, n), where: FloatLanes.load(y + i, n) .> zero).store(d + i, n)
        }
    }

    /// −log p(x | logits ℓ) of a Bernoulli, summed over the elements, and its slope d = σ(ℓ) − x.
    /// With t = e^(−|ℓ|): the loss is max(ℓ, 0) − xℓ + ln(1 + t), and σ(ℓ) is 1/(1 + t) or t/(1 + t).
    package static func bernoulli(
        _ logits: UnsafePointer<Float>, _ x: UnsafePointer<Float>, slope d: UnsafeMutablePointer<Float>, count: Int
    ) -> Double {
        let zero = FloatLanes.all(0), one = FloatLanes.all(1)
        var total = 0.0
        var sum = zero
        var pending = 0
        @inline(__always) func step(_ l: FloatLanes, _ x: FloatLanes) -> (loss: FloatLanes, slope: FloatLanes) {
            let t = (zero - l.magnitude).exponential
            let loss = FloatLanes.fma(zero - x, l, l.larger(zero)) + t.logOnePlus
            let sigma = t.replacing(with: one, where: l .> zero) / (one + t)
            return (loss, sigma - x)
        }
        forEachSixteen(count) { i in
            let (loss, slope) = step(.load(logits + i), .load(x + i))
            slope.store(d + i)
            sum += loss
            pending += 1
            // Single precision adds up a few dozen terms; beyond, the sum goes on in double.
            if pending == 32 {
                total += Double(sum.sum())
                sum = zero
                pending = 0
            }
        } rest: { i, n in
            let (loss, slope) = step(.load(logits + i, n), .load(x + i, n))
            slope.store(d + i, n)
            for k in 0..<n { total += Double(loss[k]) }
        }
        return total + Double(sum.sum())
    }

    /// (x − m)²/(2σ²) summed, without the constant, and its slope d = (m − x)/σ².
    package static func gaussian(
        _ mean: UnsafePointer<Float>, _ x: UnsafePointer<Float>, slope d: UnsafeMutablePointer<Float>, count: Int, precision: Float
    ) -> Double {
        var total = 0.0
        var sum = FloatLanes.all(0)
        var pending = 0
        forEachSixteen(count) { i in
            let difference = FloatLanes.load(mean + i) - FloatLanes.load(x + i)
            (difference * .all(precision)).store(d + i)
            sum = FloatLanes.fma(difference, difference, sum)
            pending += 1
            if pending == 32 {
                total += Double(sum.sum())
                sum = .all(0)
                pending = 0
            }
        } rest: { i, n in
            for k in i..<(i + n) {
                let difference = mean[k] - x[k]
                d[k] = difference * precision
                total += Double(difference * difference)
            }
        }
        return 0.5 * Double(precision) * (total + Double(sum.sum()))
    }

    /// z = μ + e^(v/2)ε with (μ, v) side by side in each row of `posterior`, v = log σ²; returns Σ ½(μ² + e^v − v − 1).
    package static func reparameterize(
        _ posterior: UnsafePointer<Float>, _ noise: UnsafePointer<Float>, into z: UnsafeMutablePointer<Float>, rows: Int, latent: Int
    ) -> Double {
        var kl = 0.0
        for row in 0..<rows {
            let mu = posterior + row * 2 * latent, v = mu + latent
            var sum = FloatLanes.all(0)
            @inline(__always) func step(_ m: FloatLanes, _ v: FloatLanes, _ e: FloatLanes) -> FloatLanes {
                let sigma = (v * .all(0.5)).exponential
                sum += FloatLanes.fma(m, m, FloatLanes.fma(sigma, sigma, .all(0) - v)) - .all(1)
                return FloatLanes.fma(sigma, e, m)
            }
            forEachSixteen(latent) { i in
                step(.load(mu + i), .load(v + i), .load(noise + row * latent + i)).store(z + row * latent + i)
            } rest: { i, n in
                // Filled with μ = v = 0, whose divergence is 0.
                step(.load(mu + i, n), .load(v + i, n), .load(noise + row * latent + i, n)).store(z + row * latent + i, n)
            }
            kl += 0.5 * Double(sum.sum())
        }
        return kl
    }

    /// The slopes of loss + Σ_j β_j·KL_j in (μ, v), given dz: dμ = dz + βμ, dv = ½(dz·(z − μ) + β(e^v − 1)).
    package static func reparameterizeBack(
        _ posterior: UnsafePointer<Float>, z: UnsafePointer<Float>, dz: UnsafePointer<Float>, slope d: UnsafeMutablePointer<Float>,
        rows: Int, latent: Int, beta: UnsafePointer<Float>
    ) {
        for row in 0..<rows {
            let mu = posterior + row * 2 * latent, v = mu + latent
            let dMu = d + row * 2 * latent, dV = dMu + latent
            let z = z + row * latent, dz = dz + row * latent
            @inline(__always) func step(
                _ m: FloatLanes, _ v: FloatLanes, _ z: FloatLanes, _ dz: FloatLanes, _ beta: FloatLanes
            ) -> (FloatLanes, FloatLanes) {
                (FloatLanes.fma(m, beta, dz), FloatLanes.fma(dz, z - m, (v.exponential - .all(1)) * beta) * .all(0.5))
            }
            forEachSixteen(latent) { i in
                let (a, b) = step(.load(mu + i), .load(v + i), .load(z + i), .load(dz + i), .load(beta + i))
                a.store(dMu + i)
                b.store(dV + i)
            } rest: { i, n in
                let (a, b) = step(.load(mu + i, n), .load(v + i, n), .load(z + i, n), .load(dz + i, n), .load(beta + i, n))
                a.store(dMu + i, n)
                b.store(dV + i, n)
            }
        }
    }

    /// Adam (Kingma & Ba 2014): m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², w ← w − s·m/(√v·c + ε), with the bias
    /// corrections in s = lr/(1 − β₁ᵗ) and c = 1/√(1 − β₂ᵗ).
    package static func adam(
        _ w: UnsafeMutablePointer<Float>, _ m: UnsafeMutablePointer<Float>, _ v: UnsafeMutablePointer<Float>,
        gradient g: UnsafePointer<Float>, count: Int, step: AdamStep
    ) {
        let keepM = FloatLanes.all(step.keepM), addM = FloatLanes.all(step.addM)
        let keepV = FloatLanes.all(step.keepV), addV = FloatLanes.all(step.addV)
        let size = FloatLanes.all(-step.size), correction = FloatLanes.all(step.rootCorrection), epsilon = FloatLanes.all(step.epsilon)
        @inline(__always) func update(
            _ w: FloatLanes, _ m: FloatLanes, _ v: FloatLanes, _ g: FloatLanes
        ) -> (FloatLanes, FloatLanes, FloatLanes) {
            let m = FloatLanes.fma(addM, g, keepM * m)
            let v = FloatLanes.fma(addV * g, g, keepV * v)
            // √v = v/√v; where v is 0 or not normal the root is taken as 0.
            let root = (v * v.reciprocalRoot).replacing(with: 0, where: v .< .all(1.1754944e-38))
            return (FloatLanes.fma(size, m / FloatLanes.fma(root, correction, epsilon), w), m, v)
        }
        forEachSixteen(count) { i in
            let (a, b, c) = update(.load(w + i), .load(m + i), .load(v + i), .load(g + i))
            a.store(w + i)
            b.store(m + i)
            c.store(v + i)
        } rest: { i, n in
            let (a, b, c) = update(.load(w + i, n), .load(m + i, n), .load(v + i, n), .load(g + i, n))
            a.store(w + i, n)
            b.store(m + i, n)
            c.store(v + i, n)
        }
    }

    /// Sums of the columns from `start` on, over all rows.
    package static func columnSums(
        _ d: UnsafePointer<Float>, rows: Int, columns: Int, start: Int, count: Int, into sums: UnsafeMutablePointer<Float>
    ) {
        sums.update(repeating: 0, count: count)
        for row in 0..<rows {
            let from = d + row * columns + start
            for i in 0..<count { sums[i] += from[i] }
        }
    }
}

/// One step's constants. 1 − β₂ is taken before rounding: of a rounded β₂ it would be off by 5e-5 of itself.
package struct AdamStep: Sendable {
    package let size: Float, rootCorrection: Float, epsilon: Float
    /// β and 1 − β of the two means.
    package let keepM: Float, addM: Float, keepV: Float, addV: Float

    /// Step number `t`, from 1.
    package init(_ t: Int, rate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8) {
        size = Float(rate / (1 - Double.power(beta1, Double(t))))
        rootCorrection = Float(1 / (1 - Double.power(beta2, Double(t))).squareRoot())
        self.epsilon = Float(epsilon)
        (keepM, addM) = (Float(beta1), Float(1 - beta1))
        (keepV, addV) = (Float(beta2), Float(1 - beta2))
    }
}
