import Markup

/// A formula drawn over several lines: fractions with bars, limits above and below, delimiters that stretch.
public struct MathLayout {
    let style: MathStyle
    let line: MathLine

    public init(style: MathStyle) {
        self.style = style
        line = MathLine(style: style)
    }

    /// A formula's LaTeX in lines no wider than `width`. What cannot be read is shown as its source.
    public static func lines(_ latex: String, width: Int, style: MathStyle) -> [String] {
        guard let node = try? MathParser.parse(Visible.text(latex.replacingNewlines())) else {
            return MathBreaking.wrapped(Visible.text(latex.replacingNewlines(), isUnicode: style == .unicode), width: width)
        }
        return MathLayout(style: style).lines(node, width: width)
    }

    // MARK: Boxes

    func box(_ node: MathNode) -> MathBox {
        switch node {
        case .row(let nodes): MathBox.beside(pieces(nodes).flatMap { $0.gap > 0 ? [MathBox(String(repeating: " ", count: $0.gap)), $0.box] : [$0.box] })
        case .symbol(let symbol): symbol.kind == .integral ? integral(symbol) : MathBox(line.glyph(symbol))
        case .name, .text, .space, .unknown: MathBox(line.text(node))
        case .fraction(let numerator, let denominator): fraction(box(numerator), box(denominator))
        case .binomial(let upper, let lower):
            fenced(MathSymbol.character("("), MathBox.stacked([box(upper), MathBox(" "), box(lower)], base: 1).allCore(), MathSymbol.character(")"))
        case .root(let radicand, let index): root(radicand, index)
        case .scripts(let base, let sub, let sup, let limits): scripts(base, sub, sup, limits: limits)
        case .accent(let accent, let inner): accented(accent, inner)
        case .overset(let base, let over): MathBox.stacked([scriptBox(over), box(base)], base: 1)
        case .underset(let base, let under): MathBox.stacked([box(base), scriptBox(under)], base: 0)
        case .brace(let inner, let label, let isOver): braced(box(inner), label.map(scriptBox), isOver: isOver)
        case .fence(let left, let inner, let right): fenced(left, box(inner), right)
        case .table(let kind, let rows): table(kind, rows)
        }
    }

    /// What stands on one line of the formula: its parts with the spaces before them.
    struct Piece {
        var gap: Int
        var box: MathBox
        var atomClass: MathSpacing.AtomClass
        var node: MathNode
    }

    func pieces(_ nodes: [MathNode]) -> [Piece] {
        var result: [Piece] = []
        for atom in MathSpacing.atoms(of: nodes) {
            let box = box(atom.node)
            var gap = 0
            if let previous = result.last {
                let left = previous.box.rows[previous.box.baseline], right = box.rows[box.baseline]
                gap = MathSpacing.gap(previous.atomClass, left, atom.atomClass, right, isCompact: false)
                if case .text = previous.node, left.hasSuffix(" ") { gap = 0 }
                if case .text = atom.node, right.hasPrefix(" ") { gap = 0 }
            }
            result.append(Piece(gap: max(gap, atom.explicitGap), box: box, atomClass: atom.atomClass, node: atom.node))
        }
        return result
    }

    private var barSign: String { style == .unicode ? "─" : "-" }

    private func fraction(_ numerator: MathBox, _ denominator: MathBox) -> MathBox {
        // The bar of a fraction over fractions is the longer one; in ASCII a bar of one sign would read as a minus.
        let nests = numerator.isTall || denominator.isTall
        let width = max(numerator.width, denominator.width, style == .ascii ? 3 : 1) + (nests ? 2 : 0)
        let bar = MathBox(String(repeating: barSign, count: width))
        return MathBox.stacked([numerator, bar, denominator], base: 1).allCore()
    }

