import Glibc
import Terminal
import Testing

/// The prompt on a pseudo-terminal: what is typed at one end, what is answered at the other.
@Suite(.serialized, .timeLimit(.minutes(1))) struct PromptTests {
    /// What the far program has written, collected by a thread so that it never blocks.
    final class Screen: @unchecked Sendable {
        let near: Int32
        private var shown: [UInt8] = []
        private var lock = pthread_mutex_t()

        init(_ near: Int32) {
            self.near = near
            pthread_mutex_init(&lock, nil)
            Thread { _ in self.collect() }.detach()
        }

        /// Until the far end is closed.
        private func collect() {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while case let count = read(near, &buffer, buffer.count), count > 0 {
                pthread_mutex_lock(&lock)
                shown += buffer[..<count]
                pthread_mutex_unlock(&lock)
            }
            close(near)
        }

        var text: String {
            pthread_mutex_lock(&lock)
            defer { pthread_mutex_unlock(&lock) }
            return String(decoding: shown, as: UTF8.self)
        }
    }

    final class Pair: @unchecked Sendable {
        let near: Int32, far: Int32
        private let screen: Screen

        init(columns: UInt16 = 80) {
            var near: Int32 = 0, far: Int32 = 0
            var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
            precondition(openpty(&near, &far, nil, nil, &size) == 0)
            (self.near, self.far) = (near, far)
            screen = Screen(near)
        }

        var output: String { screen.text }

        func type(_ text: String) { _ = text.withCString { write(near, $0, strlen($0)) } }

        /// Types as soon as the prompt waits for keys: before that, the terminal itself would edit the line.
        func typeAtPrompt(_ text: String) {
            let thread = Thread { _ in
                for _ in 0..<500 where self.modes[3] & UInt32(ICANON) != 0 { usleep(2000) }
                self.type(text)
            }
            thread.detach()
        }

        /// Everything that tells whether a terminal is as it was found.
        var modes: [UInt32] {
            var modes = termios()
            tcgetattr(far, &modes)
            return [modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag] + withUnsafeBytes(of: modes.c_cc) { $0.map(UInt32.init) }
        }

        deinit { close(far) }
    }

    private func answer(to keys: String, historyPath: String? = nil, complete: ((String) -> Completion)? = nil) -> (PromptAnswer, String) {
        let pair = Pair()
        let before = pair.modes
        let prompt = Prompt(historyPath: historyPath, input: pair.far, output: pair.far, complete: complete)
        pair.typeAtPrompt(keys)
        let answer = prompt.read(StyledLine("> ", .accent), theme: Theme(depth: .sixteen, background: .dark))
        #expect(pair.modes == before)
        // Every answer ends its line on the screen; the collecting thread may be late.
        for _ in 0..<5000 where pair.output.utf8.last != UInt8(ascii: "\n") { usleep(2000) }
        return (answer, pair.output)
    }

    @Test func aLine() {
        let (line, output) = answer(to: "mu = 3\r")
        #expect(line == .line("mu = 3"))
        // The colour ends before what is typed.
        #expect(output.contains("\u{1B}[36m>\u{1B}[0m mu = 3"))
    }

    @Test func editing() {
        #expect(answer(to: "ac\u{1B}[Db\r").0 == .line("abc"))
        #expect(answer(to: "bc\u{1}a\r").0 == .line("abc"))
        #expect(answer(to: "abX\u{7F}c\r").0 == .line("abc"))
        #expect(answer(to: "xyz\u{15}abc\r").0 == .line("abc"))
        #expect(answer(to: "bc\u{1B}[Ha\r").0 == .line("abc"))
    }

    /// Keys typed while a cell was still running.
    @Test(arguments: ["\r", "next\r", "ab\u{7F}c\r", "ac\u{1B}[Db\r", "bc\u{1}a\r"])
    func typedAhead(keys: String) {
        let pair = Pair()
        pair.type(keys)
        usleep(20_000)
        guard case .line = Prompt(input: pair.far, output: pair.far).read() else {
            Issue.record("no line")
            return
        }
    }

    @Test func anyScript() {
        #expect(answer(to: "σ² 中文 é\r").0 == .line("σ² 中文 é"))
    }

    @Test func emptyLine() { #expect(answer(to: "\r").0 == .line("")) }

    @Test func controlC() {
        #expect(answer(to: "half a li\u{3}").0 == .cancelled)
        #expect(answer(to: "\u{3}").0 == .cancelled)
    }

    @Test func controlD() { #expect(answer(to: "\u{4}").0 == .end) }

    @Test func afterControlCThePromptGoesOn() {
        let pair = Pair()
        let prompt = Prompt(input: pair.far, output: pair.far)
        pair.typeAtPrompt("abc\u{3}")
        #expect(prompt.read() == .cancelled)
        pair.typeAtPrompt("next\r")
        #expect(prompt.read() == .line("next"))
        pair.typeAtPrompt("\u{4}")
        #expect(prompt.read() == .end)
    }

    @Test func historyLastsInAFile() {
        let path = P_tmpdir + "/vaelearn-history-\(getpid())"
        defer { unlink(path) }
        unlink(path)
        #expect(answer(to: "first\r", historyPath: path).0 == .line("first"))
        #expect(answer(to: "\r", historyPath: path).0 == .line(""))
        #expect(answer(to: "second\r", historyPath: path).0 == .line("second"))
        #expect(answer(to: "\u{1B}[A\u{1B}[A\r", historyPath: path).0 == .line("first"))
        #expect(answer(to: "\u{1B}[A\r", historyPath: "/nonexistent/folder/history").0 == .line(""))
    }

    @Test func completion() {
        let words = ["lgamma", "linspace", "line", "log"]
        func complete(_ before: String) -> Completion {
            let word = String(before.reversed().prefix { $0.isLetter }.reversed())
            return Completion(word: word, candidates: words.filter { $0.hasPrefix(word) })
        }
        #expect(answer(to: "x = lo\t(2)\r", complete: complete).0 == .line("x = log(2)"))
        let (line, output) = answer(to: "li\t\t\r", complete: complete)
        #expect(line == .line("lin"))
        #expect(output.contains("linspace  line"))
        #expect(answer(to: "q\t\r", complete: complete).0 == .line("q"))
    }

    @Test func aResizedWindowIsDrawnAnew() {
        let pair = Pair()
        let prompt = Prompt(input: pair.far, output: pair.far)
        let thread = Thread {
            usleep(100_000)
            pair.type("abc")
            usleep(100_000)
            var size = winsize(ws_row: 24, ws_col: 40, ws_xpixel: 0, ws_ypixel: 0)
            _ = ioctl(pair.near, UInt(TIOCSWINSZ), &size)
            $0.signal(SIGWINCH)
            usleep(100_000)
            pair.type("def\r")
        }
        #expect(prompt.read() == .line("abcdef"))
        thread.join()
    }

    @Test func offATerminal() {
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        _ = "one\ntwo".withCString { write(ends[1], $0, strlen($0)) }
        close(ends[1])
        let prompt = Prompt(input: ends[0], output: STDOUT_FILENO)
        #expect(prompt.read() == .line("one"))
        #expect(prompt.read() == .line("two"))
        #expect(prompt.read() == .end)
        close(ends[0])
    }

    @Test func commonPrefixes() {
        #expect(Prompt.commonPrefix(["abc", "abd"]) == "ab")
        #expect(Prompt.commonPrefix([]) == "")
        #expect(Prompt.commonPrefix(["a", "b"]) == "")
    }
}

/// A thread that can send a signal to the one that made it.
private final class Thread: @unchecked Sendable {
    private var thread = pthread_t()
    private let maker = pthread_self()
    private let body: (Thread) -> Void

    init(_ body: @escaping (Thread) -> Void) {
        self.body = body
        pthread_create(&thread, nil, { context in
            let own = Unmanaged<Thread>.fromOpaque(context!).takeRetainedValue()
            own.body(own)
            return nil
        }, Unmanaged.passRetained(self).toOpaque())
    }

    func signal(_ number: Int32) { pthread_kill(maker, number) }
    func detach() { pthread_detach(thread) }
    func join() { pthread_join(thread, nil) }
}
