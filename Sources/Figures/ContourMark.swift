extension Mark {
    public struct Contour: Sendable, Equatable {
        /// The grid's lines, ascending; `z` holds `y.count` rows of `x.count` values.
        public var x, y, z: [Double]
        /// Round levels where nil.
        public var levels: [Double]?
        public var levelCount: Int
        /// Colours the areas between the levels.
        public var filled: Bool
        /// Writes each level on its curve.
        public var labelsLevels: Bool
        public var label: String?
        public var valueLabel: String?
        public var color: Color?
        public var colorMap: ColorMap

        public init(
            x: [Double], y: [Double], z: [Double], levels: [Double]? = nil, levelCount: Int = 8, filled: Bool = false,
            labelsLevels: Bool = false, label: String? = nil, valueLabel: String? = nil, color: Color? = nil, colorMap: ColorMap = .viridis
        ) {
            self.x = x
            self.y = y
            self.z = z
            self.levels = levels
            self.levelCount = levelCount
            self.filled = filled
            self.labelsLevels = labelsLevels
            self.label = label
            self.valueLabel = valueLabel
            self.color = color
            self.colorMap = colorMap
        }
    }
}

extension Mark.Contour: MarkContent {
    var name: String { "contour" }
    var takesSeries: Bool { !filled }

    var problem: String? {
        guard x.count > 1, y.count > 1 else { return "a grid needs at least two lines each way" }
        guard z.count == x.count * y.count else { return "a grid of \(y.count) by \(x.count) needs \(x.count * y.count) values, not \(z.count)" }
        let ascending = { (v: [Double]) in zip(v, v.dropFirst()).allSatisfy { $0 < $1 && $0.isFinite && $1.isFinite } }
        return ascending(x) && ascending(y) ? nil : "the grid's x and y must ascend"
    }

    /// The levels that lie inside the data.
    var chosenLevels: [Double] {
        let finite = z.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max(), low < high else { return [] }
        if let levels { return levels.filter(\.isFinite).sorted() }
        return Ticks.linear(low, high, atMost: min(max(levelCount, 1), 50)).map(\.value).filter { $0 > low && $0 < high }
    }

    func include(_ xs: inout Extent, _ ys: inout Extent, _ context: MarkContext) {
        guard problem == nil else { return }
        for edge in [x[0], x[x.count - 1]] { xs.includeEdge(edge) }
        for edge in [y[0], y[y.count - 1]] { ys.includeEdge(edge) }
    }

    func draw(_ drawing: inout PanelDrawing, _ context: MarkContext) {
        guard problem == nil else { return }
        let levels = chosenLevels
        if filled { fill(&drawing, levels) }
        let pen = filled ? Pen(.white.opacity(0.55), width: 0.7) : Pen(context.color, width: 1.5, dash: context.dash)
        for level in levels {
            let curves = MarchingSquares.curves(x: x, y: y, z: z, level: level)
            let pieces = curves.flatMap { curve in drawing.pieces(curve.map(\.x), curve.map(\.y)) }
            drawing.stroke(pieces, pen)
            if labelsLevels, let longest = pieces.max(by: { $0.count < $1.count }), longest.count > 5 {
                drawing.label(
                    TextBlock(Ticks.short(level), size: 9.5), near: longest[longest.count / 3], sides: [.centre], gap: 0,
                    color: filled ? .ink : context.color.readable)
            }
        }
    }

    /// Two samples a point, each with the colour of its band: bilinear inside a cell.
    private func fill(_ drawing: inout PanelDrawing, _ levels: [Double]) {
        guard let bar = colorBar, let a = drawing.point(x[0], y[0]), let b = drawing.point(x[x.count - 1], y[y.count - 1]) else { return }
        let rect = Rect(x: min(a.x, b.x), y: min(a.y, b.y), width: abs(b.x - a.x), height: abs(b.y - a.y))
        let width = min(Int(rect.width * 2), 4000), height = min(Int(rect.height * 2), 4000)
        guard width > 1, height > 1 else { return }
        let colors = bands(levels, bar)
        let across = cells(x, count: width, log: drawing.xAxis.isLog), up = cells(y, count: height, log: drawing.yAxis.isLog)
        var pixels = [UInt8](repeating: 0, count: 4 * width * height)
        for row in 0..<height {
            let (r, v) = up[height - 1 - row]
            for column in 0..<width {
                let (c, u) = across[column]
                let at = r * x.count + c
                let low = z[at] * (1 - u) + z[at + 1] * u
                let high = z[at + x.count] * (1 - u) + z[at + x.count + 1] * u
                let value = low * (1 - v) + high * v
                guard value.isFinite else { continue }
                var band = 0
                while band < levels.count && value >= levels[band] { band += 1 }
                let out = 4 * (row * width + column)
                pixels[out] = colors[band].0
                pixels[out + 1] = colors[band].1
                pixels[out + 2] = colors[band].2
                pixels[out + 3] = 255
            }
        }
        drawing.commands.append(.image(Bitmap(width: width, height: height, pixels: pixels), in: rect))
    }

    /// The colour between two levels is that of their middle.
    private func bands(_ levels: [Double], _ bar: ColorBar) -> [(UInt8, UInt8, UInt8)] {
        let edges = [bar.low] + levels + [bar.high]
        let table = colorMap.table
        return (0...levels.count).map { table[Int(min(max(bar.fraction((edges[$0] + edges[$0 + 1]) / 2), 0), 1) * 255)] }
    }

    /// For each of `count` even steps along a grid line: the cell, and how far into it.
    private func cells(_ grid: [Double], count: Int, log: Bool) -> [(Int, Double)] {
        let place = { (v: Double) in log ? logarithm10(max(v, 1e-300)) : v }
        let low = place(grid[0]), high = place(grid[grid.count - 1])
        var cell = 0
        return (0..<count).map { i in
            let at = low + (Double(i) + 0.5) / Double(count) * (high - low)
            while cell < grid.count - 2 && place(grid[cell + 1]) < at { cell += 1 }
            let a = place(grid[cell]), b = place(grid[cell + 1])
            return (cell, min(max((at - a) / (b - a), 0), 1))
        }
    }

    func legendEntries(_ context: MarkContext) -> [LegendEntry] {
        guard let label, !filled else { return [] }
        return [LegendEntry(label: label, color: context.color, swatch: .line(dash: context.dash, marker: nil))]
    }

    var colorBar: ColorBar? { filled ? ColorBar(map: colorMap, values: z, label: valueLabel) : nil }

    var csvColumns: [(name: String, values: [String])] {
        let width = max(1, x.count)
        return [
            ("x", z.indices.map { CSV.number(x.isEmpty ? .nan : x[$0 % width]) }),
            ("y", z.indices.map { $0 / width < y.count ? CSV.number(y[$0 / width]) : "nan" }), ("value", z.map(CSV.number)),
        ]
    }
}
