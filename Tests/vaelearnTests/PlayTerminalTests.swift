import Foundation
import Glibc
import Terminal
import Testing

/// The terminal round a lesson: windows of all sizes, few colours or none, signals, and what hostile input can do.
@Suite(.serialized, .timeLimit(.minutes(3))) struct PlayTerminalTests {
    private func play(
        _ home: PlayHome, _ options: [String] = [], lesson: String = PlayTests.small, columns: Int = 80, rows: Int = 24,
        environment: [String: String] = [:], reply: String? = "\u{1B}[?62c", replyDelay: Double = 0
    ) throws -> PlayTerminal {
        let lessons = try home.lesson(lesson)
        let terminal = try PlayTerminal(
            ["lesson", "1", "--lessons", lessons] + options, home: home, columns: columns, rows: rows, environment: environment, reply: reply,
            replyDelay: replyDelay)
        try terminal.wait(for: PlayTerminal.prompt)
        return terminal
    }

    private func widest(_ text: String) -> Int { text.split(separator: "\n").map { DisplayWidth.of($0) }.max() ?? 0 }

    // MARK: Windows

    @Test(arguments: [(40, 20), (80, 24), (200, 50)])
    func nothingRunsOffTheEdge(columns: Int, rows: Int) throws {
        let home = try PlayHome()
        let terminal = try PlayTerminal(
            ["lesson", "3", "--lessons", PlayHome.course, "--figures", home.path, "--images", "none"], home: home, columns: columns, rows: rows)
        try terminal.wait(for: PlayTerminal.prompt)
        for command in ["", "", ":help", ":vars", ":set", ":notes", "1 + undefined_name_of_some_length + another_one + a_third_one", ":goto 2", ":goto 5", "", "", "", ""] {
            try terminal.enter(command)
        }
        // What was typed is echoed behind the prompt, wrapped by the terminal.
        let shown = terminal.screen.split(separator: "\n").filter { !$0.hasPrefix("> ") }.joined(separator: "\n")
        #expect(widest(shown) <= columns)
    }

    @Test func aResizedWindowIsFollowed() throws {
        let home = try PlayHome(), terminal = try play(home)
        terminal.resize(columns: 40, rows: 20)
        #expect(widest(try terminal.enter(":help")) <= 40)
        terminal.resize(columns: 100, rows: 30)
        #expect(widest(try terminal.enter(":goto 1")) == 100)
    }

    // MARK: Colours

    @Test func noColor() throws {
        let home = try PlayHome(), terminal = try play(home, environment: ["NO_COLOR": "1"])
        try terminal.enter(":goto 4")
        let text = String(decoding: terminal.raw, as: UTF8.self)
        #expect(!text.contains("38;5;") && !text.contains("\u{1B}[3"))
        #expect(text.contains("\u{1B}[1m"))
        #expect(text.contains("✗ y is two"))
    }

    @Test func dumbTerminal() throws {
        let home = try PlayHome(), terminal = try play(home, environment: ["TERM": "dumb"])
        try terminal.enter("mu * 7")
        try terminal.enter(":quit", until: "goes on at step 1.")
        #expect(try terminal.end() == 0)
        #expect(!terminal.raw.contains(0x1B))
    }

    @Test(arguments: [("rgb:ffff/ffff/ffff", "25"), ("rgb:0000/0000/0000", "117")])
    func darkAndLight(background: String, title: String) throws {
        let home = try PlayHome(), terminal = try play(home, reply: "\u{1B}]11;\(background)\u{1B}\\\u{1B}[?62c")
        try terminal.enter(":goto 1")
        #expect(String(decoding: terminal.raw, as: UTF8.self).contains("38;5;\(title)m"))
    }

    @Test func asciiOnly() throws {
        let home = try PlayHome(), terminal = try play(home, environment: ["LANG": "C", "LC_ALL": "C"])
        #expect(terminal.screen.contains("formula mu^2"))
        for command in [":help", ":goto 4", ":vars", ":nonsense"] { try terminal.enter(command) }
        #expect(terminal.raw.allSatisfy { $0 < 0x80 })
    }

    @Test func plain() throws {
        let home = try PlayHome(), terminal = try play(home, ["--plain"])
        try terminal.enter(":goto 4")
        #expect(terminal.screen.contains("Check FAILED: y is two."))
        #expect(!terminal.screen.contains("─") && !terminal.screen.contains("❯"))
    }

    // MARK: Questions to the terminal

    /// The terminal answers long after we have stopped waiting: nothing of it may be taken for keys.
    @Test func lateRepliesAreNoKeys() throws {
        let home = try PlayHome()
        let terminal = try play(home, reply: "\u{1B}]11;rgb:1e1e/1e1e/1e1e\u{1B}\\\u{1B}[6;18;9t\u{1B}[?62;4c", replyDelay: 0.6)
        usleep(700_000)
        #expect(try terminal.enter("2 + 3").contains("5"))
        #expect(!terminal.screen.contains("rgb:") && !terminal.screen.contains("62;4c"))
    }

    @Test func aSilentTerminalIsNoHindrance() throws {
        let home = try PlayHome(), terminal = try play(home, reply: nil)
        #expect(try terminal.enter("2 + 3").contains("5"))
    }

    // MARK: Figures

    static let picture = """
        ## Picture

        ```cell id=draw
        figure("toy", line([0, 1, 2], [0, 1, 4]), xlabel="time", ylabel="way", title="It rises", caption="Three points.")
        ```

        """

    @Test(arguments: [("kitty", "\u{1B}_G"), ("iterm2", "\u{1B}]1337;File="), ("sixel", "\u{1B}P"), ("blocks", "▀")])
    func picturesInTheText(images: String, sign: String) throws {
        let home = try PlayHome()
        let terminal = try play(home, ["--images", images, "--figures", home.path + "/figures"], lesson: Self.picture, rows: 14)
        try terminal.enter()
        let text = String(decoding: terminal.raw, as: UTF8.self)
        #expect(text.contains(sign))
        #expect(terminal.screen.contains("Figure 1.1  It rises") && terminal.screen.contains("figures/01-small/toy.png"))
        // Where the letters in the picture cannot be read, they are said.
        #expect(terminal.screen.contains("across: time; up: way") == (images == "blocks"))
        #expect(FileManager.default.fileExists(atPath: home.path + "/figures/01-small/toy.png"))
        #expect(try terminal.enter(":figure").contains("Three points."))
        #expect(try terminal.enter(":figure 7").contains("There is no figure 7."))
    }

    @Test func noPictures() throws {
        let home = try PlayHome()
        let terminal = try play(home, ["--images", "none", "--figures", home.path], lesson: Self.picture)
        #expect(terminal.screen.contains("across: time; up: way"))
        #expect(!terminal.screen.contains("▀"))
    }

    // MARK: Stopping

    static let long = """
        ## Long

        ```cell id=before
        a = 1
        ```

        ## Longer

        ```cell id=long
        a = 2
        for i in range(1e6) { for j in range(1e6) { i * j } }
        ```

        After it.
        """

    @Test func controlCLeavesALongCell() throws {
        let home = try PlayHome(), terminal = try play(home, lesson: Self.long)
        try terminal.enter(until: "running long")
        let mark = terminal.mark
        terminal.send("\u{3}")
        try terminal.wait(for: PlayTerminal.prompt, after: mark)
        #expect(terminal.screen.contains("Stopped. Everything is as it was before the cell."))
        #expect(try terminal.enter("a").contains("1"))
        // At the prompt it does no harm.
        let second = terminal.mark
        terminal.send("\u{3}")
        try terminal.wait(for: "Ctrl-C leaves a running cell", after: second)
        try terminal.wait(for: PlayTerminal.prompt, after: second)
        #expect(try terminal.enter("a + 1").contains("2"))
    }

    @Test func controlCLeavesATypedExpression() throws {
        let home = try PlayHome(), terminal = try play(home)
        try terminal.enter("for i in range(1e6) { for j in range(1e6) { i * j } }", until: "running")
        let mark = terminal.mark
        terminal.send("\u{3}")
        try terminal.wait(for: PlayTerminal.prompt, after: mark)
        #expect(try terminal.enter("detach(mu)").contains("3"))
    }

    @Test func controlDLeaves() throws {
        let home = try PlayHome(), terminal = try play(home)
        terminal.send("\u{4}")
        #expect(try terminal.end() == 0)
        #expect(terminal.isRestored)
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGSEGV, SIGABRT, SIGQUIT])
    func theTerminalIsRestored(after signal: Int32) throws {
        let home = try PlayHome(), terminal = try play(home)
        #expect(!terminal.isRestored)
        kill(terminal.process, signal)
        #expect(try terminal.end() == 128 + signal)
        #expect(terminal.isRestored)
    }

    @Test(arguments: [SIGTERM, SIGSEGV])
    func theTerminalIsRestoredInACell(after signal: Int32) throws {
        let home = try PlayHome(), terminal = try play(home, lesson: Self.long)
        try terminal.enter(until: "running long")
        kill(terminal.process, signal)
        #expect(try terminal.end() == 128 + signal)
        #expect(terminal.isRestored)
        // The place is kept.
        #expect(home.content(of: "state/vaelearn/progress") == "small step 2\n")
    }

    @Test func anInterruptAtTheStart() throws {
        let home = try PlayHome(), lessons = try home.lesson(Self.long)
        let terminal = try PlayTerminal(["lesson", "1", "--lessons", lessons], home: home)
        usleep(2_000)
        kill(terminal.process, SIGINT)
        let code = try? terminal.end(limit: 3)
        // Too early to be taken for a key: it ends; or the prompt was there already, and it ends too.
        #expect(code == 130 || code == nil)
        #expect(terminal.isRestored || code == nil)
    }

    // MARK: Homes

    @Test func noHome() throws {
        let home = try PlayHome(), terminal = try play(home, environment: ["HOME": "", "XDG_STATE_HOME": "", "XDG_CACHE_HOME": ""])
        #expect(terminal.screen.contains("Progress is not kept: there is no HOME."))
        let next = try terminal.enter(":goto 3")
        #expect(next.contains("The half is 9.") && !next.contains("Progress"))
    }

    @Test func aHomeThatCannotBeWritten() throws {
        let home = try PlayHome()
        // A file stands where the folder should be: so it is for root too.
        try home.write("", to: "blocked")
        let blocked = home.path + "/blocked"
        let terminal = try play(home, environment: ["HOME": blocked, "XDG_STATE_HOME": blocked, "XDG_CACHE_HOME": blocked])
        #expect(terminal.screen.contains("Progress is not kept:"))
        #expect(try terminal.enter(":goto 3").contains("The half is 9."))
    }

    @Test func aFiguresFolderThatCannotBeWritten() throws {
        let home = try PlayHome()
        try home.write("", to: "blocked")
        let terminal = try play(home, ["--images", "none", "--figures", home.path + "/blocked"], lesson: Self.picture)
        #expect(terminal.screen.contains("cannot create"))
        let piped = try home.run(["lesson", "1", "--lessons", home.path + "/lessons", "--figures", home.path + "/blocked"])
        #expect(piped.code == 3)
        #expect(piped.output.contains("cannot create"))
    }

    // MARK: Hostile lessons

    /// Control characters are refused wherever they stand in a file, by an error that shows where and sends none of them on.
    @Test func escapesAreNotObeyed() throws {
        let home = try PlayHome()
        let evil = "\u{1B}]0;title\u{7}\u{1B}[31mred\u{1B}[2J\u{9B}5m"
        for lesson in ["## A \(evil)\n\nWords.\n", "## A\n\nWords \(evil)\n", "## A\n\n```cell id=evil\nprint(\"\(evil)\")\n```\n", "## A\n\n```cell id=evil\(evil)\n1\n```\n"] {
            let lessons = try home.lesson(lesson)
            let terminal = try PlayTerminal(["lesson", "1", "--lessons", lessons], home: home)
            #expect(try terminal.end() == 3)
            #expect(terminal.screen.contains("lesson.md:"))
            #expect(!terminal.raw.contains(0x1B) && !terminal.raw.contains(0x07))
            #expect(!terminal.screen.contains("\u{9B}"))
        }
    }

    /// What a reader types may hold anything.
    @Test func typedEscapesAreNotObeyed() throws {
        let home = try PlayHome(), terminal = try play(home)
        // Ctrl-V takes the next key as it is.
        let shown = try terminal.enter("\"\u{16}\u{1B}[31m\"")
        #expect(shown.contains("> "))
        #expect(!String(decoding: terminal.raw, as: UTF8.self).contains("\u{1B}[31m\""))
    }

    @Test func aFigureStaysInItsFolder() throws {
        let home = try PlayHome()
        for id in ["../out", "/tmp/out", "a/b", "..", "UPPER", ""] {
            let lessons = try home.lesson("## P\n\n```cell id=p\nfigure(\"\(id)\", line([0, 1], [0, 1]))\n```\n")
            let piped = try home.run(["lesson", "1", "--lessons", lessons, "--figures", home.path + "/figures/inner"])
            #expect(piped.code != 0, "\(id)")
        }
        #expect(!FileManager.default.fileExists(atPath: home.path + "/figures/out.png"))
    }

    @Test func aBrokenLessonIsAnError() throws {
        let home = try PlayHome(), lessons = try home.lesson("## A\n\n```cell id=a\nx = (1\n```\n\n```cell id=a\n```\n\n```nonsense id=b\n")
        let terminal = try PlayTerminal(["lesson", "1", "--lessons", lessons], home: home)
        #expect(try terminal.end() == 3)
        #expect(terminal.screen.contains("lesson.md:12:"))
        #expect(terminal.isRestored)
    }
}
