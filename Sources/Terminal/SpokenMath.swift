import Markup

/// Math in words, for `--plain` and for screen readers: "one half times the sum over i from 1 to d of mu sub i squared".
public enum SpokenMath {
    public static func words(_ node: MathNode) -> String { tidy(speak(node)) }

    /// A formula's LaTeX in words; the source itself where it cannot be read.
    public static func words(latex: String) -> String {
        guard let node = try? MathParser.parse(Visible.text(latex.replacingNewlines())) else { return Visible.text(latex.replacingNewlines()) }
        return words(node)
    }

    private static func tidy(_ text: String) -> String {
        text.split(separator: " ").joined(separator: " ").replacing(" ,", with: ",").replacing(" ;", with: ";")
    }

    private static func speak(_ node: MathNode) -> String {
        switch node {
        case .row(let nodes): return row(nodes)
        case .symbol(let symbol) where symbol.unicode == "𝔼": return "the expectation of"
        case .symbol(let symbol): return symbol.kind == .punctuation ? symbol.unicode : symbol.words
        case .name(let name):
            return ["exp": "exp of", "log": "log", "ln": "natural log", "max": "the maximum of", "min": "the minimum of", "det": "the determinant of", "arg max": "arg max", "tr": "the trace of"][name] ?? name
        case .text(let text): return text
        case .space: return " "
        case .unknown(let source): return source
        case .fraction(let numerator, let denominator): return fraction(numerator, denominator)
        case .binomial(let upper, let lower): return speak(upper) + " choose " + speak(lower)
        case .root(let radicand, let index):
            let name = index.map { index in index == .row([.symbol(MathSymbol("3"))]) ? "the cube root of" : "the root of order " + speak(index) + " of" } ?? "the square root of"
            return name + " " + group(radicand)
        case .scripts(let base, let sub, let sup, _): return scripts(base, sub, sup)
        case .accent(let accent, let inner):
            let name = switch accent {
            case .hat: "hat"
            case .bar: "bar"
            case .tilde: "tilde"
            case .vec: "vector"
            case .dot: "dot"
            case .doubleDot: "double dot"
            case .underline: "underlined"
            }
            return speak(inner) + " " + name
        case .overset(let base, let over): return speak(base) + " (" + speak(over) + ")"
        case .underset(let base, let under): return speak(base) + " over " + speak(under)
        case .brace(let inner, let label, _): return speak(inner) + (label.map { " (that is, " + speak($0) + ")" } ?? "")
        case .fence(let left, let inner, let right): return fence(left, inner, right)
        case .table(let kind, let rows): return table(kind, rows)
        }
    }

    private static func row(_ nodes: [MathNode]) -> String {
        var parts: [String] = []
        var previous: MathSpacing.Atom?, before: MathSpacing.Atom?
        for atom in MathSpacing.atoms(of: nodes) {
            // A wide space parts two formulas.
            if atom.explicitGap > 1, let last = parts.last, last != ",", atom.atomClass != .punctuation { parts.append(",") }
            var text = speak(atom.node)
            if let previous, isArgument(atom.node), !text.hasPrefix("the "), let last = parts.last, !last.hasSuffix(" of") {
                text = (isFunction(previous.node) || !isSum(atom.node) ? "of " : "times ") + text
            }
            if let before, isFraction(before.node) || isFraction(atom.node), isFactor(before.atomClass), isFactor(atom.atomClass), atom.explicitGap == 0, parts.last != "minus" {
                parts.append(isDerivativeSign(before.node) ? "of" : isFraction(before.node) || before.atomClass != .function && before.atomClass != .largeOperator ? "times" : "")
            }
            before = atom
            if atom.atomClass == .ordinary, case .symbol(let symbol) = atom.node, symbol.unicode == "−" { text = "minus" }
            parts.append(text)
            previous = atom.atomClass == .ordinary || atom.atomClass == .function ? atom : nil
        }
        return parts.joined(separator: " ")
    }

    private static func isFraction(_ node: MathNode) -> Bool { if case .fraction = node { true } else { false } }

    private static func isFactor(_ atomClass: MathSpacing.AtomClass) -> Bool {
        ![.binary, .relation, .punctuation, .open, .close].contains(atomClass)
    }

    /// `d/dx` before what it differentiates.
    private static func isDerivativeSign(_ node: MathNode) -> Bool {
        guard case .fraction(let upper, _) = node, case .symbol(let sign) = upper else { return false }
        return sign.unicode == "d" || sign.unicode == "∂"
    }

    /// Parentheses after a letter are its argument ("p of x") or a factor ("a times (b plus c)").
    private static func isArgument(_ node: MathNode) -> Bool {
        switch node {
        case .fence(let left?, _, _?): left.unicode == "(" || left.unicode == "["
        case .scripts(let base, _, _, _): isArgument(base)
        default: false
        }
    }

    private static func isFunction(_ node: MathNode) -> Bool {
        switch node {
        case .name: true
        case .symbol(let symbol): "fghpqDGHILPRC𝒩ℒ𝟙O".contains(symbol.unicode)
        case .scripts(let base, _, nil, _): isFunction(base)
        case .scripts(let base, nil, let power?, _): isFunction(base) && power != .row([])
        default: false
        }
    }

