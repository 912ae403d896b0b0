import Lessons

/// The rule that a page fits a window of 80x24. A step is shown part by part and waits before one that would not fit, so
/// it is each part that must fit: 24 rows less the title, the rule under it, an empty row, and the prompt.
enum PageFit {
    static let columns = 80
    static let rows = 24 - 5

    static func problems(of lesson: Lesson) -> [Problem] {
        var session = LessonSession(lesson)
        session.cancellation = Interrupt.cancellation
        let page = LessonPage(width: columns, style: .unicode, isPlain: false)
        var problems: [Problem] = []
        for element in lesson.steps.flatMap(\.elements) {
            let (height, line) = size(of: element, page, &session)
            if height > rows {
                problems.append(Problem(
                    path: lesson.path, line: line, column: 1,
                    message: "This part takes \(height) rows, and a page of 80x24 has room for \(rows).", hint: "cut it in two steps"))
            }
        }
        return problems
    }

    private static func size(of element: Element, _ page: LessonPage, _ session: inout LessonSession) -> (height: Int, line: Int) {
        switch element {
        case .prose(let prose): return (page.prose(session.filled(prose)).count, prose.passage.line)
        case .math(let passage): return (page.math(passage.text).count, passage.line)
        case .cell(let cell):
            let outcome = session.run(cell.id)
            let number = session.number(of: cell.id)
            let rows = page.source(cell.code.source.text, number: number, isEdited: false).count
                + page.output(outcome, number: number).count + page.checks(outcome.checks).count
            // A figure's picture is a part of its own.
            return (rows + outcome.figures.count, cell.line)
        case .ask(let question):
            return (page.question(session.filled(question.talk.prompt), choices: question.choiceTexts, label: "Question").count, question.line)
        case .predict(let prediction):
            return (page.question(session.filled(prediction.talk.prompt), choices: prediction.choices.map(\.text), label: "Predict").count, prediction.line)
        case .lab(let lab):
            let rows = page.prose(lab.talk.prompt.text).count + page.source(lab.start.source.text, number: nil, isEdited: false).count
            return (rows, lab.line)
        case .note: return (0, 1)
        }
    }
}

extension Question {
    var choiceTexts: [String] {
        if case .choice(let choices, _) = kind { choices.map(\.text) } else { [] }
    }
}
