extension Mark {
    /// Arrows (u, v) at places (x, y), all to one scale: the longest is as long as places lie apart.
    public struct VectorField: Sendable, Equatable {
        public var x, y, u, v: [Double]
        public var label: String?
        public var color: Color?

        public init(x: [Double], y: [Double], u: [Double], v: [Double], label: String? = nil, color: Color? = nil) {
            self.x = x
            self.y = y
            self.u = u
            self.v = v
            self.label = label
            self.color = color
        }
    }

    /// Gaussians as ellipses: the curves at given numbers of standard deviations.
    public struct Ellipses: Sendable, Equatable {
        /// Means.
        public var x, y: [Double]
        /// Covariances: of x, of x with y, of y.
        public var xx, xy, yy: [Double]
        public var deviations: [Double]
        public var label: String?
        public var color: Color?

        public init(
            x: [Double], y: [Double], xx: [Double], xy: [Double], yy: [Double], deviations: [Double] = [1, 2], label: String? = nil,
            color: Color? = nil
        ) {
            self.x = x
            self.y = y
            self.xx = xx
            self.xy = xy
            self.yy = yy
            self.deviations = deviations
            self.label = label
            self.color = color
        }
    }
}

extension Mark.VectorField: MarkContent {
    var name: String { "field" }
    var problem: String? { mismatch(("x", x.count), ("y", y.count), ("u", u.count), ("v", v.count)) }

    func include(_ xs: inout Extent, _ ys: inout Extent, _ context: MarkContext) {
        var across = Extent(), up = Extent()
        for (a, b) in zip(x, y) where a.isFinite && b.isFinite {
            across.include(a)
            up.include(b)
        }
        guard across.low <= across.high else { return }
        // Room for half an arrow round the outermost places.
        let half = 0.5 / max(1, Double(min(x.count, y.count)).squareRoot())
        for sign in [-1.0, 1] {
            xs.include((sign < 0 ? across.low : across.high) + sign * half * (across.high - across.low))
            ys.include((sign < 0 ? up.low : up.high) + sign * half * (up.high - up.low))
        }
    }

    func draw(_ drawing: inout PanelDrawing, _ context: MarkContext) {
        // Directions are those on the page: an arrow's slope is the slope of a curve that follows the field.
        let perX = drawing.plot.width / (drawing.xAxis.high - drawing.xAxis.low)
        let perY = drawing.plot.height / (drawing.yAxis.high - drawing.yAxis.low) * (drawing.yAxis.reversed ? -1 : 1)
        var arrows: [(Point, Double, Double)] = []
        var longest = 0.0
        for ((a, b), (du, dv)) in zip(zip(x, y), zip(u, v)) {
            guard let p = drawing.point(a, b), du.isFinite, dv.isFinite, drawing.plot.contains(p) else { continue }
            let length = hypotenuse(du * perX, dv * perY)
            guard length.isFinite else { continue }
            arrows.append((p, du * perX, dv * perY))
            longest = max(longest, length)
        }
        guard longest > 0 else { return }
        let spacing = (drawing.plot.width * drawing.plot.height / Double(max(1, arrows.count))).squareRoot()
        let scale = min(spacing * 0.92, 60) / longest
        var shafts = Path(), heads = Path()
        for (p, du, dv) in arrows {
            // An arrow's middle lies at its place.
            let tail = Point(p.x - du * scale / 2, p.y + dv * scale / 2)
            let tip = Point(p.x + du * scale / 2, p.y - dv * scale / 2)
            for command in Arrowhead.commands(from: tail, to: tip, color: context.color, width: 1.1, head: 5.5) {
                switch command {
                case .stroke(let path, _): shafts.elements += path.elements
                case .fill(let path, _): heads.elements += path.elements
                default: break
                }
            }
        }
        guard !shafts.isEmpty else { return }
        let commands: [Command] = [.stroke(shafts, Pen(context.color, width: 1.1)), .fill(heads, context.color)]
        drawing.commands += arrows.count > PanelDrawing.rasterLimit / 4 ? [.raster(drawing.plot, commands)] : commands
    }

    func legendEntries(_ context: MarkContext) -> [LegendEntry] {
        label.map { [LegendEntry(label: $0, color: context.color, swatch: .line(dash: [], marker: nil))] } ?? []
    }

    var csvColumns: [(name: String, values: [String])] {
        [("x", x.map(CSV.number)), ("y", y.map(CSV.number)), ("u", u.map(CSV.number)), ("v", v.map(CSV.number))]
    }
}

extension Mark.Ellipses: MarkContent {
    var name: String { "ellipses" }

    var problem: String? {
        mismatch(("x", x.count), ("y", y.count), ("xx", xx.count), ("xy", xy.count), ("yy", yy.count))
    }

    /// m + k L (cos t, sin t), L the Cholesky factor of the covariance; nil where that is not positive.
    func outline(_ i: Int, deviations k: Double) -> [(x: Double, y: Double)]? {
        guard xx[i] >= 0, yy[i] >= 0, [x[i], y[i], xx[i], xy[i], yy[i], k].allSatisfy(\.isFinite) else { return nil }
        let a = xx[i].squareRoot()
        let b = a > 0 ? xy[i] / a : 0
        let rest = yy[i] - b * b
        guard rest >= -1e-12 * max(1, yy[i]) else { return nil }
        let c = max(0, rest).squareRoot()
        return (0...96).map { step in
            let t = 2 * Double.pi * Double(step) / 96
            return (x[i] + k * a * cosine(t), y[i] + k * (b * cosine(t) + c * sine(t)))
        }
    }

    private var count: Int { [x.count, y.count, xx.count, xy.count, yy.count].min()! }

    func include(_ xs: inout Extent, _ ys: inout Extent, _ context: MarkContext) {
        for i in 0..<count {
            for k in deviations {
                for p in outline(i, deviations: k) ?? [] {
                    xs.include(p.x)
                    ys.include(p.y)
                }
            }
        }
    }

    func draw(_ drawing: inout PanelDrawing, _ context: MarkContext) {
        for i in 0..<min(count, 5000) {
            for k in deviations {
                guard let outline = outline(i, deviations: k) else { continue }
                let pieces = drawing.pieces(outline.map(\.x), outline.map(\.y))
                drawing.stroke(pieces, Pen(context.color, width: count > 40 ? 0.8 : 1.5, dash: context.dash))
            }
        }
    }

    func legendEntries(_ context: MarkContext) -> [LegendEntry] {
        label.map { [LegendEntry(label: $0, color: context.color, swatch: .line(dash: context.dash, marker: nil))] } ?? []
    }

    var csvColumns: [(name: String, values: [String])] {
        [
            ("x", x.map(CSV.number)), ("y", y.map(CSV.number)), ("xx", xx.map(CSV.number)), ("xy", xy.map(CSV.number)),
            ("yy", yy.map(CSV.number)),
        ]
    }
}
