import Markup

/// Tables: columns as wide as their cells where there is room, cells wrapped where there is not, and row by row where even that fails.
extension ProseRenderer {
    func table(_ table: Table) -> [StyledLine] {
        let count = max(table.header.count, table.rows.map(\.count).max() ?? 0)
        guard count > 0 else { return [] }
        let header = table.header.map { spans($0, TextStyle(.body, isBold: true)) }
        let rows = table.rows.map { $0.map { spans($0) } }
        let gap = 2
        var widths = (0..<count).map { column in
            ([header] + rows).map { column < $0.count ? Self.width($0[column]) : 0 }.max() ?? 0
        }
        let room = width - gap * (count - 1)
        guard !isPlain, room >= count * 4 else { return spoken(table, header: header, rows: rows) }
        // The widest column gives way first.
        while widths.reduce(0, +) > room, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }) { widths[widest] -= 1 }
        guard widths.reduce(0, +) <= room else { return spoken(table, header: header, rows: rows) }

        var result = row(header, widths: widths, alignments: table.alignments, gap: gap)
        let line = style == .unicode ? "─" : "-"
        result.append(StyledLine(widths.map { String(repeating: line, count: $0) }.joined(separator: String(repeating: " ", count: gap)), .dim))
        for cells in rows { result += row(cells, widths: widths, alignments: table.alignments, gap: gap) }
        return result
    }

    private static func width(_ spans: [StyledSpan]) -> Int { spans.reduce(0) { $0 + DisplayWidth.of($1.text) } }

    private func row(_ cells: [[StyledSpan]], widths: [Int], alignments: [Table.Alignment], gap: Int) -> [StyledLine] {
        let drawn = widths.indices.map { column in
            column < cells.count ? LineWrapper(width: max(2, widths[column])).lines(cells[column]) : []
        }
        let height = max(1, drawn.map(\.count).max() ?? 1)
        return (0..<height).map { number in
            var line = StyledLine(), pending = 0
            for column in widths.indices {
                let cell = number < drawn[column].count ? drawn[column][number] : StyledLine()
                let free = max(0, widths[column] - cell.width)
                let before = switch column < alignments.count ? alignments[column] : .left {
                case .left: 0
                case .center: free / 2
                case .right: free
                }
                pending += before
                if !cell.spans.isEmpty {
                    line = line + StyledLine(String(repeating: " ", count: pending)) + cell
                    pending = 0
                }
                pending += (cell.spans.isEmpty ? cell.width : 0) + free - before + gap
            }
            return line
        }
    }

    /// One sentence a row: "model: VAE; loss: 3.2".
    private func spoken(_ table: Table, header: [[StyledSpan]], rows: [[[StyledSpan]]]) -> [StyledLine] {
        rows.flatMap { cells -> [StyledLine] in
            var sentence: [StyledSpan] = []
            for (column, cell) in cells.enumerated() {
                if column > 0 { sentence.append(StyledSpan("; ")) }
                if column < header.count, !header[column].isEmpty { sentence += header[column] + [StyledSpan(": ")] }
                sentence += cell
            }
            return LineWrapper(width: width).lines(sentence, rest: [StyledSpan("  ")])
        }
    }
}
