import Markup

/// A formula on one line: `½ log σᵢ²`, `𝔼_{q_φ(z|x)}[log p_θ(x|z)]`.
public struct MathLine {
    var style: MathStyle

    public init(style: MathStyle) { self.style = style }

    /// With `isCompact` no spaces stand round signs, as within scripts.
    public func text(_ node: MathNode, isCompact: Bool = false) -> String {
        switch node {
        case .row(let nodes): return row(nodes, isCompact: isCompact)
        case .symbol(let symbol): return glyph(symbol)
        case .name(let name): return name
        case .text(let text): return style == .ascii ? ASCII.text(text) : text
        case .space(let width): return String(repeating: " ", count: width)
        case .unknown(let source): return source
        case .fraction(let numerator, let denominator): return fraction(numerator, denominator, isCompact: isCompact)
        case .binomial(let upper, let lower): return "(" + text(upper) + " choose " + text(lower) + ")"
        case .root(let radicand, let index): return root(radicand, index)
        case .scripts(let base, let sub, let sup, _): return scripts(base, sub: sub, sup: sup)
        case .accent(let accent, let inner): return accented(accent, inner)
        case .overset(let base, let over): return scripts(base, sub: nil, sup: over)
        case .underset(let base, let under): return scripts(base, sub: under, sup: nil)
        case .brace(let inner, let label, _):
            return text(inner, isCompact: isCompact) + (label.map { " [" + text($0) + "]" } ?? "")
        case .fence(let left, let inner, let right):
            return (left.map(glyph) ?? "") + text(inner, isCompact: isCompact) + (right.map(glyph) ?? "")
        case .table(let kind, let rows): return table(kind, rows, isCompact: isCompact)
        }
    }

    func glyph(_ symbol: MathSymbol) -> String {
        style == .unicode ? symbol.unicode : ASCII.text(symbol.ascii)
    }

    private func row(_ nodes: [MathNode], isCompact: Bool) -> String {
        var result = ""
        var previous: (node: MathNode, atomClass: MathSpacing.AtomClass, text: String)?
        var closesAt: Int?
        let atoms = MathSpacing.atoms(of: nodes)
        for (index, atom) in atoms.enumerated() {
            var text = text(atom.node, isCompact: isCompact)
            var gap = 0
            let isFraction = if case .fraction = atom.node { true } else { false }
            if isFraction, let before = previous?.node, Self.isFunctionName(before), text.count > 1 {
                // On one line only parentheses tell log(a/b) from (log a)/b. They close where a sign or a space ends the argument.
                text = "(" + text
                closesAt = index
                while let end = closesAt, end + 1 < atoms.count, atoms[end + 1].explicitGap == 0,
                      ![.binary, .relation, .punctuation, .close].contains(atoms[end + 1].atomClass) { closesAt = end + 1 }
            } else if isFraction, let previous, previous.atomClass == .ordinary, ["−", "-", "+", "±"].contains(previous.text) {
                gap = 0
            } else if let previous {
                gap = MathSpacing.gap(previous.atomClass, previous.text, atom.atomClass, text, isCompact: isCompact)
                if gap == 0, !text.isEmpty, let mark = Self.openScript(previous.text), text.first!.isLetter || text.first!.isNumber || mark == "^" && text.first == "(" { gap = 1 }
                if previous.text.hasSuffix(" ") || text.hasPrefix(" ") { gap = 0 }
            }
            if closesAt == index { text += ")" }
            result += String(repeating: " ", count: max(gap, atom.explicitGap)) + text
            previous = (atom.node, atom.atomClass, text)
        }
        return result
    }

    /// The mark of `x_i` or `A^T`: a letter right after it would seem to belong to the script.
    private static func openScript(_ text: String) -> Character? {
        guard let mark = text.lastIndex(where: { $0 == "_" || $0 == "^" }) else { return nil }
        return text[text.index(after: mark)...].allSatisfy { $0.isLetter || $0.isNumber } ? text[mark] : nil
    }

    /// `log`, `log₂`, but not `max` with its variable.
    private static func isFunctionName(_ node: MathNode) -> Bool {
        switch node {
        case .name(let name): !MathParser.limitNames.contains(name)
        case .scripts(let base, _, _, _): isFunctionName(base)
        default: false
        }
    }

    // MARK: Fractions and roots

    private func fraction(_ numerator: MathNode, _ denominator: MathNode, isCompact: Bool) -> String {
        let upper = text(numerator, isCompact: isCompact), lower = text(denominator, isCompact: isCompact)
        if style == .unicode, let sign = MathGlyphs.vulgarFraction(upper, lower) { return sign }
        return (isProduct(numerator) ? upper : "(" + upper + ")") + "/" + (isSingle(denominator) ? lower : "(" + lower + ")")
    }

