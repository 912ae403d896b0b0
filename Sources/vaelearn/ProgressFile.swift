import FoundationEssentials
import Glibc

/// Where a learner stands in each lesson: a small text file, one line a fact.
///
///     kl step 4
///     kl answered missing-half
///     kl finished
struct ProgressFile {
    struct Entry {
        /// From 1; 0 where the lesson was not begun.
        var step = 0
        var answered: Set<String> = []
        var isFinished = false
    }

    private var entries: [String: Entry] = [:]
    /// Lessons that were played here: of the others the file knows better.
    private var changed: Set<String> = []
    private let path: String?

    /// `$XDG_STATE_HOME/vaelearn/progress`; nil where there is no home.
    init() {
        path = UserFolders.state.map { $0 + "/progress" }
        entries = Self.read(path)
    }

    private static func read(_ path: String?) -> [String: Entry] {
        guard let path, let data = FileManager.default.contents(atPath: path) else { return [:] }
        var entries: [String: Entry] = [:]
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count >= 2 else { continue }
            switch words[1] {
            case "step": entries[words[0], default: Entry()].step = words.count > 2 ? max(0, Int(words[2]) ?? 0) : 0
            case "answered": if words.count > 2 { entries[words[0], default: Entry()].answered.insert(words[2]) }
            case "finished": entries[words[0], default: Entry()].isFinished = true
            default: break
            }
        }
        return entries
    }

    subscript(lesson: String) -> Entry {
        get { entries[lesson] ?? Entry() }
        set {
            entries[lesson] = newValue
            changed.insert(lesson)
        }
    }

    /// Written whole and put in place at once, beside what another window has written meanwhile. Says why it could not.
    func save() -> String? {
        guard let path else { return "Progress is not kept: there is no HOME." }
        var all = Self.read(path)
        for lesson in changed {
            var entry = self[lesson]
            entry.answered.formUnion(all[lesson]?.answered ?? [])
            entry.isFinished = entry.isFinished || all[lesson]?.isFinished ?? false
            all[lesson] = entry
        }
        var text = ""
        for (lesson, entry) in all.sorted(by: { $0.key < $1.key }) {
            if entry.step > 0 { text += "\(lesson) step \(entry.step)\n" }
            for question in entry.answered.sorted() { text += "\(lesson) answered \(question)\n" }
            if entry.isFinished { text += "\(lesson) finished\n" }
        }
        return UserFolders.write(text, to: path).map { "Progress is not kept: \($0)." }
    }
}

/// The folders that the user's system sets aside for programs.
enum UserFolders {
    static var state: String? { folder("XDG_STATE_HOME", ".local/state") }
    static var cache: String? { folder("XDG_CACHE_HOME", ".cache") }

    private static func folder(_ variable: String, _ standard: String) -> String? {
        if let path = environment(variable), path.hasPrefix("/") { return path + "/vaelearn" }
        guard let home = environment("HOME"), home.hasPrefix("/") else { return nil }
        return home + "/" + standard + "/vaelearn"
    }

    static func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// Nil if it went well, else what did not.
    static func write(_ text: String, to path: String) -> String? {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let temporary = path + ".\(getpid()).new"
        guard let file = fopen(temporary, "w") else { return "\(path) cannot be written: \(String(cString: strerror(errno)))" }
        var text = text
        let written = text.withUTF8 { fwrite($0.baseAddress, 1, $0.count, file) == $0.count }
        let closed = fclose(file) == 0
        guard written, closed, rename(temporary, path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(temporary)
            return "\(path) cannot be written: \(reason)"
        }
        return nil
    }
}
