import Cells
import Lessons
import Terminal

enum LessonsCommand: Command {
    static let name = "lessons"
    static let summary = "lists the course, with progress"
    static let options: [Option] = [.flag("json"), .value("lang"), .value("lessons")]
    static let help = """
        vaelearn lessons

        Lists the lessons with their minutes, and how far you are in each.

          --json             one JSON document
          --lang en|zh       titles in this language, where they are translated
          --lessons DIR      where the lessons lie

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        let folders = try LessonFinder(arguments).folders()
        let progress = ProgressFile(), screen = Screen(isPlain: false)
        var documents: [JSON] = []
        for folder in folders {
            let front: FrontMatter
            do {
                front = try Course.front(of: folder, language: arguments.value("lang"))
            } catch {
                writeError("\(error)\n")
                continue
            }
            let entry = progress[front.id]
            let state = entry.isFinished ? "finished" : entry.step > 0 ? "at step \(entry.step)" : ""
            if arguments.has("json") {
                documents.append(.object([
                    "lesson": .number(Double(folder.number)), "id": .string(front.id), "title": .string(front.title),
                    "minutes": front.minutes.map { .number(Double($0)) } ?? .null, "step": .number(Double(entry.step)),
                    "finished": .bool(entry.isFinished),
                ]))
            } else {
                let number = String(repeating: " ", count: max(0, 2 - String(folder.number).count)) + String(folder.number)
                let minutes = front.minutes.map { "\($0) min" } ?? ""
                let details = minutes + (state.isEmpty ? "" : String(repeating: " ", count: max(2, 9 - minutes.count)) + state)
                let title = screen.page.own(front.title)
                // Where a line has no room for all of it, the details go below.
                let gap = max(2, 50 - DisplayWidth.of(title))
                let isNarrow = 4 + DisplayWidth.of(title) + gap + DisplayWidth.of(details) > screen.width
                screen.say(number + "  " + title + (isNarrow || details.isEmpty ? "" : String(repeating: " ", count: gap) + details))
                if isNarrow, !details.isEmpty { screen.say("    " + details) }
            }
        }
        if arguments.has("json") { writeOut(JSON.object(["lessons": .array(documents)]).text + "\n") }
        return ExitCode.good
    }

    /// What `vaelearn` alone says: a greeting, how far one is, and the next command to type.
    static func greeting() -> String {
        var text = "vaelearn \(Vaelearn.version): a course on variational autoencoders that computes every number while you watch.\n\n"
        guard let finder = try? LessonFinder(try Arguments([], for: LessonsCommand.self)), let folders = try? finder.folders(), !folders.isEmpty else {
            return text + "No lessons were found. Name their folder: vaelearn lessons --lessons DIR\n"
        }
        let progress = ProgressFile()
        let fronts = folders.map { folder in (folder, try? Course.front(of: folder)) }
        let begun = fronts.first { _, front in front.map { progress[$0.id].step > 1 && !progress[$0.id].isFinished } ?? false }
        let next = begun ?? fronts.first { _, front in front.map { !progress[$0.id].isFinished } ?? false } ?? fronts[0]
        let finished = fronts.count { _, front in front.map { progress[$0.id].isFinished } ?? false }
        if finished > 0 { text += "\(finished) of \(fronts.count) lessons are finished.\n" }
        text += begun == nil ? "Begin with:   " : "Go on with:   "
        text += "vaelearn lesson \(next.0.number)" + (next.1.map { "   (\($0.title))" } ?? "") + "\n"
        return text + "The course:   vaelearn lessons\nAll commands: vaelearn --help\n"
    }
}
