import Foundation
import Glibc
import Testing

/// The program on a pseudo-terminal, as a reader sits before it: keys go in at one end, the screen comes out at it.
final class PlayTerminal {
    let process: pid_t
    private let far: Int32
    private let line: Line
    private let modesBefore: [UInt32]
    private var status: Int32?

    struct Stuck: Error, CustomStringConvertible {
        let waitedFor: String, screen: String
        var description: String { "waited in vain for \"\(waitedFor)\"; the screen ends with:\n\(screen)" }
    }

    /// `reply` is what the terminal answers to the question for its attributes, after `replyDelay` seconds; nil where it stays silent.
    init(
        _ arguments: [String], home: PlayHome, columns: Int = 80, rows: Int = 24, environment: [String: String] = [:],
        reply: String? = "\u{1B}[?62c", replyDelay: Double = 0
    ) throws {
        var near: Int32 = 0, far: Int32 = 0
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        var name = [CChar](repeating: 0, count: 128)
        try #require(openpty(&near, &far, &name, nil, &size) == 0)
        self.far = far
        for end in [near, far] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        modesBefore = Self.modes(of: far)
        line = Line(near, reply: reply, delay: replyDelay)

        process = try PlayHome.spawn(arguments, environment: home.environment(adding: environment), ownSession: true) { actions in
            // The first terminal that the leader of a new session opens is its own: Ctrl-C and a hang-up reach it.
            posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
            posix_spawn_file_actions_adddup2(&actions, 0, 1)
            posix_spawn_file_actions_adddup2(&actions, 0, 2)
        }
        line.start()
    }

    deinit {
        if status == nil {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        close(far)
    }

    /// The near end, read by a thread so that the program never waits for us.
    private final class Line: @unchecked Sendable {
        private let near: Int32, reply: String?, delay: Double
        private let lock = NSLock()
        private var shown: [UInt8] = []

        init(_ near: Int32, reply: String?, delay: Double) { (self.near, self.reply, self.delay) = (near, reply, delay) }

        func start() { Thread { self.collect() }.start() }

        /// Until the far end is closed by all.
        private func collect() {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while case let count = read(near, &buffer, buffer.count), count > 0 {
                lock.withLock { shown += buffer[..<count] }
                if let reply, String(decoding: buffer[..<count], as: UTF8.self).contains("\u{1B}[c") {
                    usleep(UInt32(delay * 1e6))
                    send(reply)
                }
            }
            close(near)
        }

        func send(_ keys: String) {
            var rest = Array(keys.utf8)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(near, $0.baseAddress, min($0.count, 1024)) }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }

        func resize(columns: Int, rows: Int) {
            var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
            _ = ioctl(near, UInt(TIOCSWINSZ), &size)
        }

        var bytes: [UInt8] { lock.withLock { shown } }
    }

    // MARK: Keys

    func send(_ keys: String) { line.send(keys) }

    /// Types a line where a prompt stands, and waits for the next prompt, or what else is said. What was shown meanwhile.
    @discardableResult
    func enter(_ line: String = "", until text: String = PlayTerminal.prompt) throws -> String {
        let mark = mark
        send(line + "\r")
        return try wait(for: text, after: mark)
    }

    static let prompt = "\n> "

    func resize(columns: Int, rows: Int) { line.resize(columns: columns, rows: rows) }

    // MARK: The screen

    /// All bytes so far.
    var raw: [UInt8] { line.bytes }

    /// All text so far, without escape codes.
    var screen: String { String(decoding: Self.plain(raw), as: UTF8.self) }

    /// A place in the text so far.
    var mark: Int { Self.plain(raw).count }

    /// Waits until this text has been shown, and returns all that was shown since `mark`.
    @discardableResult
    func wait(for text: String, after mark: Int = 0, limit: Double = 30) throws -> String {
        let deadline = Date().addingTimeInterval(limit), wanted = Data(text.utf8)
        var last = -1
        while true {
            let raw = raw
            if raw.count != last {
                last = raw.count
                let rest = Data(Self.plain(raw).dropFirst(mark))
                if rest.range(of: wanted) != nil { return String(decoding: rest, as: UTF8.self) }
            }
            guard Date() < deadline else { throw Stuck(waitedFor: text, screen: String(screen.suffix(1500))) }
            usleep(3_000)
        }
    }

