import Cells
import Glibc
import Lessons
import Terminal

enum LessonCommand: Command {
    static let name = "lesson"
    static let summary = "steps through a lesson"
    static let options: [Option] = [
        .value("step"), .flag("no-pause"), .value("set"), .value("seed"), .value("lang"), .value("figures"), .value("images"),
        .flag("plain"), .flag("deeper"), .value("data"), .value("lessons"),
    ]
    static let help = """
        vaelearn lesson 3
        vaelearn lesson 3 --step 4 --set samples=1000
        vaelearn lesson 3 --no-pause | less

        Steps through a lesson: Enter goes on, :back goes back, :help lists the commands, and any expression typed is
        evaluated in the lesson's state. Where input or output is no terminal, the whole lesson is printed without pauses.

          --step K           begins at step K
          --no-pause         does not wait
          --deeper           enters the optional steps too
          --set name=value   turns a knob
          --seed S           another seed than the lesson's own
          --lang en|zh       the language of the text
          --figures DIR      where figures are written
          --images auto|kitty|iterm2|sixel|blocks|none
          --plain            no drawing, math in words: reads well aloud
          --data name=PATH   a data set for dataset("name")
          --lessons DIR      where the lessons lie

        Exit code 0, or 1 if a check failed where nobody was asked, 2 for an unknown lesson or step.

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        guard arguments.words.count == 1 else { throw CommandError.wrongUse("name one lesson by its number.", hint: "vaelearn lesson 3") }
        let finder = try LessonFinder(arguments)
        let folder = try finder.folder(number: lessonNumber(arguments.words[0]))
        let language = try language(arguments, folder)
        let images = try images(arguments)
        let lesson = try readLesson(folder, language: language)
        let step = try arguments.whole("step")
        if let step, !lesson.steps.indices.contains(step - 1) {
            throw CommandError.wrongUse("lesson \(folder.number) has steps 1 to \(lesson.steps.count), and no step \(step).")
        }
        let knobs = try RunCommand.knobs(arguments), declared = lesson.cells.flatMap(\.code.program.knobNames)
        if let unknown = knobs.keys.sorted().first(where: { !declared.contains($0) }) {
            throw CommandError.wrongUse(
                "lesson \(folder.number) has no knob \(shown(unknown)).",
                hint: declared.isEmpty ? "it has none at all" : "it has \(declared.joined(separator: ", "))")
        }
        var session = LessonSession(lesson, seed: try arguments.seed(), knobs: knobs)
        session.cancellation = Interrupt.cancellation
        for (name, path) in try arguments.pairs("data") { session.data[name] = path }
        session.cache = UserFolders.cache.map { CellCache(folder: $0 + "/cells", engine: Vaelearn.version + " " + fileStamp("/proc/self/exe")) }

        let screen = Screen(isPlain: arguments.has("plain"))
        let player = LessonPlayer(
            session, number: folder.number, screen: screen,
            figures: FigureDisplay(arguments.value("figures"), lessons: finder.directory, folder: folder), images: images)
        player.entersDeeper = arguments.has("deeper") || (step.map { lesson.steps[$0 - 1].isDeeper } ?? false)
        if screen.capabilities.isInteractive, !arguments.has("no-pause") {
            return player.playInteractively(from: step)
        }
        Interrupt.stopCellsOnControlC()
        return player.playThrough(from: step)
    }

    private static func language(_ arguments: Arguments, _ folder: LessonFolder) throws -> String? {
        guard let language = arguments.value("lang") else { return nil }
        guard language != "en" else { return nil }
        guard folder.languages.contains(language) else {
            let known = (["en"] + folder.languages).joined(separator: ", ")
            throw CommandError.wrongUse("lesson \(folder.number) is not there in \"\(shown(language))\".", hint: "there are \(known)")
        }
        return language
    }

    private static func images(_ arguments: Arguments) throws -> ImageProtocol? {
        guard let name = arguments.value("images"), name != "auto" else { return nil }
        guard let images = ImageProtocol(rawValue: name) else {
            throw CommandError.wrongUse("--images \"\(shown(name))\" is unknown.", hint: "auto, kitty, iterm2, sixel, blocks or none")
        }
        return images
    }
}
