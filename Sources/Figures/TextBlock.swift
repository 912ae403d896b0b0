/// Text ready to be measured and drawn: what, how large, how wide at most.
package struct TextBlock: Hashable, Sendable {
    package var text: MathText
    package var size: Double
    package var bold: Bool
    /// Lines break where they would be wider than this.
    package var wrapWidth: Double?
    package var centred: Bool

    package init(
        _ source: String, size: Double, bold: Bool = false, wrapWidth: Double? = nil, centred: Bool = false, limit: Int = 120
    ) {
        text = MathText(source, limit: limit)
        self.size = size
        self.bold = bold
        self.wrapWidth = wrapWidth
        self.centred = centred
    }
}

package struct TextExtent: Hashable, Sendable {
    package var width, height: Double
    /// From the top to the baseline of the first line.
    package var baseline: Double

    package init(width: Double, height: Double, baseline: Double) {
        self.width = width
        self.height = height
        self.baseline = baseline
    }
}

/// What layout asks about text. Pango answers for real figures, simple arithmetic in tests.
package protocol TextMeasurer {
    func measure(_ block: TextBlock) -> TextExtent
}

/// The type sizes of a figure, in points; a figure is about 720 points wide.
enum TypeSize {
    static let title = 15.0
    static let panelTitle = 12.5
    static let label = 12.0
    static let tick = 10.5
    static let legend = 11.0
    static let annotation = 11.0
    static let caption = 10.0
}
