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
        let saved = progress[lesson.front.id]
        let resumed = saved.step > 1 && !saved.isFinished && isOpen(saved.step - 1) ? saved.step - 1 : nil
        var index = first.map { $0 - 1 } ?? resumed ?? lesson.steps.indices.first(where: isOpen) ?? 0
        guard isOpen(index) else { return ExitCode.good }
        if first == nil, let resumed {
            screen.write("Going on at step \(resumed + 1). :goto 1 starts over.", .dim)
            screen.blank()
        }
        while true {
            let move = play(index)
            switch move {
            case .next:
                guard let next = nextStep(after: index) else {
                    progress[lesson.front.id].isFinished = true
                    save()
                    screen.write("The end of lesson \(number)." + (hasDeeper ? " :deeper on its last page opens the optional steps." : ""), .dim)
                    return ExitCode.good
                }
                index = next
            case .back: index = stepBefore(index) ?? index
            case .to(let step): index = step
            case .again: break
            case .quit:
                save()
                screen.write("Until next time: vaelearn lesson \(number) goes on at step \(index + 1).", .dim)
                return ExitCode.good
            }
            screen.blank()
        }
    }

    private var hasDeeper: Bool { !entersDeeper && lesson.steps.contains(where: \.isDeeper) }

    /// Says once if progress cannot be kept.
    func save() {
        if let problem = progress.save(), !saidProgressProblem {
            saidProgressProblem = true
            screen.write(problem, .warning)
        }
    }

    /// One step, part by part.
    private func play(_ index: Int) -> Move {
        progress[lesson.front.id].step = index + 1
        showHeader(index)
        let elements = lesson.steps[index].elements
        for (position, element) in elements.enumerated() {
            if position > 0, !screen.hasRoom(for: height(of: element)) {
                if let move = prompt(.more) { return move }
                screen.beginPage()
            }
            switch element {
            case .cell(let cell):
                // Where cells far above have not run, that may take a while: the page so far is out.
                screen.ask(images: images)
                Interrupt.whileRunning { show(element, asks: true) }
                currentCell = cell.id
            case .ask(let question): if let move = ask(question) { return move }
            case .predict(let prediction): if let move = predict(prediction) { return move }
            case .lab(let lab): if let move = work(on: lab) { return move }
            case .prose, .math, .note: show(element, asks: true)
            }
        }
        screen.ask(images: images)
        return prompt(nextStep(after: index) == nil ? .end : .step) ?? .next
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

    enum PromptKind { case step, more, end, answer, lab }

    /// Asks until there is a reason to go on; nil means: go on here.
    func prompt(_ kind: PromptKind) -> Move? {
        while true {
            switch read(kind) {
            case .end: return .quit
            case .cancelled:
                screen.write("Ctrl-C leaves a running cell. :quit leaves the lesson.", .dim)
            case .line(let line):
                let text = line.trimmed
                screen.beginPage()
                if text.isEmpty { return kind == .end ? .next : nil }
                if text.hasPrefix(":") {
                    switch command(text) {
                    case .handled: continue
                    case .goOn: return nil
                    case .move(let move): return move
                    }
                }
                evaluate(text)
            }
        }
    }

    func read(_ kind: PromptKind) -> PromptAnswer {
        let hint: String
        switch kind {
        case .step: hint = "Enter next · :back · :help · or type an expression"
        case .more: hint = "Enter for more · :help"
        case .end: hint = "Enter ends the lesson · :back · :help"
        case .answer: hint = "your answer · :hint · :skip"
        case .lab: hint = ":edit to mend it · :hint · :solution · :skip"
        }
        if page.isPlain || screen.width < 44 {
            return prompter.read(StyledLine("> ", .accent), theme: screen.theme)
        }
        screen.write(hint.replacing("·", with: page.style == .unicode ? "·" : "|"), .dim)
        return prompter.read(StyledLine("> ", .accent), theme: screen.theme)
    }

    /// An expression in a fork of the lesson's state.
    func evaluate(_ text: String) {
        let outcome = Interrupt.whileRunning {
            screen.whileBusy("running", gauge: gauge) { session.evaluate(typed: text) }
        }
        screen.write(outcome.output.split(separator: "\n").map { StyledLine(String($0)) })
        show(outcome, source: text)
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
