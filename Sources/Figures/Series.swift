/// Gives each mark of a panel its place in the series: colour, marker, dash, hatch.
enum Series {
    static func contexts(_ panel: Panel) -> [MarkContext] {
        var next = 0
        var contexts: [MarkContext] = []
        let barCount = panel.marks.count { if case .bars = $0 { true } else { false } }
        var barsSeen = 0
        let span = histogramSpan(panel)
        for (i, mark) in panel.marks.enumerated() {
            var index = next
            if mark.content.takesSeries {
                if i > 0, follows(mark, panel.marks[i - 1]) {
                    index = contexts[i - 1].index
                } else if !leads(mark, panel.marks.dropFirst(i + 1).first) {
                    next += 1
                }
            }
            var context = MarkContext(color: Color.series[index % Color.series.count], index: index)
            if i > 0, follows(mark, panel.marks[i - 1]) { context.color = contexts[i - 1].color }
            if let color = mark.content.color { context.color = color }
            context.histogramSpan = span
            context.xIsLog = panel.xScale == .log
            context.yIsLog = panel.yScale == .log
            if case .bars = mark {
                context.slot = barsSeen
                context.slots = barCount
                barsSeen += 1
            }
            contexts.append(context)
        }
        return contexts
    }

    /// A band belongs to the line before it, and so do error bars without a name of their own.
    private static func follows(_ mark: Mark, _ previous: Mark) -> Bool {
        switch (mark, previous) {
        case (.band, .line), (.band, .band), (.band, .errorBars): true
        case (.errorBars(let bars), .line): bars.label == nil
        default: false
        }
    }

    /// A band before the first line belongs to that line.
    private static func leads(_ mark: Mark, _ following: Mark?) -> Bool {
        if case .band = mark, case .line = following { true } else { false }
    }

    private static func histogramSpan(_ panel: Panel) -> (low: Double, high: Double) {
        var extent = Extent(positiveOnly: panel.xScale == .log)
        for case .histogram(let histogram) in panel.marks { extent.include(histogram.x) }
        guard extent.low <= extent.high else { return (0, 1) }
        // One value alone gets a bin of some width round it.
        let span = extent.high - extent.low
        return span > max(abs(extent.low), abs(extent.high)) * 1e-12 && span > 1e-290
            ? (extent.low, extent.high) : extent.domain()
    }
}
