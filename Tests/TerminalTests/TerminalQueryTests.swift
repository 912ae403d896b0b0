import Glibc
import Terminal
import Testing

@Suite(.serialized, .timeLimit(.minutes(1))) struct TerminalQueryTests {
    private let query = TerminalQuery.text(environment: { ["TERM": "xterm"][$0] })!

    @Test func repliesEndTheWait() {
        var shortest = Double.infinity
        for _ in 0..<20 where shortest >= TerminalQuery.limit {
            let pair = PromptTests.Pair()
            let before = pair.modes
            // Already there when the wait begins: a busy machine may still hold it up, but not every time.
            pair.type("\u{1B}[6;18;9tx\u{1B}]11;rgb:00/00/00\u{7}\u{1B}[?62;4c")
            usleep(20_000)
            let start = TerminalQuery.seconds()
            let replies = TerminalQuery.ask(query, input: pair.far, output: pair.far)
            shortest = min(shortest, TerminalQuery.seconds() - start)
            #expect(replies.cellPixels == PixelSize(width: 9, height: 18))
            #expect(replies.background == [0, 0, 0])
            #expect(replies.attributes == [62, 4])
            #expect(pair.modes == before)
        }
        #expect(shortest < TerminalQuery.limit)
    }

    @Test func aSilentTerminalIsNotWaitedForLong() {
        let pair = PromptTests.Pair()
        let before = pair.modes
        let start = TerminalQuery.seconds()
        #expect(TerminalQuery.ask(query, input: pair.far, output: pair.far) == TerminalReplies())
        let waited = TerminalQuery.seconds() - start
        #expect(waited >= TerminalQuery.limit && waited < TerminalQuery.limit + 5)
        #expect(pair.modes == before)
    }

    @Test func nothingIsAskedOffATerminal() {
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        #expect(TerminalQuery.ask(query, input: ends[0], output: ends[1]) == TerminalReplies())
        close(ends[1])
        var byte: UInt8 = 0
        #expect(read(ends[0], &byte, 1) == 0)
        close(ends[0])
    }

    @Test func questions() {
        func text(_ environment: [String: String]) -> String? { TerminalQuery.text(environment: { environment[$0] }) }
        #expect(text(["TERM": "dumb"]) == nil && text([:]) == nil && text(["TERM": "linux"]) == nil)
        #expect(text(["TERM": "xterm", "VTE_VERSION": "7000"])?.contains("_G") == false)
        #expect(text(["TERM": "tmux", "TMUX": "s,1,0"]) == "\u{1B}[16t\u{1B}[c")
        #expect(text(["TERM": "tmux", "TMUX": "s,1,0", "KITTY_WINDOW_ID": "1"])?.hasPrefix("\u{1B}Ptmux;\u{1B}\u{1B}_Gi=31") == true)
        for environment in [["TERM": "xterm"], ["TERM": "tmux", "TMUX": "s"]] { #expect(text(environment)?.hasSuffix("\u{1B}[c") == true) }
    }
}
