/// How values lie along an axis.
public enum Scale: Sendable, Equatable {
    case linear
    case log
    /// Names at 0, 1, 2, ...
    case categories([String])
}

/// The span of the finite data along one axis.
package struct Extent: Equatable, Sendable {
    package private(set) var low = Double.infinity
    package private(set) var high = -Double.infinity
    /// Ends that are drawn at the frame itself: the foot of a bar, the edge of a heat map.
    private var tightLow: Double?
    private var tightHigh: Double?
    let positiveOnly: Bool

    package init(positiveOnly: Bool = false) {
        self.positiveOnly = positiveOnly
    }

    package mutating func include(_ value: Double) {
        // Larger numbers than this would overflow in the span.
        guard value.isFinite, abs(value) < 1e300, !positiveOnly || value > 0 else { return }
        if value < low { low = value }
        if value > high { high = value }
    }

    package mutating func include(_ values: [Double]) {
        for value in values { include(value) }
    }

    package mutating func includeEdge(_ value: Double) {
        guard value.isFinite, !positiveOnly || value > 0 else { return }
        include(value)
        tightLow = min(tightLow ?? value, value)
        tightHigh = max(tightHigh ?? value, value)
    }

    package mutating func merge(_ other: Extent) {
        guard other.low <= other.high else { return }
        include(other.low)
        include(other.high)
        if let edge = other.tightLow { tightLow = min(tightLow ?? edge, edge) }
        if let edge = other.tightHigh { tightHigh = max(tightHigh ?? edge, edge) }
    }

    /// The axis that shows the data with a little air round it; one value alone gets a span of its own.
    package func domain() -> (low: Double, high: Double) {
        guard low <= high else { return positiveOnly ? (0.1, 10) : (0, 1) }
        if positiveOnly {
            let ratio = high / low
            if ratio < 1 + 1e-12 { return (low / 3, high * 3) }
            let pad = power(ratio, 0.04)
            return (low == tightLow ? low : low / pad, high == tightHigh ? high : high * pad)
        }
        let span = high - low
        let size = max(abs(low), abs(high))
        if span <= size * 1e-12 || span < 1e-290 {
            let half = size < 1e-290 ? 1 : size * 0.1
            let middle = low / 2 + high / 2
            return (middle - half, middle + half)
        }
        return (low == tightLow ? low : low - 0.04 * span, high == tightHigh ? high : high + 0.04 * span)
    }
}

/// An axis with its span, from values to fractions of its length.
package struct Axis: Equatable, Sendable {
    package var scale: Scale
    package var low, high: Double
    /// The first value lies at the top: the rows of a matrix.
    package var reversed = false

    package init(scale: Scale, low: Double, high: Double, reversed: Bool = false) {
        self.scale = scale
        self.low = low
        self.high = high
        self.reversed = reversed
    }

    package var isLog: Bool { scale == .log }

    /// 0 at the low end, 1 at the high end; nil where the value has no place.
    package func fraction(_ value: Double) -> Double? {
        guard value.isFinite else { return nil }
        let t: Double
        if isLog {
            guard value > 0 else { return nil }
            t = (logarithm10(value) - logarithm10(low)) / (logarithm10(high) - logarithm10(low))
        } else {
            t = (value - low) / (high - low)
        }
        guard t.isFinite else { return nil }
        return reversed ? 1 - t : t
    }

    package func ticks(atMost count: Int) -> [Tick] {
        switch scale {
        case .linear: return Ticks.linear(low, high, atMost: count)
        case .log: return Ticks.logarithmic(low, high, atMost: count)
        case .categories(let names):
            return names.enumerated().map { Tick(Double($0.offset), $0.element) }.filter { $0.value >= low && $0.value <= high }
        }
    }
}
