import Figures

/// A figure as a value of the language.
struct FigureObject: CellObject {
    let figure: Figure
    var typeName: String { "figure" }
}
