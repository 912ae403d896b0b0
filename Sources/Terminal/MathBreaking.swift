import Markup

/// Formulas wider than the screen: broken before a relation sign where that is enough, else before a sum's signs, else within brackets.
extension MathLayout {
    public func lines(_ node: MathNode, width: Int) -> [String] {
        let whole = box(node)
        if whole.width <= width { return whole.trimmedRows }
        if let rows = Self.alignedRows(of: node) {
            var result: [String] = []
            for (index, row) in rows.enumerated() {
                if index > 0, result.last != "" { result.append("") }
                result += lines(.row(row), width: width)
            }
            return result
        }
        for depth in 0...3 {
            if let broken = broken(node.children, width: width, depth: depth) { return broken }
        }
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
            case (_, .largeOperator), (_, .stack), (.stack?, _), (.fence?, .ordinary), (.fence?, .fence): 6
            default: piece.gap > 0 ? 7 : nil
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

    /// Nil where some part is still too wide.
    private func broken(_ nodes: [MathNode], width: Int, depth: Int) -> [String]? {
        let parts = parts(nodes, depth: depth, level: 0)
        guard !parts.isEmpty else { return nil }
        // Later lines begin below the first relation sign, if that stands near the left edge.
        var firstRelation = 0, edge = 0
        for (index, part) in parts.enumerated() {
            edge += index == 0 ? 0 : part.gap
            if part.cost == 0 { firstRelation = edge; break }
            edge += part.box.width
        }
        let indent = firstRelation > 0 && firstRelation <= width / 3 ? firstRelation : 2
        var result: [String] = []
        var start = 0
        var margin = 0
        while start < parts.count {
            var used = margin, end = start
            while end < parts.count, used + (end > start ? parts[end].gap : 0) + parts[end].box.width <= width {
                used += (end > start ? parts[end].gap : 0) + parts[end].box.width
                end += 1
            }
            var cut = end
            if end < parts.count {
                var best: Int?
                var column = margin
                for index in start..<min(end + 1, parts.count) {
                    if index > start, let cost = parts[index].cost {
                        // A line that is cut short early is worth a worse place.
                        let total = cost + (column - margin < (width - margin) / 3 ? 20 : 0)
                        if best == nil || total <= best! { best = total; cut = index }
                    }
                    column += (index > start ? parts[index].gap : 0) + parts[index].box.width
                }
                if best == nil { return nil }
            }
            var boxes: [MathBox] = []
            for index in start..<cut {
                if index > start, parts[index].gap > 0 { boxes.append(MathBox(String(repeating: " ", count: parts[index].gap))) }
                boxes.append(parts[index].box)
            }
            let line = MathBox.beside(boxes)
            if !result.isEmpty, line.height > 1 { result.append("") }
            result += line.padded(left: margin, right: 0).trimmedRows
            start = cut
            if start < parts.count {
                let cost = parts[start].cost ?? 0
                margin = cost < 0 ? 0 : min(cost == 0 ? indent : indent + 2, width / 3)
            }
        }
        return result
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
