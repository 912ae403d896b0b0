import Figures
import Testing

@Suite struct MarchingSquaresTests {
    @Test func aCircleIsOneClosedCurve() {
        let grid = steps(-2, 2, 81)
        let z = grid.flatMap { y in grid.map { x in x * x + y * y } }
        let curves = MarchingSquares.curves(x: grid, y: grid, z: z, level: 1)
        #expect(curves.count == 1)
        #expect(curves[0].first == curves[0].last)
        // Linear interpolation of x² errs by at most h²/8 on z, so by h²/16 on the radius (twice, for two axes).
        for p in curves[0] { #expect(abs(hypotenuse(p.x, p.y) - 1) < 0.05 * 0.05 / 8) }
    }

    @Test func aPlaneGivesAStraightLineFromEdgeToEdge() {
        let x = [0.0, 1, 3], y = [0.0, 2, 5]
        let z = y.flatMap { b in x.map { a in a + b } }
        let curves = MarchingSquares.curves(x: x, y: y, z: z, level: 2.5)
        #expect(curves.count == 1)
        for p in curves[0] { #expect(abs(p.x + p.y - 2.5) < 1e-12) }
        let ends = [curves[0].first!, curves[0].last!].sorted { $0.x < $1.x }
        #expect(ends == [Point(0, 2.5), Point(2.5, 0)])
    }

    @Test func theMiddleDecidesASaddle() {
        let high = MarchingSquares.curves(x: [0, 1], y: [0, 1], z: [1, 0, 0, 1], level: 0.4)
        let low = MarchingSquares.curves(x: [0, 1], y: [0, 1], z: [1, 0, 0, 1], level: 0.6)
        // Below the mean of 0.5 the two high corners are joined, so the curves cut off the low ones.
        func cutsOff(_ corner: Point, _ curves: [[Point]]) -> Bool {
            curves.contains { $0.allSatisfy { abs($0.x - corner.x) <= 0.5 && abs($0.y - corner.y) <= 0.5 } }
        }
        #expect(high.count == 2 && cutsOff(Point(1, 0), high) && cutsOff(Point(0, 1), high))
        #expect(low.count == 2 && cutsOff(Point(0, 0), low) && cutsOff(Point(1, 1), low))
    }

    @Test func cellsWithoutNumbersAreLeftOut() {
        let grid = steps(-2, 2, 21)
        var z = grid.flatMap { y in grid.map { x in x * x + y * y } }
        z[10 * 21 + 15] = .nan
        let curves = MarchingSquares.curves(x: grid, y: grid, z: z, level: 1)
        #expect(curves.count == 1 && curves[0].first != curves[0].last)
    }

    @Test func brokenGridsGiveNothing() {
        #expect(MarchingSquares.curves(x: [], y: [], z: [], level: 0).isEmpty)
        #expect(MarchingSquares.curves(x: [0, 1], y: [0, 1], z: [1], level: 0).isEmpty)
        #expect(MarchingSquares.curves(x: [0, 1], y: [0, 1], z: [1, 2, 3, 4], level: .nan).isEmpty)
        #expect(MarchingSquares.curves(x: [0, 1], y: [0, 1], z: [3, 3, 3, 3], level: 3).isEmpty)
    }
}
