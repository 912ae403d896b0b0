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
    var shownFigures: [(figure: Figure, path: String)] = []
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
                show(element, asks: false)
                if Interrupt.cancellation.isCancelled { return ExitCode.interrupted }
            }
            index = nextStep(after: step)
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
        screen.write(page.header(lesson: "Lesson \(number) · \(lesson.front.title)".replacing("·", with: page.style == .unicode ? "·" : "-"), step: place))
        screen.write(page.heading(session.filled(step.title)))
        screen.blank()
    }

    /// Everything of an element that needs no answer.
    func show(_ element: Element, asks: Bool) {
        switch element {
        case .prose(let prose): write(page.prose(session.filled(prose)))
        case .math(let passage): write(page.math(passage.text))
        case .cell(let cell): show(cell)
        case .ask(let question):
            guard !asks else { return }
            write(page.question(session.filled(question.talk.prompt), choices: question.choiceTexts.map { $0 }, label: "Question"))
        case .predict(let prediction):
            guard !asks else { return }
            write(page.question(session.filled(prediction.talk.prompt), choices: prediction.choices.map(\.text), label: "Predict"))
        case .lab(let lab): if !asks { showLabThroughout(lab) }
        case .note: break
        }
    }

    func write(_ lines: [StyledLine]) {
        screen.write(lines)
        screen.blank()
    }

    private func show(_ cell: Cell) {
        currentCell = cell.id
        let number = session.number(of: cell.id)
        screen.write(page.source(session.source(of: cell.id), number: number, isEdited: session.isEdited(cell.id)))
        screen.blank()
        show(run(cell.id), of: cell.id)
    }

    /// Runs a cell, and those above it that have not run.
    func run(_ id: String) -> CellOutcome {
        screen.whileBusy("running \(id)", gauge: gauge) {
            session.run(id)
        }
    }

    func show(_ outcome: CellOutcome, of id: String) {
        let number = session.number(of: id)
        let output = page.output(outcome, number: number)
        if !output.isEmpty { write(output) }
        show(outcome, source: session.source(of: id))
        if let (prediction, guess) = guesses.removeValue(forKey: id) { settle(prediction, guess: guess) }
    }

    /// Checks, error and figures of a cell, a typed expression or an attempt.
    func show(_ outcome: CellOutcome, source: String) {
        if !outcome.checks.isEmpty { write(page.checks(outcome.checks)) }
        failures += outcome.checks.count { !$0.passed }
        if let error = outcome.error {
            failures += 1
            write(page.error(error, source: source))
        }
        if outcome.interrupted { write([StyledLine("Stopped. Everything is as it was before the cell.", .warning)]) }
        for figure in outcome.figures { show(figure) }
    }

    func show(_ figure: Figure) {
        let (path, problem) = figures.write(figure)
        let position = (shownFigures.firstIndex { $0.figure.id == figure.id } ?? shownFigures.count) + 1
        let name = "Figure \(number).\(position)"
        guard let path else {
            write([StyledLine("\(name): \(problem ?? "")", .warning)])
            return
        }
        if position > shownFigures.count { shownFigures.append((figure, path)) } else { shownFigures[position - 1] = (figure, path) }
        if screen.isPlain {
            write(page.prose("\(name). \(figure.title ?? figure.id). \(figure.caption ?? "") File: `\(shortPath(path))`"))
            return
        }
        if let (code, rows) = figures.inline(figure, screen) { screen.writeRaw(code, rows: rows) }
        write([StyledLine([StyledSpan(name + "  ", TextStyle(.accent, isBold: true)), StyledSpan(shortPath(path), .dim)])])
    }

    /// A lab where nobody can be asked: its start with what it does, and the checks of its solution.
    private func showLabThroughout(_ lab: Lab) {
        write(page.question(session.filled(lab.talk.prompt), choices: [], label: "Lab"))
        screen.write(page.source(lab.start.source.text, number: nil, isEdited: false))
        screen.blank()
        let before = failures
        let start = session.attempt(lab, lab.start.source.text)
        show(start.cell, source: lab.start.source.text)
        if let check = start.check { show(check, source: lab.check.source.text) }
        // That the start fails is the exercise.
        failures = before
        let solution = session.attempt(lab, lab.solution.source.text)
        write([StyledLine("With its solution:", .dim)])
        show(solution.cell, source: lab.solution.source.text)
        if let check = solution.check { show(check, source: lab.check.source.text) }
    }

    func settle(_ prediction: Prediction, guess: Int) {
        guard let right = session.rightChoice(of: prediction) else { return }
        let answer = prediction.choices[right].text
        let verdict = guess == right ? "You guessed it: **\(answer)**." : "You guessed \(prediction.choices[guess].text). It is **\(answer)**."
        write(page.note(verdict, guess == right ? .pass : .warning))
        if let why = prediction.talk.why { write(page.prose(session.filled(why))) }
    }
}
