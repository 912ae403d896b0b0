import Foundation
import Glibc
import Testing

/// The small commands round the lessons.
@Suite(.serialized, .timeLimit(.minutes(2))) struct PlayCommandTests {
    @Test func doctorFindsAllWell() throws {
        let home = try PlayHome()
        let run = try home.run(["doctor", "--lessons", PlayHome.course])
        #expect(run.code == 0)
        for line in ["engine      a gradient agrees", "font        Latin, Greek, math", "/state/vaelearn", "the output is no terminal"] {
            #expect(run.output.contains(line), "\(line)")
        }
        #expect(!run.output.contains("MISSING"))
    }

    @Test func doctorSaysWhatIsMissing() throws {
        let home = try PlayHome()
        let noHome = try home.run(["doctor", "--lessons", PlayHome.course], environment: ["HOME": "", "XDG_STATE_HOME": "", "XDG_CACHE_HOME": ""])
        #expect(noHome.code == 1)
        #expect(noHome.output.contains("MISSING  progress    none: there is no HOME") && noHome.output.contains("set HOME"))
        try home.write("", to: "blocked")
        let blocked = try home.run(["doctor", "--lessons", PlayHome.course], environment: ["XDG_CACHE_HOME": home.path + "/blocked"])
        #expect(blocked.code == 1)
        #expect(blocked.output.contains("MISSING  cache") && blocked.output.contains("cannot be written"))
        #expect(try home.run(["doctor", "--lessons", "/no/such/folder"]).code == 1)
    }

    @Test func doctorOnATerminal() throws {
        let home = try PlayHome()
        let terminal = try PlayTerminal(["doctor", "--lessons", PlayHome.course], home: home, columns: 90, rows: 30, reply: "\u{1B}]11;rgb:ffff/ffff/ffff\u{1B}\\\u{1B}[?62;4c")
        #expect(try terminal.end() == 0)
        for line in ["terminal    90x30", "palette256, background light", "letters     Unicode", "images      sixel"] {
            #expect(terminal.screen.contains(line), "\(line)")
        }
        #expect(terminal.isRestored)
    }

    // MARK: Completions

    private func completed(_ words: [String]) throws -> Set<String> {
        let home = try PlayHome()
        try home.write(try home.run(["completions", "bash"]).output, to: "vaelearn.bash")
        try home.write("""
            source vaelearn.bash
            COMP_WORDS=(\(words.map { "'\($0)'" }.joined(separator: " ")))
            COMP_CWORD=\(words.count - 1)
            _vaelearn
            printf '%s\\n' "${COMPREPLY[@]}"
            """, to: "ask.bash")
        let process = Process(), output = Pipe()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["ask.bash"]
        process.currentDirectoryURL = URL(filePath: home.path)
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return Set(text.split(separator: "\n").map(String.init))
    }

    @Test func bashCompletes() throws {
        #expect(try completed(["vaelearn", "les"]) == ["lesson", "lessons"])
        #expect(try completed(["vaelearn", "lesson", "--no"]) == ["--no-pause"])
        #expect(try completed(["vaelearn", "lesson", "3", "--images", "s"]) == ["sixel"])
        #expect(try completed(["vaelearn", "completions", ""]) == ["bash", "zsh", "fish"])
    }

    @Test func otherShells() throws {
        let home = try PlayHome()
        let zsh = try home.run(["completions", "zsh"]), fish = try home.run(["completions", "fish"])
        #expect(zsh.code == 0 && zsh.output.hasPrefix("#compdef vaelearn\n") && zsh.output.contains("--no-pause"))
        #expect(fish.code == 0 && fish.output.contains("-l no-pause"))
        let wrong = try home.run(["completions", "tcsh"])
        #expect(wrong.code == 2 && wrong.errors.contains("bash, zsh or fish"))
    }

    // MARK: Glossary

    @Test func glossary() throws {
        let home = try PlayHome(), lessons = try home.lesson(PlayTests.small)
        try home.write("# Glossary\n\n## ELBO, evidence lower bound\n\nA bound $\\mathcal{L}$.\n\n## KL\n\nA divergence.\n", to: "lessons/glossary.md")
        let all = try home.run(["glossary", "--lessons", lessons])
        #expect(all.code == 0 && all.output == "ELBO, evidence lower bound\nKL\n")
        for words in [["ELBO"], ["elbo"], ["Evidence", "lower", "bound"]] {
            let one = try home.run(["glossary"] + words + ["--lessons", lessons])
            #expect(one.code == 0 && one.output.contains("A bound ℒ.") && !one.output.contains("divergence"), "\(words)")
        }
        let near = try home.run(["glossary", "ELBA", "--lessons", lessons])
        #expect(near.code == 2 && near.errors.contains("did you mean ELBO"))
        try FileManager.default.removeItem(atPath: lessons + "/glossary.md")
        let none = try home.run(["glossary", "--lessons", lessons])
        #expect(none.code == 3 && none.errors.contains("there is no glossary"))
    }

    // MARK: The course

    @Test func lessonsAndTheirProgress() throws {
        let home = try PlayHome(), lessons = try home.lesson(PlayTests.small)
        #expect(try home.run(["lessons", "--lessons", lessons]).output == " 1  A small lesson\n")
        try home.write("small step 3\n", to: "state/vaelearn/progress")
        #expect(try home.run(["lessons", "--lessons", lessons]).output.contains("at step 3"))
        let json = try home.run(["lessons", "--json", "--lessons", lessons])
        let document = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: [[String: Any]]]
        #expect(document?["lessons"]?.first?["step"] as? Double == 3)
        #expect(document?["lessons"]?.first?["finished"] as? Bool == false)
        try home.write("small step 3\nsmall finished\n", to: "state/vaelearn/progress")
        #expect(try home.run(["lessons", "--lessons", lessons]).output.contains("finished"))
        // A progress file of nonsense is no reason to stop.
        try home.write("\u{0}\u{1}nonsense\nsmall step minus\nsmall step -4\n\n step\n", to: "state/vaelearn/progress")
        #expect(try home.run(["lessons", "--lessons", lessons]).output == " 1  A small lesson\n")
        #expect(try home.run(["lessons", "--lessons", "/no/such/folder"]).code == 3)
    }

    @Test func greeting() throws {
        let home = try PlayHome()
        let run = try home.run([])
        #expect(run.code == 0)
        #expect(run.output.contains("vaelearn lesson ") && run.output.contains("vaelearn --help"))
    }
}