    private func root(_ radicand: MathNode, _ index: MathNode?) -> MathBox {
        let inner = box(radicand)
        let degree = index.map { line.text($0, isCompact: true) } ?? ""
        guard style == .unicode else {
            let name = MathBox(degree.isEmpty ? "sqrt" : "root" + degree)
            return MathBox.beside([name, fenced(MathSymbol.character("("), inner, MathSymbol.character(")"))])
        }
        let small = degree.isEmpty ? "" : MathGlyphs.superscript(degree) ?? degree
        if inner.height == 1 {
            if inner.width == 1 { return MathBox(small + "√" + inner.rows[0]) }
            let lead = small + "√"
            let roof = String(repeating: " ", count: DisplayWidth.of(lead)) + String(repeating: "_", count: inner.width)
            return MathBox(rows: [roof, lead + inner.rows[0]], baseline: 1, core: 1...1)
        }
        let lead = max(1, DisplayWidth.of(small))
        let space = String(repeating: " ", count: lead)
        var rows = [space + "┌" + String(repeating: "─", count: inner.width)]
        for (number, row) in inner.rows.enumerated() {
            let isLast = number == inner.height - 1
            rows.append((isLast ? String(repeating: " ", count: lead - 1) + "╲" : number == inner.height - 2 && !small.isEmpty ? small.padded(to: lead) : space) + "│" + row)
        }
        return MathBox(rows: rows, baseline: inner.baseline + 1)
    }

    private func integral(_ symbol: MathSymbol) -> MathBox {
        guard symbol.unicode == "∫" else { return MathBox(line.glyph(symbol)) }
        return style == .unicode ? MathBox(rows: ["⌠", "⎮", "⌡"], baseline: 1) : MathBox(rows: [" /", " |", "/ "], baseline: 1)
    }

    func fenced(_ left: MathSymbol?, _ inner: MathBox, _ right: MathSymbol?) -> MathBox {
        // A space keeps a stretched delimiter from what it encloses.
        let content = inner.isTall ? inner.padded(left: left == nil ? 0 : 1, right: right == nil ? 0 : 1) : inner
        return MathBox.beside([MathGlyphs.delimiter(left, for: content, style: style), content, MathGlyphs.delimiter(right, for: content, style: style)])
    }

    private func braced(_ inner: MathBox, _ label: MathBox?, isOver: Bool) -> MathBox {
        let curly = MathBox(MathGlyphs.horizontalBrace(width: max(inner.width, 3), isOver: isOver, style: style))
        let labels = label.map { [$0] } ?? []
        return isOver ? MathBox.stacked(labels + [curly, inner], base: labels.count + 1) : MathBox.stacked([inner, curly] + labels, base: 0)
    }

    private func accented(_ accent: MathAccent, _ inner: MathNode) -> MathBox {
        let base = box(inner)
        if style == .unicode, base.height == 1, base.width == 1 { return MathBox(base.rows[0] + MathGlyphs.combiningMark(accent)) }
        let mark = switch accent {
        case .hat: "^"
        case .bar, .underline: String(repeating: "_", count: base.width)
        case .tilde: "~"
        case .vec: style == .unicode ? "→" : "->"
        case .dot: "."
        case .doubleDot: ".."
        }
        if accent == .underline { return MathBox.stacked([base, MathBox(String(repeating: style == .unicode ? "‾" : "-", count: base.width))], base: 0) }
        return MathBox.stacked([MathBox(mark), base], base: 1)
    }

    // MARK: Scripts

    /// Scripts stand on one line of their own wherever they can: two levels of lowered letters are hard to read.
    private func scriptBox(_ node: MathNode) -> MathBox {
        if case .table(.stack, let rows) = node {
            let lines = rows.map { MathBox(line.text(.row($0), isCompact: true)) }
            return MathBox.stacked(lines, base: 0)
        }
        if case .row(let nodes) = node, nodes.count == 1 { return scriptBox(nodes[0]) }
        if case .table = node { return box(node) }
        return MathBox(line.text(node, isCompact: true))
    }

