import Autodiff

/// A place or a direction in a picture: x to the right, y downwards.
typealias Point = SIMD2<Float>

/// Draws by additions, products and square roots alone, which IEEE 754 rounds in one way: the same bits on every
/// machine, which a libm's logarithms and sines do not promise.
extension RandomStream {
    /// Mean 0, variance 1, bell-shaped and bounded by ±2√3: the sum of a word's four quarters, each uniform.
    mutating func bell() -> Float {
        let word = next()
        let sum = (word & 0xFFFF) + (word >> 16 & 0xFFFF) + (word >> 32 & 0xFFFF) + (word >> 48)
        // The four centres lie half a step above the grid.
        return (Float(sum) + 2 - 131_072) * (1.7320508 / 65_536)
    }

    /// Uniform on `range`.
    mutating func uniform(_ low: Float, _ high: Float) -> Float {
        low + (high - low) * Float(next() >> 40) * 0x1p-24
    }

    /// `mean` and a bell of standard deviation `deviation`, cut off at `range`.
    mutating func bell(_ mean: Float, _ deviation: Float, in range: ClosedRange<Float>) -> Float {
        min(max(mean + deviation * bell(), range.lowerBound), range.upperBound)
    }
}

/// (cos, sin) of an angle in radians, |angle| < 1,000: Taylor's series about the nearest quarter turn, off by less
/// than 1e-7 in single precision.
func direction(_ angle: Float) -> Point {
    let quarters = (Double(angle) * (2 / Double.pi)).rounded()
    let x = Double(angle) - quarters * (Double.pi / 2)
    let square = x * x
    let sine = x * (1 - square / 6 * (1 - square / 20 * (1 - square / 42 * (1 - square / 72 * (1 - square / 110)))))
    let cosine = 1 - square / 2 * (1 - square / 12 * (1 - square / 30 * (1 - square / 56 * (1 - square / 90))))
    switch Int(quarters) & 3 {
    case 0: return Point(Float(cosine), Float(sine))
    case 1: return Point(Float(-sine), Float(cosine))
    case 2: return Point(Float(-cosine), Float(-sine))
    default: return Point(Float(sine), Float(-cosine))
    }
}

extension Point {
    var length: Float { (x * x + y * y).squareRoot() }
    func turned(by direction: Point) -> Point {
        Point(x * direction.x - y * direction.y, x * direction.y + y * direction.x)
    }
}
