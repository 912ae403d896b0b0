/// A figure as plain values: what to show, not how. Drawn by `png`, `pdf`, `svg`, `rgba` and `write`.
public struct Figure: Sendable, Equatable {
    /// The name of its files: letters a to z, digits and hyphens.
    public var id: String
    /// Says the finding: "The gap closes as K grows".
    public var title: String?
    /// Says how it was computed: samples, seed.
    public var caption: String?
    /// Rows of panels.
    public var panels: [[Panel]]
    /// All panels show the same span, and only the outer ones are numbered.
    public var sharesX: Bool
    public var sharesY: Bool
    /// Width and height in points; chosen by what the figure holds where nil.
    public var size: (width: Double, height: Double)? {
        get { fixedSize.map { ($0.x, $0.y) } }
        set { fixedSize = newValue.map { Point($0.width, $0.height) } }
    }

    private var fixedSize: Point?

    public init(
        id: String, title: String? = nil, caption: String? = nil, panels: [[Panel]], sharesX: Bool = false, sharesY: Bool = false,
        size: (width: Double, height: Double)? = nil
    ) {
        self.id = id
        self.title = title
        self.caption = caption
        self.panels = panels
        self.sharesX = sharesX
        self.sharesY = sharesY
        fixedSize = size.map { Point($0.width, $0.height) }
    }

    /// Throws where the id would leave the figures folder or the data of a mark do not fit together.
    public func validate() throws {
        let allowed = id.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
        guard allowed, !id.isEmpty, id.utf8.count <= 80, id.first != "-" else { throw FigureError.identifier(id) }
        for panel in panels.joined() {
            for mark in panel.marks {
                if let problem = mark.content.problem { throw FigureError.data(mark: mark.content.name, problem: problem) }
            }
        }
    }
}

public struct Panel: Sendable, Equatable {
    public enum LegendPlace: Sendable, Equatable {
        /// At the lines' ends, or where no data lie, or beside the panel.
        case automatic
        case inside, outside, none
    }

    public var title: String?
    public var xLabel: String?
    public var yLabel: String?
    public var xScale: Scale
    public var yScale: Scale
    public var xLimits: ClosedRange<Double>?
    public var yLimits: ClosedRange<Double>?
    /// A unit is as long on both axes, so that circles are round.
    public var equalAspect: Bool
    public var legend: LegendPlace
    public var marks: [Mark]

    public init(
        title: String? = nil, xLabel: String? = nil, yLabel: String? = nil, xScale: Scale = .linear, yScale: Scale = .linear,
        xLimits: ClosedRange<Double>? = nil, yLimits: ClosedRange<Double>? = nil, equalAspect: Bool = false,
        legend: LegendPlace = .automatic, marks: [Mark]
    ) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.xScale = xScale
        self.yScale = yScale
        self.xLimits = xLimits
        self.yLimits = yLimits
        self.equalAspect = equalAspect
        self.legend = legend
        self.marks = marks
    }
}