    private func scripts(_ base: MathNode, _ sub: MathNode?, _ sup: MathNode?, limits: Bool) -> MathBox {
        let base_ = box(base)
        let lower = sub.map(scriptBox), upper = sup.map(scriptBox)
        if limits { return MathBox.stacked((upper.map { [$0] } ?? []) + [base_] + (lower.map { [$0] } ?? []), base: upper == nil ? 0 : 1).coveringScripts(base, base_) }
        if case .symbol(let symbol) = base, symbol.kind == .integral, base_.height > 1 {
            // The limits of an integral stand at its ends.
            let width = max(upper?.width ?? 0, lower?.width ?? 0)
            let rows = [upper?.rows[0] ?? "", "", lower?.rows[0] ?? ""].map { $0.padded(to: width) }
            return MathBox.beside([base_, MathBox(rows: rows, baseline: 1)])
        }
        var smallUpper: String?, smallLower: String?
        if let upper, upper.height == 1 {
            if upper.rows[0].allSatisfy({ $0 == "′" || $0 == "'" }) { smallUpper = upper.rows[0] }
            if style == .unicode { smallUpper = smallUpper ?? MathGlyphs.superscript(upper.rows[0]) }
        }
        if style == .unicode, let lower, lower.height == 1 { smallLower = MathGlyphs.subscript(lower.rows[0]) }
        if base_.isTall { return tallScripts(base_, lower, upper, smallLower, smallUpper) }

        // Both small, or one small and the other on its own line above or below the same column.
        var side = MathBox((smallLower ?? "") + (smallUpper ?? ""))
        let width = max(smallLower == nil ? lower?.width ?? 0 : 0, smallUpper == nil ? upper?.width ?? 0 : 0, side.width)
        var rows = [side.rows[0].padded(to: width)]
        var baseline = 0
        if smallUpper == nil, let upper {
            rows = upper.rows.map { $0.padded(to: width) } + rows
            baseline = upper.height
        }
        if smallLower == nil, let lower { rows += lower.rows.map { $0.padded(to: width) } }
        side = MathBox(rows: rows, baseline: baseline, core: baseline...baseline)
        guard base_.height > 1 else { return MathBox.beside([base_, side]) }
        // A base with a mark above it, or lowered scripts of its own.
        var box = MathBox.beside([base_, side])
        box.core = box.baseline...box.baseline
        return box
    }

    /// Scripts of a stretched bracket stand at its corners.
    private func tallScripts(_ base: MathBox, _ lower: MathBox?, _ upper: MathBox?, _ smallLower: String?, _ smallUpper: String?) -> MathBox {
        let top = base.core.lowerBound - base.baseline, bottom = base.core.upperBound - base.baseline
        var rowsByOffset: [Int: String] = [:]
        if let smallUpper { rowsByOffset[top] = smallUpper } else if let upper {
            for (index, row) in upper.rows.enumerated() { rowsByOffset[top - upper.height + index] = row }
        }
        if let smallLower { rowsByOffset[bottom] = smallLower } else if let lower {
            for (index, row) in lower.rows.enumerated() { rowsByOffset[bottom + 1 + index] = row }
        }
        let first = min(rowsByOffset.keys.min() ?? 0, 0), last = max(rowsByOffset.keys.max() ?? 0, 0)
        let side = MathBox(rows: (first...last).map { rowsByOffset[$0] ?? "" }, baseline: -first, core: -first ... -first)
        return MathBox.beside([base, side])
    }
}

extension MathBox {
    /// Delimiters cover the limits of a sum, but not the label of a brace or the variable below `max`.
    fileprivate func coveringScripts(_ node: MathNode, _ base: MathBox) -> MathBox {
        if case .symbol = node { return allCore() }
        return self
    }
}

extension String {
    func replacingNewlines() -> String {
        contains(where: \.isNewline) ? String(map { $0.isNewline ? " " : $0 }) : self
    }
}
