/// Losses of the likelihoods that need more than a line, with their slopes in the decoder's outputs where these are wanted.
extension TrainingKernels {
    /// −log p(x | logits ℓ) of a continuous Bernoulli, A(ℓ) − xℓ with A(ℓ) = ln((e^ℓ − 1)/ℓ), summed over the elements, and
    /// its slope d = A′(ℓ) − x. With a = |ℓ| and t = e^(−a):
    ///
    ///     A = max(ℓ, 0) + g      g = ln((1 − t)/a)       A′ = 1 + h for ℓ > 0, else −h      h = g′ = t/(1 − t) − 1/a
    ///
    /// Up to a = 2, where 1 − t and the two terms of h cancel, by the series of ln(sinh u/u) in u = a/2:
    /// g = −a/2 + u²/6 − u⁴/180 + ..., h = −1/2 + (u/3 − u³/45 + ...)/2; the first term left out is below 3e-8.
    package static func continuousBernoulli(
        _ logits: UnsafePointer<Float>, _ x: UnsafePointer<Float>, slope d: UnsafeMutablePointer<Float>?, count: Int
    ) -> Double {
        let zero = FloatLanes.all(0), one = FloatLanes.all(1)
        @inline(__always) func step(_ l: FloatLanes, _ x: FloatLanes) -> (loss: FloatLanes, slope: FloatLanes) {
            let a = l.magnitude, isFar = a .> .all(2)
            let square = a * a * .all(0.25)
            var p = FloatLanes.fma(square, 1.566139e-8, .all(-1.803702e-7))
            p = FloatLanes.fma(p, square, .all(2.137780e-6))
            p = FloatLanes.fma(p, square, .all(-2.645503e-5))
            p = FloatLanes.fma(p, square, .all(3.527337e-4))
            p = FloatLanes.fma(p, square, .all(-5.5555557e-3))
            p = FloatLanes.fma(p, square, .all(0.16666667))
            var q = FloatLanes.fma(square, 2.1925949e-7, .all(-2.1644042e-6))
            q = FloatLanes.fma(q, square, .all(2.1377799e-5))
            q = FloatLanes.fma(q, square, .all(-2.1164021e-4))
            q = FloatLanes.fma(q, square, .all(2.1164021e-3))
            q = FloatLanes.fma(q, square, .all(-0.022222223))
            q = FloatLanes.fma(q, square, .all(0.33333334))
            let t = (zero - a).exponential, rest = one - t
            let g = FloatLanes.fma(square, p, a * .all(-0.5)).replacing(with: zero - (a / rest).logarithm, where: isFar)
            let h = FloatLanes.fma(a * .all(0.25), q, .all(-0.5)).replacing(with: t / rest - one / a, where: isFar)
            let mean = (zero - h).replacing(with: one + h, where: l .> zero)
            return (FloatLanes.fma(zero - x, l, l.larger(zero)) + g, mean - x)
        }
        var total = LaneSum()
        forEachSixteen(count) { i in
            let (loss, slope) = step(.load(logits + i), .load(x + i))
            if let d { slope.store(d + i) }
            total.add(loss)
        } rest: { i, n in
            let (loss, slope) = step(.load(logits + i, n), .load(x + i, n))
            if let d { slope.store(d + i, n) }
            total.add(loss, n)
        }
        return total.value
    }

    /// −Σ xₖ ln pₖ with p = softmax(ℓ), for `groups` distributions x over so many classes, one after another, summed; and its
    /// slope d = p Σx − x. With the largest logit m and s = Σ e^(ℓ − m): −ln pₖ = ln s − (ℓₖ − m).
    package static func categorical(
        _ logits: UnsafePointer<Float>, _ x: UnsafePointer<Float>, slope d: UnsafeMutablePointer<Float>?, groups: Int, classes: Int
    ) -> Double {
        var total = 0.0
        for group in 0..<groups {
            let l = logits + group * classes, x = x + group * classes, d = d.map { $0 + group * classes }
            var largest = l[0]
            for k in 1..<max(classes, 1) where l[k] > largest { largest = l[k] }
            let top = FloatLanes.all(largest)
            var sums = FloatLanes.all(0), dots = FloatLanes.all(0), masses = FloatLanes.all(0)
            forEachSixteen(classes) { i in
                let below = FloatLanes.load(l + i) - top, x = FloatLanes.load(x + i)
                let e = below.exponential
                if let d { e.store(d + i) }
                sums += e
                dots = FloatLanes.fma(x, below, dots)
                masses += x
            } rest: { i, n in
                let below = FloatLanes.load(l + i, n, filler: largest) - top, x = FloatLanes.load(x + i, n)
                var e = below.exponential
                for k in n..<16 { e[k] = 0 }
                if let d { e.store(d + i, n) }
                sums += e
                dots = FloatLanes.fma(x, below, dots)
                masses += x
            }
            let sum = sums.sum(), mass = masses.sum()
            total += Double(mass) * Double.log(Double(sum)) - Double(dots.sum())
            guard let d else { continue }
            let scale = FloatLanes.all(mass / sum)
            forEachSixteen(classes) { i in
                FloatLanes.fma(FloatLanes.load(d + i), scale, .all(0) - .load(x + i)).store(d + i)
            } rest: { i, n in
                FloatLanes.fma(FloatLanes.load(d + i, n), scale, .all(0) - .load(x + i, n)).store(d + i, n)
            }
        }
        return total
    }
}

/// A sum of lanes: single precision adds up a few dozen terms; beyond, it goes on in double.
private struct LaneSum {
    private var total = 0.0, sum = FloatLanes.all(0), pending = 0

    @inline(__always)
    mutating func add(_ lanes: FloatLanes) {
        sum += lanes
        pending += 1
        guard pending == 32 else { return }
        total += Double(sum.sum())
        sum = .all(0)
        pending = 0
    }

    @inline(__always)
    mutating func add(_ lanes: FloatLanes, _ length: Int) { for k in 0..<length { total += Double(lanes[k]) } }

    @inline(__always)
    var value: Double { total + Double(sum.sum()) }
}
