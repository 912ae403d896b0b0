import Markup

/// Matrices, cases and aligned lines.
extension MathLayout {
    func table(_ kind: MathTableKind, _ rows: [[MathNode]]) -> MathBox {
        switch kind {
        case .aligned:
            return grid(rows) { $0 % 2 == 0 ? .right : .left } gap: { rows, column in
                // An equals sign that begins a cell keeps its space; the next pair of columns stands apart.
                column % 2 == 0 ? 1 : 3
            }
        case .gathered: return grid(rows, alignment: { _ in .center }, gap: { _, _ in 2 })
        case .stack: return grid(rows, alignment: { _ in .center }, gap: { _, _ in 1 })
        case .cases:
            let inner = grid(rows, alignment: { _ in .left }, gap: { _, _ in 2 }, spreadsPairs: true)
            return fenced(MathSymbol.command("lbrace"), inner.allCore(), nil)
        case .matrix(let open, let close):
            return fenced(open, grid(rows, alignment: { _ in .center }, gap: { _, _ in 2 }, spreadsPairs: true).allCore(), close)
        case .array(let columns):
            let letters = Array(columns)
            return grid(rows, alignment: { $0 < letters.count ? letters[$0] == "l" ? .left : letters[$0] == "r" ? .right : .center : .center },
                        gap: { _, _ in 2 }).allCore()
        }
    }

    /// `gap` is the space after a column. Two rows are spread to three lines, so that a brace has its point between them.
    private func grid(_ rows: [[MathNode]], alignment: (Int) -> Table.Alignment, gap: ([[MathNode]], Int) -> Int, spreadsPairs: Bool = false) -> MathBox {
        let cells = rows.map { $0.map(box) }
        let count = cells.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in cells.map { column < $0.count ? $0[column].width : 0 }.max() ?? 0 }
        let lines: [MathBox] = cells.map { row in
            var parts: [MathBox] = []
            for column in 0..<count {
                if column > 0, widths[column] > 0 { parts.append(MathBox(String(repeating: " ", count: gap(rows, column - 1)))) }
                let cell = column < row.count ? row[column] : .empty
                let free = widths[column] - cell.width
                switch alignment(column) {
                case .left: parts.append(cell.padded(left: 0, right: free))
                case .right: parts.append(cell.padded(left: free, right: 0))
                case .center: parts.append(cell.padded(left: free / 2, right: free - free / 2))
                }
            }
            return MathBox.beside(parts)
        }
        let isLoose = lines.contains { $0.height > 1 } || (spreadsPairs && lines.count == 2)
        var all: [String] = []
        var baselines: [Int] = []
        for (index, line) in lines.enumerated() {
            if index > 0, isLoose { all.append("") }
            baselines.append(all.count + line.baseline)
            all += line.rows
        }
        let middle = baselines.count % 2 == 1 ? baselines[baselines.count / 2] : max(0, (all.count - 1) / 2)
        return MathBox(rows: all, baseline: all.isEmpty ? 0 : middle)
    }
}
