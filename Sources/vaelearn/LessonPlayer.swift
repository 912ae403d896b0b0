import Cells
import Figures
import Glibc
import Lessons
import Terminal

/// Plays a lesson on a screen, step by step.
final class LessonPlayer {
    var session: LessonSession
    let number: Int
    let screen: Screen
    let figures: FigureDisplay
    let images: ImageProtocol?
    var entersDeeper = false
    var progress = ProgressFile()
    let gauge = ProgressGauge()

    /// Where the lesson stands.
    var stepIndex = 0
    /// The cell shown last: what :edit and :run mean.
    var currentCell: String?
    /// Guesses made, by the cell they are about.
    var guesses: [String: (prediction: Prediction, guess: Int)] = [:]
    /// What a learner wrote in each lab.
    var labTexts: [String: String] = [:]
    /// The one shown last stands last.
    var shownFigures: [(figure: Figure, path: String?)] = []
    /// Why figures could not be written.
    private(set) var unwrittenFigures: [String] = []
    /// Somebody sits there and is asked.
    var pauses = false
    private(set) var failures = 0
    var saidProgressProblem = false
    private(set) lazy var prompter = Prompt(historyPath: UserFolders.state.map { $0 + "/history" }) { [unowned self] in completion($0) }

    init(_ session: LessonSession, number: Int, screen: Screen, figures: FigureDisplay, images: ImageProtocol?) {
        self.session = session
        self.number = number
        self.screen = screen
        self.figures = figures
        self.images = images
        self.session.gauge = gauge
    }

    var lesson: Lesson { session.lesson }
    var page: LessonPage { screen.page }

    /// The steps that are walked through: the optional ones only where they were asked for.
    func isOpen(_ index: Int) -> Bool { lesson.steps.indices.contains(index) && (entersDeeper || !lesson.steps[index].isDeeper) }

    func nextStep(after index: Int) -> Int? { (index + 1 ..< max(index + 1, lesson.steps.count)).first(where: isOpen) }
    func stepBefore(_ index: Int) -> Int? { (0..<index).reversed().first(where: isOpen) }

    // MARK: Without pauses

    func playThrough(from first: Int?) -> Int32 {
        if screen.capabilities.isOutputTerminal { screen.ask(images: images) } else if let images { screen.ask(images: images) }
        var index = first.map { $0 - 1 } ?? lesson.steps.indices.first(where: isOpen)
        while let step = index {
            showHeader(step)
            for element in lesson.steps[step].elements {
                switch element {
                case .prose, .math, .note: show(element)
                case .cell(let cell): show(cell)
                case .ask(let question): show(question)
                case .predict(let prediction): show(prediction)
                case .lab(let lab): showThroughout(lab)
                }
                if Interrupt.cancellation.isCancelled { return ExitCode.interrupted }
            }
            index = nextStep(after: step)
        }
        if let problem = unwrittenFigures.first {
            writeError("vaelearn lesson: figures that could not be written: \(unwrittenFigures.count). \(problem)\n")
            if failures == 0 { return ExitCode.badInput }
        }
        return failures == 0 ? ExitCode.good : ExitCode.checkFailed
    }

    // MARK: Showing

    func showHeader(_ index: Int) {
        screen.readSize()
        screen.beginPage()
        stepIndex = index
        let step = lesson.steps[index]
        let place = "step \(index + 1) of \(lesson.steps.count)" + (step.isDeeper ? ", deeper" : "")
        screen.write(page.header(lesson: "Lesson \(number) · \(lesson.front.title)", step: place))
        catchUp(before: index)
        screen.write(page.heading(session.filled(step.title)))
        screen.blank()
    }

    /// Where a lesson is entered in its middle, the cells of the steps above come first: the step's words may hold their values.
    private func catchUp(before index: Int) {
        let above = lesson.steps[..<index].flatMap(\.elements).compactMap { if case .cell(let cell) = $0 { cell.id } else { nil } }
        for (position, id) in above.enumerated() where session.outcome(of: id) == nil {
            let outcome = running { run(id, label: "cell \(position + 1) of \(above.count) above: \(id)") }
            guard !outcome.interrupted else { return write(page.wrapped("Stopped before the cells above had run.", .warning)) }
        }
    }

    /// Ctrl-C stops what runs here: a cell where the reader is asked, the whole program elsewhere.
    func running<Result>(_ body: () throws -> Result) rethrows -> Result {
        pauses ? try Interrupt.whileRunning(body) : try body()
    }

    /// What needs neither a run nor an answer.
    func show(_ element: Element) {
        switch element {
        case .prose(let prose): write(page.prose(session.filled(prose)))
        case .math(let passage): write(page.math(passage.text))
        case .cell, .ask, .predict, .lab, .note: break
        }
    }

    func show(_ question: Question) {
        write(page.question(session.filled(question.talk.prompt), choices: question.choiceTexts, label: "Question"))
    }

    func show(_ prediction: Prediction) {
        write(page.question(session.filled(prediction.talk.prompt), choices: prediction.choices.map(\.text), label: "Predict"))
    }