    /// One thing that a power or a division can follow without parentheses.
    private func isSingle(_ node: MathNode) -> Bool {
        switch node {
        case .symbol, .name, .accent, .fence, .root, .unknown, .binomial: true
        case .scripts(let base, _, _, _): isSingle(base)
        case .row(let nodes): nodes.count == 1 ? isSingle(nodes[0]) : isFunctionCall(nodes)
        default: false
        }
    }

    /// `p(x)`, `Γ(z)`, `∂x`: a sign and its argument.
    private func isFunctionCall(_ nodes: [MathNode]) -> Bool {
        guard nodes.count == 2 else { return false }
        if case .symbol(let first) = nodes[0], first.unicode == "∂" || first.unicode == "d" { return isSingle(nodes[1]) }
        guard case .fence = nodes[1] else { return false }
        return isSingle(nodes[0]) && MathSpacing.atomClass(of: nodes[0]) != .binary
    }

    private func isProduct(_ node: MathNode) -> Bool {
        let atoms = MathSpacing.atoms(of: node.children)
        return isSingle(node) || atoms.allSatisfy { $0.atomClass != .function && isSingle($0.node) && $0.atomClass != .binary && $0.atomClass != .relation && $0.atomClass != .largeOperator && $0.atomClass != .punctuation }
    }

    private func root(_ radicand: MathNode, _ index: MathNode?) -> String {
        let inner = text(radicand)
        if style == .ascii { return index.map { "root(" + text($0) + ", " + inner + ")" } ?? "sqrt(" + inner + ")" }
        let sign = index.map { MathGlyphs.superscript(text($0, isCompact: true)) ?? "[" + text($0) + "]" } ?? ""
        return sign + "√" + (inner.count == 1 || isSingle(radicand) && inner.allSatisfy(\.isNumber) ? inner : "(" + inner + ")")
    }

    // MARK: Scripts and accents

    private func scripts(_ base: MathNode, sub: MathNode?, sup: MathNode?) -> String {
        if case .brace(let inner, nil, _) = base { return text(.brace(inner, label: sub ?? sup, isOver: false)) }
        let needsParentheses: Bool = switch base {
        case .fraction, .overset, .underset: true
        default: false
        }
        var result = needsParentheses ? "(" + text(base) + ")" : text(base)
        if let sub { result += lowered(sub) }
        if let sup { result += raised(sup) }
        return result
    }

    private func lowered(_ node: MathNode) -> String {
        let inner = text(node, isCompact: true)
        if style == .unicode, let small = MathGlyphs.subscript(inner) { return small }
        return isWord(node, inner) ? "_" + inner : "_{" + inner + "}"
    }

    private func raised(_ node: MathNode) -> String {
        let inner = text(node, isCompact: true)
        if inner.allSatisfy({ $0 == "′" || $0 == "'" }) { return inner }
        if style == .unicode, let small = MathGlyphs.superscript(inner) { return small }
        if inner.hasPrefix("("), inner.hasSuffix(")"), isSingle(node) { return "^" + inner }
        return isWord(node, inner) ? "^" + inner : "^(" + inner + ")"
    }

    /// One sign, number or word, which needs no braces as a script.
    private func isWord(_ node: MathNode, _ text: String) -> Bool {
        switch node {
        case .symbol, .name, .text: text.count == 1 || text.allSatisfy { $0.isLetter || $0.isNumber }
        case .row(let nodes): nodes.count == 1 && isWord(nodes[0], text)
        default: false
        }
    }

    private func accented(_ accent: MathAccent, _ inner: MathNode) -> String {
        let text = text(inner)
        if style == .unicode, DisplayWidth.of(text) == 1 { return text + MathGlyphs.combiningMark(accent) }
        let name = switch accent {
        case .hat: "hat"
        case .bar: "bar"
        case .tilde: "tilde"
        case .vec: "vec"
        case .dot: "dot"
        case .doubleDot: "ddot"
        case .underline: "underline"
        }
        return name + "(" + text + ")"
    }

    // MARK: Tables

    private func table(_ kind: MathTableKind, _ rows: [[MathNode]], isCompact: Bool) -> String {
        switch kind {
        case .aligned, .gathered:
            return rows.map { row($0.flatMap(\.children), isCompact: false) }.joined(separator: "; ")
        case .stack:
            return rows.map { row($0.flatMap(\.children), isCompact: isCompact) }.joined(separator: ", ")
        case .cases:
            return "{ " + rows.map { row in
                row.map { text($0).trimmingEnds() }.filter { !$0.isEmpty }.joined(separator: "  ")
            }.joined(separator: "; ") + " }"
        case .matrix(let open, let close):
            return (open.map(glyph) ?? "") + cells(rows) + (close.map(glyph) ?? "")
        case .array: return cells(rows)
        }
    }

    private func cells(_ rows: [[MathNode]]) -> String {
        rows.map { $0.map { text($0) }.joined(separator: ", ") }.joined(separator: "; ")
    }
}

extension String {
    func trimmingEnds() -> String {
        var slice = self[...]
        while slice.first == " " { slice.removeFirst() }
        while slice.last == " " { slice.removeLast() }
        return String(slice)
    }
}
