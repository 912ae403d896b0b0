import CEdit
import Glibc

/// A line typed by the reader, or how the reader declined.
public enum PromptAnswer: Equatable, Sendable {
    case line(String)
    /// Ctrl-C.
    case cancelled
    /// Ctrl-D on an empty line, or the input's end.
    case end
}

/// What may stand for the word before the cursor: `word` is the part that is replaced.
public struct Completion: Sendable {
    public var word: String
    public var candidates: [String]

    public init(word: String, candidates: [String]) {
        self.word = word
        self.candidates = candidates
    }
}

/// Line editing with history and completion by libedit. Off a terminal it reads plain lines and writes nothing.
public final class Prompt {
    private let editor: OpaquePointer?
    private let past: OpaquePointer?
    private let input: Int32, output: Int32
    private var files: [UnsafeMutablePointer<FILE>] = []
    private let history: PromptHistory?
    private var keys = KeyFilter()
    private let complete: ((_ beforeCursor: String) -> Completion)?
    fileprivate var promptText: UnsafeMutablePointer<CChar>
    fileprivate var wasCancelled = false

    /// `complete` gets the text before the cursor.
    public init(historyPath: String? = nil, input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO,
                complete: ((_ beforeCursor: String) -> Completion)? = nil) {
        self.input = input
        self.output = output
        self.complete = complete
        promptText = strdup("")
        history = historyPath.map { PromptHistory(path: $0) }
        guard isatty(input) == 1, isatty(output) == 1 else {
            (editor, past) = (nil, nil)
            return
        }
        TerminalGuard.install()
        TerminalGuard.watchWindowSize()
        Self.chooseEncoding()
        let reading = fdopen(dup(input), "r"), writing = fdopen(dup(output), "w"), complaining = fdopen(dup(output), "w")
        files = [reading, writing, complaining].compactMap { $0 }
        guard files.count == 3, let editor = el_init("vaelearn", reading, writing, complaining) else {
            (editor, past) = (nil, nil)
            return
        }
        self.editor = editor
        past = history_init()
        configure(editor)
    }

    deinit {
        if let editor { el_end(editor) }
        if let past { history_end(past) }
        for file in files { fclose(file) }
        free(promptText)
    }

    /// libedit decodes keys by the C locale; without a Unicode one it takes only ASCII.
    private static func chooseEncoding() {
        setlocale(LC_CTYPE, "")
        if String(cString: nl_langinfo(nl_item(CODESET))) != "UTF-8" { setlocale(LC_CTYPE, "C.UTF-8") }
    }

    private func configure(_ editor: OpaquePointer) {
        cedit_set_client_data(editor, Unmanaged.passUnretained(self).toOpaque())
        cedit_set_string(editor, EL_EDITOR, "emacs")
        cedit_set_int(editor, EL_SIGNAL, 0)
        cedit_set_prompt(editor) { prompt(of: $0).promptText }
        cedit_set_reader(editor) { editor, character in prompt(of: editor).readCharacter(character) }
        cedit_add_function(editor, "vae-cancel", "Leave the line") { editor, _ in
            prompt(of: editor).wasCancelled = true
            return UInt8(CC_NEWLINE)
        }
        cedit_add_function(editor, "vae-complete", "Complete the word") { editor, _ in prompt(of: editor).completeWord() }
        // Ctrl-C arrives as a key, so that it can leave the line without a signal.
        cedit_set_tty(editor, "-d", "-isig")
        cedit_bind(editor, "^C", "vae-cancel")
        cedit_bind(editor, "^I", "vae-complete")
        cedit_bind(editor, "^R", "em-inc-search-prev")
        // Home, End, Delete and Ctrl with an arrow, as terminals send them.
        for (key, command) in [("\\e[H", "ed-move-to-beg"), ("\\e[F", "ed-move-to-end"), ("\\e[1~", "ed-move-to-beg"), ("\\e[4~", "ed-move-to-end"),
                               ("\\e[3~", "ed-delete-next-char"), ("\\e[1;5C", "em-next-word"), ("\\e[1;5D", "ed-prev-word")] {
            cedit_bind(editor, key, command)
        }
        guard let past else { return }
        cedit_history_limit(past, Int32(PromptHistory.limit))
        cedit_history_unique(past)
        cedit_set_history(editor, past)
        for line in history?.lines ?? [] { cedit_history_enter(past, line) }
    }

