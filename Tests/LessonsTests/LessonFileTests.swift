import Cells
import Lessons
import Testing

@Suite("Lesson files")
struct LessonFileTests {
    @Test func aGoodLessonIsReadWhole() throws {
        let (lesson, problems) = LessonFile.parse(sampleLesson, path: "lesson.md")
        #expect(problems.map(\.description) == [])
        let front = lesson.front
        #expect(front.id == "kl" && front.version == 2 && front.title == "The KL term in closed form" && front.seed == 7 && front.minutes == 25)
        #expect(front.needs == ["elbo", "trick"])
        #expect(front.sources == ["Kingma & Welling 2013 (arXiv 1312.6114), appendix B", "Doersch 2016"])
        #expect(front.plan == "Ten minutes on the derivation.\n\nThe rest on the lab.")

        #expect(lesson.steps.map(\.title.text) == ["Why it has a *closed* form", "More"])
        #expect(lesson.steps.map(\.isDeeper) == [false, true])
        #expect(lesson.steps.map(\.line) == [16, 58])
        let shapes = lesson.steps[0].elements.map { element in
            switch element {
            case .prose: "prose"
            case .math: "math"
            case .cell: "cell"
            case .ask: "ask"
            case .predict: "predict"
            case .lab: "lab"
            case .note: "note"
            }
        }
        #expect(shapes == ["prose", "math", "predict", "cell", "note", "ask", "prose"])

        guard case .prose(let prose) = lesson.steps[0].elements[0], case .math(let math) = lesson.steps[0].elements[1], case .predict(let prediction) = lesson.steps[0].elements[2],
            case .cell(let cell) = lesson.steps[0].elements[3], case .note(let note) = lesson.steps[0].elements[4], case .ask(let question) = lesson.steps[0].elements[5],
            case .prose(let listing) = lesson.steps[0].elements[6]
        else {
            Issue.record("another order")
            return
        }
        #expect(prose.passage.line == 17)
        #expect(prose.values.map(\.formula.source.text) == [" gap : .3f "].map { String($0.dropLast()) })
        #expect(prose.filled { "<\($0.formula.expression)>" }.hasSuffix("The gap is <gap> nats, and `x = 0.25` is code."))
        #expect(math == Passage("\\mathrm{KL} = 0.5 \\sum_i", line: 21))
        #expect(prediction.id == "which-way" && prediction.cell == "closed" && prediction.keys == ["up", "down", "neither"] && prediction.choices.map(\.text) == prediction.keys)
        #expect(prediction.answer.expression.description == "(if (< gap 0.0) {\"down\"} {\"up\"})")
        #expect(prediction.talk.prompt.values.count == 1)
        #expect(cell.id == "closed" && !cell.isQuick && cell.budget == 10 && cell.line == 30)
        #expect(cell.code.program.boundNames == ["mu", "gap", "beta"])
        #expect(cell.code.source.line == 31)
        #expect(note.text == "ask the room\nbefore you press Enter")
        #expect(question.talk.prompt.text == "Write the KL\n  of one latent dimension.")
        #expect(question.talk.prompt.passage.line == 44 && question.talk.prompt.passage.column == 3)
        #expect(question.talk.hints.map(\.text) == ["Take the expectation.", "Term by term."])
        guard case .expression(let answer, let ranges, let wrong) = question.kind else {
            Issue.record("another kind")
            return
        }
        #expect(answer.source == Passage("0.5 * (mu^2 + exp(logvar) - logvar - 1)", line: 46, column: 9))
        #expect(ranges == [VariableRange(name: "mu", lower: -2, upper: 2), VariableRange(name: "logvar", lower: -3, upper: 1)])
        #expect(wrong.map(\.sentence.text) == ["You lost the factor 1/2."])
        #expect(wrong.map(\.form.source.text) == ["mu^2 + exp(logvar) - logvar - 1"])
        #expect(listing.text == "```text\n## no heading, 0.75\n```")

        guard case .ask(let choice) = lesson.steps[1].elements[0], case .choice(let choices, let right) = choice.kind, case .ask(let number) = lesson.steps[1].elements[1],
            case .number(_, let tolerance, _) = number.kind, case .lab(let lab) = lesson.steps[1].elements[2], case .math(let short) = lesson.steps[1].elements[3]
        else {
            Issue.record("another order")
            return
        }
        #expect(choices.map(\.text) == ["KL(q‖p)", "KL(p‖q)"] && right == 1 && choice.talk.why?.text == "q has thin tails.")
        #expect(tolerance == 0.01)
        #expect(lab.start.source.text == "z = 1\nloss = z" && lab.start.source.line == 74 && lab.solution.program.boundNames == ["z"])
        #expect(short == Passage("a = b", line: 81, column: 4))
    }

