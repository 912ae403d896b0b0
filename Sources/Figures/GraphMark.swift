extension Mark {
    /// Nodes and arrows, laid out in layers from left to right: the graph of a tape.
    public struct Graph: Sendable, Equatable {
        public struct Node: Sendable, Equatable {
            public enum Kind: Sendable, Equatable {
                case parameter, constant, operation, result
            }

            public var label: String
            /// A second, smaller line: the value, the gradient.
            public var detail: String?
            public var kind: Kind

            public init(label: String, detail: String? = nil, kind: Kind = .operation) {
                self.label = label
                self.detail = detail
                self.kind = kind
            }
        }

        public struct Edge: Sendable, Equatable {
            public var from, to: Int
            public var label: String?

            public init(from: Int, to: Int, label: String? = nil) {
                self.from = from
                self.to = to
                self.label = label
            }
        }

        public var nodes: [Node]
        public var edges: [Edge]

        public init(nodes: [Node], edges: [Edge]) {
            self.nodes = nodes
            self.edges = edges
        }
    }
}

extension Mark.Graph: MarkContent {
    var name: String { "graph" }
    var takesSeries: Bool { false }

    var problem: String? {
        edges.first { !nodes.indices.contains($0.from) || !nodes.indices.contains($0.to) }
            .map { "an edge goes from node \($0.from) to node \($0.to), but there are \(nodes.count) nodes" }
    }

    func include(_ xs: inout Extent, _ ys: inout Extent, _ context: MarkContext) {}

    /// A page holds no more than this; the last nodes are kept, which are nearest to the result.
    private static let limit = 240

    private func shown() -> (nodes: [Node], edges: [Edge], left: Int) {
        let left = max(0, nodes.count - Mark.Graph.limit)
        let kept = edges.filter { $0.from >= left && $0.to >= left && $0.from < nodes.count && $0.to < nodes.count }
        return (
            Array(nodes.dropFirst(left)), kept.prefix(2000).map { Edge(from: $0.from - left, to: $0.to - left, label: $0.label) }, left
        )
    }

    private struct Plan {
        let boxes: [(width: Double, height: Double)]
        let graph: LayeredGraph
    }

    private func blocks(_ node: Node, scale: Double) -> [TextBlock] {
        [TextBlock(node.label, size: TypeSize.label * scale, bold: true, limit: 40)]
            + (node.detail.map { [TextBlock($0, size: TypeSize.caption * scale, limit: 60)] } ?? [])
    }

    private func plan(_ nodes: [Node], _ edges: [Edge], _ measurer: any TextMeasurer) -> Plan {
        let boxes = nodes.map { node in
            let extents = blocks(node, scale: 1).map(measurer.measure)
            return (
                width: max(34, (extents.map(\.width).max() ?? 0) + 20), height: extents.map(\.height).reduce(0, +) + 12
            )
        }
        return Plan(
            boxes: boxes,
            graph: LayeredGraph(
                depths: boxes.map(\.width), breadths: boxes.map(\.height), edges: edges.map { ($0.from, $0.to) }, layerGap: 42, nodeGap: 16))
    }

    func naturalSize(width: Double, _ measurer: any TextMeasurer) -> Point? {
        let (nodes, edges, _) = shown()
        guard !nodes.isEmpty else { return Point(width, 60) }
        let graph = plan(nodes, edges, measurer).graph
        return Point(graph.length + 4, graph.breadth + 4)
    }

