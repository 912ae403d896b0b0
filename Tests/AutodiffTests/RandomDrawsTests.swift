import Autodiff
import Glibc
import Testing

struct RandomDrawsTests {
    let count = 40_000

    /// Each continuous draw against its distribution function: √n D stays under the 0.1% point of Kolmogorov's law.
    @Test func distributionsFit() {
        let root = RandomStream(seed: 2024)
        func fits(_ name: String, _ draw: (inout RandomStream) -> Double, _ cdf: @escaping (Double) -> Double) {
            var stream = root.split(name)
            let samples = draws(count) { draw(&stream) }
            #expect(kolmogorovSmirnov(samples, cdf) < 1.95, "\(name)")
            #expect(stream.position == UInt64(count), "\(name)")
        }
        fits("uniform", { $0.uniform() }, { $0 })
        fits("open uniform", { $0.openUniform() }, { $0 })
        fits("normal", { $0.normal() }, normalCDF)
        fits("exponential", { $0.exponential() }, { 1 - exp(-$0) })
        fits("Gumbel", { $0.gumbel() }, { exp(-exp(-$0)) })
        fits("Laplace", { $0.laplace() }, { $0 < 0 ? exp($0) / 2 : 1 - exp(-$0) / 2 })
        fits("gamma 3", { $0.gamma(shape: 3) }, { 1 - exp(-$0) * (1 + $0 + $0 * $0 / 2) })
        fits("gamma 1", { $0.gamma(shape: 1) }, { 1 - exp(-$0) })
        fits("gamma 1/2", { $0.gamma(shape: 0.5) }, { erf($0.squareRoot()) })
        // Far out in shape, the gamma's cube root is normal (Wilson and Hilferty), to much less than the test can see.
        fits("gamma 10,000", { $0.gamma(shape: 10_000) }, { normalCDF((pow($0 / 10_000, 1.0 / 3) - 1 + 1.0 / 90_000) * 300) })
    }

    @Test func theTestSeesAWrongDistribution() {
        var stream = RandomStream(seed: 1)
        #expect(kolmogorovSmirnov(draws(count) { 1.02 * stream.normal() + 0.02 }, normalCDF) > 1.95)
    }

    @Test func momentsOfTheNormal() {
        var stream = RandomStream(seed: 8)
        let n = 400_000
        let m = moments(draws(n) { stream.normal() })
        let root = Double(n).squareRoot()
        // Standard errors of the moments of a standard normal: 1, √2, √15 and √96 over √n.
        #expect(abs(m.mean) < 4 / root)
        #expect(abs(m.second - 1) < 4 * 2.squareRoot() / root)
        #expect(abs(m.third) < 4 * 15.squareRoot() / root)
        #expect(abs(m.fourth - 3) < 4 * 96.squareRoot() / root)
    }

    /// Against quantiles computed with thirty digits.
    @Test(arguments: [
        (1e-300, -37.047096299361199237), (1e-20, -9.2623400897984075737), (1e-5, -4.2648907939228246285),
        (0.01, -2.3263478740408411009), (0.07, -1.4757910281791707352), (0.08, -1.405071560309632556), (0.3, -0.52440051270804078404),
        (0.5, 0.0), (0.6, 0.2533471031357997988),
    ])
    func quantilesOfTheNormal(p: Double, expected: Double) {
        let got = normalQuantile(offset: p - 0.5, tail: min(p, 1 - p))
        #expect(abs(got - expected) <= 2e-15 * abs(expected))
    }

    @Test func uniformsKeepToTheirRange() {
        var stream = RandomStream(seed: 6)
        for _ in 0..<10_000 {
            let (half, open) = (stream.uniform(), stream.openUniform())
            #expect(half >= 0 && half < 1 && open > 0 && open < 1)
            #expect(half * 0x1p53 == (half * 0x1p53).rounded())
        }
    }

    @Test func bernoulliAndCategoriesComeAsOftenAsTheyShould() throws {
        var stream = RandomStream(seed: 9)
        let heads = (0..<count).filter { _ in stream.bernoulli(0.3) }.count
        #expect(abs(Double(heads) - 12_000) < 4 * (Double(count) * 0.21).squareRoot())
        #expect(!(0..<100).contains { _ in stream.bernoulli(0) || stream.bernoulli(.nan) || stream.bernoulli(-1) })
        #expect((0..<100).allSatisfy { _ in stream.bernoulli(1) })

        let weights = [0.1, 0, 0.4, 2, 0.5, 0]
        let byWeight = CategoricalTable(weights: weights)
        let byLogit = CategoricalTable(logits: weights.map { log($0) + 5000 })
        for table in [byWeight, byLogit] {
            var counts = [Int](repeating: 0, count: 6)
            for _ in 0..<count { counts[table.draw(from: &stream)] += 1 }
            #expect(counts[1] == 0 && counts[5] == 0)
            // 3 degrees of freedom: 21.1 is passed in one fair run of 10,000.
            #expect(chiSquare(counts, expected: weights.map { $0 / 3 * Double(count) }) < 21.1)
        }
    }

    @Test func integersAreUnbiased() {
        var stream = RandomStream(seed: 10)
        // A bound of 3/4 of the range: a remainder would make the lower third twice as likely.
        let bound = Int(3 << 61)
        let low = (0..<count).filter { _ in stream.integer(below: bound) < bound / 3 }.count
        #expect(abs(Double(low) - Double(count) / 3) < 4 * (Double(count) * 2 / 9).squareRoot())
        #expect(stream.position == UInt64(count))
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<count { counts[stream.integer(below: 10)] += 1 }
        #expect(chiSquare(counts, expected: [Double](repeating: Double(count) / 10, count: 10)) < 33.7)
        #expect(stream.integer(below: 1) == 0)
    }

    @Test func permutationsAreAllEquallyLikely() {
        var stream = RandomStream(seed: 12)
        var counts: [[Int]: Int] = [:]
        for _ in 0..<24_000 { counts[stream.permutation(of: 4), default: 0] += 1 }
        #expect(counts.count == 24)
        // 23 degrees of freedom: 56.5 at 1 in 10,000.
        #expect(chiSquare(Array(counts.values), expected: [Double](repeating: 1000, count: 24)) < 56.5)
        #expect(stream.permutation(of: 1000).sorted() == Array(0..<1000))
        #expect(stream.permutation(of: 0) == [] && stream.permutation(of: 1) == [0])
    }
}
