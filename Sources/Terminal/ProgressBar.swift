import Glibc

/// How far a slow cell has come, with the time left. On a terminal one line is drawn over and over, at most ten times a second; elsewhere nothing is.
public final class ProgressBar {
    public let label: String
    private let capabilities: TerminalCapabilities
    private let write: (String) -> Void
    private let clock: () -> Double
    private let start: Double
    private var lastDrawn = -Double.infinity
    private var isShown = false

    /// Work that is done within this many seconds shows no bar at all.
    private static let patience = 0.3
    private static let interval = 0.1

    public convenience init(_ label: String, capabilities: TerminalCapabilities) {
        self.init(label, capabilities: capabilities, clock: TerminalQuery.seconds) { text in
            fflush(nil)
            _ = text.withCString { Glibc.write(STDOUT_FILENO, $0, strlen($0)) }
        }
    }

    /// `clock` gives seconds, `write` takes what is to be drawn.
    public init(_ label: String, capabilities: TerminalCapabilities, clock: @escaping () -> Double, write: @escaping (String) -> Void) {
        self.label = label
        self.capabilities = capabilities
        self.clock = clock
        self.write = write
        start = clock()
    }

    /// `fraction` is the part that is done, from 0 to 1; `note` is short and may change ("epoch 3, loss 104.2").
    public func update(_ fraction: Double, note: String = "") {
        guard capabilities.depth > .none else { return }
        let now = clock()
        guard now - start >= Self.patience, now - lastDrawn >= Self.interval else { return }
        lastDrawn = now
        isShown = true
        let line = Self.line(label, fraction: fraction, elapsed: now - start, note: note, width: capabilities.columns - 1, style: capabilities.mathStyle)
        write("\r" + capabilities.theme.text(line) + "\u{1B}[K")
    }

    /// Takes the bar away; what was shown of it leaves no trace.
    public func finish() {
        if isShown { write("\r\u{1B}[K") }
        isShown = false
    }

    deinit { finish() }

    /// The drawn line, no wider than `width`.
    public static func line(_ label: String, fraction: Double, elapsed: Double, note: String = "", width: Int, style: MathStyle) -> StyledLine {
        let part = fraction.isFinite ? min(1, max(0, fraction)) : 0
        let percent = String(Int((part * 100).rounded(.down))) + "%"
        let left = part > 0 && part < 1 ? "  " + duration(elapsed * (1 - part) / part) + " left" : ""
        let tail = String(repeating: " ", count: max(0, 4 - percent.count)) + percent + left + (note.isEmpty ? "" : "  " + note)
        let own = { (text: String) in style == .ascii ? ASCII.text(text) : text }
        let name = own(label).isEmpty ? "" : own(label) + "  "
        let room = width - DisplayWidth.of(name) - DisplayWidth.of(tail) - 1
        var line = StyledLine()
        if room >= 8 {
            let size = min(40, room), done = Int((Double(size) * part).rounded(.down))
            line.append(StyledSpan(name))
            line.append(StyledSpan(String(repeating: style == .unicode ? "━" : "=", count: done), .accent))
            line.append(StyledSpan(String(repeating: style == .unicode ? "─" : "-", count: size - done), .dim))
            line.append(StyledSpan(" " + own(tail)))
        } else {
            line.append(StyledSpan(name + own(tail).trimmingEnds()))
        }
        guard line.width > width else { return line }
        // A screen too narrow for all of it shows the beginning.
        var text = "", used = 0
        for character in line.text {
            used += DisplayWidth.of(character)
            if used > width { break }
            text.append(character)
        }
        return StyledLine(text)
    }

    /// `8 s`, `2 min 05 s`, `1 h 12 min`.
    public static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 360_000 else { return "a long time" }
        let whole = Int(max(0, seconds).rounded(.up))
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(two(whole % 60)) s" }
        return "\(whole / 3600) h \(two(whole / 60 % 60)) min"
    }
}
