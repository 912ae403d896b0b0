import Cells
import Glibc
import Terminal

enum GlossaryCommand: Command {
    static let name = "glossary"
    static let summary = "explains a term"
    static let options: [Option] = [.value("lessons"), .flag("plain")]
    static let help = """
        vaelearn glossary ELBO
        vaelearn glossary

        Explains a term of the course, with its formula and the lesson where it is met; alone, lists all terms.

          --plain            math in words
          --lessons DIR      where the lessons lie

        """

    /// One entry of `lessons/glossary.md`: `## ELBO, evidence lower bound` and the text below.
    private struct Entry {
        let names: [String]
        let text: String
    }

    static func run(_ arguments: Arguments) throws -> Int32 {
        let directory = try LessonFinder(arguments).directory
        guard let bytes = try? readInput(directory + "/glossary.md") else {
            throw CommandError.badInput("there is no glossary in \(shown(shortPath(directory))).", hint: "it is the file glossary.md beside the lessons")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let entries = entries(of: text)
        let screen = Screen(isPlain: arguments.has("plain"))
        guard !arguments.words.isEmpty else {
            let names = entries.map { $0.names.joined(separator: ", ") }
            for name in names.sorted(by: { $0.lowercased() < $1.lowercased() }) { screen.say(name) }
            return ExitCode.good
        }
        let wanted = arguments.words.joined(separator: " ")
        let found = entries.filter { entry in entry.names.contains { $0.lowercased() == wanted.lowercased() } }
        guard !found.isEmpty else {
            let near = nearestNames(to: wanted, among: entries.flatMap(\.names))
            let within = entries.flatMap(\.names).filter { $0.lowercased().contains(wanted.lowercased()) }
            let hint = (near + within).prefix(4).joined(separator: ", ")
            throw CommandError.wrongUse("there is no term \"\(shown(wanted))\".", hint: hint.isEmpty ? "vaelearn glossary lists them all" : "did you mean \(hint)?")
        }
        for entry in found {
            screen.write(screen.page.heading(entry.names.joined(separator: ", ")))
            screen.blank()
            screen.write(screen.page.prose(entry.text))
        }
        return ExitCode.good
    }

    private static func entries(of text: String) -> [Entry] {
        var entries: [Entry] = [], names: [String] = [], lines: [Substring] = []
        func finish() {
            if !names.isEmpty { entries.append(Entry(names: names, text: lines.joined(separator: "\n").trimmed)) }
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("## ") {
                finish()
                names = line.dropFirst(3).split(separator: ",").map { String($0).trimmed }
                lines = []
            } else {
                lines.append(line)
            }
        }
        finish()
        return entries
    }
}
