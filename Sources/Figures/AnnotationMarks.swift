extension Mark {
    /// A straight line across the whole panel, at one value.
    public struct Rule: Sendable, Equatable {
        public var value: Double
        public var label: String?
        public var color: Color?
        public var dash: [Double]

        public init(at value: Double, label: String? = nil, color: Color? = nil, dash: [Double] = [4, 3]) {
            self.value = value
            self.label = label
            self.color = color
            self.dash = dash
        }
    }

    /// A note at a place of the data. It is moved a little where it would meet another.
    public struct Text: Sendable, Equatable {
        public enum Side: Sendable, Equatable { case right, left, above, below, centre }
        public var x, y: Double
        public var text: String
        public var side: Side
        public var color: Color?

        public init(x: Double, y: Double, text: String, side: Side = .right, color: Color? = nil) {
            self.x = x
            self.y = y
            self.text = text
            self.side = side
            self.color = color
        }
    }

    public struct Arrow: Sendable, Equatable {
        public var x0, y0, x1, y1: Double
        /// Stands at the arrow's tail.
        public var label: String?
        public var color: Color?

        public init(from start: (x: Double, y: Double), to end: (x: Double, y: Double), label: String? = nil, color: Color? = nil) {
            x0 = start.x
            y0 = start.y
            x1 = end.x
            y1 = end.y
            self.label = label
            self.color = color
        }
    }
}

struct PlacedRule: MarkContent {
    var rule: Mark.Rule
    var vertical: Bool

    var name: String { vertical ? "vline" : "hline" }
    var color: Color? { rule.color }
    var takesSeries: Bool { false }

    func include(_ xs: inout Extent, _ ys: inout Extent, _ context: MarkContext) {
        if vertical { xs.include(rule.value) } else { ys.include(rule.value) }
    }

    func draw(_ drawing: inout PanelDrawing, _ context: MarkContext) {
        let plot = drawing.plot
        guard let place = vertical ? drawing.x(rule.value) : drawing.y(rule.value) else { return }
        let color = rule.color ?? Color(0x555555)
        let start = vertical ? Point(place, plot.y) : Point(plot.x, place)
        let end = vertical ? Point(place, plot.maxY) : Point(plot.maxX, place)
        drawing.rules.append(.stroke(.segment(start, end), Pen(color, width: 1.3, dash: rule.dash)))
        guard let label = rule.label, vertical ? (plot.x...plot.maxX).contains(place) : (plot.y...plot.maxY).contains(place) else {
            return
        }
        let block = TextBlock(label, size: TypeSize.annotation)
        let extent = drawing.measurer.measure(block)
        // At the line's end, or where along it there are no data.
        if vertical {
            let room = plot.height - extent.height - 4
            let places = [0.0, 0.2, 0.4, 0.6, 0.8].flatMap { t in
                let anchor = Point(place, plot.y + extent.height / 2 + 2 + t * room)
                return [(anchor, PanelDrawing.Side.right), (anchor, .left)]
            }
            drawing.label(block, at: places, color: color.readable, avoidsData: true)
        } else {
            let room = plot.width - extent.width - 8
            let places = [1.0, 0, 0.75, 0.5, 0.25].flatMap { t in
                let anchor = Point(plot.x + extent.width / 2 + 4 + t * room, place)
                return [(anchor, PanelDrawing.Side.above), (anchor, .below)]
            }
            drawing.label(block, at: places, gap: 2, color: color.readable, avoidsData: true)
        }
    }

    var csvColumns: [(name: String, values: [String])] { [(vertical ? "x" : "y", [CSV.number(rule.value)])] }
}

extension Mark.Text: MarkContent {
    var name: String { "text" }
    var takesSeries: Bool { false }

    func include(_ xs: inout Extent, _ ys: inout Extent, _ context: MarkContext) {
        guard x.isFinite, y.isFinite else { return }
        xs.include(x)
        ys.include(y)
    }

    func draw(_ drawing: inout PanelDrawing, _ context: MarkContext) {
        guard let anchor = drawing.point(x, y), drawing.plot.grown(by: 1).contains(anchor) else { return }
        let width = drawing.plot.width * 0.6
        var block = TextBlock(text, size: TypeSize.annotation, limit: 300)
        if drawing.measurer.measure(block).width > width { block.wrapWidth = width }
        let sides: [PanelDrawing.Side] =
            switch side {
            case .right: [.right, .left, .above, .below]
            case .left: [.left, .right, .above, .below]
            case .above: [.above, .below, .right, .left]
            case .below: [.below, .above, .right, .left]
            case .centre: [.centre]
            }
        drawing.label(block, near: anchor, sides: sides, color: (color ?? .ink).readable, avoidsData: side != .centre)
    }

    var csvColumns: [(name: String, values: [String])] {
        [("x", [CSV.number(x)]), ("y", [CSV.number(y)]), ("text", [text])]
    }
}

extension Mark.Arrow: MarkContent {
    var name: String { "arrow" }
    var takesSeries: Bool { false }

    func include(_ xs: inout Extent, _ ys: inout Extent, _ context: MarkContext) {
        guard [x0, y0, x1, y1].allSatisfy(\.isFinite) else { return }
        xs.include([x0, x1])
        ys.include([y0, y1])
    }

    func draw(_ drawing: inout PanelDrawing, _ context: MarkContext) {
        guard let tail = drawing.point(x0, y0), let tip = drawing.point(x1, y1) else { return }
        let color = color ?? Color(0x333333)
        drawing.commands += Arrowhead.commands(from: tail, to: tip, color: color, width: 1.6, head: 9)
        if let label {
            let side: PanelDrawing.Side =
                abs(tip.x - tail.x) > abs(tip.y - tail.y) ? (tip.x > tail.x ? .left : .right) : (tip.y > tail.y ? .above : .below)
            drawing.label(
                TextBlock(label, size: TypeSize.annotation), near: tail, sides: [side, .above, .below, .right, .left],
                color: color.readable, avoidsData: true)
        }
    }

    var csvColumns: [(name: String, values: [String])] {
        [("x", [x0, x1].map(CSV.number)), ("y", [y0, y1].map(CSV.number))]
    }
}

enum Arrowhead {
    /// A shaft and a filled head that ends exactly at `tip`.
    static func commands(from tail: Point, to tip: Point, color: Color, width: Double, head: Double) -> [Command] {
        let length = distance(tail, tip)
        guard length > 0.01 else { return [] }
        let size = min(head, length * 0.6)
        let ux = (tip.x - tail.x) / length, uy = (tip.y - tail.y) / length
        let base = Point(tip.x - ux * size, tip.y - uy * size)
        let half = size * 0.38
        return [
            .stroke(.segment(tail, Point(tip.x - ux * size * 0.8, tip.y - uy * size * 0.8)), Pen(color, width: width)),
            .fill(Path([tip, Point(base.x - uy * half, base.y + ux * half), Point(base.x + uy * half, base.y - ux * half)], closed: true), color),
        ]
    }
}
