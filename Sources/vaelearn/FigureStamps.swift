import Figures
import FoundationEssentials
import Lessons

/// What the figures folder was drawn from: a key for each lesson, and its figures' titles and captions for the gallery.
struct FigureStamps {
    struct Entry: Sendable {
        var id: String, title: String, caption: String
    }

    private let folder: String
    private var keys: [String: String] = [:]
    private var entries: [String: [Entry]] = [:]

    /// `figures/.drawn`: a line a lesson, `04-kl KEY`, and under it a line a figure, `\tid\ttitle\tcaption`.
    init(folder: String) {
        self.folder = folder
        guard let data = FileManager.default.contents(atPath: folder + "/.drawn") else { return }
        var lesson = ""
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            if parts.count == 4, parts[0].isEmpty {
                entries[lesson, default: []].append(Entry(id: parts[1], title: parts[2], caption: parts[3]))
            } else if let space = line.firstIndex(of: " ") {
                lesson = String(line[..<space])
                keys[lesson] = String(line[line.index(after: space)...])
            }
        }
    }

    private static func name(_ folder: LessonFolder) -> String { String(folder.path.split(separator: "/").last!) }

    /// All that a lesson's figures depend on.
    static func key(of lesson: Lesson, seed: UInt64?, formats: [FigureFormat], data: [String: String]) -> String {
        var text = Vaelearn.version + "\n\(seed ?? lesson.front.seed)\n" + formats.map(\.rawValue).joined(separator: ",") + "\n"
        for (name, path) in data.sorted(by: { $0.key < $1.key }) { text += "\(name)=\(path)\n" }
        for cell in lesson.cells { text += cell.id + "\n" + cell.code.source.text + "\n" }
        // FNV-1a, twice, from two starting points: 128 bits.
        func hash(_ start: UInt64) -> String {
            String(text.utf8.reduce(start) { ($0 ^ UInt64($1)) &* 0x100000001b3 }, radix: 16)
        }
        return hash(0xcbf29ce484222325) + hash(0x9e3779b97f4a7c15)
    }

    func isDrawn(_ lesson: LessonFolder, key: String, formats: [FigureFormat]) -> Bool {
        let name = Self.name(lesson)
        guard keys[name] == key else { return false }
        return (entries[name] ?? []).allSatisfy { entry in
            formats.allSatisfy { FileManager.default.fileExists(atPath: "\(folder)/\(name)/\(entry.id).\($0.rawValue)") }
        }
    }

    mutating func note(_ lesson: LessonFolder, key: String, entries found: [Entry]) {
        func line(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
        keys[Self.name(lesson)] = key
        entries[Self.name(lesson)] = found.map { Entry(id: $0.id, title: line($0.title), caption: line($0.caption)) }
    }

    func save() -> String? {
        var text = ""
        for (lesson, key) in keys.sorted(by: { $0.key < $1.key }) {
            text += "\(lesson) \(key)\n"
            for entry in entries[lesson] ?? [] { text += "\t\(entry.id)\t\(entry.title)\t\(entry.caption)\n" }
        }
        return UserFolders.write(text, to: folder + "/.drawn")
    }

    /// `figures/README.md`: each picture with what it shows and how it was computed.
    func gallery(_ lessons: [(folder: LessonFolder, lesson: Lesson)]) -> String {
        var text = "# Figures\n\nWritten by `vaelearn figures all`, which computes every one of them anew.\n"
        for (folder, lesson) in lessons {
            let name = Self.name(folder)
            guard let figures = entries[name], !figures.isEmpty else { continue }
            text += "\n## Lesson \(folder.number): \(lesson.front.title)\n"
            for figure in figures {
                text += "\n![\(figure.title)](\(name)/\(figure.id).png)\n\n**\(figure.title).** \(figure.caption) [PDF](\(name)/\(figure.id).pdf)\n"
            }
        }
        return text
    }
}
