/// Which parts of a plot are drawn on, in cells of a few points: asked before a legend is put there.
struct Occupancy {
    private let plot: Rect
    private let columns, rows: Int
    private var cells: [Bool]
    private static let cell = 5.0

    init(plot: Rect, commands: [Command], labels: [Rect]) {
        self.plot = plot
        columns = max(1, Int(plot.width / Occupancy.cell) + 1)
        rows = max(1, Int(plot.height / Occupancy.cell) + 1)
        cells = [Bool](repeating: false, count: columns * rows)
        for command in commands { add(command) }
        for rect in labels { mark(rect) }
    }

    func touches(_ rect: Rect) -> Bool {
        guard let span = range(rect) else { return false }
        return span.rows.contains { row in span.columns.contains { cells[row * columns + $0] } }
    }

    private struct Span { let rows, columns: Range<Int> }

    private func range(_ rect: Rect) -> Span? {
        func span(_ low: Double, _ high: Double, _ count: Int) -> Range<Int>? {
            let a = (low / Occupancy.cell).rounded(.down), b = (high / Occupancy.cell).rounded(.down)
            guard b >= 0, a < Double(count) else { return nil }
            return Int(max(0, a))..<(Int(min(b, Double(count - 1))) + 1)
        }
        guard let c = span(rect.x - plot.x, rect.maxX - plot.x, columns), let r = span(rect.y - plot.y, rect.maxY - plot.y, rows) else {
            return nil
        }
        return Span(rows: r, columns: c)
    }

    private mutating func mark(_ rect: Rect) {
        guard let span = range(rect) else { return }
        for row in span.rows { for column in span.columns { cells[row * columns + column] = true } }
    }

    private mutating func add(_ command: Command) {
        switch command {
        case .markers(let markers):
            let r = markers.size / 2
            for p in markers.points { mark(Rect(x: p.x - r, y: p.y - r, width: 2 * r, height: 2 * r)) }
        case .stroke(let path, _): for (a, b) in Occupancy.segments(path) { segment(a, b) }
        case .fill(let path, _): area(path)
        case .image(_, let rect): mark(rect)
        case .raster(_, let inner): for command in inner { add(command) }
        case .clip, .text: break
        }
    }

    /// The straight segments of a path.
    private static func segments(_ path: Path) -> [(Point, Point)] {
        var segments: [(Point, Point)] = []
        var start = Point(0, 0), current = Point(0, 0)
        for element in path.elements {
            switch element {
            case .move(let p):
                start = p
                current = p
            case .line(let p), .curve(_, _, let p):
                segments.append((current, p))
                current = p
            case .close:
                segments.append((current, start))
                current = start
            }
        }
        return segments
    }

    private mutating func segment(_ a: Point, _ b: Point) {
        let near = plot.grown(by: 20)
        // Only the part that is near the plot, by the parameters at which the segment meets its sides.
        var t0 = 0.0, t1 = 1.0
        for (start, delta, low, high) in [(a.x, b.x - a.x, near.x, near.maxX), (a.y, b.y - a.y, near.y, near.maxY)] {
            if delta == 0 {
                if start < low || start > high { return }
                continue
            }
            let u = (low - start) / delta, v = (high - start) / delta
            t0 = max(t0, min(u, v))
            t1 = min(t1, max(u, v))
        }
        guard t0 <= t1 else { return }
        let steps = max(1, Int(distance(a, b) * (t1 - t0) / 3))
        for i in 0...steps {
            let t = t0 + (t1 - t0) * Double(i) / Double(steps)
            mark(Rect(x: a.x + t * (b.x - a.x) - 1, y: a.y + t * (b.y - a.y) - 1, width: 2, height: 2))
        }
    }

    /// Fills row by row between the crossings of the outline with the row's middle.
    private mutating func area(_ path: Path) {
        let edges = Occupancy.segments(path)
        guard edges.count < 20_000 else { return mark(plot) }
        for (a, b) in edges { segment(a, b) }
        for row in 0..<rows {
            let y = plot.y + (Double(row) + 0.5) * Occupancy.cell
            var crossings: [Double] = []
            for (a, b) in edges where (a.y <= y) != (b.y <= y) {
                crossings.append(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x))
            }
            crossings.sort()
            for i in stride(from: 0, to: crossings.count - 1, by: 2) {
                mark(Rect(x: crossings[i], y: y, width: crossings[i + 1] - crossings[i], height: 0.1))
            }
        }
    }
}
