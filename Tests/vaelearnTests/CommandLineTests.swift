import Foundation
import Testing

@Suite("Program: words, options, exit codes")
struct CommandLineTests {
    @Test func helpAndVersion() throws {
        let version = try Binary.run("--version")
        #expect(version.code == 0 && version.output.hasPrefix("vaelearn ") && version.errors.isEmpty)
        #expect(try Binary.run([]).code == 0)
        for arguments in [["--help"], ["-h"], ["help"]] {
            let run = try Binary.run(arguments)
            #expect(run.code == 0 && run.output.contains("eval") && run.output.contains("run") && run.errors.isEmpty, "\(arguments)")
        }
        for command in ["eval", "run"] {
            for arguments in [[command, "--help"], ["help", command], [command, "-h"], [command, "--help", "--json"]] {
                let run = try Binary.run(arguments)
                // An example first.
                #expect(run.code == 0 && run.output.hasPrefix("vaelearn \(command) ") && run.output.contains("--json"), "\(arguments)")
            }
        }
    }

    @Test(arguments: [
        (["evaal", "1"], "Did you mean: vaelearn eval?"), (["nonsense"], "no command"), (["eval"], "one cell"), (["eval", "1", "2"], "one cell"), (["eval", "1", "--jsn"], "did you mean --json?"), (["eval", "1", "--json=3"], "takes no value"), (["eval", "1", "--seed"], "needs a value"), (["eval", "1", "--seed", "abc"], "whole number"),
        (["eval", "1", "--seed=-1"], "whole number"), (["eval", "1", "--seed", "1.5"], "whole number"), (["eval", "1", "--data", "x"], "name=value"), (["run"], "one file"), (["run", "a", "b"], "one file"), (["run", "x.vae", "--set"], "needs a value"),
    ] as [([String], String)])
    func wrongUse(_ arguments: [String], _ message: String) throws {
        let run = try Binary.run(arguments)
        #expect(run.code == 2 && run.output.isEmpty && run.errors.contains(message), "\(arguments): \(run.code) \(run.errors)")
    }

    @Test func wrongUseOfRun() throws {
        try Binary.withFile("a.vae", "knob a = 1 in 0..3\na") { path in
            for (arguments, message) in [(["run", path, "--set", "a"], "name=value"), (["run", path, "--set", "a=x"], "number"), (["run", path, "--set", "=3"], "name=value"), (["run", path, "--seed", "x"], "whole number")] {
                let run = try Binary.run(arguments)
                #expect(run.code == 2 && run.errors.contains(message), "\(arguments): \(run.errors)")
            }
        }
    }

    @Test func inputThatCannotBeRead() throws {
        let missing = try Binary.run("run", "/nonexistent/file.vae")
        #expect(missing.code == 3 && missing.errors.contains("/nonexistent/file.vae") && missing.output.isEmpty)
        #expect(try Binary.run("run", "/").code == 3)
        let folder = FileManager.default.temporaryDirectory.path + "/vaelearn-\(UUID().uuidString).vae"
        try Data([0x61, 0x0A, 0xFF]).write(to: URL(filePath: folder))
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let broken = try Binary.run("run", folder)
        #expect(broken.code == 3 && broken.errors.contains("UTF-8"))
    }

    @Test func evalAsText() throws {
        let good = try Binary.run("eval", "x = 3; x^2")
        #expect(good.code == 0 && good.output == "9\n" && good.errors.isEmpty)
        let failed = try Binary.run("eval", "check \"sum\": 1 + 1 ~= 3")
        #expect(failed.code == 1 && failed.output.hasPrefix("✗ sum") && failed.errors.isEmpty)
        #expect(try Binary.run("eval", "check 1 ~= 1").code == 0)
        let error = try Binary.run("eval", "print(1)\nx = nope")
        #expect(error.code == 1 && error.output == "1\n")
        #expect(error.errors.contains("line 2, column 5") && error.errors.contains("2 | x = nope\n  |     ^^^^") && error.errors.contains("There is no nope."))
        #expect(!(error.output + error.errors).contains("\u{1B}"))
    }

    @Test func optionsStandAnywhere() throws {
        let expected = try Binary.run("eval", "randn()", "--seed", "7").output
        for arguments in [["eval", "--seed", "7", "randn()"], ["eval", "--seed=7", "randn()"], ["eval", "randn()", "--seed=7"], ["eval", "--seed=7", "--", "randn()"]] {
            #expect(try Binary.run(arguments).output == expected, "\(arguments)")
        }
        #expect(try Binary.run("eval", "randn()", "--seed", "8").output != expected)
        // A cell may begin with a minus.
        #expect(try Binary.run("eval", "-3 + 1").output == "-2\n")
    }

    @Test func standardInput() throws {
        #expect(try Binary.run(["eval", "-"], input: Array("x = 2\nx * 4\n".utf8)).output == "8\n")
        #expect(try Binary.run(["eval", "-", "--json"], input: []).json["ok"] as? Bool == true)
        #expect(try Binary.run("eval", "").code == 0)
        let broken = try Binary.run(["eval", "-", "--json"], input: Array("a = 1\nb\u{E9}".utf8).dropLast(1) + [0xFF])
        let error = try #require(broken.json["error"] as? [String: Any])
        #expect(broken.code == 1 && error["line"] as? Int == 2 && error["column"] as? Int == 2 && (error["message"] as? String)?.contains("UTF-8") == true)
    }
}

@Suite("Program: run")
struct RunLessonTests {
    /// A lesson's cells run as its own, not its front matter as code.
    @Test func aLessonFileRunsItsCells() throws {
        let lesson = """
            ---
            format: 1
            id: toy
            version: 1
            title: A toy
            seed: 7
            ---

            ## A square

            ```cell id=square
            x = param(3)
            check "slope": grad(x^2, x) ~= 6 tol 1e-12
            ```
            """
        try Binary.withFile("lesson.md", lesson) { path in
            let run = try Binary.run("run", path, "--json")
            #expect(run.code == 0)
            #expect(run.output.contains("\"id\": \"square\"") && run.output.contains("\"passed\": true"))
        }
    }
}
