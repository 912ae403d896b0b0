import Cells
import Glibc
import Terminal

/// Everything the program says goes out at once: a class, or a pipe, sees each step as it happens.
func writeOut(_ text: String) { write(text, to: STDOUT_FILENO) }

/// Errors quote what they are about: control characters in it are shown, not sent on.
func writeError(_ text: String) { write(visible(text), to: STDERR_FILENO) }

/// The same lines with all control characters made visible.
func visible(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { Visible.text(String($0)) }.joined(separator: "\n")
}

private func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
        var rest = UnsafeRawBufferPointer(bytes)
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if errno != EINTR && errno != EAGAIN {
                guard descriptor == STDOUT_FILENO else { return }
                // A reader that went away wants no more; a full disk must be said.
                if errno == EPIPE { exit(ExitCode.good) }
                write("vaelearn: the output cannot be written: \(String(cString: strerror(errno)))\n", to: STDERR_FILENO)
                exit(ExitCode.badInput)
            }
        }
    }
}

/// Ctrl-C while a cell runs stops the cell.
enum Interrupt {
    static let cancellation = Cancellation()

    /// From here on, for commands that ask nothing.
    static func stopCellsOnControlC() {
        _ = cancellation
        SignalHandling.handle(SIGINT, flags: SA_RESTART) { _ in Interrupt.cancellation.cancel() }
    }

    /// Only while `body` runs; before and after, Ctrl-C is what it was.
    static func whileRunning<Result>(_ body: () throws -> Result) rethrows -> Result {
        cancellation.reset()
        var before = SignalHandling.handle(SIGINT) { _ in Interrupt.cancellation.cancel() }
        defer {
            sigaction(SIGINT, &before, nil)
            // A stop is for this run alone: values computed afterwards must not meet it.
            cancellation.reset()
        }
        return try body()
    }
}

/// A whole file, or standard input for `-`.
func readInput(_ path: String) throws -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY)
    func failed() -> CommandError {
        .badInput("\(shown(path)) cannot be read: \(String(cString: strerror(errno))).")
    }
    guard descriptor >= 0 else { throw failed() }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw failed() }
        if count == 0 { return bytes }
        bytes += chunk[..<count]
        guard bytes.count <= 64 << 20 else { throw CommandError.badInput("\(shown(path)) is larger than 64 MiB: that is no text of cells.") }
    }
}
