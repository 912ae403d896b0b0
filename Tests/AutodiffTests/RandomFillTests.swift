import Autodiff
import Glibc
import Testing

struct RandomFillTests {
    static let sizes = [0, 1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 100, 1000]

    @Test func fillsOfDoublesAreSingleDraws() {
        for start in [0, 1, 7, 8, 15, 16, 21] as [UInt64] {
            for size in Self.sizes {
                var (a, b) = (RandomStream(seed: 4), RandomStream(seed: 4))
                (a.position, b.position) = (start, start)
                #expect(filled(size, 0.0) { a.fillUniform($0) } == draws(size) { b.uniform() })
                #expect(filled(size, 0.0) { a.fillNormal($0) } == draws(size) { b.normal() })
                #expect(a.position == b.position)
            }
        }
    }

    /// However a fill is cut, and in whatever order its pieces are drawn, the bits are the same.
    @Test func piecesMakeTheWhole() {
        var cuts = RandomStream(seed: 99)
        for start in [0, 5, 16] as [UInt64] {
            for size in Self.sizes {
                var stream = RandomStream(seed: 4, name: "pieces")
                stream.position = start
                var bounds = [0, size] + (0..<3).map { _ in cuts.integer(below: size + 1) }
                bounds.sort()
                let pieces = zip(bounds, bounds.dropFirst()).reversed()
                func check<T: Equatable>(
                    _ zero: T, _ whole: (inout RandomStream, UnsafeMutableBufferPointer<T>) -> Void,
                    _ piece: (RandomStream, UnsafeMutableBufferPointer<T>, Int) -> Void
                ) {
                    let cut = filled(size, zero) { buffer in
                        for (low, high) in pieces { piece(stream, UnsafeMutableBufferPointer(rebasing: buffer[low..<high]), low) }
                    }
                    var copy = stream
                    #expect(cut == filled(size, zero) { whole(&copy, $0) })
                }
                check(0.0, { $0.fillNormal($1) }, { $0.fillNormal($1, from: $2) })
                check(0.0, { $0.fillUniform($1) }, { $0.fillUniform($1, from: $2) })
                check(Float(0), { $0.fillNormal($1) }, { $0.fillNormal($1, from: $2) })
                check(Float(0), { $0.fillUniform($1) }, { $0.fillUniform($1, from: $2) })
            }
        }
    }

    @Test func tensorsAreFilledInOrderAndMoveTheStreamOn() throws {
        var (a, b) = (RandomStream(seed: 4), RandomStream(seed: 4))
        #expect(try Tensor<Double>.normal([3, 5], from: &a).scalars == draws(15) { b.normal() })
        #expect(try Tensor<Double>.uniform([7], from: &a).scalars == draws(7) { b.uniform() })
        #expect(try Tensor<Double>.drawn([2, 2], from: &a) { $0.gumbel() }.scalars == draws(4) { b.gumbel() })
        #expect(a == b)
        #expect(try Tensor<Float>.normal([3, 5], from: &a).scalars == filled(15, Float(0)) { b.fillNormal($0) })
        #expect(try Tensor<Float>.uniform([0], from: &a).count == 0)
        #expect(a == b)
    }

    @Test func floatFillsInARowShareNothing() {
        var stream = RandomStream(seed: 13)
        let values = (0..<50).flatMap { _ in filled(7, Float(0)) { stream.fillNormal($0) } }
        #expect(Set(values).count == values.count)
        // Seven floats use one group of sixteen words; nothing uses none.
        #expect(stream.position == 50 * 16)
        _ = filled(0, Float(0)) { stream.fillNormal($0) }
        #expect(stream.position == 50 * 16)
    }

    @Test func floatNormalsFit() {
        var stream = RandomStream(seed: 14)
        let n = 1_000_000
        let samples = filled(n, Float(0)) { stream.fillNormal($0) }.map(Double.init)
        #expect(kolmogorovSmirnov(samples, normalCDF) < 1.95)
        let m = moments(samples)
        let root = Double(n).squareRoot()
        #expect(abs(m.mean) < 4 / root)
        #expect(abs(m.second - 1) < 4 * 2.squareRoot() / root)
        #expect(abs(m.third) < 4 * 15.squareRoot() / root)
        #expect(abs(m.fourth - 3) < 4 * 96.squareRoot() / root)
        // Both tails beyond 4σ: 31.7 expected in each... of a million; a Poisson count within 4 of its deviations.
        for sign in [1.0, -1] {
            let far = Double(samples.filter { $0 * sign > 4 }.count)
            #expect(abs(far - 31.7) < 4 * 31.7.squareRoot())
        }
        #expect(samples.allSatisfy { abs($0) < 6.8 })
        // The two numbers of a pair (16 apart) and neighbours do not know each other, nor do their squares.
        for lag in [1, 2, 16, 32] {
            let (a, b) = (Array(samples.dropFirst(lag)), Array(samples.dropLast(lag)))
            #expect(abs(correlation(a, b)) < 4.5 / root)
            #expect(abs(correlation(a.map { $0 * $0 }, b.map { $0 * $0 })) < 4.5 / root)
        }
    }

    @Test func floatUniformsFit() {
        var stream = RandomStream(seed: 15)
        let samples = filled(1_000_000, Float(0)) { stream.fillUniform($0) }
        #expect(samples.allSatisfy { $0 >= 0 && $0 < 1 && $0 * 0x1p24 == ($0 * 0x1p24).rounded() })
        #expect(kolmogorovSmirnov(samples.map(Double.init), { $0 }) < 1.95)
    }
}
