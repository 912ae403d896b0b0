import Foundation
import Glibc
import Testing

/// `vaelearn lesson` before a reader: every command, typed on a pseudo-terminal.
@Suite(.serialized, .timeLimit(.minutes(3))) struct PlayTests {
    /// A lesson small enough to be walked in no time, with one of everything.
    static let small = #"""
        ## First

        Words with a formula $\mu^2$, and a value: `= 1 + 1` apples.

        ```cell id=start
        knob beta = 2 in 0..10 "a weight"
        mu = param(3.0)
        loss = beta * mu^2
        loss
        check "the slope is 2βμ": grad(loss, mu) ~= 2 * beta * mu tol 1e-12
        ```

        ## Second

        ```predict id=guess of=half
        prompt: Half of the loss?
        choices: nine | ten
        answer: if h == 9 { "nine" } else { "ten" }
        why: Because two times nine is eighteen.
        ```

        ```cell id=half
        h = detach(loss) / 2
        h
        ```

        ## Third

        The half is `= h`.

        ```ask id=form kind=expression vars="x in -2..2"
        prompt: Write x squared.
        answer: x^2
        wrong: 2*x => That is twice x.
        hint: Times itself.
        ```

        ```ask id=which kind=choice
        prompt: Which one?
        choice: the first
        choice*: the second
        why: It had to be one.
        ```

        ## Fourth

        ```lab id=mend
        prompt: Make y two.
        start: |
          y = 1
        solution: |
          y = 2
        check: |
          check "y is two": y ~= 2
        hint: One and one.
        why: Two it is.
        ```

        <!-- note: a word for the teacher -->

        # Going deeper

        ## Fifth

        Down here.
        """#

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

    /// Presses Enter until the lesson ends.
    private func walk(_ terminal: PlayTerminal) throws {
        for _ in 0..<200 {
            let mark = terminal.mark
            terminal.send("\r")
            let deadline = Date().addingTimeInterval(60)
            while true {
                let new = String(decoding: PlayTerminal.plain(terminal.raw).dropFirst(mark), as: UTF8.self)
                if new.contains("The end of lesson") { return }
                if new.contains(PlayTerminal.prompt) { break }
                guard Date() < deadline else { throw PlayTerminal.Stuck(waitedFor: "a prompt", screen: String(terminal.screen.suffix(1500))) }
                usleep(2_000)
            }
        }
        Issue.record("the lesson does not end")
    }

    // MARK: Walking

    @Test func enterWalksToTheEnd() throws {
        let home = try PlayHome(), terminal = try play(home)
        #expect(terminal.screen.contains("a value: 2 apples."))
        try walk(terminal)
        #expect(try terminal.end() == 0)
        for title in ["First", "Second", "Third", "Fourth"] { #expect(terminal.screen.contains(title)) }
        #expect(!terminal.screen.contains("Down here."))
        #expect(home.content(of: "state/vaelearn/progress") == "small step 4\nsmall finished\n")
        #expect(terminal.isRestored)
    }

    /// The course's own lesson, in the window that it is made for.
    @Test func enterWalksThroughLesson3() throws {
        let home = try PlayHome()
        let terminal = try PlayTerminal(["lesson", "3", "--lessons", PlayHome.course, "--figures", home.path + "/figures"], home: home)
        try terminal.wait(for: PlayTerminal.prompt)
        try walk(terminal)
        #expect(try terminal.end() == 0)
        // Only the lab's own start may fail.
        #expect(!(terminal.screen.components(separatedBy: "❯ Lab").first ?? "✗").contains("✗"))
        #expect(!terminal.screen.contains("⟨"))
        let figures = try FileManager.default.contentsOfDirectory(atPath: home.path + "/figures/03-reparameterization")
        #expect(figures.count >= 3 && figures.allSatisfy { $0.hasSuffix(".png") })
        #expect(terminal.isRestored)
    }

    @Test func backAndGoto() throws {
        let home = try PlayHome(), terminal = try play(home)
        #expect(try terminal.enter(":back").contains("This is the first step."))
        #expect(try terminal.enter(":goto 3").contains("The half is 9."))
        #expect(try terminal.enter(":back").contains("step 2 of 5"))
        #expect(try terminal.enter(":goto 9").contains(":goto takes a step, 1 to 5."))
        #expect(try terminal.enter(":goto 5").contains("Down here."))
    }

    @Test func optionalStepsOpenOnRequest() throws {
        let home = try PlayHome(), terminal = try play(home)
        try terminal.enter(":goto 4")
        #expect(try terminal.enter(":deeper").contains("The optional steps are open."))
        #expect(try terminal.enter(":skip").contains("step 4") == false)
        #expect(try terminal.enter().contains("Down here."))
    }

    @Test func quitAndResume() throws {
        let home = try PlayHome(), first = try play(home)
        try first.enter(":goto 3")
        #expect(try first.enter(":quit", until: "goes on at step 3.").contains("vaelearn lesson 1"))
        #expect(try first.end() == 0)
        #expect(home.content(of: "state/vaelearn/progress") == "small step 3\n")
        let second = try play(home)
        #expect(second.screen.contains("Going on at step 3"))
        // Its words hold a value of a cell two steps above.
        #expect(second.screen.contains("The half is 9."))
    }

    /// Two windows at once: neither forgets what the other learnt.
    @Test func progressOfTwoWindowsIsMerged() throws {
        let home = try PlayHome()
        try home.write("other step 7\nother answered a\n", to: "state/vaelearn/progress")
        let terminal = try play(home)
        try home.write("other step 9\nother answered a\nother answered b\n", to: "state/vaelearn/progress")
        try terminal.enter(":goto 2")
        #expect(home.content(of: "state/vaelearn/progress") == "other step 9\nother answered a\nother answered b\nsmall step 2\n")
    }

    // MARK: Cells

    @Test func expressionsAreTriedInAFork() throws {
        let home = try PlayHome(), terminal = try play(home)
        #expect(try terminal.enter("mu * 7").contains("21"))
        #expect(try terminal.enter("mu = 100; mu").contains("100"))
        #expect(try terminal.enter("detach(mu)").contains("3"))
        #expect(try terminal.enter("1 +").contains("A value is missing"))
        #expect(try terminal.enter("muu").contains("mu"))
        #expect(try terminal.enter(":tape loss").contains("param"))
        #expect(try terminal.enter(":vars").contains("loss"))
        #expect(try terminal.enter(":nonsense").contains("There is no :nonsense."))
    }

    @Test func anEditedCellRunsAgain() throws {
        let home = try PlayHome()
        let terminal = try play(home, environment: ["EDITOR": try home.editor("s/param(3.0)/param(5.0)/")])
        try terminal.enter(":goto 3")
        let edited = try terminal.enter(":edit 1")
        #expect(edited.contains("In [1]*") && edited.contains("50") && edited.contains("In [2] ran again too"))
        #expect(try terminal.enter(":edit start").contains("Nothing was changed."))
        #expect(try terminal.enter(":goto 3").contains("The half is 25."))
        try terminal.enter(":reset")
        #expect(try terminal.enter(":goto 3").contains("The half is 9."))
    }

    @Test func aBrokenEditIsShownAndCanBeUndone() throws {
        let home = try PlayHome()
        let terminal = try play(home, environment: ["EDITOR": try home.editor("s/param(3.0)/param(/")])
        #expect(try terminal.enter(":edit").contains("never closed"))
        #expect(try terminal.enter(":reset").contains("Everything is as the lesson's file has it."))
        #expect(try terminal.enter("detach(mu)").contains("3"))
    }

    @Test func anEditorThatIsMissingChangesNothing() throws {
        let home = try PlayHome(), terminal = try play(home, environment: ["EDITOR": "/no/such/editor"])
        #expect(try terminal.enter(":edit").contains("nothing was changed"))
        #expect(try terminal.enter("detach(mu)").contains("3"))
    }

    @Test func knobsTurn() throws {
        let home = try PlayHome(), terminal = try play(home)
        #expect(try terminal.enter(":set").contains("0 to 10, a weight"))
        let turned = try terminal.enter(":set beta=4")
        #expect(turned.contains("beta = 4, was 2") && turned.contains("36"))
        #expect(try terminal.enter(":set beta=11").contains("out of range"))
        #expect(try terminal.enter(":set beta=many").contains("is no number"))
        #expect(try terminal.enter(":set alpha=1").contains("There is no knob alpha"))
        #expect(try terminal.enter(":goto 3").contains("The half is 18."))
    }

    @Test func helpAndNotes() throws {
        let home = try PlayHome(), terminal = try play(home)
        let help = try terminal.enter(":help")
        for command in [":back", ":goto", ":edit", ":set", ":run", ":reset", ":vars", ":tape", ":hint", ":solution", ":skip", ":deeper", ":figure", ":notes", ":quit"] {
            #expect(help.contains(command))
        }
        #expect(try terminal.enter(":figure").contains("No figure has been shown yet."))
        #expect(try terminal.enter(":notes").contains("no notes"))
        try terminal.enter(":goto 4")
        try terminal.enter(":skip")
        #expect(try terminal.enter(":notes").contains("a word for the teacher"))
    }

    // MARK: Questions

    @Test func answersAreGraded() throws {
        let home = try PlayHome(), terminal = try play(home)
        try terminal.enter(":goto 3")
        #expect(try terminal.enter("2*x").contains("That is twice x."))
        #expect(try terminal.enter("x^3").contains("Not that."))
        #expect(try terminal.enter("x^").contains("A value is missing"))
        #expect(try terminal.enter(":hint").contains("Times itself."))
        #expect(try terminal.enter(":hint").contains("no more hints"))
        #expect(try terminal.enter("= h + 1").contains("10"))
        #expect(try terminal.enter("x*x").contains("✓ Right."))
        #expect(try terminal.enter("7").contains("1 to 2"))
        #expect(try terminal.enter("1").contains("Not that."))
        #expect(try terminal.enter("b").contains("It had to be one."))
        #expect(home.content(of: "state/vaelearn/progress") == "small step 3\nsmall answered form\nsmall answered which\n")
        #expect(try terminal.enter(":goto 3").contains("You have answered this one."))
    }

    @Test func anAnswerOf100kB() throws {
        let home = try PlayHome(), terminal = try play(home)
        try terminal.enter(":goto 3")
        let mark = terminal.mark
        terminal.send(String(repeating: "x + ", count: 25_000) + "x\r")
        // Whatever is said of it, the prompt comes back and works.
        terminal.send("= 1234 * 2\r")
        try terminal.wait(for: "2468", after: mark)
    }

    @Test func theCellStaysClosedUntilAGuess() throws {
        let home = try PlayHome(), terminal = try play(home)
        let asked = try terminal.enter()
        #expect(asked.contains("Half of the loss?") && !asked.contains("detach"))
        #expect(try terminal.enter("twelve").contains("A wrong guess costs nothing."))
        let opened = try terminal.enter("2")
        #expect(opened.contains("h = detach(loss) / 2"))
        #expect(opened.contains("Your guess: ten. The answer: nine.") && opened.contains("two times nine"))
    }

    @Test func theLabIsMended() throws {
        let home = try PlayHome()
        let terminal = try play(home, environment: ["EDITOR": try home.editor("s/y = 1/y = 2/")])
        #expect(try terminal.enter(":goto 4").contains("✗ y is two"))
        #expect(try terminal.enter(":hint").contains("One and one."))
        // The solution is run as well, and is not taken for the learner's own.
        let solution = try terminal.enter(":solution", until: ":edit mends yours.\n\n:edit to mend it · :hint · :solution · :skip\n> ")
        #expect(solution.contains("y = 2") && solution.contains("✓ y is two") && solution.contains("Two it is.") && !solution.contains("Mended"))
        let mended = try terminal.enter(":edit", until: "Two it is.")
        #expect(mended.contains("✓ y is two") && mended.contains("✓ Mended."), "\(mended)")
        #expect(home.content(of: "state/vaelearn/progress") == "small step 4\nsmall answered mend\n")
    }
}
