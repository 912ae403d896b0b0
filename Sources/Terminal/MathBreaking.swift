import Markup

/// Formulas wider than the screen: broken before a relation sign where that is enough, else before a sum's signs, else within brackets.
extension MathLayout {
    public func lines(_ node: MathNode, width: Int) -> [String] {
        let whole = box(node)
        if whole.width <= width { return whole.trimmedRows }
        if let rows = Self.alignedRows(of: node) {
            var result: [String] = []
            for (index, row) in rows.enumerated() {
                let beginsWithSign = MathSpacing.atoms(of: row).first?.atomClass == .relation
                let indent = index > 0 && beginsWithSign && width > 20 ? 2 : 0
                if index > 0, result.last != "" { result.append("") }
                result += lines(.row(row), width: width - indent).map { $0.isEmpty ? $0 : String(repeating: " ", count: indent) + $0 }
            }
            return result
        }
        let candidates = (0...3).compactMap { broken(node.children, width: width, depth: $0) }
        if let best = candidates.min(by: { $0.cost < $1.cost }) { return best.lines }
        return MathBreaking.wrapped(line.text(node), width: width)
    }

    private static func alignedRows(of node: MathNode) -> [[MathNode]]? {
        guard node.children.count == 1, case .table(let kind, let rows) = node.children[0] else { return nil }
        guard kind == .aligned || kind == .gathered else { return nil }
        return rows.map { $0.flatMap(\.children) }
    }

    private struct Part {
        var gap: Int
        var box: MathBox
        /// What a break before this part costs: -1 between two formulas, 0 at a relation; nil where none may be.
        var cost: Int?
    }

    private func parts(_ nodes: [MathNode], depth: Int, level: Int) -> [Part] {
        var result: [Part] = []
        var previous: MathSpacing.AtomClass?
        for piece in pieces(nodes) {
            let cost: Int? = switch (previous, piece.atomClass) {
            case (nil, _): nil
            case (.punctuation?, _) where piece.gap > 1: -1
            case (_, .relation): 0
            case (_, .binary): 2
            case (.punctuation?, _): 3
            case (.relation?, _), (.binary?, _): nil
            case (.function?, .fence), (.function?, .open): nil
            case (.function?, _), (.largeOperator?, _): 18
            case (_, .largeOperator), (_, .stack), (.stack?, _), (.fence?, .ordinary), (.fence?, .fence): 14
            default: piece.gap > 0 ? 14 : nil
            }
            previous = piece.atomClass
            let total = cost.map { $0 + level * 10 }
            if case .fence(let left, let inner, let right) = piece.node, depth > level, piece.box.width > 16 {
                let content = box(inner)
                let opening = MathGlyphs.delimiter(left, for: content, style: style), closing = MathGlyphs.delimiter(right, for: content, style: style)
                var inside = parts(inner.children, depth: depth, level: level + 1)
                guard !inside.isEmpty else { result.append(Part(gap: piece.gap, box: piece.box, cost: total)); continue }
                let space = content.isTall ? [MathBox(" ")] : []
                inside[0].box = MathBox.beside([opening] + space + [inside[0].box])
                inside[0].gap = piece.gap
                inside[0].cost = total
                inside[inside.count - 1].box = MathBox.beside([inside[inside.count - 1].box] + space + [closing])
                result += inside
            } else {
                result.append(Part(gap: piece.gap, box: piece.box, cost: total))
            }
        }
        return result
    }

    /// The cheapest way to break; nil where some part is still too wide. The cost is that of the breaks, 3 for each line,
    /// and 10 for a line that is left more than two thirds empty.
    private func broken(_ nodes: [MathNode], width: Int, depth: Int) -> (cost: Int, lines: [String])? {
        let parts = parts(nodes, depth: depth, level: 0)
        guard !parts.isEmpty else { return nil }
        let indent = Self.indent(of: parts, width: width)
        let margins = parts.indices.map { index in
            guard index > 0, let cost = parts[index].cost, cost >= 0 else { return 0 }
            return min(cost == 0 ? indent : indent + 2, width / 3)
        }
        // best[i]: the cost of the parts from i on, and where the line that begins there ends.
        var best: [(cost: Int, end: Int)?] = Array(repeating: nil, count: parts.count) + [(0, parts.count)]
        for start in parts.indices.reversed() {
            var used = margins[start]
            for end in start + 1...parts.count {
                used += (end - 1 > start ? parts[end - 1].gap : 0) + parts[end - 1].box.width
                if used > width { break }
                guard let rest = best[end] else { continue }
                var cost = rest.cost
                if end < parts.count {
                    guard let here = parts[end].cost else { continue }
                    cost += here + 3 + (used - margins[start] < (width - margins[start]) / 3 ? 10 : 0)
                }
                if best[start] == nil || cost <= best[start]!.cost { best[start] = (cost, end) }
            }
        }
        guard let whole = best[0] else { return nil }
        var lines: [String] = []
        var start = 0
        while start < parts.count, let end = best[start]?.end {
            let boxes = parts[start..<end].enumerated().flatMap { offset, part in
                offset > 0 && part.gap > 0 ? [MathBox(String(repeating: " ", count: part.gap)), part.box] : [part.box]
            }
            let line = MathBox.beside(boxes)
            if !lines.isEmpty, line.height > 1 { lines.append("") }
            lines += line.padded(left: margins[start], right: 0).trimmedRows
            start = end
        }
        return (whole.cost, lines)
    }

    /// Later lines begin below the first relation sign, if that stands near the left edge.
    private static func indent(of parts: [Part], width: Int) -> Int {
        var edge = 0
        for (index, part) in parts.enumerated() {
            edge += index == 0 ? 0 : part.gap
            if part.cost == 0 { return edge <= width / 3 ? edge : 2 }
            edge += part.box.width
        }
        return 2
    }
}

extension MathBox {
    var trimmedRows: [String] {
        rows.map { row in
            var slice = row[...]
            while slice.last == " " { slice.removeLast() }
            return String(slice)
        }
    }
}

enum MathBreaking {
    /// Source or one-line math, cut at spaces, within a word only where nothing else is left.
    static func wrapped(_ text: String, width: Int) -> [String] {
        var result: [String] = []
        var current = "", used = 0
        func close() { if !current.isEmpty { result.append(current) }; current = "  "; used = 2 }
        for word in text.split(separator: " ") {
            let size = DisplayWidth.of(word)
            if used > 0, used + 1 + size > width, current.contains(where: { $0 != " " }) { close() }
            if current.contains(where: { $0 != " " }) { current += " "; used += 1 }
            for character in word {
                let step = DisplayWidth.of(character)
                if used + step > max(width, 4) { close() }
                current.append(character)
                used += step
            }
        }
        if current.contains(where: { $0 != " " }) { result.append(current) }
        return result
    }
}
