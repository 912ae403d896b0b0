/// The strokes of a drawing as points that a pen passes through, smoothly but for the sharp ones.
///
/// Written as `"x y, x y^, x y | x y, ..."` in hundredths of the drawing's height from its upper left corner:
/// `|` lifts the pen, `^` marks a sharp turn.
struct Skeleton: Sendable {
    struct Knot: Sendable {
        var place: Point
        var isSharp: Bool
    }

    var strokes: [[Knot]]

    init(_ text: String) {
        strokes = text.split(separator: "|").map { stroke in
            stroke.split(separator: ",").map { point in
                let numbers = point.split(whereSeparator: { $0 == " " || $0 == "^" }).compactMap { Float($0) }
                precondition(numbers.count == 2, "'\(point)' is not a point of a skeleton")
                return Knot(place: Point(numbers[0], numbers[1]) / 100, isSharp: point.contains("^"))
            }
        }
    }

    /// The stroke as a line of short pieces: `steps` to each gap between knots, by cubic Hermite pieces whose slopes
    /// at a smooth knot are half the way between its neighbours, and at an end or a sharp knot those of a parabola.
    static func curve(_ knots: [Knot], steps: Int, into points: inout [Point]) {
        guard let first = knots.first else { return }
        points.append(first.place)
        for i in knots.indices.dropLast() {
            let (from, to) = (knots[i], knots[i + 1])
            let gap = to.place - from.place
            let startIsFree = i == 0 || from.isSharp
            let endIsFree = i + 2 == knots.count || to.isSharp
            var start = startIsFree ? gap : (to.place - knots[i - 1].place) * 0.5
            var end = endIsFree ? gap : (knots[i + 2].place - from.place) * 0.5
            if startIsFree, !endIsFree { start = gap * 2 - end }
            if endIsFree, !startIsFree { end = gap * 2 - start }
            for step in 1...steps {
                let t = Float(step) / Float(steps)
                let rise = t * t * (3 - 2 * t)
                let startPart = start * (t * (1 - t) * (1 - t))
                points.append(from.place + gap * rise + startPart - end * (t * t * (1 - t)))
            }
        }
    }
}
