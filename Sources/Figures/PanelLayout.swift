struct Insets: Equatable {
    var left = 0.0, top = 0.0, right = 0.0, bottom = 0.0
}

/// One panel on its way to the page: given a place for the plot, it says how much room it needs round it, and draws.
struct PanelLayout {
    let panel: Panel
    let contexts: [MarkContext]
    let measurer: any TextMeasurer
    let hasAxes: Bool
    var showsX = true
    var showsY = true

    /// The span of the data; several panels may share it.
    var xExtent: Extent
    var yExtent: Extent
    private var xAxis = Axis(scale: .linear, low: 0, high: 1)
    private var yAxis = Axis(scale: .linear, low: 0, high: 1)
    private var xNumbers: AxisNumbers
    private var yNumbers: AxisNumbers
    private let colorBar: ColorBar?
    private let legend: Legend?
    private var key = Key.none
    /// The plot for which the key was chosen: choosing draws all data, so it is done as seldom as may be.
    private var keyPlot: Rect?

    private enum Key { case none, inside, outside, direct([(label: DirectLabel, y: Double)]) }

    init(_ panel: Panel, _ measurer: any TextMeasurer) {
        self.panel = panel
        self.measurer = measurer
        contexts = Series.contexts(panel)
        hasAxes = !panel.marks.contains { $0.content.naturalSize(width: 100, measurer) != nil }
        var x = Extent(positiveOnly: panel.xScale == .log), y = Extent(positiveOnly: panel.yScale == .log)
        for (mark, context) in zip(panel.marks, contexts) { mark.content.include(&x, &y, context) }
        xExtent = x
        yExtent = y
        colorBar = panel.marks.lazy.compactMap(\.content.colorBar).first
        let entries = zip(panel.marks, contexts).flatMap { $0.content.legendEntries($1) }
        legend = entries.isEmpty || panel.legend == .none ? nil : Legend(entries: entries, measurer: measurer)
        xNumbers = .horizontal(xAxis, width: 100, measurer)
        yNumbers = .vertical(yAxis, height: 100, measurer)
    }

    func naturalSize(width: Double) -> Point? {
        panel.marks.lazy.compactMap { $0.content.naturalSize(width: width, measurer) }.first
    }

    // MARK: Measuring

    private func block(title: String, width: Double) -> TextBlock {
        TextBlock(title, size: TypeSize.panelTitle, bold: true, wrapWidth: max(40, width), limit: 200)
    }

    private func block(label: String, length: Double) -> TextBlock {
        let plain = TextBlock(label, size: TypeSize.label)
        return measurer.measure(plain).width <= length
            ? plain : TextBlock(label, size: TypeSize.label, wrapWidth: max(60, length), centred: true)
    }

    /// The room that titles, numbers and keys need round a plot of this size.
    mutating func measure(_ plot: Rect) -> Insets {
        var insets = Insets()
        let title = panel.title.map { measurer.measure(block(title: $0, width: plot.width)).height + 8 } ?? 0
        guard hasAxes else {
            insets.top = title
            return insets
        }
        setAxes(plot)
        xNumbers = .horizontal(xAxis, width: plot.width, measurer)
        yNumbers = .vertical(yAxis, height: plot.height, measurer)
        let half = (yNumbers.extents.map(\.height).max() ?? 0) / 2
        insets.top = max(half, title)
        insets.left = AxisDrawing.numberGap
        insets.bottom = AxisDrawing.numberGap
        if showsY { insets.left += yNumbers.widest }
        if showsX {
            insets.bottom += xNumbers.depth
            let overhang = xNumbers.overhang(xAxis, width: plot.width)
            insets.left = max(insets.left, overhang.left)
            insets.right = overhang.right
        }
        if let label = panel.yLabel, showsY { insets.left += measurer.measure(block(label: label, length: plot.height)).height + 6 }
        if let label = panel.xLabel, showsX { insets.bottom += measurer.measure(block(label: label, length: plot.width)).height + 4 }
        if let colorBar { insets.right = max(insets.right, colorBar.width(height: plot.height, measurer)) }
        chooseKey(plot)
        switch key {
        case .none, .inside: break
        case .outside:
            if let legend { insets.right = max(insets.right, 0) + legend.size.width + 8 }
        case .direct(let labels):
            let width = labels.map { measurer.measure(PanelLayout.block($0.label)).width }.max() ?? 0
            insets.right = max(insets.right, width + 8)
        }
        return insets
    }

