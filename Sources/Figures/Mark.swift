/// One thing drawn in a panel.
public enum Mark: Sendable, Equatable {
    case line(Line)
    case scatter(Scatter)
    case histogram(Histogram)
    case bars(Bars)
    case band(Band)
    case errorBars(ErrorBars)
    case verticalLine(Rule)
    case horizontalLine(Rule)
    case text(Text)
    case arrow(Arrow)
    case heatmap(Heatmap)
    case contour(Contour)
    case images(Images)
    case vectorField(VectorField)
    case ellipses(Ellipses)
    case graph(Graph)

    var content: any MarkContent {
        switch self {
        case .line(let mark): mark
        case .scatter(let mark): mark
        case .histogram(let mark): mark
        case .bars(let mark): mark
        case .band(let mark): mark
        case .errorBars(let mark): mark
        case .verticalLine(let mark): PlacedRule(rule: mark, vertical: true)
        case .horizontalLine(let mark): PlacedRule(rule: mark, vertical: false)
        case .text(let mark): mark
        case .arrow(let mark): mark
        case .heatmap(let mark): mark
        case .contour(let mark): mark
        case .images(let mark): mark
        case .vectorField(let mark): mark
        case .ellipses(let mark): mark
        case .graph(let mark): mark
        }
    }
}

/// What layout wants of every mark.
protocol MarkContent: Sendable {
    var name: String { get }
    var color: Color? { get }
    /// Whether the mark takes the next colour of the series.
    var takesSeries: Bool { get }
    /// What is wrong with the data's shape.
    var problem: String? { get }
    func include(_ x: inout Extent, _ y: inout Extent, _ context: MarkContext)
    func draw(_ drawing: inout PanelDrawing, _ context: MarkContext)
    func legendEntries(_ context: MarkContext) -> [LegendEntry]
    /// Line ends that can carry the label instead of a legend.
    func directLabels(_ context: MarkContext) -> [DirectLabel]
    var colorBar: ColorBar? { get }
    /// The data as named columns of equal length.
    var csvColumns: [(name: String, values: [String])] { get }
    /// The size at which a mark without axes wants to be drawn in the given width; nil for one with axes.
    func naturalSize(width: Double, _ measurer: any TextMeasurer) -> Point?
    /// Rows are counted from the top.
    var reversesY: Bool { get }
}

extension MarkContent {
    var color: Color? { nil }
    var takesSeries: Bool { true }
    var problem: String? { nil }
    var colorBar: ColorBar? { nil }
    var reversesY: Bool { false }
    func legendEntries(_ context: MarkContext) -> [LegendEntry] { [] }
    func directLabels(_ context: MarkContext) -> [DirectLabel] { [] }
    func naturalSize(width: Double, _ measurer: any TextMeasurer) -> Point? { nil }

    func mismatch(_ lists: (String, Int)...) -> String? {
        guard let odd = lists.first(where: { $0.1 != lists[0].1 }) else { return nil }
        return "\(lists[0].0) has \(lists[0].1) values, \(odd.0) has \(odd.1)"
    }
}

/// What a mark needs to know of its neighbours.
struct MarkContext: Sendable {
    var color: Color
    /// Counts the series of a panel: marker shapes, dashes and hatches follow it.
    var index: Int
    /// Bars stand side by side: which of how many.
    var slot = 0
    var slots = 1
    /// The span that all histograms of a panel share, so that their bins agree.
    var histogramSpan: (low: Double, high: Double) = (0, 1)
    var xIsLog = false
    var yIsLog = false

    var dash: [Double] { [[], [7, 3], [2, 2.5], [9, 3, 2, 3]][(index + index / Color.series.count) % 4] }
    var shape: MarkerShape { MarkerShape(series: index) }
}

struct LegendEntry: Sendable {
    enum Swatch: Sendable {
        case line(dash: [Double], marker: MarkerShape?)
        case patch(hatch: Int, opacity: Double)
        case marker(MarkerShape)
    }

    var label: String
    var color: Color
    var swatch: Swatch
}

/// A label at the last point of a line, in data coordinates.
struct DirectLabel: Sendable {
    var label: String
    var x, y: Double
    var color: Color
}
