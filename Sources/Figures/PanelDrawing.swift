/// The drawing of one panel: from data to places on the page, and the commands so far.
struct PanelDrawing {
    let plot: Rect
    let xAxis: Axis
    let yAxis: Axis
    let measurer: any TextMeasurer
    /// Lines across the panel, above the data; labels may lie on them.
    var rules: [Command] = []
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

    private struct LabelRequest {
        var block: TextBlock
        var places: [(anchor: Point, side: Side)]
        var gap: Double
        var color: Color
        var avoidsData: Bool
    }

    private var requests: [LabelRequest] = []

    /// Asks for a label at the first of `places` where it stays inside and meets no other label (nor data, if it can).
    /// Labels are placed when all marks are drawn.
    mutating func label(
        _ block: TextBlock, at places: [(anchor: Point, side: Side)], gap: Double = 5, color: Color, avoidsData: Bool = false
    ) {
        requests.append(LabelRequest(block: block, places: places, gap: gap, color: color, avoidsData: avoidsData))
    }

    mutating func label(
        _ block: TextBlock, near anchor: Point, sides: [Side], gap: Double = 5, color: Color, avoidsData: Bool = false
    ) {
        label(block, at: sides.map { (anchor, $0) }, gap: gap, color: color, avoidsData: avoidsData)
    }

    mutating func placeLabels() {
        guard !requests.isEmpty else { return }
        let data = Occupancy(plot: plot, commands: requests.contains(where: \.avoidsData) ? commands : [], labels: [])
        for request in requests {
            let extent = measurer.measure(request.block)
            func candidates(_ gap: Double) -> [Rect] {
                request.places.map { PanelDrawing.rect(extent, $0.side, of: $0.anchor, gap: gap) }
            }
            func isFree(_ rect: Rect) -> Bool { plot.contains(rect) && !occupied.contains { $0.grown(by: 2).overlaps(rect) } }
            let near = candidates(request.gap)
            let far = candidates(request.gap + 14) + candidates(request.gap + 28)
            let clear = request.avoidsData ? near.first { isFree($0) && !data.touches($0.grown(by: -2)) } : nil
            let rect = clear ?? near.first(where: isFree) ?? far.first(where: isFree) ?? slid(near[0].moved(into: plot), isFree)
            occupied.append(rect)
            labels.append(
                .text(request.block, at: Point(rect.x, rect.y + extent.baseline), turns: 0, color: request.color, halo: true))
        }
        requests = []
    }

    /// All sides are taken: up or down until there is room.
    private func slid(_ home: Rect, _ isFree: (Rect) -> Bool) -> Rect {
        for step in 1...60 {
            var moved = home
            moved.y += Double((step + 1) / 2) * 6 * (step % 2 == 0 ? -1 : 1)
            if isFree(moved) { return moved }
        }
        return home
    }

    private static func rect(_ extent: TextExtent, _ side: Side, of anchor: Point, gap: Double) -> Rect {
        let w = extent.width, h = extent.height
        return switch side {
        case .right: Rect(x: anchor.x + gap, y: anchor.y - h / 2, width: w, height: h)
        case .left: Rect(x: anchor.x - gap - w, y: anchor.y - h / 2, width: w, height: h)
        case .above: Rect(x: anchor.x - w / 2, y: anchor.y - gap - h, width: w, height: h)
        case .below: Rect(x: anchor.x - w / 2, y: anchor.y + gap, width: w, height: h)
        case .centre: Rect(x: anchor.x - w / 2, y: anchor.y - h / 2, width: w, height: h)
        }
    }
}
