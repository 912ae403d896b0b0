import Glibc

/// Leaves the terminal as it was found, whatever ends the program: a return, a signal, a crash.
///
/// A signal handler gets no context, so the saved modes lie at a fixed address: the one piece of global state in this module,
/// written before the handlers are installed and only read by them.
public enum TerminalGuard {
    fileprivate struct Memory {
        var isInstalled = false
        var hasModes = false
        var modes = termios()
        var showsCursor = false
        var resizes: sig_atomic_t = 0
        var interrupts: sig_atomic_t = 0
    }

    private static let endings = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT]

    /// Remembers the terminal's modes and installs the handlers; to be called once, before anything else changes them. Does nothing off a terminal.
    public static func install() {
        guard !memory.pointee.isInstalled, isatty(STDIN_FILENO) == 1, tcgetattr(STDIN_FILENO, &memory.pointee.modes) == 0 else { return }
        memory.pointee.isInstalled = true
        memory.pointee.hasModes = true
        memory.pointee.showsCursor = isatty(STDOUT_FILENO) == 1
        for (index, signal) in endings.enumerated() {
            // A parent that ignores a signal (nohup) goes on ignoring it.
            sigaction(signal, nil, &previous[index])
            if isIgnored(previous[index]) { continue }
            SignalHandling.handle(signal, restoreAndRaise)
        }
    }

    /// Puts the modes back that `install` found.
    public static func restore() {
        if memory.pointee.hasModes { tcsetattr(STDIN_FILENO, TCSANOW, &memory.pointee.modes) }
    }

    /// Between prompts nothing that is typed, or answered late by the terminal, stands on the screen.
    public static func hideKeys() {
        var modes = termios()
        guard memory.pointee.hasModes, tcgetattr(STDIN_FILENO, &modes) == 0 else { return }
        modes.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSANOW, &modes)
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    // MARK: Window size and Ctrl-C

    /// Counts the window's changes of size; the prompt compares it before and after a wait.
    package static var resizes: Int { Int(memory.pointee.resizes) }

    /// Lets a change of the window's size interrupt a wait.
    package static func watchWindowSize() {
        SignalHandling.handle(SIGWINCH) { _ in memory.pointee.resizes &+= 1 }
    }

    fileprivate static var interrupts: Int { Int(memory.pointee.interrupts) }

    fileprivate static func countInterrupt() { memory.pointee.interrupts &+= 1 }
}

private nonisolated(unsafe) let memory: UnsafeMutablePointer<TerminalGuard.Memory> = {
    let pointer = UnsafeMutablePointer<TerminalGuard.Memory>.allocate(capacity: 1)
    pointer.initialize(to: TerminalGuard.Memory())
    return pointer
}()

/// What the signals did before, in the order of `endings`.
private nonisolated(unsafe) let previous: UnsafeMutablePointer<sigaction> = {
    let pointer = UnsafeMutablePointer<sigaction>.allocate(capacity: 16)
    pointer.initialize(repeating: sigaction(), count: 16)
    return pointer
}()

private let crashed: StaticString = "\r\nvaelearn has crashed. Please report what you did; progress up to this step is kept.\r\n"
private let showCursor: StaticString = "\u{1B}[?25h\u{1B}[0m"

/// Only calls that POSIX allows in a signal handler: tcsetattr, write, sigaction, raise.
private func restoreAndRaise(_ signal: Int32) {
    if memory.pointee.hasModes { tcsetattr(STDIN_FILENO, TCSANOW, &memory.pointee.modes) }
    if memory.pointee.showsCursor { _ = write(STDOUT_FILENO, showCursor.utf8Start, showCursor.utf8CodeUnitCount) }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = SIG_DFL
    let index: Int? = switch signal {
    case SIGINT: 0
    case SIGTERM: 1
    case SIGHUP: 2
    case SIGQUIT: 3
    case SIGSEGV: 4
    case SIGBUS: 5
    case SIGILL: 6
    case SIGTRAP: 7
    case SIGFPE: 8
    case SIGABRT: 9
    default: nil
    }
    // What the signal did before, except after a crash: Swift's own handler would keep the reader waiting for a backtrace.
    if let index, index < 3 { action = previous[index] }
    if index ?? 0 > 3, memory.pointee.hasModes { _ = write(STDERR_FILENO, crashed.utf8Start, crashed.utf8CodeUnitCount) }
    sigaction(signal, &action, nil)
    raise(signal)
}

/// While it lives, Ctrl-C is counted instead of ending the program: a long cell looks at `wasInterrupted` and stops.
public final class InterruptWatch {
    private var before: sigaction
    private let count: Int

    public init() {
        count = TerminalGuard.interrupts
        before = SignalHandling.handle(SIGINT, flags: SA_RESTART) { _ in TerminalGuard.countInterrupt() }
    }

    public var wasInterrupted: Bool { TerminalGuard.interrupts != count }

    deinit { sigaction(SIGINT, &before, nil) }
}

/// Keys arrive at once and unseen while it lives; the modes of before come back when it ends.
final class RawMode {
    private let descriptor: Int32
    private var modes = termios()

    /// Nil where the descriptor is no terminal.
    init?(_ descriptor: Int32) {
        self.descriptor = descriptor
        guard tcgetattr(descriptor, &modes) == 0 else { return nil }
        var raw = modes
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
        withUnsafeMutableBytes(of: &raw.c_cc) { bytes in
            bytes[Int(VMIN)] = 0
            bytes[Int(VTIME)] = 0
        }
        guard tcsetattr(descriptor, TCSANOW, &raw) == 0 else { return nil }
    }

    deinit { tcsetattr(descriptor, TCSANOW, &modes) }
}
