import Autodiff
import Autoencoders
import Testing

@Suite("Interpolation: ways between codes")
struct InterpolationTests {
    private func length(_ v: [Float]) -> Double { v.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }
    private func angle(_ a: [Float], _ b: [Float]) -> Double {
        let cosine = zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } / length(a) / length(b)
        // acos(c) = 2 asin(√((1 − c)/2)), taken from the chord for small angles.
        let (la, lb) = (length(a), length(b))
        let chord = zip(a, b).reduce(0) { $0 + (Double($1.0) / la - Double($1.1) / lb) * (Double($1.0) / la - Double($1.1) / lb) }.squareRoot()
        return cosine > -0.9 ? 2 * arcsine(chord / 2) : .pi - 2 * arcsine((2 + 2 * cosine).squareRoot() / 2)
    }

    /// By Newton's method on sin y = x, so that the tests need no other library.
    private func arcsine(_ x: Double) -> Double {
        var y = x
        for _ in 0..<60 { y -= (Double.sin(y) - x) / max(1e-9, Double.cos(y)) }
        return y
    }

    private func normals(_ count: Int, _ seed: UInt64) -> [Float] {
        var stream = RandomStream(seed: seed), numbers = [Float](repeating: 0, count: count)
        numbers.withUnsafeMutableBufferPointer { stream.fillNormal($0) }
        return numbers
    }

    @Test(arguments: [2, 3, 20, 200]) func directionsTurnEvenlyAndLengthsGoEvenly(_ count: Int) {
        for seed in UInt64(1)...5 {
            let a = normals(count, seed), b = normals(count, seed + 100).map { 2.5 * $0 }
            let way = Interpolation.slerp.path(from: a, to: b, steps: 9)
            let steps = (0..<9).map { Array(way[($0 * count)..<(($0 + 1) * count)]) }
            #expect(steps[0] == a && steps[8] == b)
            let whole = angle(a, b)
            for (k, z) in steps.enumerated() {
                let t = Double(k) / 8
                #expect(abs(length(z) - ((1 - t) * length(a) + t * length(b))) < 1e-5 * length(b))
                #expect(abs(angle(a, z) - t * whole) < 1e-4 && abs(angle(z, b) - (1 - t) * whole) < 1e-4)
            }
            // The way back is the same way.
            let back = Interpolation.slerp.path(from: b, to: a, steps: 9)
            for k in 0..<9 { #expect(zip(steps[k], back[((8 - k) * count)..<((9 - k) * count)]).allSatisfy { abs($0 - $1) < 1e-5 }) }
        }
    }

    @Test func straight() {
        let way = Interpolation.lerp.path(from: [1, -2, 0], to: [3, 2, 0.5], steps: 5)
        #expect(way == [1, -2, 0, 1.5, -1, 0.125, 2, 0, 0.25, 2.5, 1, 0.375, 3, 2, 0.5])
    }

    /// One direction, or none: the length alone changes.
    @Test func parallelAndZero() {
        func half(_ a: [Float], _ b: [Float], _ t: Double = 0.5) -> [Float] { Interpolation.slerp.between(a, b, t) }
        #expect(half([1, 2, 2], [2, 4, 4]) == [1.5, 3, 3] && half([1, 2], [1, 2], 0.3) == [1, 2])
        #expect(half([0, 0], [2, 4], 0.25) == [0.5, 1] && half([2, 4], [0, 0], 0.25) == [1.5, 3] && half([0, 0], [0, 0]) == [0, 0])
        #expect(half([3], [1]) == [2] && half([], []) == [])
        #expect(half([1, 2], [.nan, 1]).contains { $0.isNaN } && half([1, 2], [.infinity, 1]).allSatisfy { !$0.isNaN })
    }

    /// Half a circle, of which there are many: one of them, never through 0.
    @Test(arguments: [[1, 0, 0], [0.6, -0.8], [1, 1, 1, 1], [3, 0.1, -2]] as [[Float]]) func opposite(_ a: [Float]) {
        let b = a.map { -2 * $0 }
        for k in 0...10 {
            let t = Double(k) / 10, z = Interpolation.slerp.between(a, b, t)
            #expect(abs(length(z) - (1 + t) * length(a)) < 1e-5 && abs(angle(a, z) - t * .pi) < 1e-3, "\(a) \(t)")
        }
        // On a line there is no other way than through 0.
        #expect(Interpolation.slerp.between([1], [-1], 0.5) == [0])
    }

    /// Nearly parallel and nearly opposite directions are no different from their neighbours.
    @Test(arguments: [1e-3, 1e-5, 1e-6, 1e-7, 1e-8, 1e-10] as [Float]) func nearly(_ tilt: Float) {
        for sign in [Float(1), -1] {
            let a: [Float] = [2, 0, 0], b: [Float] = [sign * 2, tilt, 0], z = Interpolation.slerp.between(a, b, 0.5)
            #expect(z.allSatisfy(\.isFinite) && abs(length(z) - 2) < 1e-5)
            #expect(abs(angle(a, z) - (sign > 0 ? 0 : .pi / 2)) < 1e-3)
        }
    }
}
