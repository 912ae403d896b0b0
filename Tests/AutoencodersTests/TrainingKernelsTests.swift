import Autodiff
import Networks
import Testing

/// The loops of the fast step, each against the operation on the tape that it stands for, in double precision.
@Suite("Fast step: its loops")
struct TrainingKernelsTests {
    /// Whole lanes, remainders, and more than one block of sums.
    static let counts = [1, 15, 16, 17, 31, 33, 512, 531, 1000]

    private func normals(_ count: Int, _ name: String, scale: Float = 1) -> [Float] {
        var stream = RandomStream(seed: 5, name: name)
        var numbers = [Float](repeating: 0, count: count)
        numbers.withUnsafeMutableBufferPointer { stream.fillNormal($0) }
        return numbers.map { scale * $0 }
    }

    private func uniforms(_ count: Int, _ name: String) -> [Float] {
        var stream = RandomStream(seed: 6, name: name)
        var numbers = [Float](repeating: 0, count: count)
        numbers.withUnsafeMutableBufferPointer { stream.fillUniform($0) }
        return numbers
    }

    private func double(_ numbers: [Float], _ shape: Shape) throws -> Tensor<Double> {
        try Tensor(numbers.map(Double.init), shape: shape)
    }

    private func largest(_ a: some Sequence<Float>, minus b: some Sequence<Double>) -> Double {
        zip(a, b).map { Swift.abs(Double($0) - $1) }.max() ?? .nan
    }

    @Test(arguments: counts) func biasAndReLU(_ columns: Int) throws {
        let rows = 3, bias = normals(columns, "bias"), x = normals(rows * columns, "x")
        for isRectified in [false, true] {
            var y = x
            TrainingKernels.addBias(&y, bias, rows: rows, columns: columns, relu: isRectified)
            let sum = try Tensor(x, shape: [rows, columns]) + Tensor(bias)
            #expect(y == (isRectified ? try relu(sum) : sum).scalars)

            let leaf = try Tensor(y, shape: [rows, columns]).tracked()
            let weights = normals(rows * columns, "slopes")
            let expected = try gradient(of: Autodiff.sum(relu(leaf) * Tensor(weights, shape: [rows, columns])), withRespectTo: leaf)
            var slopes = weights
            TrainingKernels.maskByReLU(&slopes, y, count: rows * columns)
            #expect(slopes == expected.scalars)
        }
    }

    /// What is not a number must come through to the loss, whatever layer it arises in.
    @Test func notANumberPassesReLU() {
        for (count, place) in [(32, 3), (5, 4)] {
            var y = [Float](repeating: 1, count: count)
            y[place] = .nan
            TrainingKernels.addBias(&y, [Float](repeating: 0, count: count), rows: 1, columns: count, relu: true)
            #expect(y.indices.allSatisfy { y[$0].isNaN == ($0 == place) })
            var d = y
            #expect(TrainingKernels.bernoulli(y, [Float](repeating: 0.5, count: count), slope: &d, count: count).isNaN)
            #expect(TrainingKernels.gaussian(y, [Float](repeating: 0.5, count: count), slope: &d, count: count, precision: 1).isNaN)
            #expect(TrainingKernels.reparameterize(y + y, y, into: &d, rows: 1, latent: count).isNaN)
        }
    }

    @Test(arguments: counts) func bernoulli(_ count: Int) throws {
        // Every fifth logit is so sure that a form with cancellation would lose it.
        var logits = normals(count, "logits", scale: 3), x = uniforms(count, "data")
        for i in stride(from: 4, to: count, by: 5) { logits[i] *= 12 }
        for i in stride(from: 0, to: count, by: 3) { x[i].round() }
        var slope = [Float](repeating: 0, count: count)
        let loss = TrainingKernels.bernoulli(logits, x, slope: &slope, count: count)
        let leaf = try double(logits, [count]).tracked()
        let reference = try sum(bernoulliFromLogits(leaf, double(x, [count])))
        #expect(Swift.abs(loss / reference.item - 1) < 1e-6)
        #expect(try largest(slope, minus: gradient(of: reference, withRespectTo: leaf).scalars) < 3e-7)
    }

