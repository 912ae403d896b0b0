import Figures
import Testing

@Suite struct LayoutTests {
    private func layout(_ figure: Figure) -> FigureLayout { FigureLayout(figure, FixedMeasurer()) }

    private func strokes(_ layout: FigureLayout, _ color: Color) -> [Path] {
        layout.flat.compactMap { if case .stroke(let path, let pen) = $0, pen.color == color { path } else { nil } }
    }

    private func markers(_ layout: FigureLayout) -> [Markers] {
        layout.flat.compactMap { if case .markers(let markers) = $0 { markers } else { nil } }
    }

    @Test(arguments: Array(Samples.all.indices))
    func noLabelIsClippedOrMeetsAnother(index: Int) {
        let figure = Samples.all[index]
        #expect(FigureLayout(figure, FixedMeasurer()).faults(FixedMeasurer()) == [])
        let measurer = PangoMeasurer()
        #expect(FigureLayout(figure, measurer).faults(measurer) == [])
    }

    @Test func layoutIsTheSameEachTime() {
        for figure in Samples.all { #expect(layout(figure) == layout(figure)) }
    }

    @Test func aLineGoesThroughItsPoints() {
        let result = layout(Samples.one([.line(.init(x: [0, 1, 2], y: [0, 10, 0]))]))
        let path = strokes(result, .blue)[0]
        guard case .move(let a) = path.elements[0], case .line(let b) = path.elements[1], case .line(let c) = path.elements[2] else {
            Issue.record("not a line of three points")
            return
        }
        #expect(abs((a.x + c.x) / 2 - b.x) < 1e-9)
        #expect(a.y == c.y && b.y < a.y)
    }

    @Test func numbersThatAreNoNumbersAreGaps() {
        let y: [Double] = [1, 2, .nan, 3, .infinity, 4, 5]
        let result = layout(Samples.one([.line(.init(x: steps(0, 6, 7), y: y))]))
        let path = strokes(result, .blue)[0]
        let moves = path.elements.filter { if case .move = $0 { true } else { false } }
        #expect(moves.count == 3)
        // The lone point shows as a dot.
        #expect(markers(result).map(\.points.count) == [1])
    }

    @Test func pointsThatAreNoNumbersAreDropped() {
        let result = layout(Samples.one([.scatter(.init(x: [1, .nan, 3, 4], y: [1, 2, -.infinity, 4]))]))
        #expect(markers(result).map(\.points.count) == [2])
    }

    @Test func onALogarithmicAxisZeroIsAGap() {
        let result = layout(Samples.one([.scatter(.init(x: [1, 0, -3, 100], y: [1, 2, 3, 4]))], x: .log))
        #expect(markers(result).map(\.points.count) == [2])
    }

    @Test func linesAreNamedAtTheirEnds() {
        let x = steps(0, 10, 20)
        let result = layout(Samples.one([.line(.init(x: x, y: x, label: "up")), .line(.init(x: x, y: x.map { 10 - $0 }, label: "down"))]))
        let texts = result.texts(FixedMeasurer())
        let up = texts.first { $0.text == "up" }!.rect, down = texts.first { $0.text == "down" }!.rect
        #expect(up.y < down.y && up.x == down.x)
    }

    @Test func theLegendLiesWhereNoDataAre() {
        // Points everywhere but at the lower left.
        var x: [Double] = [], y: [Double] = []
        for a in steps(0, 10, 41) {
            for b in steps(0, 10, 41) where a > 5 || b > 5 {
                x.append(a)
                y.append(b)
            }
        }
        let result = layout(Samples.one([.scatter(.init(x: x, y: y, label: "points"))]))
        let label = result.texts(FixedMeasurer()).first { $0.text == "points" }!.rect
        let points = markers(result).first { $0.points.count > 1 }!.points
        #expect(!points.contains { label.grown(by: 4).contains($0) })
        let centre = Point(points.map(\.x).reduce(0, +) / Double(points.count), points.map(\.y).reduce(0, +) / Double(points.count))
        #expect(label.x < centre.x && label.y > centre.y)
    }

    @Test func whereDataAreEverywhereTheLegendStandsOutside() {
        var stream = Stream(state: 1)
        let x = (0..<4000).map { _ in Double.random(in: 0...1, using: &stream) }, y = (0..<4000).map { _ in Double.random(in: 0...1, using: &stream) }
        let result = layout(Samples.one([.scatter(.init(x: x, y: y, label: "points"))]))
        let label = result.texts(FixedMeasurer()).first { $0.text == "points" }!.rect
        let points = markers(result).max { $0.points.count < $1.points.count }!.points
        #expect(label.x > points.map(\.x).max()!)
    }

    @Test func seriesDifferWithoutColour() {
        let x = steps(0, 1, 5)
        let result = layout(Samples.one((0..<3).map { k in .line(.init(x: x, y: x.map { $0 + Double(k) }, label: "\(k)")) }))
        let dashes = result.flat.compactMap { command -> [Double]? in
            if case .stroke(_, let pen) = command, Color.series.prefix(3).contains(pen.color) { pen.dash } else { nil }
        }
        #expect(Set(dashes).count == 3)
        let groups = layout(Samples.one([.scatter(.init(x: x, y: x, groups: ["a", "b", "c", "a", "b"]))]))
        #expect(Set(markers(groups).map(\.shape)).count == 3)
    }

    @Test func clustersAreNamedWhereTheyStandApart() {
        var stream = Stream(state: 4)
        func figure(_ distance: Double) -> Figure {
            let x = (0..<300).map { stream.normal() + distance * Double($0 % 3) }, y = (0..<300).map { _ in stream.normal() }
            return Samples.one([.scatter(.init(x: x, y: y, groups: (0..<300).map { "class \($0 % 3)" }))])
        }
        func names(_ figure: Figure) -> [Double] {
            layout(figure).texts(FixedMeasurer()).filter { $0.text.hasPrefix("class") }.map(\.rect.x)
        }
        let apart = names(figure(10))
        #expect(apart.count == 3 && apart[0] + 100 < apart[1] && apart[1] + 100 < apart[2])
        // Clusters on each other: a legend, its names below one another.
        let together = names(figure(0))
        #expect(together.count == 3 && Set(together).count == 1)
    }

    @Test func aBandHasTheColourOfItsLine() {
        let x = steps(0, 1, 5)
        let line = { (k: Double) in Mark.line(.init(x: x, y: x.map { $0 + k })) }
        let band = { (k: Double) in Mark.band(.init(x: x, low: x, high: x.map { $0 + k })) }
        func bands(_ marks: [Mark]) -> [Color] {
            layout(Samples.one(marks)).flat.compactMap { if case .fill(let path, let color) = $0, path.elements.count > 8 { color.opacity(1) } else { nil } }
        }
        #expect(bands([line(1), band(1), line(2), band(2)]) == [.blue, .vermilion])
        #expect(bands([band(1), line(1), line(2)]) == [.blue])
    }

    @Test func sharedAxesShowOneSpanAndAreNumberedOnce() {
        let left = Panel(xLabel: "x", yLabel: "y", marks: [.scatter(.init(x: [0, 1], y: [0, 1]))])
        let right = Panel(xLabel: "x", yLabel: "y", marks: [.scatter(.init(x: [0, 100], y: [0, 100]))])
        let apart = layout(Figure(id: "a", panels: [[left, right]]))
        let shared = layout(Figure(id: "a", panels: [[left, right]], sharesY: true))
        let count = { (l: FigureLayout) in l.texts(FixedMeasurer()).count { $0.text == "y" } }
        #expect(count(apart) == 2 && count(shared) == 1)
        let y = markers(shared).map { $0.points.map(\.y) }
        #expect(y[0][0] == y[1][0])
        #expect(abs((y[0][0] - y[0][1]) * 100 - (y[1][0] - y[1][1])) < 1e-6)
    }

    @Test func equalAspectKeepsCirclesRound() {
        let circle = Mark.ellipses(.init(x: [0], y: [0], xx: [1], xy: [0], yy: [1], deviations: [1]))
        let result = layout(Figure(id: "a", panels: [[Panel(equalAspect: true, marks: [circle])]]))
        let points = strokes(result, .blue)[0].elements.compactMap { if case .line(let p) = $0 { p } else { nil } }
        let width = points.map(\.x).max()! - points.map(\.x).min()!, height = points.map(\.y).max()! - points.map(\.y).min()!
        #expect(abs(width / height - 1) < 0.005)
    }

    @Test func barsStandSideBySideOnZero() {
        let result = layout(Samples.one([.bars(.init(heights: [1, 2])), .bars(.init(heights: [3, -1]))], x: .categories(["a", "b"])))
        let fills = result.flat.compactMap { command -> Path? in
            if case .fill(let path, let color) = command, color == .blue || color == .vermilion { path } else { nil }
        }
        func rects(_ path: Path) -> [Rect] {
            stride(from: 0, to: path.elements.count, by: 5).compactMap {
                guard case .move(let a) = path.elements[$0], case .line(let c) = path.elements[$0 + 2] else { return nil }
                return Rect(x: a.x, y: a.y, width: c.x - a.x, height: c.y - a.y)
            }
        }
        let first = rects(fills[0]), second = rects(fills[1])
        #expect(first.count == 2 && second.count == 2)
        #expect(first[0].maxX < second[0].x && second[0].maxX < first[1].x)
        #expect(abs(first[1].height / first[0].height - 2) < 1e-9 && abs(second[0].height / first[0].height - 3) < 1e-9)
        #expect(abs(first[0].maxY - second[1].y) < 1e-9)
    }

    @Test func beyondALimitPointsBecomePixels() {
        func rasters(_ n: Int) -> Int {
            let result = layout(Samples.one([.scatter(.init(x: steps(0, 1, n), y: steps(0, 1, n)))]))
            func count(_ commands: [Command]) -> Int {
                commands.map { command in
                    switch command {
                    case .raster: 1
                    case .clip(_, let inner): count(inner)
                    default: 0
                    }
                }.reduce(0, +)
            }
            return count(result.commands)
        }
        #expect(rasters(20_000) == 0)
        #expect(rasters(20_001) == 1)
    }

    @Test func aLongLineIsThinnedButKeepsItsPeaks() {
        var y = [Double](repeating: 0, count: 300_000)
        y[123_456] = 7
        let peak = strokes(layout(Samples.one([.line(.init(x: steps(0, 1, 300_000), y: y))])), .blue)[0]
        #expect(peak.elements.count < 12_000)
        let heights = peak.elements.compactMap { if case .line(let p) = $0 { p.y } else { nil } }
        #expect(heights.count { $0 < heights.max()! - 100 } == 1)
    }

    @Test func nothingToShowIsSaid() {
        for marks in [[Mark.line(.init(x: [], y: []))], [.scatter(.init(x: [.nan], y: [1]))], [.histogram(.init(x: [.infinity]))]] {
            #expect(layout(Samples.one(marks)).texts(FixedMeasurer()).contains { $0.text == "no data to show" })
        }
    }
}

@Suite struct HistogramTests {
    private func heights(_ x: [Double], bins: Int?, density: Bool = false) -> [Double] {
        Mark.Histogram(x: x, bins: bins, density: density).counts.heights
    }

