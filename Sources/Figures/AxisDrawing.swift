/// The numbers along an axis: which ticks, and how their labels lie.
struct AxisNumbers {
    var ticks: [Tick] = []
    var blocks: [TextBlock] = []
    var extents: [TextExtent] = []
    /// Names too long to stand side by side are slanted.
    var slanted = false

    static let slant = 0.4  // of a quarter turn
    static var slantAngle: Double { slant * .pi / 2 }

    private init(_ ticks: [Tick], _ measurer: any TextMeasurer, wrapWidth: Double? = nil) {
        self.ticks = ticks
        blocks = ticks.map { TextBlock($0.label, size: TypeSize.tick, wrapWidth: wrapWidth, centred: wrapWidth != nil, limit: 40) }
        extents = blocks.map(measurer.measure)
    }

    static func vertical(_ axis: Axis, height: Double, _ measurer: any TextMeasurer) -> AxisNumbers {
        if case .categories = axis.scale {
            return AxisNumbers(thinned(axis.ticks(atMost: .max), length: height, pitch: 16), measurer)
        }
        // One number alone gives no scale.
        let counts = max(2, Int(height / 42))...max(8, Int(height / 42))
        let ticks = counts.lazy.map { axis.ticks(atMost: $0) }.first { $0.count > 1 } ?? axis.ticks(atMost: 8)
        return AxisNumbers(ticks, measurer)
    }

    static func horizontal(_ axis: Axis, width: Double, _ measurer: any TextMeasurer) -> AxisNumbers {
        if case .categories = axis.scale { return names(axis, width: width, measurer) }
        var count = max(2, Int(width / 52))
        while true {
            let numbers = AxisNumbers(axis.ticks(atMost: count), measurer)
            if count <= 1 || numbers.fit(axis, width) {
                guard numbers.ticks.count < 2 else { return numbers }
                let finer = (count + 1...count + 4).lazy.map { AxisNumbers(axis.ticks(atMost: $0), measurer) }
                return finer.first { $0.ticks.count > 1 && $0.fit(axis, width) } ?? numbers
            }
            count -= 1
        }
    }

    private func fit(_ axis: Axis, _ width: Double) -> Bool {
        let places = ticks.map { (axis.fraction($0.value) ?? 0) * width }
        return zip(places.indices.dropFirst(), places.indices).allSatisfy { b, a in
            abs(places[b] - places[a]) >= (extents[a].width + extents[b].width) / 2 + 12
        }
    }

    private static func names(_ axis: Axis, width: Double, _ measurer: any TextMeasurer) -> AxisNumbers {
        let ticks = thinned(axis.ticks(atMost: .max), length: width, pitch: 15)
        let plain = AxisNumbers(ticks, measurer)
        let slot = width / max(1, axis.high - axis.low)
        if plain.extents.allSatisfy({ $0.width + 6 <= slot }) { return plain }
        let wrapped = AxisNumbers(ticks, measurer, wrapWidth: max(10, slot - 6))
        let line = plain.extents.map(\.height).max() ?? 0
        if slot > 40, wrapped.extents.allSatisfy({ $0.width <= slot - 5 && $0.height < 3.5 * line }) { return wrapped }
        var slanted = plain
        slanted.slanted = true
        return slanted
    }

    private static func thinned(_ ticks: [Tick], length: Double, pitch: Double) -> [Tick] {
        let most = max(1, Int(length / pitch))
        let stride = (ticks.count + most - 1) / most
        return stride <= 1 ? ticks : ticks.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
    }

    /// How far slanted or level labels reach below the axis.
    var depth: Double {
        guard slanted else { return extents.map(\.height).max() ?? 0 }
        return extents.map { $0.width * sine(AxisNumbers.slantAngle) + $0.height * cosine(AxisNumbers.slantAngle) }.max() ?? 0
    }

    var widest: Double { extents.map(\.width).max() ?? 0 }

