extension Mark {
    /// A batch of images in a grid, row by row; a strip is a grid of one row.
    public struct Images: Sendable, Equatable {
        /// Each image's values: rows from the top, and for three channels one plane after the other.
        public var images: [[Double]]
        public var width, height: Int
        public var channels: Int
        public var columns: Int
        /// The values of black and white.
        public var limits: ClosedRange<Double>
        public var rowLabels: [String]
        public var columnLabels: [String]
        /// Low values are white and high ones black, as ink on paper.
        public var inverted: Bool

        public init(
            images: [[Double]], width: Int, height: Int, channels: Int = 1, columns: Int = 8, limits: ClosedRange<Double> = 0...1,
            rowLabels: [String] = [], columnLabels: [String] = [], inverted: Bool = false
        ) {
            self.images = images
            self.width = width
            self.height = height
            self.channels = channels
            self.columns = columns
            self.limits = limits
            self.rowLabels = rowLabels
            self.columnLabels = columnLabels
            self.inverted = inverted
        }

        /// All images in one row.
        public static func strip(
            _ images: [[Double]], width: Int, height: Int, channels: Int = 1, limits: ClosedRange<Double> = 0...1, labels: [String] = []
        ) -> Images {
            Images(
                images: images, width: width, height: height, channels: channels, columns: max(1, images.count), limits: limits,
                columnLabels: labels)
        }
    }
}

extension Mark.Images: MarkContent {
    var name: String { "images" }
    var takesSeries: Bool { false }

    var problem: String? {
        guard width > 0, height > 0, columns > 0, width <= 4096, height <= 4096 else { return "images need a width, a height and columns" }
        guard channels == 1 || channels == 3 else { return "images have 1 or 3 channels, not \(channels)" }
        let odd = images.first { $0.count != width * height * channels }
        return odd.map { "an image of \(height) by \(width) with \(channels) channel\(channels == 1 ? "" : "s") needs \(width * height * channels) values, not \($0.count)" }
    }

    /// More than this cannot be told apart on a page.
    private var shown: Int { min(images.count, 2500) }
    private var rows: Int { (shown + columns - 1) / max(1, columns) }
    private static let gap = 3.0

    func include(_ xs: inout Extent, _ ys: inout Extent, _ context: MarkContext) {}

    private func labelBlock(_ text: String, wrap: Double? = nil) -> TextBlock {
        TextBlock(text, size: TypeSize.legend, wrapWidth: wrap, centred: wrap != nil, limit: 40)
    }

    /// Room for the labels on the left and on top.
    private func margins(_ measurer: any TextMeasurer, cell: Double?) -> (left: Double, top: Double) {
        let left = rowLabels.prefix(rows).map { measurer.measure(labelBlock($0)).width }.max().map { $0 + 10 } ?? 0
        let top = columnLabels.prefix(columns).map { measurer.measure(labelBlock($0, wrap: cell)).height }.max().map { $0 + 4 } ?? 0
        return (left, top)
    }

    private func cellWidth(_ available: Double) -> Double {
        (available - Mark.Images.gap * Double(columns - 1)) / Double(columns)
    }

    func naturalSize(width available: Double, _ measurer: any TextMeasurer) -> Point? {
        guard problem == nil, shown > 0 else { return Point(available, 60) }
        let left = margins(measurer, cell: nil).left
        // Large enough to see, not so large that single pixels fill the slide.
        let cell = max(8, min(cellWidth(available - left), 132, Double(width) * 6))
        let top = margins(measurer, cell: cell).top
        let height = Double(rows) * (cell * Double(height) / Double(width) + Mark.Images.gap) + top
        return Point(left + Double(columns) * (cell + Mark.Images.gap), height)
    }

    func draw(_ drawing: inout PanelDrawing, _ context: MarkContext) {
        guard problem == nil, shown > 0 else { return }
        let plot = drawing.plot, gap = Mark.Images.gap
        var (left, top) = margins(drawing.measurer, cell: nil)
        let aspect = Double(height) / Double(width)
        func fitted() -> Double {
            max(1, min(cellWidth(plot.width - left), ((plot.height - top) / Double(rows) - gap) / aspect))
        }
        var cell = fitted()
        top = margins(drawing.measurer, cell: cell).top
        cell = fitted()
        let total = left + Double(columns) * (cell + gap) - gap
        let x0 = plot.x + max(0, (plot.width - total) / 2) + left
        let y0 = plot.y + top
        for i in 0..<shown {
            let rect = Rect(
                x: x0 + Double(i % columns) * (cell + gap), y: y0 + Double(i / columns) * (cell * aspect + gap), width: cell,
                height: cell * aspect)
            drawing.commands.append(.image(bitmap(images[i]), in: rect))
            drawing.commands.append(.stroke(.rectangle(rect), Pen(Color(0xBBBBBB), width: 0.5)))
        }
        for (row, label) in rowLabels.prefix(rows).enumerated() {
            let block = labelBlock(label)
            let extent = drawing.measurer.measure(block)
            let y = y0 + (Double(row) + 0.5) * (cell * aspect + gap) - gap / 2 - extent.height / 2
            drawing.labels.append(
                .text(block, at: Point(x0 - 10 - extent.width, y + extent.baseline), turns: 0, color: .ink, halo: false))
        }
        for (column, label) in columnLabels.prefix(min(columns, shown)).enumerated() {
            let block = labelBlock(label, wrap: cell)
            let extent = drawing.measurer.measure(block)
            let x = x0 + Double(column) * (cell + gap) + (cell - extent.width) / 2
            drawing.labels.append(
                .text(block, at: Point(x, y0 - 4 - extent.height + extent.baseline), turns: 0, color: .ink, halo: false))
        }
    }

    private func bitmap(_ values: [Double]) -> Bitmap {
        let plane = width * height
        let span = limits.upperBound - limits.lowerBound
        var pixels = [UInt8](repeating: 255, count: 4 * plane)
        for i in 0..<plane {
            for channel in 0..<3 {
                let value = values[channels == 3 ? channel * plane + i : i]
                let t = span > 0 ? (value - limits.lowerBound) / span : 0
                // What is no number shows as middle grey.
                let level = t.isNaN ? 128 : UInt8(min(max(t, 0), 1) * 255 + 0.5)
                pixels[4 * i + channel] = inverted ? 255 - level : level
            }
        }
        return Bitmap(width: width, height: height, pixels: pixels)
    }

    var csvColumns: [(name: String, values: [String])] {
        let size = max(1, width * height)
        var image: [String] = [], channel: [String] = [], row: [String] = [], column: [String] = [], value: [String] = []
        for (i, values) in images.enumerated() {
            for (j, v) in values.enumerated() {
                image.append("\(i)")
                channel.append("\(j / size)")
                row.append("\(j % size / max(1, width))")
                column.append("\(j % max(1, width))")
                value.append(CSV.number(v))
            }
        }
        return [("image", image), ("channel", channel), ("row", row), ("column", column), ("value", value)]
    }
}
