import Terminal
import Testing

@Suite struct TerminalRepliesTests {
    private let kitty = "\u{1B}_Gi=31;OK\u{1B}\\", color = "\u{1B}]11;rgb:ffff/8080/0000\u{1B}\\", cell = "\u{1B}[6;20;10t"
    private let attributes = "\u{1B}[?62;4;22c", name = "\u{1B}P>|foot(1.16.2)\u{1B}\\"

    private var all: TerminalReplies {
        var expected = TerminalReplies()
        expected.speaksKitty = true
        expected.background = [1, 128.0 / 255, 0]
        expected.cellPixels = PixelSize(width: 10, height: 20)
        expected.attributes = [62, 4, 22]
        expected.name = "foot(1.16.2)"
        return expected
    }

    @Test func anyOrderAndAnyCut() {
        let parts = [kitty, color, cell, attributes, name]
        for turn in 0..<parts.count {
            let bytes = Array((parts[turn...] + parts[..<turn]).joined().utf8)
            for size in [1, 2, 3, 7, 1000] {
                var replies = TerminalReplies()
                for start in stride(from: 0, to: bytes.count, by: size) { replies.read(bytes[start..<min(bytes.count, start + size)]) }
                #expect(replies == all)
            }
        }
    }

    @Test func junkIsIgnored() {
        var replies = TerminalReplies()
        replies.read(Array(("abc\u{1B}OA\u{1B}[A" + kitty + "q\u{1B}[200~x\u{1B}" + color + "\u{1B}]0;title\u{7}" + cell + "\u{1B}[1;2R" + name + attributes + "\r").utf8))
        #expect(replies == all)
    }

    @Test func brokenRepliesGiveNothing() {
        var replies = TerminalReplies()
        replies.read(Array("\u{1B}_Gi=31;ENOTSUPPORTED\u{1B}\\\u{1B}]11;rgb:zz/1/2\u{1B}\\\u{1B}]11;?\u{7}\u{1B}[6;0;-1t\u{1B}[6;99999;3t\u{1B}[c\u{1B}]11;rgb:1/2\u{7}".utf8))
        #expect(replies == TerminalReplies())
        // A string without an end gives way after a while, and a cut one to the next sequence.
        replies.read(Array(("\u{1B}]11;" + String(repeating: "x", count: 2000)).utf8))
        replies.read(Array("\u{1B}]11;rgb:ff\u{1B}[?1;2c".utf8))
        #expect(replies.attributes == [1, 2])
    }

    @Test func bellEndsAStringToo() {
        var replies = TerminalReplies()
        replies.read(Array("\u{1B}]11;rgb:00/00/00\u{7}".utf8))
        #expect(replies.background == [0, 0, 0])
    }

    // MARK: Conclusions

    private func capabilities(_ environment: [String: String], _ replies: TerminalReplies = TerminalReplies(), isTerminal: Bool = true) -> TerminalCapabilities {
        var result = TerminalCapabilities()
        result.isOutputTerminal = isTerminal
        result.apply(environment: { environment[$0] }, replies: replies)
        return result
    }

    @Test func colours() {
        #expect(capabilities(["TERM": "xterm-256color"]).depth == .palette256)
        #expect(capabilities(["TERM": "xterm-256color", "COLORTERM": "truecolor"]).depth == .trueColor)
        #expect(capabilities(["TERM": "xterm-256color", "NO_COLOR": "1"]).depth == .monochrome)
        #expect(capabilities(["TERM": "xterm-256color", "NO_COLOR": ""]).depth == .palette256)
        #expect(capabilities(["TERM": "xterm"]).depth == .sixteen)
        #expect(capabilities(["TERM": "dumb", "COLORTERM": "truecolor"]).depth == .none)
        #expect(capabilities([:]).depth == .none)
        #expect(capabilities(["TERM": "xterm-256color"], isTerminal: false).depth == .none)
    }

    @Test func backgrounds() {
        var light = TerminalReplies()
        light.background = [1, 1, 0.9]
        #expect(capabilities(["TERM": "xterm"], light).background == .light)
        #expect(capabilities(["TERM": "xterm"]).background == .unknown)
        #expect(capabilities(["TERM": "rxvt", "COLORFGBG": "15;0"]).background == .dark)
        #expect(capabilities(["TERM": "rxvt", "COLORFGBG": "0;default;15"]).background == .light)
    }

    @Test func encodings() {
        #expect(capabilities(["TERM": "xterm", "LANG": "en_US.UTF-8"]).mathStyle == .unicode)
        #expect(capabilities(["TERM": "xterm", "LANG": "en_US.UTF-8", "LC_ALL": "C"]).mathStyle == .ascii)
        #expect(capabilities(["TERM": "xterm"]).mathStyle == .unicode)
        #expect(capabilities(["TERM": "linux", "LANG": "en_US.UTF-8"]).mathStyle == .ascii)
        #expect(capabilities(["LANG": "de_DE.ISO-8859-1"], isTerminal: false).mathStyle == .ascii)
    }

    @Test func images() {
        var kitty = TerminalReplies(), sixel = TerminalReplies(), wezterm = TerminalReplies()
        kitty.speaksKitty = true
        sixel.attributes = [62, 4]
        wezterm.speaksKitty = true
        wezterm.name = "WezTerm 2024"
        let term = ["TERM": "xterm-256color"]
        #expect(capabilities(term, kitty).images == .kitty)
        #expect(capabilities(term, sixel).images == .sixel)
        #expect(capabilities(term, wezterm).images == .iterm2)
        #expect(capabilities(["TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"]).images == .iterm2)
        #expect(capabilities(term).images == .blocks)
        #expect(capabilities(["TERM": "xterm"]).images == .braille)
        #expect(capabilities(["TERM": "linux"]).images == .none)
        #expect(capabilities(["TERM": "xterm-256color", "NO_COLOR": "1"]).images == .braille)
        #expect(capabilities(term, kitty, isTerminal: false).images == .none)
        #expect(capabilities(["TERM": "tmux-256color", "TMUX": "socket,1,0"], kitty).isInTmux)
    }
}
