import Cells
import Glibc
import Terminal

/// What the class sees: lines in colours, or plain text where there is no terminal. Keeps count of the rows since the
/// reader was last asked, so that nothing scrolls away unread.
final class Screen {
    private(set) var capabilities: TerminalCapabilities
    let isPlain: Bool
    private(set) var rowsUsed = 0
    private var hasAsked = false

    init(isPlain: Bool) {
        self.isPlain = isPlain
        capabilities = TerminalCapabilities.detect(asksTerminal: false)
    }

    var theme: Theme { isPlain ? .plain : capabilities.theme }
    var width: Int { isPlain ? max(20, min(capabilities.columns, 100)) : max(20, min(capabilities.columns, 110)) }
    var page: LessonPage { LessonPage(width: width, style: capabilities.mathStyle, isPlain: isPlain) }

    /// Asks the terminal what it can show: it may take a moment, so the first page is out before.
    func ask(images: ImageProtocol?) {
        if !hasAsked, !isPlain {
            hasAsked = true
            capabilities = TerminalCapabilities.detect()
        }
        if let images { capabilities.images = images }
    }

    func readSize() { if capabilities.isOutputTerminal { capabilities.readSize() } }

    func write(_ lines: [StyledLine]) {
        guard !lines.isEmpty else { return }
        let isASCII = capabilities.mathStyle == .ascii
        writeOut(lines.map { line in
            theme.text(isASCII ? StyledLine(line.spans.map { StyledSpan(ASCII.text($0.text), $0.style) }) : line) + "\n"
        }.joined())
        rowsUsed += lines.count
    }

    /// A sentence of the program's own.
    func say(_ text: String, _ role: TextRole = .body) { write(page.wrapped(text, role)) }

    func blank() { write([StyledLine()]) }

    /// Text with escape codes of our own making, such as an image.
    func writeRaw(_ text: String, rows: Int) {
        writeOut(text)
        rowsUsed += rows
    }

    func beginPage() { rowsUsed = 0 }

    func hasRoom(for rows: Int) -> Bool { rowsUsed + rows + 2 <= capabilities.rows }

    /// Shows that something is going on if it takes more than a second: what, how long it has taken, and how long it
    /// will. Only on a terminal.
    func whileBusy<Result>(_ label: String, gauge: ProgressGauge, _ body: () throws -> Result) rethrows -> Result {
        gauge.set(0)
        guard capabilities.isOutputTerminal else { return try body() }
        let watcher = BusyWatcher(label: label, gauge: gauge, screen: self)
        watcher.start()
        defer { watcher.stop() }
        return try body()
    }
}

/// A thread that draws the progress line while a cell runs.
private final class BusyWatcher: @unchecked Sendable {
    private let label: String, gauge: ProgressGauge, width: Int, style: MathStyle, theme: Theme
    /// Whether a line can be drawn over and over; otherwise it is said once.
    private let redraws: Bool
    private var thread: pthread_t?
    /// A pipe: closing its second end wakes the watcher.
    private var ends: [Int32] = [-1, -1]

    init(label: String, gauge: ProgressGauge, screen: Screen) {
        (self.label, self.gauge, width, style, theme) = (label, gauge, screen.width, screen.capabilities.mathStyle, screen.theme)
        redraws = !screen.isPlain && screen.capabilities.depth > .none
    }

    func start() {
        guard pipe(&ends) == 0 else { return }
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, { argument in
            Unmanaged<BusyWatcher>.fromOpaque(argument!).takeUnretainedValue().watch()
            return nil
        }, Unmanaged.passUnretained(self).toOpaque())
        if status == 0 { self.thread = thread }
    }

    func stop() {
        close(ends[1])
        if let thread { pthread_join(thread, nil) }
        close(ends[0])
    }

    private func isDone(within milliseconds: Int32) -> Bool {
        var wake = pollfd(fd: ends[0], events: 0, revents: 0)
        return poll(&wake, 1, milliseconds) > 0
    }

    private func watch() {
        let start = secondsNow()
        guard !isDone(within: 800) else { return }
        guard redraws else {
            writeOut((style == .unicode ? "\(label) …" : "\(label) ...") + "\n")
            return
        }
        repeat {
            let elapsed = secondsNow() - start, fraction = gauge.fraction
            let line = fraction > 0.01
                ? ProgressBar.line(label, fraction: fraction, elapsed: elapsed, width: width - 1, style: style)
                : StyledLine(String("\(label) \(style == .unicode ? "…" : "...") \(Int(elapsed)) s   (Ctrl-C stops it)".prefix(width - 1)), .dim)
            writeOut("\r\u{1B}[K" + theme.text(line))
        } while !isDone(within: 200)
        writeOut("\r\u{1B}[K")
    }
}
