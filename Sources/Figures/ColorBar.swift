/// The key from values to colours, at the right of a panel.
struct ColorBar: Sendable {
    let map: ColorMap
    let low, high: Double
    let label: String?

    /// nil where there is no finite value to show.
    init?(map: ColorMap, values: [Double], label: String?, limits: ClosedRange<Double>? = nil) {
        var extent = Extent()
        extent.include(values)
        guard extent.low <= extent.high || limits != nil else { return nil }
        self.map = map
        self.label = label
        var low = limits?.lowerBound ?? extent.low, high = limits?.upperBound ?? extent.high
        guard low.isFinite, high.isFinite else { return nil }
        if high - low <= max(abs(low), abs(high)) * 1e-12 || high - low < 1e-290 {
            let half = max(abs(low) * 0.1, 1e-12)
            (low, high) = (low - half, high + half)
        }
        self.low = low
        self.high = high
    }

    func fraction(_ value: Double) -> Double { (value - low) / (high - low) }

    private static let gap = 14.0, breadth = 12.0

    private func ticks(_ height: Double) -> [Tick] {
        // An end that is round but for a hair gets its number, too.
        let hair = 0.004 * (high - low)
        return Ticks.linear(low - hair, high + hair, atMost: max(2, Int(height / 30)))
    }

    func width(height: Double, _ measurer: any TextMeasurer) -> Double {
        let numbers = ticks(height).map { measurer.measure(TextBlock($0.label, size: TypeSize.tick)).width }.max() ?? 0
        let title = label.map { measurer.measure(TextBlock($0, size: TypeSize.label)).height + 6 } ?? 0
        return ColorBar.gap + ColorBar.breadth + 6 + numbers + title
    }

    func commands(beside plot: Rect, _ measurer: any TextMeasurer) -> [Command] {
        let bar = Rect(x: plot.maxX + ColorBar.gap, y: plot.y, width: ColorBar.breadth, height: plot.height)
        var pixels: [UInt8] = []
        for (r, g, b) in map.table.reversed() { pixels += [r, g, b, 255] }
        var commands: [Command] = [
            .image(Bitmap(width: 1, height: 256, pixels: pixels), in: bar), .stroke(.rectangle(bar), Pen(.axis, width: 0.6)),
        ]
        var widest = 0.0
        for tick in ticks(plot.height) {
            let y = bar.maxY - min(max(fraction(tick.value), 0), 1) * bar.height
            let block = TextBlock(tick.label, size: TypeSize.tick)
            let extent = measurer.measure(block)
            widest = max(widest, extent.width)
            commands.append(.stroke(.segment(Point(bar.maxX, y), Point(bar.maxX + 3, y)), Pen(.axis, width: 0.8)))
            commands.append(
                .text(block, at: Point(bar.maxX + 6, y - extent.height / 2 + extent.baseline), turns: 0, color: .quietInk, halo: false))
        }
        if let label {
            let block = TextBlock(label, size: TypeSize.label)
            let extent = measurer.measure(block)
            let x = bar.maxX + 6 + widest + 6 + extent.baseline
            commands.append(.text(block, at: Point(x, bar.centre.y + extent.width / 2), turns: 1, color: .ink, halo: false))
        }
        return commands
    }
}
