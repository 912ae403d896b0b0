import Datasets
import Glibc
import Testing

struct SpritesTests {
    static let data = Dataset.sprites(0..<1500, seed: 6)

    /// Squares (0) and ellipses (1) are symmetric, so their centre of mass is their place; the frame cuts nothing off.
    @Test func spritesStandWhereTheirFactorsSay() {
        for index in 0..<Self.data.count where Self.data.labels![index] < 2 {
            let centre = Moments(Self.data.item(index)).centre
            #expect(abs(centre.x - 7 - 13 * Self.data.value("x", index)) < 0.1)
            #expect(abs(centre.y - 7 - 13 * Self.data.value("y", index)) < 0.1)
        }
    }

    /// The half diagonal is 7 times the scale: the square's area is 98 scale², the ellipse's 49π/2 scale².
    @Test func scaleIsArea() {
        for index in 0..<Self.data.count where Self.data.labels![index] < 2 {
            let scale = Self.data.value("scale", index)
            let area = (Self.data.labels![index] == 0 ? 98 : 24.5 * Double.pi) * scale * scale
            #expect(abs(Moments(Self.data.item(index)).mass / area - 1) < 0.04)
        }
    }

    @Test func rotationTurnsTheLongAxis() {
        for index in 0..<Self.data.count where Self.data.labels![index] == 1 {
            let m = Moments(Self.data.item(index))
            let axis = 0.5 * atan2(2 * m.xy, m.xx - m.yy)
            // Axes have no direction: compare modulo π.
            let difference = remainder(axis - Self.data.value("rotation", index), Double.pi)
            #expect(abs(difference) < 0.06)
        }
    }

    /// A heart's tip is narrower than its lobes: along the axis through the tip, the third moment is on the tip's side.
    @Test func heartsPointWhereTheirRotationSays() {
        for index in 0..<Self.data.count where Self.data.labels![index] == 2 {
            let (picture, angle) = (Array(Self.data.item(index)), Self.data.value("rotation", index))
            let centre = Moments(Self.data.item(index)).centre
            let place = 7 + 13 * SIMD2(Self.data.value("x", index), Self.data.value("y", index))
            var skew = 0.0
            for (i, grey) in picture.enumerated() {
                let d = SIMD2(Double(i % 28), Double(i / 28)) - centre
                let towardsTip = d.y * cos(angle) - d.x * sin(angle)
                skew += Double(grey) * towardsTip * towardsTip * towardsTip
            }
            #expect(skew > 0, "sprite \(index)")
            // Left and right are alike.
            let offset = centre - place
            #expect(abs(offset.x * cos(angle) + offset.y * sin(angle)) < 0.1)
        }
    }

    @Test func factorsAreUniformAndIndependent() {
        let names = Self.data.factorNames
        for (i, a) in names.enumerated() {
            for b in names[..<i] {
                let r = correlation(Self.data.factor(a)!.map(Double.init), Self.data.factor(b)!.map(Double.init))
                #expect(abs(r) < 4.5 / Double(Self.data.count).squareRoot(), "\(a), \(b)")
            }
        }
        for label in 0..<3 { #expect(abs(Self.data.labels!.count { $0 == label } - 500) < 83) }
        #expect(Self.data.factor("scale")!.allSatisfy { $0 >= 0.5 && $0 <= 1 })
    }
}
