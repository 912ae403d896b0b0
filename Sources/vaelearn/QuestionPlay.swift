import Cells
import Lessons
import Terminal

extension LessonPlayer {
    // MARK: Questions

    func ask(_ question: Question) -> Move? {
        show(question)
        if progress[lesson.front.id].answered.contains(question.id) {
            write(page.wrapped("You have answered this one.", .dim))
            return nil
        }
        let choices = question.choiceTexts
        var asking = Asking(kind: .question, hints: question.talk.hints[...], solution: solution(of: question))
        while true {
            switch answer(&asking) {
            case .move(let move): return move
            case .skip: return nil
            case .given(let text):
                if !choices.isEmpty, choiceIndex(text, among: choices) == nil {
                    screen.say("Type the number of a choice, 1 to \(choices.count).", .warning)
                    continue
                }
                let (verdict, wasStopped) = running { (session.grade(text, to: question), Interrupt.cancellation.isCancelled) }
                switch verdict {
                case .right:
                    write(page.wrapped(page.style == .unicode ? "✓ Right." : "Right.", .pass))
                    if let why = question.talk.why { write(page.prose(session.filled(why))) }
                    markAnswered(question.id)
                    return nil
                case .known(let sentence): write(page.note(session.filled(sentence), .warning))
                case .wrong: write(page.wrapped("Not that." + (asking.hints.isEmpty ? " Try again, or :solution." : " Try again; :hint helps."), .warning))
                case .unreadable where wasStopped: write(page.wrapped("Stopped.", .warning))
                case .unreadable(let error, let source): write(page.error(error, source: source))
                }
            }
        }
    }

    private func markAnswered(_ id: String) {
        progress[lesson.front.id].answered.insert(id)
        save()
    }

    private func solution(of question: Question) -> [StyledLine] {
        switch question.kind {
        case .choice(let choices, let right): page.prose("\(right + 1). \(choices[right].text)")
        case .number(let answer, _, _), .expression(let answer, _, _): page.text(answer.source.text)
        }
    }

    func predict(_ prediction: Prediction) -> Move? {
        // Once the cell has run, guessing is over.
        guard session.outcome(of: prediction.cell) == nil else { return nil }
        show(prediction)
        var asking = Asking(kind: .predict, hints: prediction.talk.hints[...], solution: page.wrapped("The cell below will tell."))
        while true {
            switch answer(&asking) {
            case .move(let move): return move
            case .skip: return nil
            case .given(let text):
                if let guess = choiceIndex(text, among: prediction.choices.map(\.text)) {
                    guesses[prediction.cell] = (prediction, guess)
                    return nil
                }
                screen.say("Type the number of a choice, 1 to \(prediction.choices.count). A wrong guess costs nothing.", .warning)
            }
        }
    }

    /// A question under way.
    private struct Asking {
        let kind: PromptKind
        var hints: ArraySlice<Lessons.Prose>
        let solution: [StyledLine]
        /// The reader has pressed Enter alone: a second one passes over the question.
        var wasEmpty = false
    }

    private enum Answer {
        case given(String), skip, move(Move)
    }

    private func answer(_ asking: inout Asking) -> Answer {
        while true {
            let reply = read(asking.kind)
            guard case .line(let line) = reply else {
                if reply == .end { return .move(.quit) }
                screen.say(":skip passes over the question, :quit leaves the lesson.", .dim)
                continue
            }
            let text = line.trimmed
            if text.isEmpty {
                if asking.wasEmpty { return .skip }
                asking.wasEmpty = true
                let what = asking.kind == .lab ? ":edit opens the cell in your editor" : asking.kind == .predict ? "Type a guess: a wrong one costs nothing" : "Type an answer, or :hint"
                screen.say("\(what). Enter once more passes over it.", .dim)
                continue
            }
            asking.wasEmpty = false
            let result: CommandResult
            switch text {
            case ":hint":
                if let hint = asking.hints.popFirst() { write(page.prose(session.filled(hint))) } else { screen.say("There are no more hints.", .dim) }
                continue
            case ":solution":
                if asking.kind == .lab { return .given(text) }
                write(asking.solution)
                return .skip
            case ":skip": return .skip
            case _ where text.hasPrefix("="): result = evaluate(String(text.dropFirst()).trimmed)
            case _ where text.hasPrefix(":"):
                if asking.kind == .lab, [":edit", ":e", ":run", ":r", ":reset"].contains(text) { return .given(text) }
                result = command(text)
            case _ where asking.kind == .lab: result = evaluate(text)
            default: return .given(text)
            }
            switch result {
            case .handled: continue
            case .goOn: return .skip
            case .move(let move): return .move(move)
            }
        }
    }

    // MARK: Labs

    func work(on lab: Lab) -> Move? {
        write(page.question(session.filled(lab.talk.prompt), choices: [], label: "Lab"))
        showAttempt(lab)
        if progress[lesson.front.id].answered.contains(lab.id) {
            write(page.wrapped("You have mended this one.", .dim))
            return nil
        }
        var asking = Asking(kind: .lab, hints: lab.talk.hints[...], solution: [])
        while true {
            switch answer(&asking) {
            case .move(let move): return move
            case .skip: return nil
            case .given(let command):
                switch command {
                case ":solution":
                    attempt(lab, lab.solution.source.text, isEdited: false)
                    if let why = lab.talk.why { write(page.prose(session.filled(why))) }
                    write(page.wrapped("That was the solution. :skip goes on, :edit mends yours.", .dim))
                    continue
                case ":reset": labTexts[lab.id] = nil
                case ":edit", ":e":
                    guard let edited = edit(labTexts[lab.id] ?? lab.start.source.text, name: lab.id) else { continue }
                    labTexts[lab.id] = edited
                default: break
                }
                guard showAttempt(lab) else { continue }
                markAnswered(lab.id)
                if let why = lab.talk.why { write(page.prose(session.filled(why))) }
                return nil
            }
        }
    }

    /// Runs the learner's cell and the lab's check, and shows both.
    @discardableResult
    private func showAttempt(_ lab: Lab) -> Bool {
        let isMended = attempt(lab, labTexts[lab.id] ?? lab.start.source.text, isEdited: labTexts[lab.id] != nil)
        if isMended { write(page.wrapped(page.style == .unicode ? "✓ Mended." : "Mended.", .pass)) }
        return isMended
    }

    @discardableResult
    private func attempt(_ lab: Lab, _ text: String, isEdited: Bool) -> Bool {
        screen.write(page.source(text, number: nil, isEdited: isEdited))
        screen.blank()
        let attempt = running {
            screen.whileBusy("running \(lab.id)", gauge: gauge) { session.attempt(lab, text) }
        }
        show(attempt, source: text, check: lab.check.source.text)
        return attempt.passed
    }
}
