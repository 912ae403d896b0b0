import Foundation
import Testing

/// The built program, run as a user runs it.
struct Binary {
    struct Run {
        var output = "", errors = ""
        /// The exit code; 128 + n where signal n ended it.
        var code: Int32 = 0
        /// Seconds of the processors, in the program and in the system for it: those on the clock depend on what else runs.
        var seconds = 0.0
        /// The most memory that it held at a time, in bytes; 0 where it was gone at once. (What `wait4` tells begins with
        /// the peak of the process that started it.)
        var peak = 0

        /// Standard output as JSON.
        var json: [String: Any] {
            get throws { try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any], "\(output.prefix(300))") }
        }
    }

    /// It stands beside the test program, or in the release folder of the package.
    static func path() throws -> String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let places = [URL(filePath: own).deletingLastPathComponent().path + "/vaelearn", package.path + "/.build/release/vaelearn"]
        return try #require(
            places.first { FileManager.default.isExecutableFile(atPath: $0) },
            "the program is not built: run swift build -c release first (looked for \(places.joined(separator: " and ")))")
    }

    /// Runs it with these words, `input` on standard input; `during` gets its process id once it runs.
    static func run(
        _ arguments: [String], input: [UInt8] = [], environment: [String] = ["PATH=/usr/bin:/bin", "LANG=C.UTF-8"], limit: Double = 60,
        during: ((pid_t) -> Void)? = nil
    ) throws -> Run {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vaelearn-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = ["in", "out", "err"].map { folder.appending(path: $0).path }
        try Data(input).write(to: URL(filePath: files[0]))

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, files[0], O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, files[1], O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, files[2], O_WRONLY | O_CREAT, 0o600)
        // The threads of a test may hold back signals; the program starts as from a shell.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t(), all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let program = try path()
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { for word in words + variables { free(word) } }

        var run = Run()
        var child = pid_t()
        let start = ContinuousClock.now
        func elapsed() -> Double { (ContinuousClock.now - start) / .seconds(1) }
        try #require(posix_spawn(&child, program, &actions, &attributes, &words, &variables) == 0)
        during?(child)
        var status: Int32 = 0, usage = rusage()
        while wait4(child, &status, WNOHANG, &usage) == 0 {
            if elapsed() > limit { kill(child, SIGKILL) }
            if elapsed() > 0.1 { run.peak = max(run.peak, peak(of: child)) }
            usleep(elapsed() < 0.1 ? 100 : 2_000)
        }
        run.seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
        run.code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
        run.output = String(decoding: try Data(contentsOf: URL(filePath: files[1])), as: UTF8.self)
        run.errors = String(decoding: try Data(contentsOf: URL(filePath: files[2])), as: UTF8.self)
        return run
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }

    private static func peak(of child: pid_t) -> Int {
        guard let status = try? String(contentsOfFile: "/proc/\(child)/status", encoding: .utf8) else { return 0 }
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }) else { return 0 }
        return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }

    /// Returns once the program has a handler for this signal.
    static func wait(for child: pid_t, toCatch signal: Int32) {
        for _ in 0..<20_000 {
            let status = (try? String(contentsOfFile: "/proc/\(child)/status", encoding: .utf8)) ?? ""
            let line = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
            if let caught = line?.split(separator: "\t").last.flatMap({ UInt64($0, radix: 16) }), caught >> (signal - 1) & 1 == 1 { return }
            usleep(1000)
        }
    }

    static func run(_ arguments: String...) throws -> Run { try run(arguments) }

    /// Writes a file for the program to read, and takes it away after.
    static func withFile<Result>(_ name: String, _ content: String, _ body: (String) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vaelearn-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: name)
        try Data(content.utf8).write(to: file)
        return try body(file.path)
    }
}
