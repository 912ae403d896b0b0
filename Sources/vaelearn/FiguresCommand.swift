import Cells
import Figures
import FoundationEssentials
import Glibc
import Lessons
import Synchronization
import Terminal

enum FiguresCommand: Command {
    static let name = "figures"
    static let summary = "draws the lessons' figures anew"
    static let options: [Option] = [.value("out"), .value("format"), .flag("force"), .flag("csv"), .value("seed"), .value("lessons"), .value("data")]
    static let help = """
        vaelearn figures 3
        vaelearn figures all --format png,pdf --force

        Runs the lessons and writes their figures to figures/NN-slug/ID.png and .pdf, and, for all lessons, the gallery
        figures/README.md. Lessons that have not changed since are passed over.

          --out DIR          where figures are written (figures beside the lessons, or here)
          --format LIST      png, pdf, svg, with commas (png,pdf)
          --force            draws everything, changed or not
          --csv              also the data behind each figure
          --seed S           another seed than the lesson's own
          --data name=PATH   a data set for dataset("name")
          --lessons DIR      where the lessons lie

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        let finder = try LessonFinder(arguments)
        let folders = try finder.folders(named: arguments.words)
        let formats = try formats(arguments)
        let out = arguments.value("out") ?? FigureDisplay.beside(finder.directory) ?? "figures"
        let seed = try arguments.seed()
        let data = Dictionary(try arguments.pairs("data").map { ($0.name, $0.value) }) { $1 }
        Interrupt.stopCellsOnControlC()

        var stamps = FigureStamps(folder: out)
        let lessons = try folders.map { (folder: $0, lesson: try readLesson($0)) }
        let keys = lessons.map { FigureStamps.key(of: $0.lesson, seed: seed, formats: formats, data: data) }
        let outdated = lessons.indices.filter { index in
            arguments.has("force") || !stamps.isDrawn(lessons[index].folder, key: keys[index], formats: formats)
        }
        let results = Mutex([Int: Drawn]())
        // Drawn on under the lock of the results only.
        nonisolated(unsafe) let bar = ProgressBar("drawing figures", capabilities: .detect(asksTerminal: false))
        if !outdated.isEmpty { bar.update(0) }
        inParallel(outdated.count) { position in
            let index = outdated[position]
            let drawn = draw(lessons[index].lesson, lessons[index].folder, to: out, formats: formats, seed: seed, data: data)
            results.withLock {
                $0[index] = drawn
                bar.update(Double($0.count) / Double(outdated.count), note: "\($0.count) of \(outdated.count) lessons")
            }
        }
        bar.finish()
        var failed = false
        for index in outdated {
            let drawn = results.withLock { $0[index]! }
            for path in drawn.paths { writeOut(shortPath(path) + "\n") }
            if let problem = drawn.problem {
                writeError("vaelearn figures: lesson \(lessons[index].folder.number): \(problem.message)\n" + (problem.hint.map { "Hint: \($0)\n" } ?? ""))
                if drawn.isInterrupted { return ExitCode.interrupted }
                guard problem.code == ExitCode.checkFailed else { return problem.code }
                failed = true
            } else {
                stamps.note(lessons[index].folder, key: keys[index], entries: drawn.entries)
            }
        }
        if outdated.isEmpty { writeOut("nothing has changed: all figures are there. --force draws them anew.\n") }
        if let problem = stamps.save() { throw CommandError.badInput(problem) }
        if arguments.words.isEmpty || arguments.words == ["all"] {
            if let problem = UserFolders.write(stamps.gallery(lessons), to: out + "/README.md") { throw CommandError.badInput(problem) }
        }
        return failed ? ExitCode.checkFailed : ExitCode.good
    }

    private static func formats(_ arguments: Arguments) throws -> [FigureFormat] {
        var formats: [FigureFormat] = []
        for name in (arguments.value("format") ?? "png,pdf").split(separator: ",") {
            guard let format = FigureFormat(rawValue: String(name)), format != .csv else {
                throw CommandError.wrongUse("there is no format \"\(shown(String(name)))\".", hint: "png, pdf, svg")
            }
            if !formats.contains(format) { formats.append(format) }
        }
        guard !formats.isEmpty else { throw CommandError.wrongUse("--format names no format.", hint: "png, pdf, svg") }
        return formats + (arguments.has("csv") ? [.csv] : [])
    }

    private struct Drawn: Sendable {
        var paths: [String] = []
        var entries: [FigureStamps.Entry] = []
        var problem: CommandError?
        var isInterrupted = false
    }

    private static func draw(
        _ lesson: Lesson, _ folder: LessonFolder, to out: String, formats: [FigureFormat], seed: UInt64?, data: [String: String]
    ) -> Drawn {
        var drawn = Drawn()
        var session = LessonSession(lesson, seed: seed)
        session.cancellation = Interrupt.cancellation
        session.data = data
        let target = out + "/" + String(folder.path.split(separator: "/").last!)
        for cell in lesson.cells {
            let outcome = session.run(cell.id)
            if outcome.interrupted {
                drawn.isInterrupted = true
                drawn.problem = .badInput("interrupted.")
                return drawn
            }
            if let error = outcome.error {
                let place = cell.code.source.position(of: error.span.start)
                drawn.problem = CommandError(
                    message: "\(lesson.path):\(place.line):\(place.column): \(error.message)", hint: error.hint, code: ExitCode.checkFailed)
            }
            for figure in outcome.figures {
                do {
                    drawn.paths += try figure.write(to: target, formats: formats)
                    drawn.entries.append(.init(id: figure.id, title: figure.title ?? figure.id, caption: figure.caption ?? ""))
                } catch let error as FigureError {
                    drawn.problem = .badInput(error.message, hint: error.hint)
                    return drawn
                } catch {
                    drawn.problem = .badInput("\(error)")
                    return drawn
                }
            }
        }
        return drawn
    }
}

/// Runs `body` for each number below `count`, on as many threads as there are processors.
func inParallel(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let next = Atomic<Int>(0)
    let threads = max(1, min(count, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let work: @Sendable () -> Void = {
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            body(index)
        }
    }
    var others: [pthread_t] = []
    for _ in 1..<max(threads, 1) {
        var thread = pthread_t()
        let job = Unmanaged.passRetained(ThreadJob(work))
        let status = pthread_create(&thread, nil, { argument in
            Unmanaged<ThreadJob>.fromOpaque(argument!).takeRetainedValue().work()
            return nil
        }, job.toOpaque())
        if status == 0 { others.append(thread) } else { job.release() }
    }
    work()
    for thread in others { pthread_join(thread, nil) }
}

private final class ThreadJob: Sendable {
    let work: @Sendable () -> Void
    init(_ work: @escaping @Sendable () -> Void) { self.work = work }
}