    private mutating func setAxes(_ plot: Rect) {
        xAxis = PanelLayout.axis(panel.xScale, panel.xLimits, xExtent)
        yAxis = PanelLayout.axis(panel.yScale, panel.yLimits, yExtent)
        yAxis.reversed = panel.marks.contains { $0.content.reversesY }
        guard panel.equalAspect, panel.xScale == .linear, panel.yScale == .linear, plot.width > 1, plot.height > 1 else { return }
        // The axis with room to spare shows more, so that a unit has one length.
        let perX = (xAxis.high - xAxis.low) / plot.width, perY = (yAxis.high - yAxis.low) / plot.height
        let unit = max(perX, perY)
        func widen(_ axis: inout Axis, _ length: Double) {
            let more = (unit * length - (axis.high - axis.low)) / 2
            guard more.isFinite else { return }
            axis.low -= more
            axis.high += more
        }
        widen(&xAxis, plot.width)
        widen(&yAxis, plot.height)
    }

    private static func axis(_ scale: Scale, _ limits: ClosedRange<Double>?, _ extent: Extent) -> Axis {
        if case .categories(let names) = scale, limits == nil {
            return Axis(scale: scale, low: -0.5, high: max(Double(names.count), extent.high.isFinite ? extent.high + 0.5 : 1) - 0.5)
        }
        if let limits, limits.lowerBound.isFinite, limits.upperBound.isFinite, scale != .log || limits.lowerBound > 0 {
            var wanted = Extent(positiveOnly: scale == .log)
            wanted.includeEdge(limits.lowerBound)
            wanted.includeEdge(limits.upperBound)
            let domain = wanted.domain()
            return Axis(scale: scale, low: domain.low, high: domain.high)
        }
        let domain = extent.domain()
        return Axis(scale: scale, low: domain.low, high: domain.high)
    }

    // MARK: The key

    private mutating func chooseKey(_ plot: Rect) {
        guard let legend else { return }
        if let keyPlot, abs(keyPlot.width - plot.width) + abs(keyPlot.height - plot.height) < 1, case .inside = key { return }
        keyPlot = plot
        if case .outside = key { return }  // once outside, always: the plot only gets narrower
        if panel.legend == .outside { key = .outside; return }
        if panel.legend == .automatic, let labels = directLabels(plot, count: legend.entries.count) { key = .direct(labels); return }
        if panel.legend == .inside { key = .inside; return }
        let drawing = draw(plot)
        let occupancy = Occupancy(plot: plot, commands: drawing.rules + drawing.commands, labels: drawing.occupied)
        key = legend.place(in: plot, avoiding: occupancy) == nil ? .outside : .inside
    }

    private static func block(_ label: DirectLabel) -> TextBlock { TextBlock(label.label, size: TypeSize.legend, bold: true, limit: 40) }

    /// Names at the lines' right ends, moved apart; nil where not every series is a line that ends there.
    private func directLabels(_ plot: Rect, count: Int) -> [(label: DirectLabel, y: Double)]? {
        let labels = zip(panel.marks, contexts).flatMap { $0.content.directLabels($1) }
        guard labels.count == count, count <= 8, colorBar == nil else { return nil }
        var placed: [(label: DirectLabel, y: Double)] = []
        for label in labels {
            guard let x = xAxis.fraction(label.x), let y = yAxis.fraction(label.y), x > 0.93, x < 1.001, (-0.001...1.001).contains(y)
            else { return nil }
            guard measurer.measure(PanelLayout.block(label)).width < 0.35 * plot.width else { return nil }
            placed.append((label, plot.maxY - y * plot.height))
        }
        placed.sort { $0.y < $1.y }
        let wanted = placed.map(\.y)
        let pitch = (placed.map { measurer.measure(PanelLayout.block($0.label)).height }.max() ?? 0) + 1
        guard pitch * Double(count) <= plot.height else { return nil }
        for i in placed.indices.dropFirst() { placed[i].y = max(placed[i].y, placed[i - 1].y + pitch) }
        // What was pushed down moves back up as a whole where there is room.
        for i in placed.indices.reversed() {
            let floor = i == placed.count - 1 ? plot.maxY : placed[i + 1].y - pitch
            placed[i].y = min(placed[i].y, floor)
        }
        let shift = zip(placed, wanted).map { $0.y - $1 }.reduce(0, +) / Double(max(1, count))
        let room = max(0, (placed.first?.y ?? 0) - plot.y)
        for i in placed.indices { placed[i].y -= min(max(0, shift), room) }
        guard zip(placed, wanted).allSatisfy({ abs($0.y - $1) < 0.8 * pitch }) else { return nil }
        return placed
    }

    // MARK: Drawing