    @Test func valuesFallIntoTheirBins() {
        #expect(heights([0, 0.5, 1, 1.5, 2, 3.9, 4], bins: 4) == [2, 2, 1, 2])
        #expect(heights([1, 1, 1], bins: 3).reduce(0, +) == 3)
        #expect(heights([.nan, 1, 2, .infinity], bins: 2) == [1, 1])
        #expect(heights([], bins: 5).reduce(0, +) == 0)
    }

    @Test func densitiesHaveAreaOne() {
        let (edges, heights) = Mark.Histogram(x: (0..<100).map { Double($0 * $0) }, bins: 7, density: true).counts
        let area = zip(heights, zip(edges.dropFirst(), edges)).map { $0 * ($1.0 - $1.1) }.reduce(0, +)
        #expect(abs(area - 1) < 1e-12)
    }

    @Test func theRuleChoosesBetweenTenAndAHundred() {
        var stream = Stream(state: 3)
        let normal = (0..<1000).map { _ in stream.normal() }
        // 2 IQR n^(-1/3) = 2 * 1.35 / 10: about 25 bins over the range of 6 to 7.
        #expect((20...30).contains(heights(normal, bins: nil).count))
        #expect(heights([1, 2], bins: nil).count == 10)
        #expect(heights([0, 0, 0, 0, 1e9], bins: nil).count <= 100)
    }
}
