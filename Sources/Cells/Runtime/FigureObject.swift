import Figures

/// A figure as a value of the language.
struct FigureObject: CellObject {
    let figure: Figure
    var typeName: String { "figure" }
    var summary: String { "Figure \(figure.id)" + (figure.title.map { ": \($0)" } ?? "") }
}

/// A panel, before it stands in a figure.
struct PanelObject: CellObject {
    let panel: Panel
    var typeName: String { "panel" }
}

/// A mark, before it stands in a panel.
struct MarkObject: CellObject {
    let mark: Mark
    /// Names along the x axis that the mark brings with it.
    var categories: [String]?
    var typeName: String { "mark" }
}
