import Cells
import Lessons
import Terminal

/// Where the lesson goes after the reader has answered a prompt.
enum Move {
    case next, back, to(Int), again, quit
}

extension LessonPlayer {
    func playInteractively(from first: Int?) -> Int32 {
        TerminalGuard.install()
        // The prompt is made while the terminal is as it was found: so it leaves it.
        _ = prompter
        TerminalGuard.hideKeys()
        defer { TerminalGuard.restore() }
        pauses = true
        let saved = progress[lesson.front.id]
        let resumed = saved.step > 1 && !saved.isFinished && lesson.steps.indices.contains(saved.step - 1) ? saved.step - 1 : nil
        var index = first.map { $0 - 1 } ?? resumed ?? lesson.steps.indices.first(where: isOpen) ?? 0
        guard lesson.steps.indices.contains(index) else { return ExitCode.good }
        if lesson.steps[index].isDeeper { entersDeeper = true }
        if first == nil, let resumed {
            screen.say("Going on at step \(resumed + 1). :goto 1 starts over.", .dim)
            screen.blank()
        }
        while true {
            switch play(index) {
            case .next:
                guard let next = nextStep(after: index) else {
                    progress[lesson.front.id].isFinished = true
                    save()
                    let deeper = lesson.steps.firstIndex(where: \.isDeeper).map { " Optional steps: vaelearn lesson \(number) --step \($0 + 1)" }
                    screen.say("The end of lesson \(number)." + (entersDeeper ? "" : deeper ?? ""), .dim)
                    return ExitCode.good
                }
                index = next
            case .back:
                if let before = stepBefore(index) { index = before } else { screen.say("This is the first step.", .dim) }
            case .to(let step): index = step
            case .again: break
            case .quit:
                save()
                screen.say("Until next time: vaelearn lesson \(number) goes on at step \(index + 1).", .dim)
                return ExitCode.good
            }
            screen.blank()
        }
    }

    /// Says once if progress cannot be kept.
    func save() {
        if let problem = progress.save(), !saidProgressProblem {
            saidProgressProblem = true
            screen.say(problem, .warning)
        }
    }

    /// One step, part by part.
    private func play(_ index: Int) -> Move {
        progress[lesson.front.id].step = index + 1
        showHeader(index)
        // A window that is closed has kept its place.
        save()
        for (position, element) in lesson.steps[index].elements.enumerated() {
            screen.readSize()
            if position > 0, !screen.hasRoom(for: height(of: element)) {
                if let move = prompt(.more) { return move }
                screen.beginPage()
            }
            if let move = play(element) { return move }
        }
        screen.ask(images: images)
        return prompt(nextStep(after: index) == nil ? .end : .step) ?? .next
    }

    private func play(_ element: Element) -> Move? {
        switch element {
        case .cell(let cell):
            // The page so far is out: what the terminal can show may be asked, and cells above that have not run may run.
            screen.ask(images: images)
            if let move = show(cell) { return move }
            // A cell that was stopped is no reason to run the next one.
            return session.outcome(of: cell.id) == nil ? prompt(.more) : nil
        case .ask(let question): return ask(question)
        case .predict(let prediction): return predict(prediction)
        case .lab(let lab): return work(on: lab)
        case .prose, .math, .note:
            show(element)
            return nil
        }
    }

    /// Rows that an element will take, as far as that can be known before a cell has run.
    private func height(of element: Element) -> Int {
        switch element {
        case .prose(let prose): page.prose(session.filled(prose)).count + 1
        case .math(let passage): page.math(passage.text).count + 1
        case .cell(let cell):
            page.source(session.source(of: cell.id), number: 1, isEdited: false).count + 1
                + (session.outcome(of: cell.id).map { page.output($0, number: 1).count + page.checks($0.checks).count + 1 }
                    ?? cell.code.program.checkCount + 2)
        case .ask(let question): page.question(question.talk.prompt.text, choices: question.choiceTexts, label: "").count + 3
        case .predict(let prediction): page.question(prediction.talk.prompt.text, choices: prediction.choices.map(\.text), label: "").count + 3
        case .lab(let lab): page.source(lab.start.source.text, number: 1, isEdited: false).count + 8
        case .note: 0
        }
    }

    // MARK: The prompt

    enum PromptKind { case step, more, end, question, predict, lab }

    /// Asks until there is a reason to go on; nil means: go on here.
    func prompt(_ kind: PromptKind) -> Move? {
        while true {
            switch read(kind) {
            case .end: return .quit
            case .cancelled: screen.say("Ctrl-C leaves a running cell. :quit leaves the lesson.", .dim)
            case .line(let line):
                let text = line.trimmed
                if text.isEmpty { return kind == .end ? .next : nil }
                switch text.hasPrefix(":") ? command(text) : evaluate(text) {
                case .handled: continue
                case .goOn: return nil
                case .move(let move): return move
                }
            }
        }
    }

    func read(_ kind: PromptKind) -> PromptAnswer {
        let hint = switch kind {
        case .step: "Enter next · :back · :help · or type an expression"
        case .more: "Enter for more · :help"
        case .end: "Enter ends the lesson · :back · :help"
        case .question: "your answer · :hint · :skip · = tries an expression"
        case .predict: "your guess · :hint · :skip"
        case .lab: ":edit to mend it · :hint · :solution · :skip"
        }
        screen.readSize()
        if !page.isPlain, screen.width >= 44 { screen.say(hint, .dim) }
        defer {
            screen.readSize()
            screen.beginPage()
        }
        return prompter.read(StyledLine("> ", .accent), theme: screen.theme)
    }

    /// An expression in a fork of the lesson's state.
    func evaluate(_ text: String) -> CommandResult {
        let outcome = running {
            screen.whileBusy("running", gauge: gauge) { session.evaluate(typed: text) }
        }
        screen.write(page.text(outcome.output))
        return CommandResult(showFindings(outcome, source: text))
    }
}

extension String {
    var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace ?? false { text.removeFirst() }
        while text.last?.isWhitespace ?? false { text.removeLast() }
        return String(text)
    }
}
