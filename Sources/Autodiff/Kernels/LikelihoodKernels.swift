/// Log-likelihoods of an item without their slopes, for estimates that need millions of them.
package enum LikelihoodKernels {
    /// So many factors of up to 2 in each of sixteen lanes stay below 2⁶³, and all lanes together below 2¹⁰⁰⁸.
    private static let factors = 63

    /// log p(x | logits ℓ) of a Bernoulli, summed: Σ xℓ − max(ℓ, 0) − ln(1 + e^(−|ℓ|)).
    /// A thousand of the logarithms are one, of the product of their arguments.
    package static func bernoulli(_ logits: UnsafePointer<Float>, _ x: UnsafePointer<Float>, count: Int) -> Double {
        let zero = FloatLanes.all(0), one = FloatLanes.all(1)
        var total = 0.0
        for start in stride(from: 0, to: count, by: 16 * factors) {
            let logits = logits + start, x = x + start
            var sum = zero, product = one
            @inline(__always) func step(_ l: FloatLanes, _ x: FloatLanes) {
                let t = (zero - l.magnitude).exponential
                sum = FloatLanes.fma(x, l, sum - l.larger(zero))
                product = FloatLanes.fma(product, t, product)
            }
            forEachSixteen(min(count - start, 16 * factors)) { i in
                step(.load(logits + i), .load(x + i))
            } rest: { i, n in
                // Filled with x = 0 at a logit so sure that the term is 0.
                step(.load(logits + i, n, filler: -100), .load(x + i, n))
            }
            var all = 1.0
            for k in 0..<16 { all *= Double(product[k]) }
            total += Double(sum.sum()) - Double.log(all)
        }
        return total
    }

    /// Σ (a − b)².
    package static func squaredDistance(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Double {
        var total = 0.0
        for start in stride(from: 0, to: count, by: 512) {
            let a = a + start, b = b + start
            var sum = FloatLanes.all(0)
            @inline(__always) func step(_ difference: FloatLanes) { sum = FloatLanes.fma(difference, difference, sum) }
            forEachSixteen(min(count - start, 512)) { i in
                step(.load(a + i) - .load(b + i))
            } rest: { i, n in
                step(.load(a + i, n) - .load(b + i, n))
            }
            total += Double(sum.sum())
        }
        return total
    }
}