    @Test func lineEndsAndByteOrderMarksMakeNoDifference() {
        let other = "\u{FEFF}" + sampleLesson.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
        let (lesson, problems) = LessonFile.parse(other, path: "lesson.md")
        #expect(problems == [])
        #expect(lesson.steps.flatMap(\.elements).count == LessonFile.parse(sampleLesson, path: "").lesson.steps.flatMap(\.elements).count)
        #expect(lesson.cells[0].code.source.text.contains("\r") == false)
    }

    @Test func aTranslationTakesItsCodeFromTheOriginal() {
        let original = LessonFile.parse(sampleLesson, path: "lesson.md").lesson
        let (lesson, problems) = LessonFile.parseTranslation(sampleTranslation, path: "lesson.zh.md", of: original)
        #expect(problems.map(\.description) == [])
        #expect(lesson.front.title == "KL 项的闭式解" && lesson.front.seed == 7 && lesson.front.needs == ["elbo", "trick"])
        #expect(lesson.steps.map(\.title.text) == ["为什么", "更多"])
        #expect(lesson.steps.map(\.isDeeper) == [false, true])
        #expect(lesson.texts == ["closed form = samples": "闭式解 = 采样", "at {k}": "在 {k}", "weight of the KL term": "KL 项的权重"])
        #expect(lesson.cells.map(\.id) == ["closed"])
        #expect(lesson.cells[0].code.source == original.cells[0].code.source)
        for element in lesson.steps.flatMap(\.elements) {
            switch element {
            case .predict(let prediction):
                #expect(prediction.choices.map(\.text) == ["上", "下", "都不"] && prediction.keys == ["up", "down", "neither"])
            case .ask(let question):
                switch question.kind {
                case .choice(let choices, let right): #expect(choices.map(\.text) == ["左", "右"] && right == 1 && question.talk.why?.text == "q has thin tails.")
                case .expression(_, _, let wrong): #expect(wrong.map(\.sentence.text) == ["少了 1/2。"] && question.talk.hints.map(\.text) == ["取期望。", "逐项。"])
                case .number(let answer, _, _): #expect(answer.source.text == "gap * 2" && question.talk.prompt.text == "多大?")
                }
            case .lab(let lab): #expect(lab.talk.prompt.text == "修好它。" && lab.check.source.text.contains("gradient arrives"))
            default: break
            }
        }
    }

    @Test func decimalsInProse() {
        func decimals(_ text: String) -> [String] {
            let inline = InlineText(text)
            return inline.bareDecimals.map { String(decoding: Array(text.utf8)[$0], as: UTF8.self) }
        }
        for fine in [
            "1 and 22", "`0.5`", "``0.5 ` 0.5``", "$0.5$", "$$0.5$$ and $x_{0.5}$", "arXiv 1312.6114", "(arXiv:1312.6114)", "Figure 4.2", "figure 4.2, section 3.1", "version 2.15", "§ 3.1", "§3.1", "见图4.2",
            "v1.2 and x.5", "1.2.3", "[paper](https://a.b/1312.6114)", "https://a.b/1.5", "```\n0.5\n```", "~~~\n0.5\n~~~", "1. an item", "at the end 3.", "`a\nb 0.5`", "a..b", "Eq. 3.14", "(version 6.3)",
        ] { #expect(decimals(fine) == [], "\(fine)") }
        for (text, found) in [
            ("It is 0.5.", ["0.5"]), ("(0.818147)", ["0.818147"]), ("is .5 of", [".5"]), ("99.5%", ["99.5"]), ("−1.388012", ["1.388012"]), ("0.5 `x` 1.5", ["0.5", "1.5"]), ("a ` 0.5", ["0.5"]), ("5$ and 0.5$", ["0.5"]),
            ("`a\n\n0.5`", ["0.5"]), ("\\`0.5`", ["0.5"]), ("是0.5吗", ["0.5"]), ("```\n1.5\n```\n2.5", ["2.5"]), ("$a$0.5", ["0.5"]), ("a figure is 4.2", ["4.2"]), ("\\$0.5$ $", ["0.5"]), ("> 0.25 | 0.75", ["0.25", "0.75"]),
        ] { #expect(decimals(text) == found, "\(text)") }
    }
}