    // MARK: Reading

    /// Shows the prompt and waits for a line. The line stands without its newline.
    public func read(_ text: StyledLine = StyledLine("> "), theme: Theme = .plain) -> PromptAnswer {
        guard let editor else { return readPlainLine() }
        free(promptText)
        promptText = strdup(Self.escaped(text, theme))
        wasCancelled = false
        fflush(nil)
        var modes = termios()
        let hasModes = tcgetattr(input, &modes) == 0
        // Whatever libedit leaves behind, the terminal is as it was.
        defer { if hasModes { tcsetattr(input, TCSADRAIN, &modes) } }
        el_resize(editor)
        var count: Int32 = 0
        let reply = el_gets(editor, &count)
        // An empty line that was left is no end of the input, although both have no characters.
        // Either is left where it stood: the line on the screen is ended here.
        guard !wasCancelled, let typed = reply, count > 0 else {
            _ = write(output, "\n", 1)
            return wasCancelled ? .cancelled : .end
        }
        var line = String(cString: typed)
        while line.last?.isNewline ?? false { line.removeLast() }
        if line.contains(where: { !$0.isWhitespace }) {
            if let past { cedit_history_enter(past, line) }
            history?.append(line)
        }
        return .line(line)
    }

    /// Colours stand between \1 marks, so that libedit does not count them as columns. libedit drops a mark at the prompt's end:
    /// the last colour ends before the space there.
    private static func escaped(_ line: StyledLine, _ theme: Theme) -> String {
        var spans = line.spans
        if let last = spans.popLast() {
            spans.append(StyledSpan(String(last.text.reversed().drop { $0 == " " }.reversed()), last.style))
        }
        return spans.map { span in
            let codes = theme.codes(span.style)
            return codes.isEmpty || span.text.isEmpty ? span.text : "\u{1}\u{1B}[" + codes + "m\u{1}" + span.text + "\u{1}\u{1B}[0m\u{1}"
        }.joined() + " "
    }

