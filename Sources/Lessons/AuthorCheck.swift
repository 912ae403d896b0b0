import Cells
import Markup

/// The lessons' own test: what only running a lesson can tell. Faults of the file itself come from reading it.
public enum AuthorCheck {
    public static func problems(of lesson: Lesson, cancellation: Cancellation = Cancellation(), now: @escaping () -> Double) -> [Problem] {
        var run = Run(lesson, cancellation, now)
        run.walk()
        run.compareWithSecondRun()
        run.readMath()
        return run.problems
    }

    private struct Run {
        let lesson: Lesson
        let cancellation: Cancellation
        let now: () -> Double
        var session: LessonSession
        var problems: [Problem] = []
        var seconds = 0.0

        init(_ lesson: Lesson, _ cancellation: Cancellation, _ now: @escaping () -> Double) {
            self.lesson = lesson
            self.cancellation = cancellation
            self.now = now
            session = LessonSession(lesson)
            session.cancellation = cancellation
            session.provesChecks = true
        }

        mutating func report(_ message: String, line: Int, column: Int = 1, hint: String? = nil) {
            problems.append(Problem(path: lesson.path, line: line, column: column, message: message, hint: hint))
        }

        mutating func report(_ error: CellError, in passage: Passage, what: String) {
            let place = passage.position(of: error.span.start)
            report("\(what): \(error.message)", line: place.line, column: place.column, hint: error.hint)
        }

        // MARK: One walk through the lesson

        mutating func walk() {
            for element in lesson.steps.flatMap(\.elements) {
                guard !cancellation.isCancelled else { return }
                switch element {
                case .cell(let cell): run(cell)
                case .prose(let prose): fill(prose)
                case .ask(let question): grade(question)
                case .lab(let lab): attempt(lab)
                case .predict, .math, .note: break
                }
            }
            for step in lesson.steps { fill(step.title) }
            if seconds > 30 {
                report("The cells take \(Int(seconds)) seconds in all.", line: 1, hint: "30 are allowed")
            }
        }

        private mutating func run(_ cell: Cell) {
            let start = now()
            let outcome = session.run(cell.id)
            let took = now() - start
            seconds += took
            if let error = outcome.error { report(error, in: cell.code.source, what: "The cell \"\(cell.id)\" fails") }
            let budget = min(cell.budget ?? 15, 15)
            if took > budget {
                report("The cell \"\(cell.id)\" took \(printf("%.1f", took)) seconds.", line: cell.line, hint: "its budget is \(shortNumber(budget))")
            }
            judge(outcome.checks, line: cell.line, what: "cell \"\(cell.id)\"")
            // A guess is settled as soon as its cell has run: a later cell may bind its names anew.
            for case .predict(let prediction) in lesson.steps.flatMap(\.elements) where prediction.cell == cell.id { settle(prediction) }
        }

        private mutating func judge(_ checks: [CheckOutcome], line: Int, what: String) {
            for check in checks {
                if !check.passed { report("The check \"\(check.label)\" of \(what) fails.", line: line) }
                if check.canFail == false {
                    report("The check \"\(check.label)\" of \(what) cannot fail.", line: line, hint: "it holds for a wrong measurement as well: narrow its tolerance, or compare two things that are worked out apart")
                }
            }
        }

        private mutating func fill(_ prose: Prose) {
            for value in prose.values {
                do {
                    _ = try session.text(of: value)
                } catch let error as CellError {
                    report(error, in: value.formula.source, what: "The value in this sentence cannot be computed")
                } catch {}
            }
        }

        private mutating func grade(_ question: Question) {
            switch question.kind {
            case .choice: return
            case .number(let answer, _, let wrong), .expression(let answer, _, let wrong):
                guard case .right = session.grade(answer.source.text, to: question) else {
                    return report("The answer of \"\(question.id)\" is not accepted as right.", line: question.line, hint: "try it with: vaelearn run \(lesson.path)")
                }
                for form in wrong {
                    let line = form.form.source.line
                    switch session.grade(form.form.source.text, to: question) {
                    case .right: report("This wrong answer of \"\(question.id)\" is right.", line: line)
                    case .known(let sentence) where sentence.text == form.sentence.text: break
                    case .known: report("This wrong answer of \"\(question.id)\" gets another one's sentence: they are the same form.", line: line)
                    case .wrong, .unreadable: report("This wrong answer of \"\(question.id)\" cannot be evaluated.", line: line)
                    }
                }
            }
        }

        private mutating func settle(_ prediction: Prediction) {
            if session.rightChoice(of: prediction) == nil {
                report("The answer of \"\(prediction.id)\" is none of its choices.", line: prediction.line)
            }
        }

        private mutating func attempt(_ lab: Lab) {
            let start = session.attempt(lab, lab.start.source.text)
            if start.passed { report("The start of the lab \"\(lab.id)\" passes already.", line: lab.start.source.line) }
            let solution = session.attempt(lab, lab.solution.source.text)
            if let error = solution.cell.error { report(error, in: lab.solution.source, what: "The solution of the lab \"\(lab.id)\" fails") }
            guard let check = solution.check else { return }
            if let error = check.error { report(error, in: lab.check.source, what: "The check of the lab \"\(lab.id)\" fails") }
            judge(solution.cell.checks + check.checks, line: lab.check.source.line, what: "lab \"\(lab.id)\"")
        }

        // MARK: The same twice

        mutating func compareWithSecondRun() {
            guard !cancellation.isCancelled else { return }
            var second = LessonSession(lesson)
            second.cancellation = cancellation
            for cell in lesson.cells {
                guard let first = session.outcome(of: cell.id) else { continue }
                let again = second.run(cell.id)
                let same = JSON.object(first.jsonFields(source: "")).text == JSON.object(again.jsonFields(source: "")).text
                    // A NaN in a figure equals none, but reads the same.
                    && (first.figures == again.figures || String(describing: first.figures) == String(describing: again.figures))
                if !same { report("Two runs of the cell \"\(cell.id)\" differ.", line: cell.line) }
            }
        }

        // MARK: Math

        mutating func readMath() {
            for step in lesson.steps {
                for element in step.elements {
                    switch element {
                    case .math(let passage): read(passage.text, passage)
                    case .prose(let prose): readInline(prose)
                    case .ask(let question): readTalk(question.talk)
                    case .predict(let prediction): readTalk(prediction.talk)
                    case .lab(let lab): readTalk(lab.talk)
                    case .cell, .note: break
                    }
                }
                readInline(step.title)
            }
        }

        private mutating func readTalk(_ talk: Talk) {
            for prose in [talk.prompt] + talk.hints + (talk.why.map { [$0] } ?? []) { readInline(prose) }
        }

        private mutating func readInline(_ prose: Prose) {
            for formula in Markup.Prose(markdown: prose.text).formulas {
                read(formula.source, Passage(formula.source, line: prose.passage.line + formula.line - 1))
            }
        }

        private mutating func read(_ latex: String, _ passage: Passage) {
            do {
                _ = try MathParser.parse(latex)
            } catch {
                let place = passage.position(of: error.offset)
                report("This formula cannot be read: \(error.message)", line: place.line, column: place.column)
            }
        }
    }
}
