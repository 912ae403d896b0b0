/// The adaptive integration behind `integrate`. The integrand gives a value and that value's own error, which is how
/// an inner integral tells an outer one of its doubts.
struct Integrator<Failure: Error> {
    typealias Integrand = (Double) throws(Failure) -> (value: Double, error: Double)

    let tolerance: Double
    let limit: Int
    /// How often a piece is halved towards its end before the first look.
    let levels: Int

    private struct Panel {
        let piece: Int
        let low: Double
        let high: Double
        var result: KronrodRule.Result
        /// Not to be cut further: extrapolated, or as narrow as the numbers allow.
        var final = false
    }

    private var evaluations = 0
    private var panels: [Panel] = []
    private var pieces: [QuadraturePiece] = []
    private var extrapolated = false

    init(tolerance: Double, limit: Int, levels: Int) {
        self.tolerance = tolerance
        self.limit = limit
        self.levels = levels
    }

    mutating func integrate(from a: Double, to b: Double, _ f: Integrand) throws(Failure) -> Quadrature {
        if a.isNaN || b.isNaN { return Quadrature(value: .nan, error: .infinity, evaluations: 0, converged: false) }
        if a == b { return Quadrature(value: 0, error: 0, evaluations: 0, converged: true) }
        pieces = QuadraturePiece.pieces(from: min(a, b), to: max(a, b))
        for piece in pieces.indices {
            // The half away from the end in two, then a panel for each halving, then the rest.
            let length = pieces[piece].length
            var bounds = [1, 0.75]
            for _ in 0..<levels { bounds.append(bounds.count == 2 ? 0.5 : bounds[bounds.count - 1] / 2) }
            bounds.append(0)
            for (high, low) in zip(bounds, bounds.dropFirst()) {
                panels.append(try panel(piece, low * length, high * length, f))
            }
        }
        while !reached, let worst = worstPanel, evaluations + 2 * KronrodRule.points <= limit {
            try refine(worst, f)
        }
        let (value, error, _) = totals
        return Quadrature(value: a < b ? value : -value, error: error, evaluations: evaluations, converged: reached)
    }

    private var totals: (value: Double, error: Double, magnitude: Double) {
        var (value, compensation, error, magnitude) = (0.0, 0.0, 0.0, 0.0)
        for panel in panels {
            // Neumaier's sum: panels differ by many orders of magnitude.
            let sum = value + panel.result.value
            if sum.isFinite {
                compensation += abs(value) >= abs(panel.result.value)
                    ? (value - sum) + panel.result.value : (panel.result.value - sum) + value
            }
            value = sum
            error += panel.result.error + panel.result.carried
            magnitude += panel.result.magnitude
        }
        return (value + compensation, error, magnitude)
    }

    private var reached: Bool {
        let (value, error, magnitude) = totals
        guard value.isFinite, error.isFinite else { return false }
        let aim = extrapolated ? max(tolerance, 1e-9) : tolerance
        return error <= max(aim * abs(value), 200 * Double.ulpOfOne * magnitude)
    }

    private var worstPanel: Int? {
        var worst: Int?
        for index in panels.indices where !panels[index].final && panels[index].result.error > 0 {
            if worst == nil || panels[index].result.error > panels[worst!].result.error { worst = index }
        }
        return worst
    }

    private mutating func refine(_ index: Int, _ f: Integrand) throws(Failure) {
        let panel = panels[index]
        let length = pieces[panel.piece].length
        if panel.low == 0, panel.high < length * 0x1p-6 / Double(1 << levels) {
            panels[index] = try extrapolatedPanel(panel, f)
            return
        }
        let middle = panel.low + (panel.high - panel.low) / 2
        // Panels next to a finite end other than 0 can be no narrower than the numbers there.
        let (nearest, _) = pieces[panel.piece].place(middle)
        guard panel.high - panel.low > 64 * Double.ulpOfOne * panel.high,
            panel.low == 0 || pieces[panel.piece].place(panel.low).x != nearest
        else {
            panels[index].final = true
            return
        }
        panels[index] = try self.panel(panel.piece, panel.low, middle, f)
        panels.append(try self.panel(panel.piece, middle, panel.high, f))
    }

    private mutating func panel(_ piece: Int, _ low: Double, _ high: Double, _ f: Integrand) throws(Failure) -> Panel {
        let half = (high - low) / 2
        let map = pieces[piece]
        evaluations += KronrodRule.points
        var result = try KronrodRule.apply(center: low + half, half: half) { s throws(Failure) in
            let (x, scale) = map.place(s)
            let (value, error) = try f(x)
            // Zero stays zero where the scale overflows.
            return (value == 0 ? 0 : value * scale, error == 0 ? 0 : error * scale)
        }
        // A node at which f has no finite value: a narrower panel may do without it.
        if !result.value.isFinite { result.error = .infinity }
        return Panel(piece: piece, low: low, high: high, result: result)
    }

    /// ∫ over (0, panel.high] as the limit of the sums over [high/2, high], [high/4, high/2], ...
    private mutating func extrapolatedPanel(_ panel: Panel, _ f: Integrand) throws(Failure) -> Panel {
        extrapolated = true
        var wynn = WynnEpsilon()
        var (sum, high, growing) = (0.0, panel.high, 0)
        var (previous, magnitude, carried, error) = (0.0, 0.0, 0.0, 0.0)
        let (total, _, _) = totals
        for _ in 0..<60 {
            let part = try settled(panel.piece, high / 2, high, scale: total.isFinite ? abs(total) : 0, f)
            guard part.value.isFinite else { break }
            sum += part.value
            magnitude += part.magnitude
            carried += part.carried
            error += part.error
            // Terms that hardly shrink from panel to panel are those of an integral without a limit, as of 1/x.
            growing = part.value != 0 && abs(part.value) > 0.9995 * abs(previous) ? growing + 1 : 0
            previous = part.value
            wynn.append(sum)
            high /= 2
            let enough = 0.1 * tolerance * max(abs(sum), total.isFinite ? abs(total) : 0)
            if wynn.error <= enough || evaluations > limit { break }
        }
        var result = KronrodRule.Result(value: wynn.limit, error: wynn.error + error, magnitude: magnitude, carried: carried)
        if growing >= 3 || !wynn.limit.isFinite {
            result.value = sum
            result.error = .infinity
        }
        return Panel(piece: panel.piece, low: 0, high: panel.high, result: result, final: true)
    }

    /// A panel cut until its error no longer matters beside itself or `scale`.
    private mutating func settled(
        _ piece: Int, _ low: Double, _ high: Double, scale: Double, _ f: Integrand
    ) throws(Failure) -> KronrodRule.Result {
        var sum = KronrodRule.Result()
        var waiting = [(try panel(piece, low, high, f), 8)]
        while let (next, depth) = waiting.popLast() {
            let small = next.result.error <= max(1e-13 * next.result.magnitude, 1e-15 * scale)
            if small || depth == 0 || evaluations > limit {
                sum.value += next.result.value
                sum.error += next.result.error
                sum.magnitude += next.result.magnitude
                sum.carried += next.result.carried
            } else {
                let middle = next.low + (next.high - next.low) / 2
                waiting.append((try panel(piece, next.low, middle, f), depth - 1))
                waiting.append((try panel(piece, middle, next.high, f), depth - 1))
            }
        }
        return sum
    }
}
