extension Mark {
    /// A matrix as coloured cells. Without ranges row 0 is at the top and cells are counted from 0;
    /// with ranges (the outer edges of the cells) row 0 lies at the low end of y.
    public struct Heatmap: Sendable, Equatable {
        /// Row by row.
        public var values: [Double]
        public var rows, columns: Int
        public var xRange, yRange: ClosedRange<Double>?
        public var valueLabel: String?
        public var colorMap: ColorMap
        /// The values at the ends of the colours; those of the data where nil.
        public var limits: ClosedRange<Double>?
        /// Writes each value in its cell.
        public var showsValues: Bool

        public init(
            values: [Double], rows: Int, columns: Int, xRange: ClosedRange<Double>? = nil, yRange: ClosedRange<Double>? = nil,
            valueLabel: String? = nil, colorMap: ColorMap = .viridis, limits: ClosedRange<Double>? = nil, showsValues: Bool = false
        ) {
            self.values = values
            self.rows = rows
            self.columns = columns
            self.xRange = xRange
            self.yRange = yRange
            self.valueLabel = valueLabel
            self.colorMap = colorMap
            self.limits = limits
            self.showsValues = showsValues
        }
    }
}

extension Mark.Heatmap: MarkContent {
    var name: String { "heatmap" }
    var takesSeries: Bool { false }
    var reversesY: Bool { yRange == nil }

    var problem: String? {
        guard rows > 0, columns > 0 else { return "a matrix needs at least one row and one column" }
        let (cells, overflow) = rows.multipliedReportingOverflow(by: columns)
        return overflow || cells != values.count ? "\(rows) rows of \(columns) columns need \(cells) values, not \(values.count)" : nil
    }

    private var isDrawable: Bool { problem == nil }
    private var xEdges: (Double, Double) { xRange.map { ($0.lowerBound, $0.upperBound) } ?? (-0.5, Double(columns) - 0.5) }
    private var yEdges: (Double, Double) { yRange.map { ($0.lowerBound, $0.upperBound) } ?? (-0.5, Double(rows) - 0.5) }

    func include(_ xs: inout Extent, _ ys: inout Extent, _ context: MarkContext) {
        guard isDrawable else { return }
        for edge in [xEdges.0, xEdges.1] { xs.includeEdge(edge) }
        for edge in [yEdges.0, yEdges.1] { ys.includeEdge(edge) }
    }

    func draw(_ drawing: inout PanelDrawing, _ context: MarkContext) {
        guard isDrawable, let bar = colorBar, let a = drawing.point(xEdges.0, yEdges.0), let b = drawing.point(xEdges.1, yEdges.1)
        else { return }
        let table = colorMap.table
        var pixels = [UInt8](repeating: 0, count: 4 * values.count)
        let upward = b.y < a.y
        for row in 0..<rows {
            for column in 0..<columns {
                let value = values[row * columns + column]
                guard !value.isNaN else { continue }
                let (r, g, b) = table[Int(min(max(bar.fraction(value), 0), 1) * 255 + 0.5)]
                let at = 4 * ((upward ? rows - 1 - row : row) * columns + column)
                pixels[at] = r
                pixels[at + 1] = g
                pixels[at + 2] = b
                pixels[at + 3] = 255
            }
        }
        let rect = Rect(x: min(a.x, b.x), y: min(a.y, b.y), width: abs(b.x - a.x), height: abs(b.y - a.y))
        guard rect.width > 0, rect.height > 0 else { return }
        drawing.commands.append(.image(Bitmap(width: columns, height: rows, pixels: pixels), in: rect))
        if showsValues && values.count <= 900 { writeValues(&drawing, in: rect, upward: upward, bar) }
    }

    private func writeValues(_ drawing: inout PanelDrawing, in rect: Rect, upward: Bool, _ bar: ColorBar) {
        let width = rect.width / Double(columns), height = rect.height / Double(rows)
        let texts = Ticks.aligned(values)
        // The largest type at which the longest value fits its cell.
        let longest = texts.map { drawing.measurer.measure(TextBlock($0, size: 10)).width }.max() ?? 1
        let size = min(TypeSize.annotation, 10 * 0.86 * width / max(longest, 1), 0.7 * height)
        guard size >= 5 else { return }
        for (i, text) in texts.enumerated() where !values[i].isNaN {
            let row = i / columns, column = i % columns
            let block = TextBlock(text, size: size)
            let extent = drawing.measurer.measure(block)
            let x = rect.x + (Double(column) + 0.5) * width - extent.width / 2
            let y = rect.y + (Double(upward ? rows - 1 - row : row) + 0.5) * height - extent.height / 2
            let color = colorMap.color(at: bar.fraction(values[i])).contrasting
            drawing.labels.append(.text(block, at: Point(x, y + extent.baseline), turns: 0, color: color, halo: false))
        }
    }

    var colorBar: ColorBar? { ColorBar(map: colorMap, values: values, label: valueLabel, limits: limits) }

    var csvColumns: [(name: String, values: [String])] {
        let width = max(1, columns)
        return [
            ("row", values.indices.map { "\($0 / width)" }), ("column", values.indices.map { "\($0 % width)" }),
            ("value", values.map(CSV.number)),
        ]
    }
}
