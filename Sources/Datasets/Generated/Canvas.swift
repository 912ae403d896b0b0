/// A square of pixels that holds for each pixel's centre the signed distance to the ink's edge, in pixels, negative
/// within. Shapes are joined by taking the least distance; grey comes last, from the distance, as a soft edge.
struct Canvas {
    let side: Int
    private(set) var distance: [Float]

    /// As far as a distance is kept: beyond it, no edge is so soft that it would show.
    static let reach: Float = 2

    init(side: Int) {
        self.side = side
        distance = [Float](repeating: Self.reach, count: side * side)
    }

    /// A round pen that goes straight from `a` to `b` while its radius goes from `ra` to `rb`.
    mutating func line(_ a: Point, _ ra: Float, _ b: Point, _ rb: Float) {
        let margin = max(ra, rb) + Self.reach
        let columns = span(min(a.x, b.x) - margin, max(a.x, b.x) + margin)
        let rows = span(min(a.y, b.y) - margin, max(a.y, b.y) + margin)
        let along = b - a
        let square = along.x * along.x + along.y * along.y
        let inverse = square > 1e-12 ? 1 / square : 0
        let (side, farthest) = (side, margin * margin)
        distance.withUnsafeMutableBufferPointer { distance in
            for row in rows {
                let y = Float(row) - a.y
                for column in columns {
                    let x = Float(column) - a.x
                    let t = max(0, min(1, (x * along.x + y * along.y) * inverse))
                    let (dx, dy) = (x - t * along.x, y - t * along.y)
                    let far = dx * dx + dy * dy
                    guard far < farthest else { continue }
                    let place = row * side + column
                    distance[place] = min(distance[place], far.squareRoot() - (ra + t * (rb - ra)))
                }
            }
        }
    }

    /// The pixels whose centres lie between two coordinates. Centres have whole coordinates.
    private func span(_ low: Float, _ high: Float) -> Range<Int> {
        let first = max(0, min(Float(side), low.rounded(.up)))
        let last = max(first - 1, min(Float(side) - 1, high.rounded(.down)))
        return Int(first) ..< Int(last) + 1
    }

    /// A shape given by its signed distance about `centre`, which lies within `radius` of it.
    mutating func fill(_ centre: Point, radius: Float, _ shape: (Point) -> Float) {
        let margin = radius + Self.reach
        for row in span(centre.y - margin, centre.y + margin) {
            for column in span(centre.x - margin, centre.x + margin) {
                let place = row * side + column
                distance[place] = min(distance[place], shape(Point(Float(column), Float(row)) - centre))
            }
        }
    }

    /// An ellipse with its axes along the picture's. The distance is to first order, |p/r|(|p/r| - 1)/|p/r²|: exact
    /// at the edge, which is where it shows.
    mutating func ellipse(_ centre: Point, _ radii: Point) {
        fill(centre, radius: radii.max()) { ellipseDistance($0, radii) }
    }

    /// The share of each pixel that is inked, from 0 to 1, where an edge is `softness` pixels wide.
    func ink(softness: Float) -> [Float] {
        let slope = 1 / softness
        return distance.map { max(0, min(1, 0.5 - $0 * slope)) }
    }
}

func ellipseDistance(_ p: Point, _ radii: Point) -> Float {
    let scaled = p / radii
    let (level, steepness) = (scaled.length, (scaled / radii).length)
    return steepness > 1e-6 ? level * (level - 1) / steepness : -radii.min()
}

/// A rectangle of half-widths `half`.
func boxDistance(_ p: Point, _ half: Point) -> Float {
    let outside = Point(abs(p.x), abs(p.y)) - half
    return pointwiseMax(outside, Point.zero).length + min(0, outside.max())
}

/// The nearest grey of the 256 that a byte holds: what a picture file keeps of it.
func byteGrey(_ grey: Float) -> Float { (grey * 255).rounded() / 255 }
