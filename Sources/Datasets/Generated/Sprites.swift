import Autodiff

/// One white shape on black, with five factors drawn independently: what is meant by "the factors of variation" of
/// data. The label is the shape.
struct Sprites: Generator {
    let shape = [28, 28]
    let classNames = ["square", "ellipse", "heart"]
    let factorNames = ["shape", "scale", "rotation", "x", "y"]
    private let root: RandomStream

    init(seed: UInt64) { root = RandomStream(seed: seed, name: "sprites") }

    func draw(_ index: Int, into item: UnsafeMutableBufferPointer<Float>, factors: UnsafeMutableBufferPointer<Float>) -> Int {
        var stream = root.split(UInt64(index))
        let label = stream.integer(below: classNames.count)
        let scale = stream.uniform(0.5, 1)
        let rotation = stream.uniform(0, 2 * .pi)
        let (x, y) = (stream.uniform(0, 1), stream.uniform(0, 1))
        for (place, value) in [Float(label), scale, rotation, x, y].enumerated() { factors[place] = value }

        // The largest sprite, 7 pixels from its middle to its farthest point, stays within the frame everywhere.
        let radius = 7 * scale
        let centre = 7 + 13 * Point(x, y)
        // The picture is turned by `rotation` (clockwise on the screen), so its points are turned back.
        let back = direction(-rotation)
        var canvas = Canvas(side: 28)
        canvas.fill(centre, radius: radius) { point in
            let p = point.turned(by: back) / radius
            return radius * Self.distance(label, p)
        }
        for (place, grey) in canvas.ink(softness: 1).enumerated() { item[place] = byteGrey(grey) }
        return label
    }

    /// The signed distance to a shape that touches the unit circle from within.
    private static func distance(_ label: Int, _ p: Point) -> Float {
        switch label {
        case 0: return boxDistance(p, Point(repeating: 0.7071))
        case 1: return ellipseDistance(p, Point(1, 0.5))
        default:
            // A square on its corner and a disc on each of its upper sides.
            let half: Float = 0.55
            let middle = p - Point(0, 0.22)
            let square = boxDistance(middle.turned(by: Point(0.70710678, 0.70710678)), Point(repeating: half))
            let disc = (Point(abs(middle.x), middle.y) - Point(half, -half) * 0.70710678).length - half
            return min(square, disc)
        }
    }
}

extension Dataset {
    /// Squares, ellipses and hearts, 28 × 28; scale in [0.5, 1], rotation in [0, 2π), x and y in [0, 1).
    public static func sprites(_ indices: Range<Int>, seed: UInt64 = 1, threads: Int? = nil) -> Dataset {
        Dataset(Sprites(seed: seed), indices, threads: threads)
    }
}
