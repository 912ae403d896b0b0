/// A figure as drawing commands on a page.
package struct FigureLayout: Equatable, Sendable {
    package let width, height: Double
    package let commands: [Command]

    private static let margin = 20.0
    private static let gap = 26.0

    package init(_ figure: Figure, _ measurer: any TextMeasurer) {
        var rows = figure.panels.filter { !$0.isEmpty }.map { $0.map { PanelLayout($0, measurer) } }
        FigureLayout.share(figure, &rows)
        let margin = FigureLayout.margin
        let fixed = figure.size.flatMap { $0.width.isFinite && $0.height.isFinite ? $0 : nil }.map { (min(max($0.width, 120), 5000), min(max($0.height, 90), 5000)) }
        let width = fixed?.0 ?? FigureLayout.width(rows)
        let inner = width - 2 * margin
        let title = figure.title.map { TextBlock($0, size: TypeSize.title, bold: true, wrapWidth: inner, limit: 300) }
        let caption = figure.caption.map { TextBlock($0, size: TypeSize.caption, wrapWidth: inner, limit: 1200) }
        let titleHeight = title.map { measurer.measure($0).height + 12 } ?? 0
        let captionHeight = caption.map { measurer.measure($0).height + 12 } ?? 0

        var heights = rows.map { FigureLayout.height($0, rows: rows.count, inner: inner) }
        let gaps = FigureLayout.gap * Double(max(0, rows.count - 1))
        let around = 2 * margin + titleHeight + captionHeight + gaps
        if let fixed {
            let share = max(20 * Double(rows.count), fixed.1 - around) / max(1, heights.reduce(0, +))
            heights = heights.map { $0 * share }
        }
        height = min(fixed?.1 ?? around + heights.reduce(0, +), 20_000)
        self.width = width

        var commands: [Command] = [.fill(.rectangle(Rect(x: 0, y: 0, width: width, height: height)), .white)]
        if let title {
            let baseline = measurer.measure(title).baseline
            commands.append(.text(title, at: Point(margin, margin + baseline), turns: 0, color: .ink, halo: false))
        }
        var cells: [[Rect]] = []
        var y = margin + titleHeight
        for (row, height) in zip(rows, heights) {
            let count = Double(row.count)
            let cell = max(30, (inner - FigureLayout.gap * (count - 1)) / count)
            cells.append(row.indices.map {
                Rect(x: margin + Double($0) * (cell + FigureLayout.gap), y: y, width: cell, height: height)
            })
            y += height + FigureLayout.gap
        }
        let plots = FigureLayout.plots(&rows, cells)
        for (r, row) in rows.enumerated() {
            for (c, panel) in row.enumerated() { commands += panel.commands(plots[r][c]) }
        }
        if let caption {
            let extent = measurer.measure(caption)
            let top = height - margin - extent.height
            commands.append(.text(caption, at: Point(margin, top + extent.baseline), turns: 0, color: .quietInk, halo: false))
        }
        self.commands = commands
    }

    /// One span for all panels, and numbers only at the outer ones.
    private static func share(_ figure: Figure, _ rows: inout [[PanelLayout]]) {
        func common(_ path: WritableKeyPath<PanelLayout, Extent>) {
            var log = Extent(positiveOnly: true), linear = Extent()
            for panel in rows.joined() where panel.hasAxes {
                log.merge(panel[keyPath: path])
                linear.merge(panel[keyPath: path])
            }
            for r in rows.indices {
                for c in rows[r].indices where rows[r][c].hasAxes {
                    rows[r][c][keyPath: path] = rows[r][c][keyPath: path].positiveOnly ? log : linear
                }
            }
        }
        if figure.sharesX {
            common(\.xExtent)
            for r in rows.indices.dropLast() where rows[r].count == rows[rows.count - 1].count {
                for c in rows[r].indices { rows[r][c].showsX = false }
            }
        }
        if figure.sharesY {
            common(\.yExtent)
            for r in rows.indices { for c in rows[r].indices.dropFirst() { rows[r][c].showsY = false } }
        }
    }

    // MARK: Sizes

    private static func width(_ rows: [[PanelLayout]]) -> Double {
        let columns = rows.map(\.count).max() ?? 1
        let usual = columns <= 4 ? [720.0, 960, 1140, 1280][columns - 1] : min(320 * Double(columns), 4000)
        guard rows.joined().allSatisfy({ !$0.hasAxes }) else {
            let round = rows.joined().allSatisfy { $0.panel.equalAspect || $0.panel.marks.contains { $0.content.reversesY } }
            return columns == 1 && round ? 600 : usual
        }
        // Without axes a figure is as wide as what it holds.
        let natural = rows.map { row in
            let share = (usual - 2 * margin - gap * Double(row.count - 1)) / Double(row.count)
            let widest = row.map { $0.naturalSize(width: share)?.x ?? share }.max() ?? share
            return widest * Double(row.count) + gap * Double(row.count - 1) + 2 * margin
        }
        return min(max(natural.max() ?? usual, 480), 1280)
    }

    private static func height(_ row: [PanelLayout], rows: Int, inner: Double) -> Double {
        let cell = (inner - gap * Double(row.count - 1)) / Double(max(1, row.count))
        return row.map { panel in
            let title = panel.panel.title == nil ? 0 : 24.0
            if !panel.hasAxes {
                let natural = panel.naturalSize(width: cell) ?? Point(cell, 100)
                // What is wider than its cell is drawn smaller, and needs less height.
                return min(max(natural.y * min(1, cell / natural.x), 24), 900) + title
            }
            let usual = rows == 1 ? [360.0, 330, 300, 270][min(row.count, 4) - 1] : rows == 2 ? 265 : 225
            let needs = panel.panel.equalAspect ? min(max(usual, cell * 0.85), 460) : usual
            return needs + title
        }.max() ?? 0
    }

    /// Plots of a row and of a column line up; a few rounds settle ticks, labels and room for them.
    private static func plots(_ rows: inout [[PanelLayout]], _ cells: [[Rect]]) -> [[Rect]] {
        var plots = cells.map { $0.map { $0.grown(by: -min(40, $0.width / 4, $0.height / 4)) } }
        let aligned = Set(rows.map(\.count)).count == 1
        for _ in 0..<4 {
            var insets: [[Insets]] = []
            for r in rows.indices { insets.append(rows[r].indices.map { rows[r][$0].measure(plots[r][$0]) }) }
            for r in rows.indices {
                let axes = rows[r].indices.filter { rows[r][$0].hasAxes }
                let top = insets[r].map(\.top).max() ?? 0
                let bottom = axes.map { insets[r][$0].bottom }.max() ?? 0
                for c in rows[r].indices {
                    insets[r][c].top = top
                    if rows[r][c].hasAxes { insets[r][c].bottom = bottom }
                }
            }
            if aligned, let count = rows.first?.count {
                for c in 0..<count {
                    let axes = rows.indices.filter { rows[$0][c].hasAxes }
                    let left = axes.map { insets[$0][c].left }.max() ?? 0, right = axes.map { insets[$0][c].right }.max() ?? 0
                    for r in axes { (insets[r][c].left, insets[r][c].right) = (left, right) }
                }
            }
            // Rows of equal height hold plots of equal height.
            let rowHeights = cells.map { $0[0].height }
            let even = Set(rowHeights).count == 1 && rows.allSatisfy { $0.allSatisfy(\.hasAxes) }
            let common = (rowHeights.reduce(0, +) - insets.map { $0[0].top + $0[0].bottom }.reduce(0, +)) / Double(max(1, rows.count))
            var y = cells.first?[0].y ?? 0
            for r in rows.indices {
                let height = max(8, even ? common : rowHeights[r] - insets[r][0].top - insets[r].map(\.bottom).max()!)
                defer { y += even ? insets[r][0].top + height + insets[r][0].bottom + gap : rowHeights[r] + gap }
                // All plots of a row are equally wide, whatever stands between them.
                let taken = insets[r].map { $0.left + $0.right }.reduce(0, +)
                let width = max(8, (cells[r].map(\.width).reduce(0, +) - taken) / Double(cells[r].count))
                var x = cells[r][0].x
                for c in rows[r].indices {
                    let inset = insets[r][c]
                    plots[r][c] = Rect(
                        x: x + inset.left, y: y + inset.top, width: width,
                        height: rows[r][c].hasAxes ? height : max(8, rowHeights[r] - inset.top))
                    x += inset.left + width + inset.right + gap
                }
            }
        }
        return plots
    }
}
