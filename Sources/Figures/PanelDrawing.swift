/// The drawing of one panel: from data to places on the page, and the commands so far.
struct PanelDrawing {
    let plot: Rect
    let xAxis: Axis
    let yAxis: Axis
    let measurer: any TextMeasurer
    /// Where labels may lie.
    var bounds: Rect
    /// The data, clipped to the plot.
    var commands: [Command] = []
    /// Labels, above the data.
    var labels: [Command] = []
    private(set) var occupied: [Rect] = []

    /// More markers or line points than this become pixels in a vector file.
    static let rasterLimit = 20_000

    init(plot: Rect, xAxis: Axis, yAxis: Axis, measurer: any TextMeasurer) {
        self.plot = plot
        self.xAxis = xAxis
        self.yAxis = yAxis
        self.measurer = measurer
        bounds = plot
    }

    /// Places far outside are held at a distance that Cairo's fixed-point numbers can carry.
    func x(_ value: Double) -> Double? {
        xAxis.fraction(value).map { plot.x + min(max($0, -50), 50) * plot.width }
    }

    func y(_ value: Double) -> Double? {
        yAxis.fraction(value).map { plot.maxY - min(max($0, -50), 50) * plot.height }
    }

    func point(_ x: Double, _ y: Double) -> Point? {
        guard let px = self.x(x), let py = self.y(y) else { return nil }
        return Point(px, py)
    }

    /// The pieces of a line between its gaps; NaN and infinity are gaps.
    func pieces(_ xs: [Double], _ ys: [Double]) -> [[Point]] {
        var pieces: [[Point]] = []
        var current: [Point] = []
        for (x, y) in zip(xs, ys) {
            if let p = point(x, y) {
                current.append(p)
            } else if !current.isEmpty {
                pieces.append(current)
                current = []
            }
        }
        if !current.isEmpty { pieces.append(current) }
        return pieces.map(thinned)
    }

    /// Of points that fall in one quarter of a point across, the first, lowest, highest and last are enough.
    private func thinned(_ points: [Point]) -> [Point] {
        guard points.count > 4000 else { return points }
        var kept: [Point] = []
        var i = 0
        while i < points.count {
            let column = (points[i].x * 4).rounded(.down)
            var low = i, high = i, last = i
            while last + 1 < points.count, (points[last + 1].x * 4).rounded(.down) == column {
                last += 1
                if points[last].y < points[low].y { low = last }
                if points[last].y > points[high].y { high = last }
            }
            var previous = -1
            for index in [i, min(low, high), max(low, high), last] where index != previous {
                kept.append(points[index])
                previous = index
            }
            i = last + 1
        }
        return kept
    }

    mutating func stroke(_ pieces: [[Point]], _ pen: Pen) {
        var path = Path()
        for piece in pieces { path.add(piece) }
        guard !path.isEmpty else { return }
        let command = Command.stroke(path, pen)
        commands.append(path.elements.count > PanelDrawing.rasterLimit ? .raster(plot, [command]) : command)
    }

    mutating func fill(_ points: [Point], _ color: Color) {
        guard points.count > 2 else { return }
        commands.append(.fill(Path(points, closed: true), color))
    }

    mutating func add(_ markers: Markers) {
        guard !markers.points.isEmpty else { return }
        let command = Command.markers(markers)
        commands.append(markers.points.count > PanelDrawing.rasterLimit ? .raster(plot, [command]) : command)
    }

    /// A bar or another patch; series after the first are hatched as well, so that they differ in grey.
    mutating func patch(_ rects: [Rect], color: Color, hatch: Int, opacity: Double) {
        let visible = rects.filter { $0.width > 0 && $0.height > 0 }
        guard !visible.isEmpty else { return }
        var path = Path()
        for rect in visible { path.add(rect) }
        commands.append(.fill(path, color.opacity(opacity)))
        if let lines = Hatch.lines(hatch, over: plot) {
            commands.append(.clip(path, [.stroke(lines, Pen(.white.opacity(0.75), width: 1.1))]))
        }
    }

    // MARK: Labels

    enum Side { case right, left, above, below, centre }

    /// Puts a label beside `anchor` on the first side where it meets no other label and stays inside.
    @discardableResult
    mutating func label(
        _ block: TextBlock, near anchor: Point, sides: [Side], gap: Double = 5, color: Color, avoiding: Bool = true
    ) -> Rect {
        let extent = measurer.measure(block)
        var candidates: [Rect] = []
        for distance in [gap, gap + 14, gap + 28] {
            for side in sides {
                candidates.append(PanelDrawing.rect(extent, side, of: anchor, gap: distance))
            }
        }
        let free = candidates.first { candidate in
            bounds.contains(candidate) && !occupied.contains { $0.overlaps(candidate) }
        }
        var rect = free ?? candidates[0].moved(into: bounds)
        if free == nil {
            // All sides are taken: slide down, then up, until there is room.
            let home = rect
            for step in 1...40 {
                let shift = Double((step + 1) / 2) * 6 * (step % 2 == 0 ? -1 : 1)
                var moved = home
                moved.y += shift
                if bounds.contains(moved), !occupied.contains(where: { $0.overlaps(moved) }) {
                    rect = moved
                    break
                }
            }
        }
        if avoiding { occupied.append(rect) }
        labels.append(.text(block, at: Point(rect.x, rect.y + extent.baseline), turns: 0, color: color, halo: true))
        return rect
    }

    mutating func occupy(_ rect: Rect) { occupied.append(rect) }

    private static func rect(_ extent: TextExtent, _ side: Side, of anchor: Point, gap: Double) -> Rect {
        let w = extent.width, h = extent.height
        return switch side {
        case .right: Rect(x: anchor.x + gap, y: anchor.y - h / 2, width: w, height: h)
        case .left: Rect(x: anchor.x - gap - w, y: anchor.y - h / 2, width: w, height: h)
        case .above: Rect(x: anchor.x - w / 2, y: anchor.y - gap - h, width: w, height: h)
        case .below: Rect(x: anchor.x - w / 2, y: anchor.y + gap, width: w, height: h)
        case .centre: Rect(x: anchor.x - w / 2, y: anchor.y - h / 2 + (gap > 6 ? gap - 5 : 0), width: w, height: h)
        }
    }
}

/// White lines over a patch: none for the first series, then slanted either way, level, upright.
enum Hatch {
    static func lines(_ kind: Int, over rect: Rect) -> Path? {
        guard kind % 5 != 0 else { return nil }
        var path = Path()
        let step = 6.0
        switch kind % 5 {
        case 1, 2:
            var offset = -rect.height
            while offset < rect.width {
                let x0 = rect.x + offset, x1 = x0 + rect.height
                path.add(kind % 5 == 1 ? [Point(x0, rect.maxY), Point(x1, rect.y)] : [Point(x0, rect.y), Point(x1, rect.maxY)])
                offset += step * 1.4
            }
        case 3:
            var y = rect.y + step / 2
            while y < rect.maxY {
                path.add([Point(rect.x, y), Point(rect.maxX, y)])
                y += step
            }
        default:
            var x = rect.x + step / 2
            while x < rect.maxX {
                path.add([Point(x, rect.y), Point(x, rect.maxY)])
                x += step
            }
        }
        return path
    }
}
