import Figures

/// Text measured by arithmetic, so that layout does not depend on fonts: each character is 0.6 of the size wide.
struct FixedMeasurer: TextMeasurer {
    func measure(_ block: TextBlock) -> TextExtent {
        var width = 0.0
        var lines = 1
        var line = 0.0
        for run in block.text.runs {
            for character in run.text {
                let advance = 0.6 * block.size * run.scale
                if character == "\n" || block.wrapWidth.map({ line + advance > $0 && line > 0 }) == true {
                    lines += 1
                    line = 0
                }
                line += advance
                width = max(width, line)
            }
        }
        return TextExtent(width: width, height: 1.2 * block.size * Double(lines), baseline: 0.95 * block.size)
    }
}

struct PlacedText {
    var text: String
    var rect: Rect
}

extension FigureLayout {
    /// Every text of the page with the rectangle that it covers (turned texts by their bounding box).
    func texts(_ measurer: any TextMeasurer) -> [PlacedText] {
        flat.compactMap { command in
            guard case .text(let block, let at, let turns, _, _) = command else { return nil }
            let extent = measurer.measure(block)
            let a = turns * Double.pi / 2
            let corners = [(0.0, -extent.baseline), (extent.width, -extent.baseline), (0, extent.height - extent.baseline), (extent.width, extent.height - extent.baseline)]
                .map { x, y in Point(at.x + x * cosine(a) + y * sine(a), at.y - x * sine(a) + y * cosine(a)) }
            let xs = corners.map(\.x), ys = corners.map(\.y)
            return PlacedText(
                text: block.text.plain, rect: Rect(x: xs.min()!, y: ys.min()!, width: xs.max()! - xs.min()!, height: ys.max()! - ys.min()!))
        }
    }

    /// The commands without their nesting.
    var flat: [Command] {
        func open(_ command: Command) -> [Command] {
            switch command {
            case .clip(_, let inner), .raster(_, let inner): inner.flatMap(open)
            default: [command]
            }
        }
        return commands.flatMap(open)
    }

    var page: Rect { Rect(x: 0, y: 0, width: width, height: height) }

    /// Pairs of texts that lie on each other, and texts that leave the page.
    func faults(_ measurer: any TextMeasurer) -> [String] {
        let texts = texts(measurer)
        var faults = texts.filter { !page.contains($0.rect) }.map { "\"\($0.text)\" is clipped" }
        for (i, a) in texts.enumerated() {
            for b in texts[(i + 1)...] where a.rect.grown(by: -1).overlaps(b.rect.grown(by: -1)) {
                faults.append("\"\(a.text)\" meets \"\(b.text)\"")
            }
        }
        return faults
    }
}

func steps(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
    (0..<count).map { low + (high - low) * Double($0) / Double(count - 1) }
}

/// Numbers that repeat from run to run.
struct Stream: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func normal() -> Double {
        (0..<12).map { _ in Double.random(in: 0..<1, using: &self) }.reduce(-6, +)
    }
}

enum Samples {
    static func one(_ marks: [Mark], x: Scale = .linear, y: Scale = .linear) -> Figure {
        Figure(id: "sample", title: "Title", caption: "Caption", panels: [[Panel(xLabel: "x", yLabel: "y", xScale: x, yScale: y, marks: marks)]])
    }

    /// One figure of every kind, as lessons draw them.
    static var all: [Figure] {
        var stream = Stream(state: 5)
        let x = steps(0, 10, 60)
        let lines = (1...4).map { k in Mark.line(.init(x: x, y: x.map { $0 * Double(k) - 3 }, label: "K = \(k)")) }
        let groups = (0..<600).map { "\($0 % 10)" }
        let gx = (0..<600).map { Double($0 % 5) * 2 + 0.4 * stream.normal() }, gy = (0..<600).map { Double($0 % 10) + 0.4 * stream.normal() }
        let field = steps(-2, 2, 30).flatMap { b in steps(-3, 3, 40).map { a in a * a - b * b * b } }
        let images = (0..<12).map { k in (0..<64).map { Double(($0 + k) % 7) / 6 } }
        let graph = Mark.Graph(
            nodes: [.init(label: "μ", detail: "0.5", kind: .parameter), .init(label: "x^2"), .init(label: "+"), .init(label: "KL", kind: .result)],
            edges: [.init(from: 0, to: 1), .init(from: 1, to: 2), .init(from: 0, to: 2), .init(from: 2, to: 3)])
        return [
            one(lines), one(lines + [.band(.init(x: x, low: x, high: x.map { $0 * 4 })), .horizontalLine(.init(at: 20, label: "log p(x)")), .verticalLine(.init(at: 4, label: "μ"))]),
            one([.line(.init(x: x.map { $0 + 0.1 }, y: x.map { power(10, $0 - 5) }, label: "a")), .line(.init(x: x.map { $0 + 0.1 }, y: x.map { power(10, 3 - $0) }, label: "b"))], x: .log, y: .log),
            one([.scatter(.init(x: gx, y: gy, groups: groups)), .text(.init(x: 4, y: 4, text: "here")), .arrow(.init(from: (1, 1), to: (4, 4), label: "from"))]),
            one([.scatter(.init(x: gx, y: gy, values: gx, valueLabel: "value"))]),
            one([.histogram(.init(x: gx, bins: 30, label: "first")), .histogram(.init(x: gy, label: "second"))]),
            one([.bars(.init(heights: [3, 2, 5], errors: [0.1, 0.3, 0.2], label: "a")), .bars(.init(heights: [1, -2, 4], label: "b", showsValues: true))], x: .categories(["autoencoder", "variational", "a very long name for a model"])),
            one([.bars(.init(heights: [3, 2, 5], horizontal: true, showsValues: true))], y: .categories(["autoencoder", "variational autoencoder", "VQ-VAE"])),
            one([.errorBars(.init(x: [1, 2, 3], y: [1, 4, 9], error: [0.5, 0.5, 0.5], label: "measured"))]),
            one([.heatmap(.init(values: (0..<30).map(Double.init), rows: 5, columns: 6, valueLabel: "count", showsValues: true))]),
            one([.contour(.init(x: steps(-3, 3, 40), y: steps(-2, 2, 30), z: field, filled: true, valueLabel: "nats"))]),
            one([.contour(.init(x: steps(-3, 3, 40), y: steps(-2, 2, 30), z: field, labelsLevels: true, label: "posterior"))]),
            one([.vectorField(.init(x: gx, y: gy, u: gy, v: gx, label: "gradient"))]),
            one([.ellipses(.init(x: [0, 1], y: [0, 2], xx: [1, 2], xy: [0.3, -1], yy: [1, 1], label: "q(z|x)"))]),
            Figure(id: "images", title: "Images", panels: [[Panel(marks: [.images(.init(images: images, width: 8, height: 8, columns: 6, rowLabels: ["original", "reconstruction"], columnLabels: ["a", "b"]))])]]),
            Figure(id: "graph", title: "Tape", panels: [[Panel(title: "of the KL", marks: [.graph(graph)])]]),
            Figure(
                id: "grid", title: "Nine panels", caption: "shared", panels: (0..<3).map { r in (0..<3).map { c in Panel(title: "\(r), \(c)", xLabel: "x", yLabel: "y", marks: [lines[r], lines[c]]) } },
                sharesX: true, sharesY: true),
        ]
    }
}
