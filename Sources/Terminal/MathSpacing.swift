import Markup

/// The spaces between the parts of a formula, after TeX's rules for its atoms, shared by both layouts.
enum MathSpacing {
    enum AtomClass {
        case ordinary, binary, relation, function, largeOperator, open, close, punctuation, fence
        /// Fractions and other stacks: a space keeps their bars apart.
        case stack
        /// `|x|`, `‖x‖`: unlike parentheses they do not stick to the name of a function.
        case bars
    }

    struct Atom {
        var node: MathNode
        var atomClass: AtomClass
        /// From `\,`, `\quad`.
        var explicitGap: Int
    }

    /// The nodes of a row without its spaces, each with its class; a sign after another sign is unary and no binary one.
    static func atoms(of nodes: [MathNode]) -> [Atom] {
        var result: [Atom] = []
        var gap = 0
        for node in nodes {
            if case .space(let width) = node { gap += width; continue }
            if case .row(let inner) = node, inner.isEmpty { continue }
            result.append(Atom(node: node, atomClass: atomClass(of: node), explicitGap: gap))
            gap = 0
        }
        for index in result.indices where result[index].atomClass == .binary {
            let before = index > 0 ? result[index - 1].atomClass : nil
            let after = index + 1 < result.count ? result[index + 1].atomClass : nil
            let opens: Bool = switch before {
            case nil, .binary, .relation, .open, .punctuation, .largeOperator: true
            case .function: takesArgument(result[index - 1].node)
            default: false
            }
            let closes: Bool = switch after {
            case nil, .relation, .close, .punctuation: true
            default: false
            }
            if opens || closes { result[index].atomClass = .ordinary }
        }
        return result
    }

    /// `log −x`, but `ELBO − KL`.
    private static func takesArgument(_ node: MathNode) -> Bool {
        switch node {
        case .name(let name): MathParser.functionNames.contains(name) || MathParser.limitNames.contains(name)
        case .scripts(let base, _, _, _), .overset(let base, _), .underset(let base, _): takesArgument(base)
        case .row(let nodes) where nodes.count == 1: takesArgument(nodes[0])
        default: false
        }
    }

    static func atomClass(of node: MathNode) -> AtomClass {
        switch node {
        case .symbol(let symbol):
            switch symbol.kind {
            case .ordinary: .ordinary
            case .binary: .binary
            case .relation: .relation
            case .largeOperator, .integral: .largeOperator
            case .open: .open
            case .close: .close
            case .punctuation: .punctuation
            }
        case .name: .function
        case .scripts(let base, _, _, _), .overset(let base, _), .underset(let base, _): atomClass(of: base)
        case .fence(let left, _, _): "([".contains(left?.unicode ?? "(") ? .fence : .bars
        case .fraction, .binomial, .brace, .table: .stack
        case .row(let nodes) where nodes.count == 1: atomClass(of: nodes[0])
        case .row, .text, .root, .accent, .space, .unknown: .ordinary
        }
    }

    /// The space between two atoms that are drawn as `left` and `right` on the baseline.
    static func gap(_ first: AtomClass, _ left: String, _ second: AtomClass, _ right: String, isCompact: Bool) -> Int {
        if first == .relation || second == .relation { return first == second || isCompact ? wordGap(left, right) : 1 }
        if first == .binary || second == .binary { return isCompact ? wordGap(left, right) : 1 }
        if first == .punctuation { return isCompact ? 0 : 1 }
        switch (first, second) {
        case (_, .punctuation), (.open, _), (_, .close): return 0
        case (.function, .open), (.function, .fence): return 0
        case (.function, _), (.largeOperator, _): return 1
        case (.ordinary, .function), (.ordinary, .largeOperator): return isSign(left) ? 0 : 1
        case (_, .function), (_, .largeOperator): return 1
        case (.stack, _), (_, .stack): return 1
        default: return wordGap(left, right)
        }
    }

    /// A unary sign stands close to what it changes.
    private static func isSign(_ text: String) -> Bool { ["−", "-", "+", "±", "+-", "∂", "∇"].contains(text) }

    /// `2 pi`, `SSE x`: words that would run together are kept apart.
    private static func wordGap(_ left: String, _ right: String) -> Int {
        guard let last = left.last, let first = right.first, isWordPart(last), isWordPart(first) else { return 0 }
        let before = left.reversed().prefix { isWordPart($0) }.count, after = right.prefix { isWordPart($0) }.count
        let isName = before > 1 && left.last!.isLetter || after > 1 && first.isLetter
        return isName ? 1 : 0
    }

    private static func isWordPart(_ character: Character) -> Bool {
        guard character.isLetter || character.isNumber else { return false }
        return !"⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉".contains(character) && !(0x1D2C...0x1D6A).contains(character.unicodeScalars.first!.value)
            && !(0x2070...0x209C).contains(character.unicodeScalars.first!.value)
    }
}