    func draw(_ drawing: inout PanelDrawing, _ context: MarkContext) {
        let (nodes, edges, left) = shown()
        guard !nodes.isEmpty else { return }
        let plan = plan(nodes, edges, drawing.measurer)
        let plot = drawing.plot
        let scale = min(1.25, plot.width / max(1, plan.graph.length), plot.height / max(1, plan.graph.breadth))
        let x0 = plot.x + (plot.width - plan.graph.length * scale) / 2, y0 = plot.y + (plot.height - plan.graph.breadth * scale) / 2
        func place(_ p: LayeredGraph.Place) -> Point { Point(x0 + p.along * scale, y0 + p.across * scale) }

        let distinct = edges.filter { $0.from != $0.to }
        for (edge, route) in zip(distinct, plan.graph.routes) {
            // A route runs from left to right; an edge that closes a cycle points the other way.
            let backward = place(plan.graph.places[edge.from]).x > place(plan.graph.places[edge.to]).x
            let first = backward ? edge.to : edge.from, last = backward ? edge.from : edge.to
            var points = route.map(place)
            points[0].x += plan.boxes[first].width * scale / 2
            points[points.count - 1].x -= plan.boxes[last].width * scale / 2
            drawing.commands += Mark.Graph.arrow(points, scale: scale, backward: backward)
            if let label = edge.label {
                let middle = points[points.count / 2], before = points[points.count / 2 - 1]
                drawing.label(
                    TextBlock(label, size: TypeSize.caption * scale, limit: 40),
                    near: Point((middle.x + before.x) / 2, (middle.y + before.y) / 2), sides: [.above, .below], gap: 2, color: .quietInk)
            }
        }
        for (i, node) in nodes.enumerated() {
            let centre = place(plan.graph.places[i])
            let width = plan.boxes[i].width * scale, height = plan.boxes[i].height * scale
            let rect = Rect(x: centre.x - width / 2, y: centre.y - height / 2, width: width, height: height)
            let (fill, rim) = Mark.Graph.colors(node.kind)
            let outline = Path.rounded(rect, radius: node.kind == .operation ? height / 2 : 4 * scale)
            drawing.commands.append(.fill(outline, fill))
            drawing.commands.append(.stroke(outline, Pen(rim, width: node.kind == .result ? 2 : 1.2)))
            let blocks = blocks(node, scale: scale)
            let extents = blocks.map(drawing.measurer.measure)
            var y = centre.y - extents.map(\.height).reduce(0, +) / 2
            for (line, (block, extent)) in zip(blocks, extents).enumerated() {
                drawing.commands.append(
                    .text(
                        block, at: Point(centre.x - extent.width / 2, y + extent.baseline), turns: 0,
                        color: line == 0 ? .ink : .quietInk, halo: false))
                y += extent.height
            }
        }
        if left > 0 {
            let note = TextBlock("and \(left) earlier nodes", size: TypeSize.caption)
            drawing.label(note, near: Point(plot.x, plot.y + 8), sides: [.right], gap: 0, color: .quietInk)
        }
    }

    private static func colors(_ kind: Node.Kind) -> (fill: Color, rim: Color) {
        switch kind {
        case .parameter: (Color(0xD6E8F5), .blue)
        case .constant: (Color(0xF3F3F3), Color(0x8A8A8A))
        case .operation: (.white, Color(0x555555))
        case .result: (Color(0xFBE3D3), .vermilion)
        }
    }

    /// A smooth way through the points, level where it leaves and arrives.
    private static func arrow(_ points: [Point], scale: Double, backward: Bool) -> [Command] {
        let color = Color(0x777777)
        let head = 7 * scale
        var way = points
        if backward { way[0].x += head * 0.8 } else { way[way.count - 1].x -= head * 0.8 }
        var path = Path()
        path.elements.append(.move(way[0]))
        for (a, b) in zip(way, way.dropFirst()) {
            let reach = (b.x - a.x) * 0.5
            path.elements.append(.curve(Point(a.x + reach, a.y), Point(b.x - reach, b.y), b))
        }
        let tip = backward ? points[0] : points[points.count - 1]
        let base = tip.x + (backward ? head : -head)
        let triangle = Path([tip, Point(base, tip.y - head * 0.38), Point(base, tip.y + head * 0.38)], closed: true)
        return [.stroke(path, Pen(color, width: max(0.6, 1.2 * scale))), .fill(triangle, color)]
    }

    var csvColumns: [(name: String, values: [String])] {
        [
            ("from", edges.map { "\($0.from)" }), ("to", edges.map { "\($0.to)" }), ("node", nodes.indices.map { "\($0)" }),
            ("text", nodes.map(\.label)), ("detail", nodes.map { $0.detail ?? "" }),
        ]
    }
}
