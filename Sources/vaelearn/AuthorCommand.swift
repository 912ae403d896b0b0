import Cells
import Lessons

enum AuthorCommand: Command {
    static let name = "author"
    static let summary = "tests lessons themselves: author check"
    static let options: [Option] = [.value("lessons")]
    static let help = """
        vaelearn author check lessons/04-kl/lesson.md
        vaelearn author check all

        Proves a lesson: its file is well formed, every cell runs, each lab's start fails and its solution passes, each wrong
        answer is refused with its own sentence, every check can fail, no bare number stands in prose, formulas can be
        read, pages fit 80x24, budgets hold, and two runs are identical. All faults are listed, with file and line.

        Exit code 0, or 1 if there is a fault.

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        guard arguments.words.first == "check" else {
            throw CommandError.wrongUse("say what: vaelearn author check FILE, or all.")
        }
        let words = Array(arguments.words.dropFirst())
        Interrupt.stopCellsOnControlC()
        var count = 0
        if words.isEmpty || words == ["all"] {
            let folders = try LessonFinder(arguments).folders()
            let fronts = folders.compactMap { folder in (try? Course.front(of: folder)).map { (folder: folder, front: $0) } }
            count += report(Course.problems(among: fronts), of: nil)
            for folder in folders {
                count += report(try problems(at: folder.lessonPath), of: folder.lessonPath)
                for language in folder.languages {
                    let (_, found) = try translated(folder, language)
                    count += report(found, of: folder.translationPath(language))
                }
            }
        } else {
            for path in words { count += report(try problems(at: path), of: path) }
        }
        if Interrupt.cancellation.isCancelled { return ExitCode.interrupted }
        return count == 0 ? ExitCode.good : ExitCode.checkFailed
    }

    private static func problems(at path: String) throws -> [Problem] {
        let bytes = try readInput(path)
        let text: String
        do {
            text = try LessonFile.decode(bytes, path: path)
        } catch {
            return [error]
        }
        let (lesson, faults) = LessonFile.parse(text, path: path)
        let found = AuthorCheck.problems(of: lesson, cancellation: Interrupt.cancellation, now: secondsNow) + PageFit.problems(of: lesson)
        return (faults + found.filter { !faults.contains($0) }).sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    private static func translated(_ folder: LessonFolder, _ language: String) throws -> (Lesson, [Problem]) {
        do {
            let (lesson, problems) = try Course.lesson(in: folder, language: language)
            return (lesson, problems.filter { $0.path != folder.lessonPath })
        } catch {
            return (Lesson(path: folder.translationPath(language)), [error])
        }
    }

    private static func report(_ problems: [Problem], of path: String?) -> Int {
        for problem in problems { writeOut(visible("\(problem)") + "\n") }
        if let path, problems.isEmpty { writeOut("\(path): good\n") }
        return problems.count
    }
}
