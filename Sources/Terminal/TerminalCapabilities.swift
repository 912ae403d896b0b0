import Glibc

/// How a picture can be shown within the text.
public enum ImageProtocol: String, Sendable, CaseIterable {
    case kitty, iterm2, sixel, blocks, braille, none
}

/// What the screen can do, found out once at the start.
public struct TerminalCapabilities: Equatable, Sendable {
    /// Standard input and output are terminals: questions may be asked.
    public var isInteractive = false
    public var isOutputTerminal = false
    public var columns = 80
    public var rows = 24
    public var cellPixels: PixelSize?
    public var depth: ColorDepth = .none
    public var background: ScreenBackground = .unknown
    public var mathStyle: MathStyle = .unicode
    public var images: ImageProtocol = .none
    public var isInTmux = false

    public init() {}

    public var theme: Theme { Theme(depth: depth, background: background) }

    /// Asks the system and, unless told not to, the terminal itself (within 250 ms).
    public static func detect(asksTerminal: Bool = true) -> TerminalCapabilities {
        var result = TerminalCapabilities()
        let environment: (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
        result.isOutputTerminal = isatty(STDOUT_FILENO) == 1
        result.isInteractive = result.isOutputTerminal && isatty(STDIN_FILENO) == 1
        if result.isOutputTerminal { result.readSize() }
        var replies = TerminalReplies()
        if asksTerminal, result.isInteractive, let query = TerminalQuery.text(environment: environment) {
            replies = TerminalQuery.ask(query, input: STDIN_FILENO, output: STDOUT_FILENO)
        }
        result.apply(environment: environment, replies: replies)
        return result
    }

    /// The window's size now; it changes when the window is resized.
    public mutating func readSize() {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 else { return }
        if size.ws_col > 0 { columns = Int(size.ws_col) }
        if size.ws_row > 0 { rows = Int(size.ws_row) }
        if size.ws_xpixel > 0, size.ws_ypixel > 0, size.ws_col > 0, size.ws_row > 0 {
            cellPixels = PixelSize(width: Int(size.ws_xpixel) / Int(size.ws_col), height: Int(size.ws_ypixel) / Int(size.ws_row))
        }
    }

    /// Draws the conclusions; `isOutputTerminal` and the size are known already.
    package mutating func apply(environment: (String) -> String?, replies: TerminalReplies) {
        let term = environment("TERM") ?? "", program = environment("TERM_PROGRAM") ?? ""
        isInTmux = environment("TMUX").map { !$0.isEmpty } ?? false
        mathStyle = Self.speaksUnicode(environment) && term != "linux" ? .unicode : .ascii
        guard isOutputTerminal, term != "dumb", !term.isEmpty else {
            depth = .none
            images = .none
            return
        }
        if let size = replies.cellPixels { cellPixels = size }
        background = Self.background(environment, replies)
        depth = Self.depth(environment, term: term)

        let name = replies.name ?? ""
        let knowsITerm = ["iTerm.app", "WezTerm", "mintty"].contains(program) || environment("LC_TERMINAL") == "iTerm2"
            || name.hasPrefix("iTerm2") || name.hasPrefix("WezTerm") || name.hasPrefix("mintty")
        images = if replies.speaksKitty && !name.hasPrefix("WezTerm") { .kitty } else if knowsITerm { .iterm2 }
            else if replies.attributes?.contains(4) ?? false { .sixel } else if mathStyle == .ascii { .none }
            else if depth >= .palette256 { .blocks } else { .braille }
    }

    private static func background(_ environment: (String) -> String?, _ replies: TerminalReplies) -> ScreenBackground {
        if let color = replies.background {
            return 0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2] < 0.5 ? .dark : .light
        }
        // rxvt and others: "foreground;background" as numbers of the first sixteen colours.
        if let last = environment("COLORFGBG")?.split(separator: ";").last, let index = Int(last), (0...15).contains(index) {
            return index == 7 || index == 15 ? .light : .dark
        }
        return .unknown
    }

    private static func depth(_ environment: (String) -> String?, term: String) -> ColorDepth {
        if let noColor = environment("NO_COLOR"), !noColor.isEmpty { return .monochrome }
        if let color = environment("COLORTERM"), color == "truecolor" || color == "24bit" { return .trueColor }
        if ["xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm"].contains(where: term.hasPrefix) || term.hasSuffix("-direct") { return .trueColor }
        return term.contains("256color") ? .palette256 : .sixteen
    }

    /// A locale that names another encoding has no Unicode; none at all (as in many containers) most often has.
    private static func speaksUnicode(_ environment: (String) -> String?) -> Bool {
        for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
            guard let value = environment(name)?.lowercased(), !value.isEmpty else { continue }
            return value.contains("utf-8") || value.contains("utf8")
        }
        return true
    }
}

/// One round trip of questions to the terminal.
package enum TerminalQuery {
    package static let limit = 0.25

    /// Nil where nothing should be asked: some terminals print what they do not understand.
    package static func text(environment: (String) -> String?) -> String? {
        let term = environment("TERM") ?? ""
        guard !term.isEmpty, term != "dumb", term != "linux" else { return nil }
        let isInTmux = environment("TMUX").map { !$0.isEmpty } ?? false
        let kitty = "\u{1B}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\"
        var query = ""
        if isInTmux {
            // The terminal outside answers only where tmux lets the question through; it is asked only if it looks like one that would.
            if environment("KITTY_WINDOW_ID") != nil || environment("GHOSTTY_RESOURCES_DIR") != nil { query += InlineImage.throughTmux(kitty) }
        } else {
            // VTE and Apple's terminal know no kitty images and may print the question.
            if environment("VTE_VERSION") == nil, environment("TERM_PROGRAM") != "Apple_Terminal" { query += kitty + "\u{1B}[>q" }
            query += "\u{1B}]11;?\u{1B}\\"
        }
        return query + "\u{1B}[16t\u{1B}[c"
    }

    package static func ask(_ query: String, input: Int32, output: Int32) -> TerminalReplies {
        var replies = TerminalReplies()
        TerminalGuard.install()
        guard let raw = RawMode(input) else { return replies }
        defer { withExtendedLifetime(raw) {} }
        let bytes = Array(query.utf8)
        guard write(output, bytes, bytes.count) == bytes.count else { return replies }
        // In tmux the reply from outside may come after tmux's own.
        let waitsForKitty = query.hasPrefix("\u{1B}Ptmux;")
        let deadline = seconds() + limit
        var buffer = [UInt8](repeating: 0, count: 1024)
        while replies.attributes == nil || waitsForKitty && !replies.speaksKitty {
            let left = deadline - seconds()
            guard left > 0 else {
                // What comes too late must not be taken for keys.
                tcflush(input, TCIFLUSH)
                break
            }
            var descriptor = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
            let ready = poll(&descriptor, 1, Int32(left * 1000) + 1)
            if ready < 0, errno != EINTR { break }
            guard ready > 0 else { continue }
            let count = read(input, &buffer, buffer.count)
            guard count > 0 else { break }
            replies.read(buffer[..<count])
        }
        // Wipes what a terminal may have printed of the questions.
        let wipe = Array("\r\u{1B}[K".utf8)
        _ = write(output, wipe, wipe.count)
        return replies
    }

    package static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
