import Markup

/// The signs that math is drawn with.
public enum MathStyle: Sendable, CaseIterable {
    case unicode, ascii
}

/// A rectangle of text that stands on a baseline. Every row is as wide as the box.
struct MathBox {
    var rows: [String]
    var width: Int
    /// The row that neighbours align with.
    var baseline: Int
    /// The rows that enclosing delimiters cover: scripts reach beyond it, fractions do not.
    var core: ClosedRange<Int>

    init(rows: [String], baseline: Int, core: ClosedRange<Int>? = nil) {
        width = rows.map { DisplayWidth.of($0) }.max() ?? 0
        self.rows = rows.isEmpty ? [""] : rows.map { [width] in $0.padded(to: width) }
        self.baseline = baseline
        self.core = core ?? 0...self.rows.count - 1
    }

    init(_ text: String) { self.init(rows: [text], baseline: 0) }

    static let empty = MathBox("")

    var height: Int { rows.count }
    var isTall: Bool { core.count > 1 }
    private var above: Int { baseline }
    private var below: Int { height - 1 - baseline }

    /// Boxes side by side on one baseline.
    static func beside(_ boxes: [MathBox]) -> MathBox {
        guard boxes.count != 1 else { return boxes[0] }
        guard !boxes.isEmpty else { return .empty }
        let above = boxes.map(\.above).max()!, below = boxes.map(\.below).max()!
        let rows = (-above...below).map { offset in
            boxes.map { $0.row(at: offset) }.joined()
        }
        let core = boxes.map { $0.core.lowerBound - $0.baseline }.min()! + above ... boxes.map { $0.core.upperBound - $0.baseline }.max()! + above
        return MathBox(rows: rows, baseline: above, core: core)
    }

    /// The row at an offset from the baseline, or spaces.
    func row(at offset: Int) -> String {
        let index = baseline + offset
        return rows.indices.contains(index) ? rows[index] : String(repeating: " ", count: width)
    }

    /// Boxes above one another, centred; the baseline is that of the box at `base`.
    static func stacked(_ boxes: [MathBox], base: Int) -> MathBox {
        let width = boxes.map(\.width).max() ?? 0
        let above = boxes[..<base].map(\.height).reduce(0, +)
        let rows = boxes.flatMap { box in box.rows.map { $0.centered(in: width) } }
        return MathBox(rows: rows, baseline: above + boxes[base].baseline,
                       core: above + boxes[base].core.lowerBound ... above + boxes[base].core.upperBound)
    }

    /// The same rows, all of them to be covered by delimiters.
    func allCore() -> MathBox {
        var box = self
        box.core = 0...height - 1
        return box
    }

    func padded(left: Int, right: Int) -> MathBox {
        let (before, after) = (String(repeating: " ", count: left), String(repeating: " ", count: right))
        return MathBox(rows: rows.map { before + $0 + after }, baseline: baseline, core: core)
    }
}
