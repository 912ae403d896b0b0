import Cells
import Glibc
import Lessons
import Terminal

extension LessonPlayer {
    // MARK: Questions

    func ask(_ question: Question) -> Move? {
        write(page.question(session.filled(question.talk.prompt), choices: question.choiceTexts, label: "Question"))
        if progress[lesson.front.id].answered.contains(question.id) {
            write([StyledLine("You have answered this one.", .dim)])
            return nil
        }
        var hints = question.talk.hints[...]
        while true {
            switch answer(&hints, solution: solution(of: question)) {
            case .move(let move): return move
            case .skip: return nil
            case .given(let text):
                switch Interrupt.whileRunning({ session.grade(text, to: question) }) {
                case .right:
                    write([StyledLine(page.style == .unicode ? "✓ Right." : "Right.", .pass)])
                    if let why = question.talk.why { write(page.prose(session.filled(why))) }
                    progress[lesson.front.id].answered.insert(question.id)
                    save()
                    return nil
                case .known(let sentence): write(page.note(session.filled(sentence), .warning))
                case .wrong:
                    write([StyledLine("Not that." + (hints.isEmpty ? "" : " :hint helps."), .warning)])
                case .unreadable(let error, let source): write(page.error(error, source: source))
                }
            }
        }
    }

    private func solution(of question: Question) -> String {
        switch question.kind {
        case .choice(let choices, let right): choices[right].text
        case .number(let answer, _, _), .expression(let answer, _, _): "`\(answer.source.text)`"
        }
    }

    func predict(_ prediction: Prediction) -> Move? {
        // Once the cell has run, guessing is over.
        guard session.outcome(of: prediction.cell) == nil else { return nil }
        write(page.question(session.filled(prediction.talk.prompt), choices: prediction.choices.map(\.text), label: "Predict"))
        var hints = prediction.talk.hints[...]
        while true {
            switch answer(&hints, solution: "The cell below will tell.") {
            case .move(let move): return move
            case .skip: return nil
            case .given(let text):
                if let guess = choiceIndex(text, among: prediction.choices.map(\.text)) {
                    guesses[prediction.cell] = (prediction, guess)
                    return nil
                }
                write([StyledLine("Type the number of a choice, 1 to \(prediction.choices.count). A wrong guess costs nothing.", .warning)])
            }
        }
    }

    private enum Answer {
        case given(String), skip, move(Move)
    }

    private func answer(_ hints: inout ArraySlice<Lessons.Prose>, solution: String) -> Answer {
        while true {
            switch read(.answer) {
            case .end: return .move(.quit)
            case .cancelled: screen.write(":skip passes over the question, :quit leaves the lesson.", .dim)
            case .line(let line):
                let text = line.trimmed
                screen.beginPage()
                switch text {
                case "": screen.write("Type an answer, :hint, or :skip.", .dim)
                case ":hint":
                    if let hint = hints.popFirst() { write(page.prose(session.filled(hint))) } else { screen.write("There are no more hints.", .dim) }
                case ":solution":
                    write(page.prose(solution))
                    return .skip
                case ":skip": return .skip
                case _ where text.hasPrefix(":"):
                    switch command(text) {
                    case .handled: continue
                    case .goOn: return .skip
                    case .move(let move): return .move(move)
                    }
                default: return .given(text)
                }
            }
        }
    }

    // MARK: Labs

    func work(on lab: Lab) -> Move? {
        write(page.question(session.filled(lab.talk.prompt), choices: [], label: "Lab"))
        let isSolved = progress[lesson.front.id].answered.contains(lab.id)
        var hints = lab.talk.hints[...]
        showAttempt(lab)
        if isSolved { write([StyledLine("You have mended this one.", .dim)]) }
        while true {
            switch read(.lab) {
            case .end: return .quit
            case .cancelled: screen.write(":skip passes over the lab, :quit leaves the lesson.", .dim)
            case .line(let line):
                let text = line.trimmed
                screen.beginPage()
                switch text {
                case "" where isSolved, ":skip": return nil
                case "": screen.write(":edit opens the cell in your editor; :skip passes over the lab.", .dim)
                case ":hint":
                    if let hint = hints.popFirst() { write(page.prose(session.filled(hint))) } else { screen.write("There are no more hints.", .dim) }
                case ":solution": write(page.source(lab.solution.source.text, number: nil, isEdited: false))
                case ":edit":
                    guard let edited = edit(labTexts[lab.id] ?? lab.start.source.text, name: lab.id) else { continue }
                    labTexts[lab.id] = edited
                    if showAttempt(lab) { return finish(lab) }
                case ":run": if showAttempt(lab) { return finish(lab) }
                case ":reset": labTexts[lab.id] = nil
                    showAttempt(lab)
                case _ where text.hasPrefix(":"):
                    switch command(text) {
                    case .handled: continue
                    case .goOn: return nil
                    case .move(let move): return move
                    }
                default: evaluate(text)
                }
            }
        }
    }

    private func finish(_ lab: Lab) -> Move? {
        progress[lesson.front.id].answered.insert(lab.id)
        save()
        if let why = lab.talk.why { write(page.prose(session.filled(why))) }
        return prompt(.more)
    }

    /// Runs the learner's cell and the lab's check, and shows both.
    @discardableResult
    private func showAttempt(_ lab: Lab) -> Bool {
        let text = labTexts[lab.id] ?? lab.start.source.text
        screen.write(page.source(text, number: nil, isEdited: labTexts[lab.id] != nil))
        screen.blank()
        let attempt = Interrupt.whileRunning {
            screen.whileBusy("running \(lab.id)", gauge: gauge) { session.attempt(lab, text) }
        }
        screen.write(attempt.cell.output.split(separator: "\n").map { StyledLine(String($0)) })
        show(attempt.cell, source: text)
        if let check = attempt.check { show(check, source: lab.check.source.text) }
        if attempt.passed { write([StyledLine(page.style == .unicode ? "✓ Mended." : "Mended.", .pass)]) }
        return attempt.passed
    }
}