    @Test(arguments: counts) func gaussian(_ count: Int) throws {
        let mean = normals(count, "mean", scale: 2), x = normals(count, "data")
        for precision in [Float(1), 0.25] {
            var slope = [Float](repeating: 0, count: count)
            let loss = TrainingKernels.gaussian(mean, x, slope: &slope, count: count, precision: precision)
            let leaf = try double(mean, [count]).tracked()
            let reference = try Tensor(0.5 * Double(precision)) * sum(pow(leaf - double(x, [count]), 2))
            #expect(Swift.abs(loss / reference.item - 1) < 1e-6)
            #expect(try largest(slope, minus: gradient(of: reference, withRespectTo: leaf).scalars) < 1e-6)
        }
    }

    @Test(arguments: [1, 2, 15, 16, 20, 33, 64]) func reparameterized(_ latent: Int) throws {
        let rows = 5, count = rows * latent, beta = Float(2.5)
        let mean = normals(count, "mean", scale: 2), logVariance = normals(count, "v", scale: 2), noise = normals(count, "noise")
        let dz = normals(count, "dz")
        var posterior: [Float] = []
        for start in stride(from: 0, to: count, by: latent) { posterior += mean[start..<(start + latent)] + logVariance[start..<(start + latent)] }
        var z = [Float](repeating: 0, count: count), slope = [Float](repeating: 0, count: 2 * count)
        let kl = TrainingKernels.reparameterize(posterior, noise, into: &z, rows: rows, latent: latent)
        TrainingKernels.reparameterizeBack(posterior, z: z, dz: dz, slope: &slope, rows: rows, latent: latent, beta: [Float](repeating: beta, count: latent))

        let m = try double(mean, [rows, latent]).tracked(), v = try double(logVariance, [rows, latent]).tracked()
        let drawn = try reparameterize(m, logVariance: v, noise: double(noise, [rows, latent]))
        let divergence = try sum(gaussianKL(m, logVariance: v))
        let slopes = try gradients(
            of: sum(drawn * double(dz, [rows, latent])) + Tensor(Double(beta)) * divergence, withRespectTo: [m, v])
        #expect(Swift.abs(kl / divergence.item - 1) < 1e-6)
        for i in 0..<count {
            let at = i / latent * 2 * latent + i % latent
            #expect(Swift.abs(Double(z[i]) - drawn.scalars[i]) < 1e-6 * (1 + Swift.abs(drawn.scalars[i])))
            for (found, exact) in [(slope[at], slopes[0].scalars[i]), (slope[at + latent], slopes[1].scalars[i])] {
                #expect(Swift.abs(Double(found) - exact) < 2e-6 * (1 + Swift.abs(exact)))
            }
        }
    }

    /// Forty steps, with gradients over many magnitudes, some of them 0 throughout.
    @Test(arguments: [1, 16, 37]) func adam(_ count: Int) throws {
        var w = normals(count, "w"), m = [Float](repeating: 0, count: count), v = m
        var network = Linear(weight: try double(w, [1, count]), bias: nil)
        var optimiser = try Optimiser<Double>(Adam(), for: network)
        for t in 1...40 {
            var g = normals(count, "g\(t)")
            for i in g.indices { g[i] *= i % 7 == 6 ? 0 : Float.power(10, Float(i % 7) - 5) }
            TrainingKernels.adam(&w, &m, &v, gradient: g, count: count, step: AdamStep(t, rate: 0.01))
            try optimiser.step(&network, gradients: [double(g, [1, count])], learningRate: 0.01)
        }
        #expect(largest(w, minus: network.weight.scalars) < 2e-6)
        #expect(network.weight.scalars.indices.allSatisfy { $0 % 7 != 6 || m[$0] == 0 && v[$0] == 0 })
    }

    @Test(arguments: [1, 16, 50]) func columnSums(_ columns: Int) throws {
        let rows = 37, x = normals(rows * columns, "x")
        let expected = try sum(double(x, [rows, columns]), axis: 0).scalars
        for (start, count) in [(0, columns), (columns / 2, columns - columns / 2)] {
            var sums = [Float](repeating: .nan, count: count)
            TrainingKernels.columnSums(x, rows: rows, columns: columns, start: start, count: count, into: &sums)
            #expect(largest(sums, minus: expected[start..<(start + count)]) < 1e-5)
        }
    }
}
