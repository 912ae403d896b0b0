extension Mark {
    public struct Bars: Sendable, Equatable {
        public var heights: [Double]
        /// Where the bars stand; 0, 1, 2, ... where nil, which are the places of a categorical axis.
        public var positions: [Double]?
        /// Half the length of a whisker at each bar's end: a standard error.
        public var errors: [Double]?
        public var label: String?
        public var color: Color?
        /// Bars grow to the right, the first at the top: for long names.
        public var horizontal: Bool
        /// Writes each bar's height at its end.
        public var showsValues: Bool

        public init(
            heights: [Double], positions: [Double]? = nil, errors: [Double]? = nil, label: String? = nil, color: Color? = nil,
            horizontal: Bool = false, showsValues: Bool = false
        ) {
            self.heights = heights
            self.positions = positions
            self.errors = errors
            self.label = label
            self.color = color
            self.horizontal = horizontal
            self.showsValues = showsValues
        }
    }
}

extension Mark.Bars: MarkContent {
    var name: String { "bars" }
    var reversesY: Bool { horizontal }

    var problem: String? {
        mismatch(("heights", heights.count), ("positions", positions?.count ?? heights.count), ("errors", errors?.count ?? heights.count))
    }

    private var places: [Double] { positions ?? heights.indices.map(Double.init) }

    /// The least distance between two bars of one series.
    private var pitch: Double {
        let sorted = places.filter(\.isFinite).sorted()
        let gaps = zip(sorted.dropFirst(), sorted).map { $0 - $1 }.filter { $0 > 0 }
        return gaps.min() ?? 1
    }

    private func span(_ place: Double, _ context: MarkContext) -> (low: Double, high: Double) {
        let width = 0.76 * pitch / Double(max(1, context.slots))
        let low = place - 0.38 * pitch + width * Double(context.slot)
        let gap = context.slots > 1 ? 0.04 * width : 0
        return (low + gap, low + width - gap)
    }

    func include(_ xs: inout Extent, _ ys: inout Extent, _ context: MarkContext) {
        let logarithmic = horizontal ? context.xIsLog : context.yIsLog
        func add(_ along: inout Extent, _ up: inout Extent) {
            for (place, height) in zip(places, heights) where place.isFinite && height.isFinite {
                along.include(place - 0.5 * pitch)
                along.include(place + 0.5 * pitch)
                up.include(height)
                if logarithmic { up.include(height / 2) }
                // Room for the number at the bar's end.
                if showsValues { up.include(height * (horizontal ? 1.15 : 1.08)) }
            }
            for (height, error) in zip(heights, errors ?? []) where error.isFinite {
                up.include(height + abs(error))
                up.include(height - abs(error))
            }
            if !logarithmic { up.includeEdge(0) }
        }
        if horizontal { add(&ys, &xs) } else { add(&xs, &ys) }
    }

    func draw(_ drawing: inout PanelDrawing, _ context: MarkContext) {
        var rects: [Rect] = []
        var whiskers = Path()
        var ends: [(Point, Bool, Double)] = []
        let foot = horizontal ? drawing.x(0) ?? drawing.plot.x : drawing.y(0) ?? drawing.plot.maxY
        for (i, (place, height)) in zip(places, heights).enumerated() where height.isFinite {
            let (low, high) = span(place, context)
            guard let a = horizontal ? drawing.y(low) : drawing.x(low), let b = horizontal ? drawing.y(high) : drawing.x(high),
                let tip = horizontal ? drawing.x(height) : drawing.y(height)
            else { continue }
            let across = min(a, b), breadth = abs(b - a), start = min(foot, tip), length = abs(tip - foot)
            rects.append(
                horizontal
                    ? Rect(x: start, y: across, width: length, height: breadth)
                    : Rect(x: across, y: start, width: breadth, height: length))
            let middle = across + breadth / 2
            var end = tip
            if let errors, i < errors.count, errors[i].isFinite, errors[i] != 0 {
                let error = abs(errors[i])
                let near = horizontal ? drawing.x(height - error) ?? foot : drawing.y(height - error) ?? foot
                let far = horizontal ? drawing.x(height + error) ?? tip : drawing.y(height + error) ?? tip
                let cap = min(5, breadth / 4)
                if horizontal {
                    whiskers.add([Point(near, middle), Point(far, middle)])
                    whiskers.add([Point(near, middle - cap), Point(near, middle + cap)])
                    whiskers.add([Point(far, middle - cap), Point(far, middle + cap)])
                } else {
                    whiskers.add([Point(middle, near), Point(middle, far)])
                    whiskers.add([Point(middle - cap, near), Point(middle + cap, near)])
                    whiskers.add([Point(middle - cap, far), Point(middle + cap, far)])
                }
                end = height < 0 ? near : far
            }
            ends.append((horizontal ? Point(end, middle) : Point(middle, end), height < 0, height))
        }
        drawing.patch(rects, color: context.color, hatch: context.index, opacity: 1)
        if !whiskers.isEmpty { drawing.commands.append(.stroke(whiskers, Pen(.ink, width: 1.2))) }
        guard showsValues else { return }
        let numbers = Ticks.aligned(ends.map(\.2))
        for ((end, negative, _), number) in zip(ends, numbers) {
            let block = TextBlock(number, size: TypeSize.tick)
            let side: PanelDrawing.Side = horizontal ? (negative ? .left : .right) : (negative ? .below : .above)
            drawing.label(block, near: end, sides: [side], gap: 3, color: .ink)
        }
    }

    func legendEntries(_ context: MarkContext) -> [LegendEntry] {
        label.map { [LegendEntry(label: $0, color: context.color, swatch: .patch(hatch: context.index, opacity: 1))] } ?? []
    }

    var csvColumns: [(name: String, values: [String])] {
        var columns = [("x", places.map(CSV.number)), ("y", heights.map(CSV.number))]
        if let errors { columns.append(("error", errors.map(CSV.number))) }
        return columns
    }
}