    private func readPlainLine() -> PromptAnswer {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = Glibc.read(input, &byte, 1)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return bytes.isEmpty ? .end : .line(String(decoding: bytes, as: UTF8.self)) }
            if byte == UInt8(ascii: "\n") { return .line(String(decoding: bytes, as: UTF8.self)) }
            bytes.append(byte)
        }
    }

    /// One character of UTF-8 for libedit: 1 for a character, 0 at the end, -1 for an error. A resized window is drawn anew meanwhile.
    fileprivate func readCharacter(_ character: UnsafeMutablePointer<wchar_t>?) -> Int32 {
        var bytes: [UInt8] = []
        while true {
            guard let byte = keys.next(wait: { nextByte() }, soon: { byteAtOnce() }) else { return bytes.isEmpty ? 0 : -1 }
            bytes.append(byte)
            let length = byte < 0x80 || bytes.count > 1 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            if bytes.count == 1, length > 1 { continue }
            let needed = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : bytes[0] >= 0xC0 ? 2 : 1
            if bytes.count < needed, byte & 0xC0 == 0x80 { continue }
            character?.pointee = wchar_t(String(decoding: bytes, as: UTF8.self).unicodeScalars.first!.value)
            return 1
        }
    }

    private func byteAtOnce() -> UInt8? {
        var ready = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, 50) > 0 else { return nil }
        var byte: UInt8 = 0
        return Glibc.read(input, &byte, 1) == 1 ? byte : nil
    }

    private func nextByte() -> UInt8? {
        var seen = TerminalGuard.resizes
        while true {
            // SIGWINCH is let through only while waiting, so that none is missed between the look and the wait.
            var blocked = sigset_t(), old = sigset_t()
            sigemptyset(&blocked)
            sigaddset(&blocked, SIGWINCH)
            pthread_sigmask(SIG_BLOCK, &blocked, &old)
            if TerminalGuard.resizes != seen {
                seen = TerminalGuard.resizes
                pthread_sigmask(SIG_SETMASK, &old, nil)
                el_resize(editor)
                cedit_refresh(editor)
                continue
            }
            let ready = cedit_wait(input, &old)
            let failure = errno
            pthread_sigmask(SIG_SETMASK, &old, nil)
            if ready < 0, failure == EINTR { continue }
            guard ready > 0 else { return nil }
            var byte: UInt8 = 0
            let count = Glibc.read(input, &byte, 1)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            return count == 1 ? byte : nil
        }
    }

    // MARK: Completion

    fileprivate func completeWord() -> UInt8 {
        guard let complete, let editor, let line = el_line(editor)?.pointee else { return UInt8(CC_REFRESH_BEEP) }
        let before = String(decoding: UnsafeRawBufferPointer(start: line.buffer, count: line.cursor - line.buffer), as: UTF8.self)
        let completion = complete(before)
        guard before.hasSuffix(completion.word), !completion.candidates.isEmpty else { return UInt8(CC_REFRESH_BEEP) }
        let common = Self.commonPrefix(completion.candidates)
        if common.count > completion.word.count, common.hasPrefix(completion.word) {
            let rest = String(common.dropFirst(completion.word.count))
            return el_insertstr(editor, rest) == 0 ? UInt8(CC_REFRESH) : UInt8(CC_REFRESH_BEEP)
        }
        guard completion.candidates.count > 1 else { return UInt8(CC_REFRESH) }
        var size = winsize()
        let width = ioctl(output, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
        let list = LineWrapper(width: width).lines([StyledSpan(completion.candidates.joined(separator: "  "))])
        let text = "\r\n" + list.map { $0.text + "\r\n" }.joined()
        _ = text.withCString { write(output, $0, strlen($0)) }
        return UInt8(CC_REDISPLAY)
    }

    package static func commonPrefix(_ words: [String]) -> String {
        guard var prefix = words.first else { return "" }
        for word in words.dropFirst() { while !word.hasPrefix(prefix) { prefix.removeLast() } }
        return prefix
    }
}

/// The prompt behind libedit's client data; free functions, because C callbacks capture nothing.
private func prompt(of editor: OpaquePointer?) -> Prompt {
    Unmanaged<Prompt>.fromOpaque(cedit_client_data(editor)!).takeUnretainedValue()
}

/// Past lines in a text file, one a line, the newest last. A history that cannot be written is no reason to stop.
struct PromptHistory {
    static let limit = 1000
    let path: String

    /// The last lines of the file.
    var lines: [String] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0, bytes.count < 1 << 24 { bytes += buffer[..<count] }
        let all = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        return all.suffix(Self.limit).map { Visible.text(String($0)) }
    }

    func append(_ line: String) {
        let text = String(line.map { $0.isNewline ? " " : $0 })
        // A file that has grown to twice the limit is cut back.
        let old = lines
        if old.count >= Self.limit, size > 1 << 18 { rewrite(old) }
        guard let file = fopen(path, "a") else { return }
        fputs(text + "\n", file)
        fclose(file)
        chmod(path, 0o600)
    }

    private var size: Int {
        var information = stat()
        return stat(path, &information) == 0 ? Int(information.st_size) : 0
    }

    /// By way of a new file: a full disk leaves the old one whole.
    private func rewrite(_ lines: [String]) {
        let new = path + ".new"
        guard let file = fopen(new, "w") else { return }
        let isWritten = fputs(lines.map { $0 + "\n" }.joined(), file) >= 0
        guard fclose(file) == 0, isWritten else { unlink(new); return }
        rename(new, path)
    }
}