    private static func isSum(_ node: MathNode) -> Bool {
        switch node {
        case .fence(_, let inner, _): MathSpacing.atoms(of: inner.children).contains { $0.atomClass == .binary }
        case .scripts(let base, _, _, _): isSum(base)
        default: false
        }
    }

    /// A part that must be heard as one thing.
    private static func group(_ node: MathNode) -> String {
        let atoms = MathSpacing.atoms(of: node.children)
        return atoms.count <= 1 ? speak(node) : "(" + tidy(speak(node)) + ")"
    }

    private static func fraction(_ numerator: MathNode, _ denominator: MathNode) -> String {
        let upper = tidy(speak(numerator)), lower = tidy(speak(denominator))
        if let known = ["1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "one quarter", "3/4": "three quarters"][upper + "/" + lower] { return known }
        return group(numerator) + " over " + group(denominator)
    }

    private static func fence(_ left: MathSymbol?, _ inner: MathNode, _ right: MathSymbol?) -> String {
        let content = tidy(speak(inner))
        return switch left?.unicode {
        case "|": "the absolute value of " + content
        case "‖": "the norm of (" + content + ")"
        case "⌊": "the floor of (" + content + ")"
        case "⌈": "the ceiling of (" + content + ")"
        case "⟨": "the inner product of (" + content + ")"
        case "{": "{" + content + (right == nil ? "" : "}")
        case "[": "[" + content + "]"
        case nil: content
        default: "(" + content + ")"
        }
    }

    private static func scripts(_ base: MathNode, _ sub: MathNode?, _ sup: MathNode?) -> String {
        if case .symbol(let symbol) = base, symbol.kind == .largeOperator || symbol.kind == .integral {
            return symbol.words + range(sub, sup) + " of"
        }
        if case .name(let name) = base, MathParser.limitNames.contains(name), sup == nil, let sub {
            return "the " + (["max": "maximum", "min": "minimum", "lim": "limit"][name] ?? name) + (name == "lim" ? " as " : " over ") + speak(sub) + " of"
        }
        var result = speak(base)
        if case .brace(_, nil, _) = base, let label = sub ?? sup { return result + " (that is, " + speak(label) + ")" }
        if case .symbol(let symbol) = base, symbol.unicode == "𝔼", let sub { return "the expectation over " + group(sub) + " of" }
        if case .symbol(let symbol) = base, symbol.unicode == "∇", let sub { return "the gradient with respect to " + group(sub) + " of" }
        if case .fence(nil, _, let bar?) = base, bar.unicode == "|", let sub { return result + " evaluated at " + speak(sub) }
        if let sub { result += " sub " + group(sub) }
        if let sup { result += " " + power(sup) }
        return result
    }

    private static func range(_ sub: MathNode?, _ sup: MathNode?) -> String {
        switch (sub, sup) {
        case (let sub?, let sup?):
            // "i = 1 ... d" is heard best as "for i from 1 to d".
            let nodes = sub.children
            if nodes.count >= 3, case .symbol(let sign) = nodes[1], sign.unicode == "=" {
                return " over " + speak(nodes[0]) + " from " + speak(.row(Array(nodes[2...]))) + " to " + speak(sup)
            }
            return " from " + speak(sub) + " to " + speak(sup)
        case (let sub?, nil): return " over " + speak(sub)
        case (nil, let sup?): return " to " + speak(sup)
        case (nil, nil): return ""
        }
    }

    private static func power(_ node: MathNode) -> String {
        if case .fence(_, let inner, _) = node.children.first, node.children.count == 1 { return "superscript " + speak(inner) }
        let text = tidy(speak(node))
        switch text {
        case "2": return "squared"
        case "3": return "cubed"
        case "transposed": return "transposed"
        case "minus 1": return "inverse"
        case "times", "*": return "star"
        case _ where text.hasPrefix("prime"): return text
        default: return "to the power " + group(node)
        }
    }

    private static func table(_ kind: MathTableKind, _ rows: [[MathNode]]) -> String {
        switch kind {
        case .aligned, .gathered: rows.map { tidy(row($0.flatMap(\.children))) }.joined(separator: "; ")
        case .stack: rows.map { tidy(row($0.flatMap(\.children))) }.joined(separator: " and ")
        case .cases:
            rows.map { row in
                let cells = row.map { tidy(speak($0)) }.filter { !$0.isEmpty }
                guard cells.count == 2, let condition = cells.last else { return cells.joined(separator: " ") }
                return cells[0] + (["if", "when", "otherwise", "for", "else"].contains(String(condition.prefix { $0.isLetter })) ? " " : " if ") + condition
            }.joined(separator: "; ")
        case .matrix, .array:
            "the matrix with rows " + rows.map { $0.map { tidy(speak($0)) }.joined(separator: ", ") }.joined(separator: "; ")
        }
    }
}

extension String {
    func replacing(_ pattern: String, with replacement: String) -> String {
        guard !pattern.isEmpty else { return self }
        var result = ""
        var rest = self[...]
        while let range = rest.firstRange(of: pattern) {
            result += rest[..<range.lowerBound] + replacement
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}
