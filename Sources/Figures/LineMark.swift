extension Mark {
    public struct Line: Sendable, Equatable {
        public var x, y: [Double]
        public var label: String?
        public var color: Color?
        public var width: Double
        /// Follows the series where nil; an empty list is a solid line.
        public var dash: [Double]?
        /// Draws each point as well.
        public var markers: Bool
        /// Level between points, as a counted quantity is.
        public var steps: Bool

        public init(
            x: [Double], y: [Double], label: String? = nil, color: Color? = nil, width: Double = 2, dash: [Double]? = nil,
            markers: Bool = false, steps: Bool = false
        ) {
            self.x = x
            self.y = y
            self.label = label
            self.color = color
            self.width = width
            self.dash = dash
            self.markers = markers
            self.steps = steps
        }
    }

    /// The area between two curves over x: an interval that belongs to the line before or after it.
    public struct Band: Sendable, Equatable {
        public var x, low, high: [Double]
        public var label: String?
        public var color: Color?

        public init(x: [Double], low: [Double], high: [Double], label: String? = nil, color: Color? = nil) {
            self.x = x
            self.low = low
            self.high = high
            self.label = label
            self.color = color
        }
    }
}

extension Mark.Line: MarkContent {
    var name: String { "line" }
    var problem: String? { mismatch(("x", x.count), ("y", y.count)) }

    func include(_ xs: inout Extent, _ ys: inout Extent, _ context: MarkContext) {
        for (a, b) in zip(x, y) where a.isFinite && b.isFinite {
            xs.include(a)
            ys.include(b)
        }
    }

    func draw(_ drawing: inout PanelDrawing, _ context: MarkContext) {
        var pieces = drawing.pieces(x, y)
        let corners = pieces.flatMap { $0 }
        if steps { pieces = pieces.map(Mark.Line.stepped) }
        drawing.stroke(pieces, Pen(context.color, width: max(0.1, min(width, 40)), dash: dash ?? context.dash))
        // A point between two gaps would otherwise be lost.
        let lone = pieces.filter { $0.count == 1 }.map { $0[0] }
        if !markers {
            drawing.add(Markers(points: lone, shape: .circle, size: max(4, 2 * width), colors: [context.color], rim: false))
        }
        if markers {
            drawing.add(Markers(points: corners, shape: context.shape, size: 6.5, colors: [context.color], rim: true))
        }
    }

    private static func stepped(_ points: [Point]) -> [Point] {
        guard var previous = points.first else { return [] }
        var result = [previous]
        for point in points.dropFirst() {
            result.append(Point(point.x, previous.y))
            result.append(point)
            previous = point
        }
        return result
    }

    func legendEntries(_ context: MarkContext) -> [LegendEntry] {
        label.map { [LegendEntry(
            label: $0, color: context.color, swatch: .line(dash: dash ?? context.dash, marker: markers ? context.shape : nil))] } ?? []
    }

    func directLabels(_ context: MarkContext) -> [DirectLabel] {
        guard let label, let last = zip(x, y).reversed().first(where: { $0.0.isFinite && $0.1.isFinite }) else { return [] }
        return [DirectLabel(label: label, x: last.0, y: last.1, color: context.color)]
    }

    var csvColumns: [(name: String, values: [String])] { [("x", x.map(CSV.number)), ("y", y.map(CSV.number))] }
}

extension Mark.Band: MarkContent {
    var name: String { "band" }
    var problem: String? { mismatch(("x", x.count), ("low", low.count), ("high", high.count)) }

    func include(_ xs: inout Extent, _ ys: inout Extent, _ context: MarkContext) {
        for (a, (b, c)) in zip(x, zip(low, high)) where a.isFinite {
            xs.include(a)
            ys.include(b)
            ys.include(c)
        }
    }

    func draw(_ drawing: inout PanelDrawing, _ context: MarkContext) {
        var upper: [Point] = [], lower: [Point] = []
        func flush(_ drawing: inout PanelDrawing) {
            drawing.fill(upper + lower.reversed(), context.color.opacity(0.22))
            upper = []
            lower = []
        }
        for (a, (b, c)) in zip(x, zip(low, high)) {
            // On a logarithmic axis a bound at or below zero lies at the foot of the plot.
            let foot = drawing.yAxis.isLog && b <= 0 ? drawing.yAxis.low : b
            if let top = drawing.point(a, c), let bottom = drawing.point(a, foot) {
                upper.append(top)
                lower.append(bottom)
            } else {
                flush(&drawing)
            }
        }
        flush(&drawing)
    }

    func legendEntries(_ context: MarkContext) -> [LegendEntry] {
        label.map { [LegendEntry(label: $0, color: context.color, swatch: .patch(hatch: 0, opacity: 0.22))] } ?? []
    }

    var csvColumns: [(name: String, values: [String])] {
        [("x", x.map(CSV.number)), ("low", low.map(CSV.number)), ("high", high.map(CSV.number))]
    }
}
