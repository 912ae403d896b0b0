import Figures
import Glibc
import Testing

@Suite struct RenderingTests {
    @Test(arguments: Array(Samples.all.indices))
    func everyKindIsDrawn(index: Int) throws {
        let figure = Samples.all[index]
        let layout = try figure.layout()
        let bitmap = try figure.rgba(scale: 1)
        #expect(bitmap.width == Int(layout.width.rounded()) && bitmap.height == Int(layout.height.rounded()))
        #expect(RenderingTests.ink(bitmap) > 0.005)
        #expect(stride(from: 3, to: bitmap.pixels.count, by: 4).allSatisfy { bitmap.pixels[$0] == 255 })
    }

    /// The share of pixels that are not white.
    private static func ink(_ bitmap: Bitmap) -> Double {
        let marked = stride(from: 0, to: bitmap.pixels.count, by: 4).count { bitmap.pixels[$0] < 250 || bitmap.pixels[$0 + 1] < 250 }
        return Double(marked) / Double(bitmap.width * bitmap.height)
    }

    @Test(arguments: Array(Samples.all.indices))
    func twiceTheSameBytes(index: Int) throws {
        let figure = Samples.all[index]
        let first = (try figure.png(), try figure.pdf(), try figure.svg(), figure.csv)
        // Other figures in between move Cairo's counters.
        _ = try Samples.all[(index + 1) % Samples.all.count].svg()
        #expect(try figure.png() == first.0)
        #expect(try figure.pdf() == first.1)
        #expect(try figure.svg() == first.2)
        #expect(figure.csv == first.3)
    }

    @Test func aPNGHasTwoPixelsAPoint() throws {
        let figure = Samples.all[0]
        let layout = try figure.layout()
        let bytes = try figure.png()
        #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        func number(_ at: Int) -> Int { bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) } }
        #expect(number(16) == Int((layout.width * 2).rounded()) && number(20) == Int((layout.height * 2).rounded()))
        #expect(!text(bytes).contains("tIME"))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func aPDFHasAPageOfItsSizeAndNoDateOfToday() throws {
        var figure = Samples.all[0]
        figure.size = (width: 500, height: 300)
        let pdf = text(try figure.pdf())
        #expect(pdf.hasPrefix("%PDF-1.5"))
        #expect(pdf.contains("MediaBox [ 0 0 500 300 ]"))
        #expect(pdf.contains("20000101000000Z"))
        #expect(pdf.contains("/FontFile2"))
    }

    @Test func anSVGCountsItsOwnIdsAndHoldsItsText() throws {
        let figure = Samples.one([.heatmap(.init(values: [1, 2, 3, 4], rows: 2, columns: 2, valueLabel: "KL(q‖p) < 1"))])
        let svg = text(try figure.svg())
        #expect(svg.contains("<title>Title</title>") && svg.contains("<desc>Caption</desc>"))
        #expect(svg.contains(">KL(q‖p) &lt; 1</text>"))
        var defined: Set<Substring> = [], used: Set<Substring> = []
        for part in svg.split(separator: " id=\"").dropFirst() { defined.insert(part.prefix { $0 != "\"" }) }
        for mark in ["\"#", "(#"] {
            for part in svg.split(separator: mark).dropFirst() { used.insert(part.prefix { $0 != "\"" && $0 != ")" }) }
        }
        #expect(!used.isEmpty && used.isSubset(of: defined))
        let numbers = defined.compactMap { Int($0.dropFirst()) }
        #expect(numbers.count == defined.count && numbers.max()! <= defined.count)
    }

    @Test func coloursArriveOnThePage() throws {
        let figure = Figure(id: "a", panels: [[Panel(marks: [.bars(.init(heights: [1], color: Color(0xFF0000)))])]])
        let bitmap = try figure.rgba(scale: 1)
        let red = stride(from: 0, to: bitmap.pixels.count, by: 4).count { Array(bitmap.pixels[$0..<($0 + 3)]) == [255, 0, 0] }
        #expect(red > 10_000)
    }

    @Test func theFontsShowTheCoursesSymbols() {
        #expect(FigureFonts.canShow("abc 0.5 \u{2212} μ σ² ε θ ‖ ∑ ∫ ∂ ∇ ≈ ≤ × √ ∞ x̂ 𝔼 \u{202F}½"))
        #expect(!FigureFonts.canShow("\u{10FFFD}"))
    }

    @Test func cellsStaySharp() throws {
        // Two cells: every pixel of the plot is one colour or the other, but for one column of pixels between.
        let mark = Mark.heatmap(.init(values: [0, 1], rows: 1, columns: 2, colorMap: .grey))
        let bitmap = try Figure(id: "a", panels: [[Panel(marks: [mark])]]).rgba(scale: 1)
        let middle = bitmap.height / 2
        let row = (0..<bitmap.width).map { bitmap.pixels[4 * (middle * bitmap.width + $0)] }
        #expect(row.count { $0 == 0 } > 150)
        let start = row.firstIndex(of: 0)!, end = row[start...].firstIndex { $0 == 255 }!
        #expect(row[start..<end].count { $0 != 0 } <= 1)
    }

    @Test func aMillionPointsAreFastAndSmall() throws {
        var stream = Stream(state: 9)
        let x = (0..<1_000_000).map { _ in stream.normal() }, y = (0..<1_000_000).map { _ in stream.normal() }
        let figure = Samples.one([.scatter(.init(x: x, y: y, label: "draws"))])
        // The time of this thread, whatever else the machine has to do.
        let start = RenderingTests.threadSeconds()
        let pdf = try figure.pdf()
        #expect(RenderingTests.threadSeconds() - start < 2)
        #expect(pdf.count < 5_000_000)
        #expect(RenderingTests.ink(try figure.rgba(scale: 1)) > 0.1)
    }

    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    @Test func colourMapsGetLighterAllTheWay() {
        for map in ColorMap.allCases {
            let lightness = (0...100).map { map.color(at: Double($0) / 100).luminance }
            #expect(zip(lightness, lightness.dropFirst()).allSatisfy { $0 < $1 }, "\(map)")
        }
        #expect(ColorMap.viridis.color(at: .nan).alpha == 0)
        #expect(Color.series.allSatisfy { $0.readable.luminance <= 0.18 })
    }
}