    private func draw(_ plot: Rect) -> PanelDrawing {
        var drawing = PanelDrawing(plot: plot, xAxis: xAxis, yAxis: yAxis, measurer: measurer)
        for (mark, context) in zip(panel.marks, contexts) { mark.content.draw(&drawing, context) }
        drawing.placeLabels()
        return drawing
    }

    private var coversPlot: Bool {
        panel.marks.contains { if case .heatmap = $0 { true } else if case .contour(let c) = $0 { c.filled } else { false } }
    }

    private var standsOnZero: Bool {
        panel.marks.contains { if case .bars(let bars) = $0 { !bars.horizontal } else { false } }
    }

    func commands(_ plot: Rect) -> [Command] {
        var commands: [Command] = []
        if let title = panel.title {
            let block = block(title: title, width: plot.width)
            let extent = measurer.measure(block)
            commands.append(.text(block, at: Point(plot.x, plot.y - 8 - extent.height + extent.baseline), turns: 0, color: .ink, halo: false))
        }
        let drawing = draw(plot)
        guard hasAxes else { return commands + drawing.commands + drawing.labels }
        let axes = AxisDrawing(
            plot: plot, xAxis: xAxis, yAxis: yAxis, xNumbers: xNumbers, yNumbers: yNumbers, showsX: showsX, showsY: showsY)
        if !coversPlot { commands += axes.grid() }
        // Half a marker or line may reach over the frame, so that points on it stay whole.
        let data = drawing.commands + drawing.rules
        if !data.isEmpty { commands.append(.clip(.rectangle(plot.grown(by: 3)), data)) }
        commands += axes.frame(boxed: coversPlot)
        commands += axes.numbers()
        if standsOnZero, yAxis.low < 0, yAxis.high > 0, !yAxis.isLog, let y = drawing.y(0) {
            commands.append(.stroke(.segment(Point(plot.x, y), Point(plot.maxX, y)), Pen(.axis, width: 0.9)))
        }
        commands += drawing.labels
        commands += axisTitles(plot)
        if let colorBar { commands += colorBar.commands(beside: plot, measurer) }
        commands += keyCommands(plot, drawing)
        if !panel.marks.isEmpty, xExtent.low > xExtent.high || yExtent.low > yExtent.high {
            commands += note("no data to show", plot)
        }
        return commands
    }

    private func note(_ text: String, _ plot: Rect) -> [Command] {
        let block = TextBlock(text, size: TypeSize.label)
        let extent = measurer.measure(block)
        let at = Point(plot.centre.x - extent.width / 2, plot.centre.y - extent.height / 2 + extent.baseline)
        return [.text(block, at: at, turns: 0, color: .axis, halo: true)]
    }

    private func axisTitles(_ plot: Rect) -> [Command] {
        var commands: [Command] = []
        if let label = panel.xLabel, showsX {
            let block = block(label: label, length: plot.width)
            let extent = measurer.measure(block)
            let y = plot.maxY + AxisDrawing.numberGap + xNumbers.depth + 4
            commands.append(.text(block, at: Point(plot.centre.x - extent.width / 2, y + extent.baseline), turns: 0, color: .ink, halo: false))
        }
        if let label = panel.yLabel, showsY {
            let block = block(label: label, length: plot.height)
            let extent = measurer.measure(block)
            let x = plot.x - AxisDrawing.numberGap - yNumbers.widest - 6 - extent.height
            commands.append(.text(block, at: Point(x + extent.baseline, plot.centre.y + extent.width / 2), turns: 1, color: .ink, halo: false))
        }
        return commands
    }

    private func keyCommands(_ plot: Rect, _ drawing: PanelDrawing) -> [Command] {
        guard let legend else { return [] }
        let (width, height) = legend.size
        switch key {
        case .none: return []
        case .inside:
            let occupancy = Occupancy(plot: plot, commands: drawing.rules + drawing.commands, labels: drawing.occupied)
            let corner = Rect(x: plot.maxX - 8 - width, y: plot.y + 8, width: width, height: height)
            return legend.commands(in: legend.place(in: plot, avoiding: occupancy) ?? corner, framed: true)
        case .outside:
            let bar = colorBar?.width(height: plot.height, measurer) ?? 0
            return legend.commands(in: Rect(x: plot.maxX + bar + 4, y: plot.y - 4, width: width, height: height), framed: false)
        case .direct:
            return (directLabels(plot, count: legend.entries.count) ?? []).map { label, y in
                let block = PanelLayout.block(label)
                let extent = measurer.measure(block)
                return .text(
                    block, at: Point(plot.maxX + 6, y - extent.height / 2 + extent.baseline), turns: 0, color: label.color.readable, halo: true)
            }
        }
    }
}
