extension Mark {
    public struct Histogram: Sendable, Equatable {
        public var x: [Double]
        /// How many bins; by the rule of Freedman and Diaconis where nil.
        public var bins: Int?
        /// Heights are densities (the area is 1) instead of counts.
        public var density: Bool
        public var label: String?
        public var color: Color?

        public init(x: [Double], bins: Int? = nil, density: Bool = false, label: String? = nil, color: Color? = nil) {
            self.x = x
            self.bins = bins
            self.density = density
            self.label = label
            self.color = color
        }
    }
}

extension Mark.Histogram: MarkContent {
    var name: String { "histogram" }
    var problem: String? { bins.map { $0 < 1 ? "bins must be at least 1, not \($0)" : nil } ?? nil }

    /// Edges and heights; a value at the last edge belongs to the last bin.
    func binned(_ context: MarkContext) -> (edges: [Double], heights: [Double]) {
        var (low, high) = context.histogramSpan
        let log = context.xIsLog
        if log {
            guard low > 0 else { return ([], []) }
            low = logarithm10(low)
            high = logarithm10(high)
        }
        let data = x.filter { $0.isFinite && (!log || $0 > 0) }.map { log ? logarithm10($0) : $0 }
        guard !data.isEmpty, high > low, (high - low).isFinite else { return ([], []) }
        let count = min(max(bins ?? automaticBins(data, low, high), 1), 10_000)
        let width = (high - low) / Double(count)
        var heights = [Double](repeating: 0, count: count)
        for value in data where value >= low && value <= high {
            heights[min(Int((value - low) / width), count - 1)] += 1
        }
        var edges = (0...count).map { low + Double($0) * width }
        edges[count] = high
        if log { edges = edges.map { power(10, $0) } }
        if density, !data.isEmpty {
            for i in 0..<count { heights[i] /= Double(data.count) * (edges[i + 1] - edges[i]) }
        }
        return (edges, heights)
    }

    /// The bins of this histogram alone on a linear axis.
    package var counts: (edges: [Double], heights: [Double]) {
        let panel = Panel(marks: [.histogram(self)])
        return binned(Series.contexts(panel)[0])
    }

    /// Width 2 IQR / n^(1/3) (Freedman and Diaconis, 1981), held between 10 and 100 bins.
    private func automaticBins(_ data: [Double], _ low: Double, _ high: Double) -> Int {
        guard data.count > 1 else { return 10 }
        let sorted = data.sorted()
        let range = sorted[data.count * 3 / 4] - sorted[data.count / 4]
        let width = 2 * range / power(Double(data.count), 1.0 / 3)
        let bins = (high - low) / width
        return bins.isFinite ? Int(min(max(bins.rounded(.up), 10), 100)) : 10
    }

    func include(_ xs: inout Extent, _ ys: inout Extent, _ context: MarkContext) {
        let (edges, heights) = binned(context)
        guard !edges.isEmpty else { return }
        xs.include(edges)
        if !context.yIsLog { ys.includeEdge(0) }
        ys.include(heights)
        if context.yIsLog, let least = heights.filter({ $0 > 0 }).min() { ys.include(least / 2) }
    }

    func draw(_ drawing: inout PanelDrawing, _ context: MarkContext) {
        let (edges, heights) = binned(context)
        let foot = drawing.y(0) ?? drawing.plot.maxY
        var rects: [Rect] = []
        var outline: [Point] = []
        for (i, height) in heights.enumerated() {
            guard let left = drawing.x(edges[i]), let right = drawing.x(edges[i + 1]) else { continue }
            let top = drawing.y(height) ?? foot
            rects.append(Rect(x: left, y: top, width: right - left, height: foot - top))
            if outline.isEmpty { outline.append(Point(left, foot)) }
            outline += [Point(left, top), Point(right, top)]
        }
        if let last = outline.last { outline.append(Point(last.x, foot)) }
        // One outline and no seams between bins; the fill lets a second histogram show through.
        drawing.fill(outline, context.color.opacity(0.45))
        if let lines = Hatch.lines(context.index, over: drawing.plot) {
            drawing.commands.append(
                .clip(Path(outline, closed: true), [.stroke(lines, Pen(context.color.opacity(0.55), width: 0.8))]))
        }
        drawing.stroke([outline], Pen(context.color, width: 1.4))
    }

    func legendEntries(_ context: MarkContext) -> [LegendEntry] {
        label.map { [LegendEntry(label: $0, color: context.color, swatch: .patch(hatch: context.index, opacity: 0.6))] } ?? []
    }

    var csvColumns: [(name: String, values: [String])] { [("x", x.map(CSV.number))] }
}
