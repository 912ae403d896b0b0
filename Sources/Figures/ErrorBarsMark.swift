extension Mark {
    /// Points with whiskers: estimates with their standard errors.
    public struct ErrorBars: Sendable, Equatable {
        public var x, y: [Double]
        /// How far the whisker reaches below and above.
        public var below, above: [Double]
        public var label: String?
        public var color: Color?

        public init(x: [Double], y: [Double], below: [Double], above: [Double], label: String? = nil, color: Color? = nil) {
            self.x = x
            self.y = y
            self.below = below
            self.above = above
            self.label = label
            self.color = color
        }

        public init(x: [Double], y: [Double], error: [Double], label: String? = nil, color: Color? = nil) {
            self.init(x: x, y: y, below: error, above: error, label: label, color: color)
        }
    }
}

extension Mark.ErrorBars: MarkContent {
    var name: String { "errorbars" }
    var problem: String? { mismatch(("x", x.count), ("y", y.count), ("below", below.count), ("above", above.count)) }

    func include(_ xs: inout Extent, _ ys: inout Extent, _ context: MarkContext) {
        for ((a, b), (down, up)) in zip(zip(x, y), zip(below, above)) where a.isFinite && b.isFinite {
            xs.include(a)
            ys.include(b)
            ys.include(b - abs(down))
            ys.include(b + abs(up))
        }
    }

    func draw(_ drawing: inout PanelDrawing, _ context: MarkContext) {
        var whiskers = Path()
        var points: [Point] = []
        for ((a, b), (down, up)) in zip(zip(x, y), zip(below, above)) {
            guard let p = drawing.point(a, b) else { continue }
            points.append(p)
            guard down.isFinite, up.isFinite else { continue }
            let foot = drawing.y(b - abs(down)) ?? drawing.plot.maxY
            let top = drawing.y(b + abs(up)) ?? p.y
            whiskers.add([Point(p.x, foot), Point(p.x, top)])
            whiskers.add([Point(p.x - 3.5, foot), Point(p.x + 3.5, foot)])
            whiskers.add([Point(p.x - 3.5, top), Point(p.x + 3.5, top)])
        }
        if !whiskers.isEmpty { drawing.commands.append(.stroke(whiskers, Pen(context.color, width: 1.4))) }
        drawing.add(Markers(points: points, shape: context.shape, size: 7, colors: [context.color], rim: true))
    }

    func legendEntries(_ context: MarkContext) -> [LegendEntry] {
        label.map { [LegendEntry(label: $0, color: context.color, swatch: .marker(context.shape))] } ?? []
    }

    var csvColumns: [(name: String, values: [String])] {
        [
            ("x", x.map(CSV.number)), ("y", y.map(CSV.number)), ("low", zip(y, below).map { CSV.number($0 - abs($1)) }),
            ("high", zip(y, above).map { CSV.number($0 + abs($1)) }),
        ]
    }
}