    /// How far the outermost labels reach beyond the axis's ends.
    func overhang(_ axis: Axis, width: Double) -> (left: Double, right: Double) {
        var left = 0.0, right = 0.0
        for (tick, extent) in zip(ticks, extents) {
            let x = (axis.fraction(tick.value) ?? 0) * width
            let reach = slanted ? extent.width * cosine(AxisNumbers.slantAngle) : extent.width / 2
            left = max(left, reach - x)
            right = max(right, x + (slanted ? 6 : extent.width / 2) - width)
        }
        return (left, right)
    }
}

/// Grid, axis lines, numbers and titles of a panel with axes.
struct AxisDrawing {
    let plot: Rect
    let xAxis, yAxis: Axis
    let xNumbers, yNumbers: AxisNumbers
    let showsX, showsY: Bool

    static let numberGap = 6.0

    private func x(_ value: Double) -> Double? { xAxis.fraction(value).map { plot.x + $0 * plot.width } }
    private func y(_ value: Double) -> Double? { yAxis.fraction(value).map { plot.maxY - $0 * plot.height } }

    func grid() -> [Command] {
        var fine = Path(), main = Path()
        if xAxis.isLog, xNumbers.ticks.count > 1 {
            for value in Ticks.logarithmicMinor(xAxis.low, xAxis.high) {
                if let x = x(value) { fine.add([Point(x, plot.y), Point(x, plot.maxY)]) }
            }
        }
        if yAxis.isLog, yNumbers.ticks.count > 1 {
            for value in Ticks.logarithmicMinor(yAxis.low, yAxis.high) {
                if let y = y(value) { fine.add([Point(plot.x, y), Point(plot.maxX, y)]) }
            }
        }
        if case .categories = xAxis.scale {} else {
            for tick in xNumbers.ticks {
                if let x = x(tick.value) { main.add([Point(x, plot.y), Point(x, plot.maxY)]) }
            }
        }
        if case .categories = yAxis.scale {} else {
            for tick in yNumbers.ticks {
                if let y = y(tick.value) { main.add([Point(plot.x, y), Point(plot.maxX, y)]) }
            }
        }
        return (fine.isEmpty ? [] : [.stroke(fine, Pen(Color(0xF2F2F2), width: 0.6))])
            + (main.isEmpty ? [] : [.stroke(main, Pen(.grid, width: 0.8))])
    }

    func frame(boxed: Bool) -> [Command] {
        if boxed { return [.stroke(.rectangle(plot), Pen(.axis, width: 0.8))] }
        return [.stroke(Path([Point(plot.x, plot.y), Point(plot.x, plot.maxY), Point(plot.maxX, plot.maxY)]), Pen(.axis, width: 0.9))]
    }

    func numbers() -> [Command] {
        var commands: [Command] = []
        var marks = Path()
        for ((tick, block), extent) in zip(zip(xNumbers.ticks, xNumbers.blocks), xNumbers.extents) {
            guard let x = x(tick.value) else { continue }
            marks.add([Point(x, plot.maxY), Point(x, plot.maxY + 3)])
            guard showsX else { continue }
            let top = plot.maxY + AxisDrawing.numberGap
            if xNumbers.slanted {
                let a = AxisNumbers.slantAngle
                // The label's upper right corner stands under its tick.
                let end = Point(x + 3, top + extent.baseline * cosine(a))
                let start = Point(end.x - extent.width * cosine(a), end.y + extent.width * sine(a))
                commands.append(.text(block, at: start, turns: AxisNumbers.slant, color: .quietInk, halo: false))
            } else {
                commands.append(.text(block, at: Point(x - extent.width / 2, top + extent.baseline), turns: 0, color: .quietInk, halo: false))
            }
        }
        for ((tick, block), extent) in zip(zip(yNumbers.ticks, yNumbers.blocks), yNumbers.extents) {
            guard let y = y(tick.value) else { continue }
            marks.add([Point(plot.x - 3, y), Point(plot.x, y)])
            guard showsY else { continue }
            let at = Point(plot.x - AxisDrawing.numberGap - extent.width, y - extent.height / 2 + extent.baseline)
            commands.append(.text(block, at: at, turns: 0, color: .quietInk, halo: false))
        }
        if !marks.isEmpty { commands.append(.stroke(marks, Pen(.axis, width: 0.8))) }
        return commands
    }
}
