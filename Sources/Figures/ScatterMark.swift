extension Mark {
    public struct Scatter: Sendable, Equatable {
        public var x, y: [Double]
        public var label: String?
        public var color: Color?
        /// A class for each point: its colour, its marker, and its name at the cluster.
        public var groups: [String]?
        /// A number for each point, shown by colour.
        public var values: [Double]?
        public var valueLabel: String?
        public var colorMap: ColorMap
        /// Diameter and opacity in points; chosen by the number of points where nil.
        public var size: Double?
        public var opacity: Double?
        /// Names the groups at their clusters instead of in a legend.
        public var labelsGroups: Bool

        public init(
            x: [Double], y: [Double], label: String? = nil, color: Color? = nil, groups: [String]? = nil, values: [Double]? = nil,
            valueLabel: String? = nil, colorMap: ColorMap = .viridis, size: Double? = nil, opacity: Double? = nil,
            labelsGroups: Bool = true
        ) {
            self.x = x
            self.y = y
            self.label = label
            self.color = color
            self.groups = groups
            self.values = values
            self.valueLabel = valueLabel
            self.colorMap = colorMap
            self.size = size
            self.opacity = opacity
            self.labelsGroups = labelsGroups
        }
    }
}

extension Mark.Scatter: MarkContent {
    var name: String { "scatter" }

    var problem: String? {
        mismatch(("x", x.count), ("y", y.count), ("groups", groups?.count ?? x.count), ("values", values?.count ?? x.count))
    }

    func include(_ xs: inout Extent, _ ys: inout Extent, _ context: MarkContext) {
        for (a, b) in zip(x, y) where a.isFinite && b.isFinite {
            xs.include(a)
            ys.include(b)
        }
    }

    /// The classes in order: by number where all are numbers, else by first appearance.
    private var groupNames: [String] {
        var seen: Set<String> = []
        var names: [String] = []
        for group in groups ?? [] where seen.insert(group).inserted { names.append(group) }
        return names.allSatisfy { Double($0) != nil } ? names.sorted { Double($0)! < Double($1)! } : names
    }

    private static func groupColor(_ index: Int) -> Color { Color.series[index % Color.series.count] }

    func draw(_ drawing: inout PanelDrawing, _ context: MarkContext) {
        let count = Double(max(1, min(x.count, y.count)))
        let size = max(0.3, min(self.size ?? min(6.5, max(1.6, 6.5 * power(150 / count, 0.22))), 60))
        let opacity = max(0.01, min(self.opacity ?? min(0.9, max(0.04, 0.9 * power(300 * Double(max(1, groupNames.count)) / count, 0.35))), 1))
        let rim = x.count <= 300
        if let groups {
            drawGroups(groups, &drawing, size: size, opacity: opacity, rim: rim)
        } else if let values, let bar = colorBar {
            var points: [Point] = [], colors: [Color] = []
            for (i, value) in values.enumerated() where i < x.count && i < y.count && value.isFinite {
                guard let p = drawing.point(x[i], y[i]), drawing.plot.grown(by: size).contains(p) else { continue }
                points.append(p)
                colors.append(colorMap.color(at: bar.fraction(value)).opacity(opacity))
            }
            drawing.add(Markers(points: points, shape: .circle, size: size, colors: colors, rim: rim))
        } else {
            let inside = drawing.plot.grown(by: size)
            let points = zip(x, y).compactMap { drawing.point($0, $1) }.filter(inside.contains)
            drawing.add(Markers(points: points, shape: context.shape, size: size, colors: [context.color.opacity(opacity)], rim: rim))
        }
    }

    private func drawGroups(_ groups: [String], _ drawing: inout PanelDrawing, size: Double, opacity: Double, rim: Bool) {
        let names = groupNames
        let index = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
        var members = [[Point]](repeating: [], count: names.count)
        let inside = drawing.plot.grown(by: size)
        for (i, group) in groups.enumerated() where i < x.count && i < y.count {
            if let p = drawing.point(x[i], y[i]), inside.contains(p) { members[index[group]!].append(p) }
        }
        for (i, points) in members.enumerated() {
            let color = Mark.Scatter.groupColor(i).opacity(opacity)
            drawing.add(Markers(points: points, shape: MarkerShape(series: i), size: size, colors: [color], rim: rim))
        }
        guard namesAtClusters else { return }
        for (i, points) in members.enumerated() where !points.isEmpty {
            let middle = Point(median(points.map(\.x)), median(points.map(\.y)))
            let block = TextBlock(names[i], size: TypeSize.label + 1, bold: true, limit: 40)
            drawing.label(
                block, near: middle, sides: [.centre, .right, .left, .above, .below], gap: 4,
                // Darker than the points, so that the name stands out in grey as well.
                color: Mark.Scatter.groupColor(i).readable.mixed(with: .black, 0.4))
        }
    }

    /// Beyond a dozen groups, with long names, or where clusters lie on each other, names would hide the data or mislead.
    private var namesAtClusters: Bool {
        let names = groupNames
        return labelsGroups && names.count <= 12 && names.allSatisfy { $0.count <= 14 } && clustersStandApart
    }

    /// Whether the middles of all groups are a label's size apart; a few thousand points tell.
    private var clustersStandApart: Bool {
        guard let groups else { return false }
        var xs: [String: [Double]] = [:], ys: [String: [Double]] = [:]
        var across = Extent(), up = Extent()
        let count = min(x.count, y.count, groups.count)
        for i in Swift.stride(from: 0, to: count, by: max(1, count / 5000)) where x[i].isFinite && y[i].isFinite {
            xs[groups[i], default: []].append(x[i])
            ys[groups[i], default: []].append(y[i])
            across.include(x[i])
            up.include(y[i])
        }
        let width = across.high - across.low, height = up.high - up.low
        let middles = xs.keys.sorted().map { Point(median(xs[$0]!), median(ys[$0]!)) }
        return middles.indices.allSatisfy { i in
            middles[..<i].allSatisfy { abs($0.x - middles[i].x) > 0.06 * width || abs($0.y - middles[i].y) > 0.05 * height }
        }
    }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    func legendEntries(_ context: MarkContext) -> [LegendEntry] {
        if groups != nil, !namesAtClusters {
            return groupNames.prefix(24).enumerated().map {
                LegendEntry(
                    label: $0.element, color: Mark.Scatter.groupColor($0.offset), swatch: .marker(MarkerShape(series: $0.offset)))
            }
        }
        guard let label, groups == nil else { return [] }
        return [LegendEntry(label: label, color: context.color, swatch: .marker(values == nil ? context.shape : .circle))]
    }

    var colorBar: ColorBar? {
        values.flatMap { ColorBar(map: colorMap, values: $0, label: valueLabel) }
    }

    var csvColumns: [(name: String, values: [String])] {
        var columns = [("x", x.map(CSV.number)), ("y", y.map(CSV.number))]
        if let values { columns.append((valueLabel ?? "value", values.map(CSV.number))) }
        if let groups { columns.append(("group", groups)) }
        return columns
    }
}
