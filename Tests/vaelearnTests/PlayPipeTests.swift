import Foundation
import Glibc
import Testing

/// `vaelearn lesson` where nobody sits: through pipes, into full disks, from the cache.
@Suite(.serialized, .timeLimit(.minutes(3))) struct PlayPipeTests {
    @Test func pipedTextHasNoEscapes() throws {
        let home = try PlayHome()
        let run = try home.run(["lesson", "3", "--lessons", PlayHome.course, "--figures", home.path])
        #expect(run.code == 0)
        #expect(run.errors == "")
        #expect(!run.output.contains("\u{1B}") && !run.output.contains("⟨") && !run.output.contains("\r"))
        for step in 1...8 { #expect(run.output.contains("step \(step) of ")) }
        #expect(run.output.contains("With its solution:"))
    }

    @Test func aFailedCheckIsExit1() throws {
        let home = try PlayHome()
        let good = try home.run(["lesson", "1", "--lessons", try home.lesson("## A\n\n```cell id=a\ncheck \"one\": 1 ~= 1\n```\n")])
        #expect(good.code == 0 && good.output.contains("✓ one"))
        let bad = try home.run(["lesson", "1", "--lessons", try home.lesson("## A\n\n```cell id=a\ncheck \"one\": 1 ~= 2\n```\n")])
        #expect(bad.code == 1 && bad.output.contains("✗ one"))
        let error = try home.run(["lesson", "1", "--lessons", try home.lesson("## A\n\n```cell id=a\nnope + 1\n```\n")])
        #expect(error.code == 1 && error.output.contains("There is no nope"))
    }

    /// Questions are passed over, and a lab's failing start is no failed check.
    @Test func nobodyIsAsked() throws {
        let home = try PlayHome()
        let run = try home.run(["lesson", "1", "--lessons", try home.lesson(PlayTests.small)])
        #expect(run.code == 0)
        #expect(run.output.contains("Half of the loss?") && run.output.contains("✗ y is two") && run.output.contains("✓ y is two"))
        #expect(!run.output.contains("Down here.") && !run.output.contains("Right."))
        let deeper = try home.run(["lesson", "1", "--deeper", "--lessons", home.path + "/lessons"])
        #expect(deeper.output.contains("Down here."))
        // Entered in the middle, the values of the cells above are there all the same.
        let late = try home.run(["lesson", "1", "--step", "3", "--lessons", home.path + "/lessons"])
        #expect(late.code == 0 && late.output.contains("The half is 9.") && !late.output.contains("First"))
    }

    @Test func wrongUseIsExit2() throws {
        let home = try PlayHome(), lessons = try home.lesson(PlayTests.small)
        for words in [["9"], ["1", "--step", "99"], ["1", "--set", "nope=1"], ["1", "--set", "beta=x"], ["1", "--images", "paper"], ["1", "--lang", "xx"], []] {
            let run = try home.run(["lesson"] + words + ["--lessons", lessons])
            #expect(run.code == 2, "\(words)")
            #expect(run.output == "" && !run.errors.isEmpty)
        }
    }

    /// Each step goes out before the next one runs.
    @Test func everyStepIsFlushed() throws {
        let home = try PlayHome()
        let lessons = try home.lesson("""
            ## One

            The first words.

            ```cell id=slow
            for i in range(1e6) { for j in range(1e6) { i * j } }
            ```

            """)
        let (process, output) = try home.start(["lesson", "1", "--lessons", lessons])
        defer { close(output) }
        // The cell never ends, so what is read here was written before it.
        var text = "", buffer = [UInt8](repeating: 0, count: 4096)
        while !text.contains("In [1]") {
            let count = read(output, &buffer, buffer.count)
            try #require(count > 0, "the output ended with \(text)")
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        #expect(text.contains("The first words."))
        kill(process, SIGINT)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        #expect(PlayHome.code(status) == 130)
    }

    /// The fastest of several starts, in seconds of the processor: the machine may be busy, the program must not be.
    @Test func theFirstLineComesWithin50Milliseconds() throws {
        let home = try PlayHome()
        var best = Double.infinity
        for _ in 0..<20 where best > 0.05 {
            let (process, output) = try home.start(["lesson", "3", "--lessons", PlayHome.course, "--figures", home.path])
            var byte: UInt8 = 0
            #expect(read(output, &byte, 1) == 1)
            kill(process, SIGKILL)
            var usage = rusage()
            wait4(process, nil, 0, &usage)
            best = min(best, Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6 + Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec))
            close(output)
        }
        #expect(best < 0.05)
    }

    @Test func aFullDiskIsSaid() throws {
        let home = try PlayHome(), lessons = try home.lesson(PlayTests.small)
        let run = try home.run(["lesson", "1", "--lessons", lessons], output: "/dev/full")
        #expect(run.code == 3)
        #expect(run.errors.contains("No space left on device"))
    }

    /// A disk of 64 KiB, where this system lets us have one.
    @Test(.enabled(if: getuid() == 0)) func aFullDiskLeavesNothingHalfWritten() throws {
        let home = try PlayHome(), disk = home.path + "/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard mount("none", disk, "tmpfs", 0, "size=64k") == 0 else { return }
        defer { umount(disk) }
        try home.write(String(repeating: "x", count: 60 << 10), to: "disk/filler")
        let lessons = try home.lesson(PlayTerminalTests.picture)
        let run = try home.run(
            ["lesson", "1", "--lessons", lessons, "--figures", disk + "/figures"],
            environment: ["XDG_STATE_HOME": disk + "/state", "XDG_CACHE_HOME": disk + "/cache"])
        #expect(run.code == 3)
        #expect(run.output.contains("disk"))
        let left = try FileManager.default.subpathsOfDirectory(atPath: disk).filter { $0.contains(".") }
        #expect(left == [])
    }
}
