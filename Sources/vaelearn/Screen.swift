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
            capabilities = TerminalCapabilities.detect(asksTerminal: images == nil)
        }
        if let images { capabilities.images = images }
    }

    func readSize() { if capabilities.isOutputTerminal { capabilities.readSize() } }

    func write(_ lines: [StyledLine]) {
        guard !lines.isEmpty else { return }
        writeOut(lines.map { theme.text($0) + "\n" }.joined())
        rowsUsed += lines.count
    }

    func write(_ text: String, _ role: TextRole = .body) { write([StyledLine(text, role)]) }

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
        guard capabilities.isOutputTerminal, !isPlain, capabilities.depth > .none else { return try body() }
        let watcher = BusyWatcher(label: label, gauge: gauge, width: width, style: capabilities.mathStyle, theme: theme)
        watcher.start()
        defer { watcher.stop() }
        return try body()
    }
}

/// A thread that draws the progress line while a cell runs.
private final class BusyWatcher: @unchecked Sendable {
    private let label: String, gauge: ProgressGauge, width: Int, style: MathStyle, theme: Theme
    private var thread = pthread_t()
    private let done = Cancellation()

    init(label: String, gauge: ProgressGauge, width: Int, style: MathStyle, theme: Theme) {
        (self.label, self.gauge, self.width, self.style, self.theme) = (label, gauge, width, style, theme)
    }

    func start() {
        pthread_create(&thread, nil, { argument in
            Unmanaged<BusyWatcher>.fromOpaque(argument!).takeUnretainedValue().watch()
            return nil
        }, Unmanaged.passUnretained(self).toOpaque())
    }

    func stop() {
        done.cancel()
        pthread_join(thread, nil)
    }

    private func watch() {
        let start = secondsNow()
        var isDrawn = false
        while !done.isCancelled {
            usleep(50_000)
            let elapsed = secondsNow() - start
            guard elapsed > 0.8, !done.isCancelled else { continue }
            let fraction = gauge.fraction
            let line = fraction > 0.01
                ? ProgressBar.line(label, fraction: fraction, elapsed: elapsed, width: width - 1, style: style)
                : StyledLine("\(label) … \(Int(elapsed)) s   (Ctrl-C stops it)", .dim)
            writeOut("\r\u{1B}[K" + theme.text(line))
            isDrawn = true
            usleep(150_000)
        }
        if isDrawn { writeOut("\r\u{1B}[K") }
    }
}
