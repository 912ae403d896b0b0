import Figures
import Testing

@Suite struct TicksTests {
    @Test func tenthsDoNotDrift() {
        let ticks = Ticks.linear(0, 1, atMost: 10)
        #expect(ticks.map(\.value) == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
        #expect(ticks.map(\.label) == ["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1.0"])
    }

    @Test func negativeNumbersHaveAMinusSign() {
        #expect(Ticks.linear(-1, 1, atMost: 4).map(\.label) == ["\u{2212}1.0", "\u{2212}0.5", "0", "0.5", "1.0"])
    }

    @Test func largeNumbersAreGroupedAndVeryLargeOnesHaveAPower() {
        #expect(Ticks.linear(0, 20_000, atMost: 2).map(\.label) == ["0", "10\u{202F}000", "20\u{202F}000"])
        #expect(Ticks.linear(0, 2e12, atMost: 4).map(\.label) == ["0", "0.5×10^{12}", "1.0×10^{12}", "1.5×10^{12}", "2.0×10^{12}"])
        #expect(Ticks.linear(0, 2e-12, atMost: 2).map(\.label) == ["0", "1×10^{-12}", "2×10^{-12}"])
    }

    /// Of 1, 2, 5: the step is one of them times a power of ten, and every value is the nearest number to its label.
    @Test func stepsAreOneTwoFiveAtAllMagnitudes() {
        for power in -12...12 {
            for factor in [1, 1.3, 2.7, 4.4, 7.9] {
                for offset in [0, -0.37, 5.1] {
                    let scale = factor * Double("1e\(power)")!
                    let low = offset * scale, high = (offset + 1) * scale
                    let ticks = Ticks.linear(low, high, atMost: 8)
                    #expect((3...9).contains(ticks.count), "\(low) to \(high): \(ticks.count)")
                    #expect(ticks.allSatisfy { $0.value >= low - 1e-9 * scale && $0.value <= high + 1e-9 * scale })
                    #expect(Set(ticks.map(\.label)).count == ticks.count)
                    let step = (ticks[1].value - ticks[0].value)
                    let mantissa = step / Double("1e\(Int(logarithm10(step * 1.0001).rounded(.down)))")!
                    #expect([1, 2, 5].contains { abs(mantissa - $0) < 1e-6 }, "step \(step)")
                    for tick in ticks { #expect(TicksTests.read(tick.label) == tick.value, "\(tick)") }
                }
            }
        }
    }

    private static func read(_ label: String) -> Double? {
        let plain = label.filter { $0 != "\u{202F}" && $0 != "}" }.map { $0 == "\u{2212}" ? "-" : String($0) }.joined()
        // One conversion from decimal text: the nearest number to what is written.
        return Double(plain.split(separator: "×").enumerated().map { $0.offset == 0 ? String($0.element) : "e" + $0.element.dropFirst(4) }.joined())
    }

    @Test func noTicksForNoRange() {
        for (low, high) in [(1, 1), (2, 1), (.nan, 1), (0, .infinity), (-1e308, 1e308 * 1.7), (0, .leastNonzeroMagnitude)] as [(Double, Double)] {
            #expect(Ticks.linear(low, high, atMost: 5).isEmpty)
        }
        #expect(Ticks.logarithmic(0, 1, atMost: 5).isEmpty)
        #expect(Ticks.logarithmic(-1, .nan, atMost: 5).isEmpty)
    }

    @Test func decadesOnALogarithmicAxis() {
        #expect(Ticks.logarithmic(0.01, 1000, atMost: 8).map(\.label) == ["0.01", "0.1", "1", "10", "100", "1000"])
        #expect(Ticks.logarithmic(1e-12, 1e12, atMost: 5).map(\.value) == [1e-10, 1e-5, 1, 1e5, 1e10])
        #expect(Ticks.logarithmic(1e-6, 1e-3, atMost: 8).map(\.label) == ["10^{-6}", "10^{-5}", "10^{-4}", "10^{-3}"])
        #expect(Ticks.logarithmic(1, 20, atMost: 8).map(\.value) == [1, 2, 5, 10, 20])
        #expect(Ticks.logarithmic(1.1, 1.9, atMost: 8).count >= 3)
    }

    @Test func everyLogarithmicRangeHasTicks() {
        for low in -12...11 {
            for span in [0.05, 0.3, 1, 1.7, 2.5, 7] {
                let a = power(10, Double(low)), b = a * power(10, span)
                for count in [2, 4, 8] {
                    let ticks = Ticks.logarithmic(a, b, atMost: count)
                    #expect((1...(count + 2)).contains(ticks.count), "\(a) to \(b), \(count): \(ticks.map(\.label))")
                    #expect(ticks.allSatisfy { $0.value >= a * 0.999999 && $0.value <= b * 1.000001 })
                }
            }
        }
    }

    @Test func shortNumbers() {
        #expect(Ticks.short(0.818147) == "0.818")
        #expect(Ticks.short(-1234.5) == "\u{2212}1230")
        #expect(Ticks.short(1.2e-9) == "1.2×10^{-9}")
        #expect(Ticks.short(.nan) == "NaN")
        #expect(Ticks.aligned([0.894, 0.0288, -0.5]) == ["0.89", "0.03", "\u{2212}0.50"])
        #expect(Ticks.aligned([12, 7, .infinity]) == ["12", "7", "∞"])
        #expect(Ticks.aligned([0.83, 0.9]) == ["0.83", "0.90"])
    }
}

@Suite struct ScaleTests {
    @Test func oneValueGetsASpan() {
        var extent = Extent()
        extent.include([5, 5, 5])
        #expect(extent.domain() == (4.5, 5.5))
        var zero = Extent()
        zero.include(0)
        #expect(zero.domain() == (-1, 1))
    }

    @Test func nothingGivesUnitRange() {
        var extent = Extent()
        extent.include([.nan, .infinity, -.infinity])
        #expect(extent.domain() == (0, 1))
        var positive = Extent(positiveOnly: true)
        positive.include([-3, 0])
        #expect(positive.domain() == (0.1, 10))
    }

    @Test func edgesAreNotPadded() {
        var extent = Extent()
        extent.includeEdge(0)
        extent.include(100)
        #expect(extent.domain() == (0, 104))
    }

    @Test func placesOnAxes() {
        let log = Axis(scale: .log, low: 1, high: 1000)
        #expect(abs(log.fraction(10)! - 1.0 / 3) < 1e-15)
        #expect(log.fraction(0) == nil)
        #expect(log.fraction(-1) == nil)
        let linear = Axis(scale: .linear, low: -1, high: 1, reversed: true)
        #expect(linear.fraction(1) == 0)
        #expect(linear.fraction(.nan) == nil)
        #expect(linear.fraction(.infinity) == nil)
    }
}
