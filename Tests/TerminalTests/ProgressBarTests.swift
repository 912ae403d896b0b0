import Terminal
import Testing

@Suite struct ProgressBarTests {
    private final class Stage {
        var time = 0.0
        var text = ""
    }

    private func bar(_ stage: Stage, isTerminal: Bool = true) -> ProgressBar {
        var capabilities = TerminalCapabilities()
        capabilities.depth = isTerminal ? .monochrome : .none
        return ProgressBar("train", capabilities: capabilities, clock: { stage.time }, write: { stage.text += $0 })
    }

    @Test func drawsSeldomAndLeavesNoTrace() {
        let stage = Stage()
        let bar = bar(stage)
        for step in 0..<1000 {
            stage.time = Double(step) * 0.002
            bar.update(Double(step) / 1000)
        }
        let drawn = stage.text.split(separator: "\r").count
        #expect((12...18).contains(drawn))
        bar.finish()
        bar.finish()
        #expect(stage.text.hasSuffix("\r\u{1B}[K") && !stage.text.hasSuffix("\r\u{1B}[K\r\u{1B}[K"))
    }

    @Test func quickWorkShowsNothing() {
        let stage = Stage()
        let bar = bar(stage)
        stage.time = 0.2
        bar.update(0.5)
        bar.finish()
        #expect(stage.text == "")
    }

    @Test func nothingOffATerminal() {
        let stage = Stage()
        let bar = bar(stage, isTerminal: false)
        stage.time = 10
        bar.update(0.5)
        bar.finish()
        #expect(stage.text == "")
    }

    @Test func linesFit() {
        func text(_ fraction: Double, width: Int, style: MathStyle = .unicode, note: String = "") -> String {
            ProgressBar.line("train", fraction: fraction, elapsed: 10, note: note, width: width, style: style).text
        }
        #expect(text(0.25, width: 40) == "train  ━━━━─────────────  25%  30 s left")
        #expect(text(0, width: 60).hasSuffix("   0%"))
        #expect(text(1, width: 60).hasSuffix("100%"))
        #expect(text(.nan, width: 60).hasSuffix("   0%"))
        for width in [1, 5, 10, 20, 40, 79] {
            for fraction in [-1, 0, 0.001, 0.5, 1, 2, .infinity] {
                #expect(DisplayWidth.of(text(fraction, width: width, note: "epoch 3")) <= width)
                #expect(text(fraction, width: width, style: .ascii).utf8.allSatisfy { $0 < 0x80 })
            }
        }
    }

    @Test func durations() {
        #expect(ProgressBar.duration(0) == "0 s")
        #expect(ProgressBar.duration(59.2) == "1 min 00 s")
        #expect(ProgressBar.duration(125) == "2 min 05 s")
        #expect(ProgressBar.duration(4320) == "1 h 12 min")
        #expect(ProgressBar.duration(.infinity) == "a long time")
        #expect(ProgressBar.duration(.nan) == "a long time")
    }
}
