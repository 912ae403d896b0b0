package struct Tick: Equatable, Sendable {
    package var value: Double
    /// Empty for a tick without a number.
    package var label: String

    package init(_ value: Double, _ label: String) {
        self.value = value
        self.label = label
    }
}

/// Numbers of the form (integer) x 10^exponent, so that neither values nor labels drift.
private struct Decimal {
    var mantissa: Int
    var exponent: Int

    /// The nearest Double, by the correctly rounded conversion of decimal text.
    var value: Double { Double("\(mantissa)e\(exponent)") ?? .nan }

    /// The number moved by `shift` powers of ten and written plainly, with U+2212 and groups of three.
    func text(shiftedBy shift: Int = 0) -> String {
        let exponent = exponent - shift
        var digits = String(mantissa.magnitude)
        var fraction = ""
        if exponent > 0 {
            if mantissa != 0 { digits += String(repeating: "0", count: exponent) }
        } else if exponent < 0 {
            digits = String(repeating: "0", count: max(0, 1 - exponent - digits.count)) + digits
            fraction = String(digits.suffix(-exponent))
            digits = String(digits.dropLast(-exponent))
        }
        if digits.count > 4 {
            var grouped = ""
            for (i, digit) in digits.enumerated() {
                if i > 0 && (digits.count - i) % 3 == 0 { grouped += "\u{202F}" }
                grouped.append(digit)
            }
            digits = grouped
        }
        return (mantissa < 0 ? "\u{2212}" : "") + digits + (fraction.isEmpty ? "" : "." + fraction)
    }
}

package enum Ticks {
    /// Ticks at multiples of 1, 2 or 5 times a power of ten, at most `count` + 1 of them, inside [low, high].
    package static func linear(_ low: Double, _ high: Double, atMost count: Int) -> [Tick] {
        guard low.isFinite, high.isFinite, high > low, (high - low).isFinite else { return [] }
        let raw = (high - low) / Double(max(1, count))
        guard raw > 1e-300 else { return [] }
        var exponent = Int(logarithm10(raw).rounded(.down))
        var factor = 1
        for candidate in [1, 2, 5, 10] {
            factor = candidate
            if Decimal(mantissa: candidate, exponent: exponent).value >= raw * (1 - 1e-9) { break }
        }
        if factor == 10 {
            factor = 1
            exponent += 1
        }
        let step = Decimal(mantissa: factor, exponent: exponent).value
        guard step > 0, abs(low / step) < 1e14, abs(high / step) < 1e14 else { return [] }
        let first = Int((low / step - 1e-9).rounded(.up))
        let last = Int((high / step + 1e-9).rounded(.down))
        guard first <= last else { return [] }
        return labelled((first...last).map { Decimal(mantissa: $0 * factor, exponent: exponent) })
    }

    /// Plain numbers where they are short, a power of ten common to all where they are not.
    private static func labelled(_ numbers: [Decimal]) -> [Tick] {
        let largest = numbers.map { abs($0.value) }.max() ?? 0
        let exponent = numbers[0].exponent
        let order = largest > 0 ? Int(logarithm10(largest).rounded(.down)) : 0
        // How many digits stand after the point when the power of ten is taken out.
        let scientific = (order > 5 || order < -3) && order - exponent <= 6
        return numbers.map { number in
            guard scientific, number.mantissa != 0 else {
                return Tick(number.value, number.mantissa == 0 ? "0" : number.text())
            }
            return Tick(number.value, number.text(shiftedBy: order) + "×10^{\(order)}")
        }
    }

    /// Ticks of a logarithmic axis: powers of ten, thinned out where there are many; 1-2-5 below two decades.
    package static func logarithmic(_ low: Double, _ high: Double, atMost count: Int) -> [Tick] {
        guard low > 0, high > low, low.isFinite, high.isFinite else { return [] }
        let first = Int(logarithm10(low).rounded(.down)), last = Int(logarithm10(high).rounded(.up))
        let inside = { (value: Double) in value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9) }
        let decades = (first...last).filter { inside(Decimal(mantissa: 1, exponent: $0).value) }
        if decades.count >= 3 || (decades.count == 2 && count < 4) {
            let stride = (decades.count + count - 1) / max(1, count)
            let kept = decades.filter { $0 % max(1, stride) == 0 }
            let plain = kept.allSatisfy { (-3...4).contains($0) }
            return kept.map { k in
                let number = Decimal(mantissa: 1, exponent: k)
                return Tick(number.value, plain ? number.text() : "10^{\(k)}")
            }
        }
        var fine: [Tick] = []
        for k in first...last {
            for factor in [1, 2, 5] {
                let number = Decimal(mantissa: factor, exponent: k)
                if inside(number.value) { fine.append(Tick(number.value, short(number))) }
            }
        }
        if fine.count >= 3 && fine.count <= count + 2 { return fine }
        if fine.count < 3 { return linear(low, high, atMost: count) }
        return fine.filter { !$0.label.hasPrefix("2") }
    }

    private static func short(_ number: Decimal) -> String {
        if (-3...4).contains(number.exponent) { return number.text() }
        return (number.mantissa == 1 ? "" : "\(number.mantissa)×") + "10^{\(number.exponent)}"
    }

    /// The unlabelled ticks at 2 to 9 times each power of ten, where there are few enough decades to see them.
    package static func logarithmicMinor(_ low: Double, _ high: Double) -> [Double] {
        guard low > 0, high > low, high.isFinite, logarithm10(high / low) <= 6 else { return [] }
        let first = Int(logarithm10(low).rounded(.down)), last = Int(logarithm10(high).rounded(.up))
        return (first...last).flatMap { k in (2...9).map { Decimal(mantissa: $0, exponent: k).value } }
            .filter { $0 >= low && $0 <= high }
    }

    /// Numbers to read side by side: all with the same decimals, two digits of the largest at least, no needless zeros.
    package static func aligned(_ values: [Double]) -> [String] {
        let largest = values.filter(\.isFinite).map { abs($0) }.max() ?? 0
        let order = largest > 0 ? Int(logarithm10(largest).rounded(.down)) : 0
        var decimals = order < 0 ? 1 - order : max(0, 2 - order)
        guard decimals <= 6, order <= 8 else { return values.map { short($0) } }
        var mantissas = values.map { $0.isFinite ? Int(($0 * power(10, Double(decimals))).rounded()) : 0 }
        while decimals > 0, mantissas.allSatisfy({ $0 % 10 == 0 }) {
            mantissas = mantissas.map { $0 / 10 }
            decimals -= 1
        }
        return zip(values, mantissas).map { value, mantissa in
            value.isFinite ? Decimal(mantissa: mantissa, exponent: -decimals).text() : short(value)
        }
    }

    /// A short form of any number, for labels of levels and values: three digits that count.
    package static func short(_ value: Double, digits: Int = 3) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "\u{2212}∞" : "∞" }
        guard value != 0 else { return "0" }
        let order = Int(logarithm10(abs(value)).rounded(.down))
        let scaled = value / power(10, Double(order - digits + 1))
        guard scaled.isFinite else { return "\(value)" }
        var mantissa = Int(scaled.rounded())
        var exponent = order - digits + 1
        while mantissa % 10 == 0 && mantissa != 0 {
            mantissa /= 10
            exponent += 1
        }
        let number = Decimal(mantissa: mantissa, exponent: exponent)
        return (-4...5).contains(order) ? number.text() : number.text(shiftedBy: order) + "×10^{\(order)}"
    }
}