    /// Text as it would stand on the screen: escape codes gone, carriage returns too.
    static func plain(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [], index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == 0x0D { continue }
            guard byte == 0x1B else {
                result.append(byte)
                continue
            }
            guard index < bytes.count else { break }
            let kind = bytes[index]
            index += 1
            if kind == UInt8(ascii: "[") {
                while index < bytes.count, !(0x40...0x7E).contains(bytes[index]) { index += 1 }
                index += 1
            } else if [UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_")].contains(kind) {
                while index < bytes.count, bytes[index] != 0x07, bytes[index] != 0x1B { index += 1 }
                index += index < bytes.count && bytes[index] == 0x1B ? 2 : 1
            }
        }
        return result
    }

    // MARK: The end

    /// The exit code; 128 + n where signal n ended it.
    func end(limit: Double = 20) throws -> Int32 {
        let deadline = Date().addingTimeInterval(limit)
        var status: Int32 = 0
        while waitpid(process, &status, WNOHANG) == 0 {
            guard Date() < deadline else { throw Stuck(waitedFor: "the end", screen: String(screen.suffix(1500))) }
            usleep(3_000)
        }
        self.status = status
        // What it wrote last may still be on its way.
        var count = -1
        while count != raw.count {
            count = raw.count
            usleep(50_000)
        }
        return PlayHome.code(status)
    }

    /// Whether the terminal's modes are those of before the program came.
    var isRestored: Bool { Self.modes(of: far) == modesBefore }

    private static func modes(of descriptor: Int32) -> [UInt32] {
        var modes = termios()
        tcgetattr(descriptor, &modes)
        return [modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag] + withUnsafeBytes(of: modes.c_cc) { $0.map(UInt32.init) }
    }
}

/// A user's folders for one test, with a course of their own where one is wanted.
final class PlayHome {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "vaelearn-play-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The course in the repository.
    static let course = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "lessons").path

    /// It stands beside the test program, or in the release folder of the package.
    static func program() throws -> String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let package = URL(filePath: course).deletingLastPathComponent().path
        let places = [URL(filePath: own).deletingLastPathComponent().path + "/vaelearn", package + "/.build/release/vaelearn"]
        return try #require(places.first { FileManager.default.isExecutableFile(atPath: $0) }, "the program is not built")
    }

    func environment(adding: [String: String]) -> [String: String] {
        [
            "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "xterm-256color", "HOME": path, "XDG_STATE_HOME": path + "/state",
            "XDG_CACHE_HOME": path + "/cache", "TMPDIR": path,
        ].merging(adding) { $1 }.filter { !$0.value.isEmpty }
    }

    @discardableResult
    func write(_ text: String, to name: String, mode: Int = 0o644) throws -> String {
        let file = path + "/" + name
        try FileManager.default.createDirectory(atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        chmod(file, mode_t(mode))
        return file
    }

    /// A course of one lesson, number 1, with these steps; its folder.
    func lesson(_ steps: String) throws -> String {
        try write("""
            ---
            format: 1
            id: small
            version: 1
            title: A small lesson
            seed: 7
            ---

            \(steps)
            """, to: "lessons/01-small/lesson.md")
        return path + "/lessons"
    }

    /// An editor that does what this sed script says.
    func editor(_ script: String) throws -> String {
        try write("#!/bin/sh\nexec sed -i '\(script)' \"$1\"\n", to: "editor-\(UUID().uuidString)", mode: 0o755)
    }

    func content(of name: String) -> String { (try? String(contentsOfFile: path + "/" + name, encoding: .utf8)) ?? "" }

    // MARK: Processes

    /// Starts the program with no signal blocked or ignored, whatever this thread does with them.
    static func spawn(
        _ arguments: [String], environment: [String: String], ownSession: Bool = false, _ prepare: (inout posix_spawn_file_actions_t) -> Void
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t(), attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        // POSIX_SPAWN_SETSID, which is hidden from Swift.
        posix_spawnattr_setflags(&attributes, (ownSession ? 0x80 : 0) | Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))
        var every = sigset_t(), none = sigset_t()
        sigfillset(&every)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &every)
        posix_spawnattr_setsigmask(&attributes, &none)
        prepare(&actions)
        let program = try program()
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in words + variables { free(word) } }
        var child = pid_t()
        try #require(posix_spawn(&child, program, &actions, &attributes, &words, &variables) == 0)
        return child
    }

    /// The exit code; 128 + n where signal n ended it.
    static func code(_ status: Int32) -> Int32 { status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F) }

    /// Starts the program with its output in a pipe; the pipe's near end.
    func start(_ arguments: [String], environment: [String: String] = [:]) throws -> (process: pid_t, output: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let process = try Self.spawn(arguments, environment: self.environment(adding: environment)) { actions in
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        }
        close(ends[1])
        return (process, ends[0])
    }

    /// Runs the program to its end; `output` names a file for its output, which is then not returned.
    func run(_ arguments: [String], environment: [String: String] = [:], output: String? = nil) throws -> (code: Int32, output: String, errors: String) {
        let files = [output ?? path + "/.output", path + "/.errors"]
        let process = try Self.spawn(arguments, environment: self.environment(adding: environment)) { actions in
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 1, files[0], O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            posix_spawn_file_actions_addopen(&actions, 2, files[1], O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        }
        var status: Int32 = 0
        let deadline = Date().addingTimeInterval(100)
        while waitpid(process, &status, WNOHANG) == 0 {
            if Date() > deadline { kill(process, SIGKILL) }
            usleep(2_000)
        }
        return (Self.code(status), output == nil ? content(of: ".output") : "", content(of: ".errors"))
    }
}
