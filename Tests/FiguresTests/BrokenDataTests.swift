import Figures
import Testing

/// No data, however odd, may crash: what cannot be drawn is left out.
@Suite struct BrokenDataTests {
    private static let odd: [Double] = [
        .nan, .infinity, -.infinity, 0, -0.0, 1, -1, 1e-300, 1e300, -1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
        -.greatestFiniteMagnitude, 1e-12, 1e12, 0.1, 1 + .ulpOfOne,
    ]

    private static func list(_ stream: inout Stream, _ count: Int) -> [Double] {
        let plain = Bool.random(using: &stream)
        return (0..<count).map { _ in plain ? Double.random(in: -5...5, using: &stream) : odd.randomElement(using: &stream)! }
    }

    private static func mark(_ s: inout Stream) -> Mark {
        let n = [0, 1, 2, 3, 9, 40].randomElement(using: &s)!
        let label: String? = Bool.random(using: &s) ? "a <&> \u{1B}^{_" : nil
        func l(_ count: Int? = nil) -> [Double] { list(&s, count ?? n) }
        switch Int.random(in: 0..<16, using: &s) {
        case 0: return .line(.init(x: l(), y: l(), label: label, width: l(1)[0], markers: true, steps: true))
        case 1: return .scatter(.init(x: l(), y: l(), label: label, size: l(1)[0], opacity: l(1)[0]))
        case 2: return .scatter(.init(x: l(), y: l(), groups: (0..<n).map { "g\($0 % 15)" }))
        case 3: return .scatter(.init(x: l(), y: l(), values: l(), valueLabel: label))
        case 4: return .histogram(.init(x: l(), bins: [nil, 1, 7, 1_000_000].randomElement(using: &s)!, density: n % 2 == 0, label: label))
        case 5: return .bars(.init(heights: l(), positions: n % 2 == 0 ? l() : nil, errors: l(), label: label, horizontal: n % 3 == 0, showsValues: true))
        case 6: return .band(.init(x: l(), low: l(), high: l(), label: label))
        case 7: return .errorBars(.init(x: l(), y: l(), error: l(), label: label))
        case 8: return .verticalLine(.init(at: l(1)[0], label: label))
        case 9: return .horizontalLine(.init(at: l(1)[0], label: label))
        case 10: return .text(.init(x: l(1)[0], y: l(1)[0], text: label ?? ""))
        case 11: return .arrow(.init(from: (l(1)[0], l(1)[0]), to: (l(1)[0], l(1)[0]), label: label))
        case 12: return .heatmap(.init(values: l(12), rows: 3, columns: 4, valueLabel: label, showsValues: true))
        case 13: return .contour(.init(x: [0, 1, 2], y: [0, 1, 2, 3], z: l(12), levels: n % 2 == 0 ? l() : nil, filled: n % 3 == 0, labelsLevels: true, label: label))
        case 14: return .vectorField(.init(x: l(), y: l(), u: l(), v: l(), label: label))
        default: return .ellipses(.init(x: l(), y: l(), xx: l(), xy: l(), yy: l(), deviations: l(3), label: label))
        }
    }

    @Test func aThousandOddFiguresAreLaidOut() {
        var stream = Stream(state: 2024)
        for round in 0..<1000 {
            func scale() -> Scale { [.linear, .log, .categories(["a", "b", "c"]), .categories([])].randomElement(using: &stream)! }
            let limits: ClosedRange<Double>? = round % 5 == 0 ? [0...0, -1...1, -.infinity...3, -1e308...1e308].randomElement(using: &stream) : nil
            let panels = (0..<Int.random(in: 0...2, using: &stream)).map { _ in
                (0..<Int.random(in: 0...3, using: &stream)).map { _ in
                    Panel(
                        title: "t", xLabel: "x", yLabel: "y", xScale: scale(), yScale: scale(), xLimits: limits, yLimits: limits, equalAspect: round % 3 == 0,
                        marks: (0..<Int.random(in: 0...4, using: &stream)).map { _ in BrokenDataTests.mark(&stream) })
                }
            }
            let size: (Double, Double)? = round % 7 == 0 ? (Double(round), .nan) : nil
            let figure = Figure(id: "odd", title: "t", caption: "c", panels: panels, sharesX: round % 2 == 0, sharesY: round % 4 == 0, size: size.map { (width: $0.0, height: $0.1) })
            let layout = FigureLayout(figure, FixedMeasurer())
            #expect(layout.width.isFinite && layout.height.isFinite)
            for text in layout.texts(FixedMeasurer()) { #expect(text.rect.x.isFinite && text.rect.y.isFinite) }
            if round % 10 == 0 { #expect(throws: Never.self) { try figure.rgba(scale: 0.3) } }
        }
    }

    @Test func emptyFiguresAndHugeTextsAreDrawn() throws {
        _ = try Figure(id: "a", panels: []).png()
        _ = try Figure(id: "a", panels: [[], []]).pdf()
        let long = String(repeating: "very long words ", count: 5000)
        let figure = Figure(id: "a", title: long, caption: long, panels: [[Panel(title: long, xLabel: long, yLabel: long, marks: [.line(.init(x: [1, 2], y: [1, 2], label: long))])]])
        let layout = try figure.layout()
        #expect(layout.height < 2000)
        _ = try figure.svg()
    }

    @Test func aPageOfManyPanelsIsDrawn() throws {
        let panel = Panel(title: "a", xLabel: "x", yLabel: "y", marks: [.line(.init(x: [1, 2], y: [1, 2]))])
        _ = try Figure(id: "a", panels: [[Panel]](repeating: [Panel](repeating: panel, count: 12), count: 12)).rgba(scale: 0.5)
    }
}
