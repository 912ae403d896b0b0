/// The key to the series: rows of a swatch and a name.
struct Legend {
    let entries: [LegendEntry]
    private let blocks: [TextBlock]
    private let extents: [TextExtent]
    private static let swatch = 26.0, gap = 7.0, padding = 8.0, lead = 4.0

    init(entries: [LegendEntry], measurer: any TextMeasurer) {
        self.entries = entries
        blocks = entries.map { TextBlock($0.label, size: TypeSize.legend, limit: 60) }
        extents = blocks.map(measurer.measure)
    }

    var size: (width: Double, height: Double) {
        (
            (extents.map(\.width).max() ?? 0) + Legend.swatch + Legend.gap + 2 * Legend.padding,
            extents.map { $0.height + Legend.lead }.reduce(0, +) - Legend.lead + 2 * Legend.padding
        )
    }

    /// The corner or edge of the plot where nothing is drawn; nil where each has something.
    func place(in plot: Rect, avoiding occupancy: Occupancy) -> Rect? {
        let margin = 8.0
        let (w, h) = size
        guard w + 2 * margin < plot.width * 0.7, h + 2 * margin < plot.height * 0.8 else { return nil }
        let left = plot.x + margin, right = plot.maxX - margin - w, middle = plot.centre.x - w / 2
        let top = plot.y + margin, bottom = plot.maxY - margin - h, centre = plot.centre.y - h / 2
        let places = [
            (right, top), (left, top), (right, bottom), (left, bottom), (right, centre), (left, centre), (middle, top), (middle, bottom),
        ]
        return places.map { Rect(x: $0.0, y: $0.1, width: w, height: h) }.first { !occupancy.touches($0.grown(by: 3)) }
    }

    func commands(in rect: Rect, framed: Bool) -> [Command] {
        var commands: [Command] = []
        if framed {
            let frame = Path.rounded(rect, radius: 4)
            commands += [.fill(frame, .white.opacity(0.9)), .stroke(frame, Pen(Color(0xD9D9D9), width: 0.7))]
        }
        var y = rect.y + Legend.padding
        for ((entry, block), extent) in zip(zip(entries, blocks), extents) {
            let middle = y + extent.height / 2
            let x = rect.x + Legend.padding
            commands += swatch(entry, x: x, y: middle)
            commands.append(
                .text(block, at: Point(x + Legend.swatch + Legend.gap, y + extent.baseline), turns: 0, color: .ink, halo: false))
            y += extent.height + Legend.lead
        }
        return commands
    }

    private func swatch(_ entry: LegendEntry, x: Double, y: Double) -> [Command] {
        let centre = Point(x + Legend.swatch / 2, y)
        func marker(_ shape: MarkerShape, _ size: Double) -> Command {
            .markers(Markers(points: [centre], shape: shape, size: size, colors: [entry.color], rim: true))
        }
        switch entry.swatch {
        case .line(let dash, let shape):
            let line = Command.stroke(.segment(Point(x, y), Point(x + Legend.swatch, y)), Pen(entry.color, width: 2, dash: dash))
            return [line] + (shape.map { [marker($0, 6.5)] } ?? [])
        case .patch(let hatch, let opacity):
            let rect = Rect(x: x + 3, y: y - 5, width: Legend.swatch - 6, height: 10)
            var commands: [Command] = [.fill(.rectangle(rect), entry.color.opacity(opacity))]
            if let lines = Hatch.lines(hatch, over: rect.grown(by: 3)) {
                commands.append(.clip(.rectangle(rect), [.stroke(lines, Pen(.white.opacity(0.75), width: 1.1))]))
            }
            return commands
        case .marker(let shape):
            return [marker(shape, 8)]
        }
    }
}