    func write(_ lines: [StyledLine]) {
        screen.write(lines)
        screen.blank()
    }

    @discardableResult
    func show(_ cell: Cell) -> Move? {
        currentCell = cell.id
        screen.write(page.source(session.source(of: cell.id), number: session.number(of: cell.id), isEdited: session.isEdited(cell.id)))
        screen.blank()
        return show(running { run(cell.id) }, of: cell.id)
    }

    /// Runs a cell, and those above it that have not run.
    private func run(_ id: String, label: String? = nil) -> CellOutcome {
        screen.whileBusy(label ?? "running \(id)", gauge: gauge) { session.run(id) }
    }

    @discardableResult
    func show(_ outcome: CellOutcome, of id: String) -> Move? {
        let output = page.output(outcome, number: session.number(of: id))
        if !output.isEmpty { write(output) }
        if outcome.isFromCache { write(page.wrapped("(from cache)", .dim)) }
        let move = showFindings(outcome, source: session.source(of: id))
        if let (prediction, guess) = guesses.removeValue(forKey: id) {
            if outcome.interrupted { guesses[id] = (prediction, guess) } else { settle(prediction, guess: guess) }
        }
        return move
    }

    /// Checks, error and figures of a cell, a typed expression or an attempt.
    @discardableResult
    func showFindings(_ outcome: CellOutcome, source: String) -> Move? {
        if !outcome.checks.isEmpty { write(page.checks(outcome.checks)) }
        failures += outcome.checks.count { !$0.passed }
        if let error = outcome.error {
            failures += 1
            write(page.error(error, source: source))
        }
        if outcome.interrupted { write(page.wrapped("Stopped. Everything is as it was before the cell.", .warning)) }
        for figure in outcome.figures { if let move = show(figure) { return move } }
        return nil
    }

    /// Numbered as the lesson's cells show them; a figure that a reader made has no number.
    func figureName(_ id: String) -> String {
        var ids: [String] = []
        for (_, outcome) in session.outcomes { for figure in outcome.figures where !ids.contains(figure.id) { ids.append(figure.id) } }
        return ids.firstIndex(of: id).map { "Figure \(number).\($0 + 1)" } ?? "Figure \(id)"
    }

    /// The picture where the terminal can show it, and the file in any case.
    @discardableResult
    func show(_ figure: Figure, withWords: Bool = false) -> Move? {
        let (path, problem) = figures.write(figure)
        if let old = shownFigures.firstIndex(where: { $0.figure.id == figure.id }) { shownFigures.remove(at: old) }
        shownFigures.append((figure, path))
        let name = figureName(figure.id)
        let title = figure.title ?? figure.id, file = path.map(shortPath)
        if let problem { unwrittenFigures.append(problem) }
        if screen.isPlain {
            write(page.prose("\(name). \(title). \(figure.caption ?? "")") + page.wrapped(file.map { "File: \($0)" } ?? problem ?? ""))
            return nil
        }
        let images = screen.capabilities.images
        let needsWords = withWords || images == .none || FigureDisplay.isCoarse(images)
        let text = page.caption(name, title: title, rest: needsWords ? figures.words(of: figure) : [], file: file)
            + (problem.map { page.wrapped($0, .warning) } ?? [])
        let picture = figures.inline(figure, screen, below: text.count)
        if let picture {
            // A picture and its words are one page.
            if pauses, !screen.hasRoom(for: picture.rows + text.count) {
                if let move = prompt(.more) { return move }
                screen.beginPage()
            }
            screen.writeRaw(picture.code, rows: picture.rows)
        }
        write(text)
        return nil
    }

    /// A lab where nobody can be asked: its start with what it does, and the checks of its solution.
    private func showThroughout(_ lab: Lab) {
        write(page.question(session.filled(lab.talk.prompt), choices: [], label: "Lab"))
        screen.write(page.source(lab.start.source.text, number: nil, isEdited: false))
        screen.blank()
        let before = failures
        show(session.attempt(lab, lab.start.source.text), source: lab.start.source.text, check: lab.check.source.text)
        // That the start fails is the exercise.
        failures = before
        write(page.wrapped("With its solution:", .dim))
        show(session.attempt(lab, lab.solution.source.text), source: lab.solution.source.text, check: lab.check.source.text)
    }

    func show(_ attempt: LabOutcome, source: String, check: String) {
        screen.write(page.text(attempt.cell.output))
        showFindings(attempt.cell, source: source)
        if let found = attempt.check { showFindings(found, source: check) }
    }

    func settle(_ prediction: Prediction, guess: Int) {
        guard let right = session.rightChoice(of: prediction) else { return }
        let answer = prediction.choices[right].text
        let verdict = guess == right ? "Your guess was right: **\(answer)**." : "Your guess: \(prediction.choices[guess].text). The answer: **\(answer)**."
        write(page.note(verdict, guess == right ? .pass : .warning))
        if let why = prediction.talk.why { write(page.prose(session.filled(why))) }
    }
}
