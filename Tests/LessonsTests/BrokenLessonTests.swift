import Cells
import Lessons
import Testing

/// One fault put into the sample, and what must be said about it.
private struct Damage: Sendable {
    var old: String
    var new: String
    var line: Int
    var column: Int
    var message: String
    var hint: String?

    /// The fault drags others behind it.
    var hasMore = false

    init(_ old: String, _ new: String, _ line: Int, _ column: Int, _ message: String, hint: String? = nil) {
        (self.old, self.new, self.line, self.column, self.message, self.hint) = (old, new, line, column, message, hint)
    }
}

extension Damage {
    fileprivate var allowingMore: Damage {
        var copy = self
        copy.hasMore = true
        return copy
    }
}

@Suite("Lesson files: each fault is named with its line")
struct BrokenLessonTests {
    private func expect(_ damages: [Damage], in sample: String = sampleLesson, read: (String) -> [Problem]) {
        for damage in damages {
            #expect(sample.contains(damage.old), "\(damage.old)")
            let text = sample.replacing(damage.old, with: damage.new, maxReplacements: 1)
            let problems = read(text)
            #expect(damage.hasMore || problems.count == 1, "\(damage.new): \(problems)")
            let place = SourcePosition(line: damage.line, column: damage.column)
            let found = problems.first { SourcePosition(line: $0.line, column: $0.column) == place } ?? problems.first
            guard let problem = found else { continue }
            #expect(SourcePosition(line: problem.line, column: problem.column) == place, "\(damage.new): \(problem)")
            #expect(problem.message.contains(damage.message), "\(problem)")
            #expect(problem.description.hasPrefix("lessons/x.md:\(damage.line):\(damage.column): "))
            if let hint = damage.hint { #expect(problem.hint?.contains(hint) == true, "\(problem)") }
        }
    }

    @Test func faultsOfAnOriginal() {
        expect(
            [
                // Front matter.
                Damage("format: 1", "format: 2", 2, 9, "Format 2 cannot be read"), Damage("seed: 7\n", "", 1, 1, "no \"seed\""), Damage("minutes: 25", "minute: 25", 7, 1, "no key \"minute\"", hint: "minutes"),
                Damage("seed: 7", "seed: -7", 6, 7, "seed is no whole number"), Damage("version: 2", "version: two", 4, 10, "\"version\" is no whole number"), Damage("id: kl", "id: k l", 3, 5, "\"k l\" is no id"),
                Damage("id: kl", "id: kl\nid: kl", 4, 1, "stands twice"), Damage("title: The KL term in closed form", "title:", 5, 1, "has no value"), Damage("needs: [elbo, trick]", "needs: [elbo, a b]", 8, 15, "no lesson's id"),
                Damage("seed: 7", "seed 7", 6, 1, "no \"key: value\"").allowingMore,
                // Steps.
                Damage("# Going deeper", "# Deeper", 56, 3, "one # is \"# Going deeper\" alone"), Damage("## More", "##", 58, 3, "no title"), Damage("## Why it", "Early words.\n\n## Why it", 16, 1, "before the first step"),
                Damage("# Going deeper", "## Empty\n\n# Going deeper", 56, 4, "step is empty"), Damage("# Going deeper", "# Going deeper\n\n# Going deeper", 58, 3, "stands twice"),
                // Blocks.
                Damage("cell id=closed", "cel id=closed", 30, 4, "no block \"cel\"", hint: "did you mean cell?").allowingMore, Damage("lab id=no-reparam", "lab", 71, 1, "attribute \"id\" is missing"), Damage("id=no-reparam", "id=no.reparam", 71, 11, "is no id"),
                Damage("id=bigger", "id=closed", 59, 11, "\"closed\" is taken by the block of line 30"), Damage("quick=false", "quik=false", 30, 19, "no attribute \"quik\"", hint: "quick"), Damage("quick=false", "quick=maybe", 30, 25, "true or false"),
                Damage("budget=10s", "budget=10", 30, 38, "is no time", hint: "10s"), Damage("quick=false", "slowly", 30, 19, "no key=value"), Damage("of=closed", "of=closd", 24, 28, "no cell \"closd\"", hint: "closed"), Damage(" of=closed", "", 24, 1, "attribute \"of\" is missing"),
                Damage("kind=choice", "kind=chocie", 59, 23, "no kind \"chocie\"", hint: "choice"), Damage(" kind=choice", "", 59, 1, "\"kind\" is missing"), Damage("tol=0.01", "", 66, 1, "\"tol\" is missing"), Damage("tol=0.01", "tol=small", 66, 33, "no tolerance"),
                Damage("kind=choice", "kind=choice tol=1", 59, 34, "does not belong"), Damage("logvar in -3..1\"", "logvar in 3..1\"", 42, 59, "no range", hint: "mu in -2..2"), Damage("vars=\"mu in -2..2, ", "vars=\"mu in -2..2, mu in 0..1, ", 42, 59, "\"mu\" stands twice"),
                Damage(" vars=\"mu in -2..2, logvar in -3..1\"", "", 42, 1, "\"vars\" is missing"), Damage("-3..1\"", "-3..1", 42, 45, "quote is never closed"),
                // Keys.
                Damage("prompt: Which divergence is larger?\n", "", 59, 1, "\"prompt\" is missing"), Damage("why: q has", "whi: q has", 63, 1, "no key \"whi\"", hint: "why"), Damage("choice*: KL(p", "choice: KL(p", 59, 1, "No answer is marked"), Damage("choice: KL(q", "choice*: KL(q", 62, 1, "Two answers are marked"),
                Damage("choice: KL(q‖p)\n", "", 59, 1, "at least two answers"), Damage("choice: KL(q‖p)", "choice: KL(p‖q)", 59, 1, "Two answers are equal"), Damage("answer: gap * 2\n", "", 66, 1, "\"answer\" is missing"), Damage("up | down | neither", "up", 26, 10, "at least two choices"),
                Damage("up | down | neither", "up | up", 26, 10, "at least two choices"), Damage(" => You lost the factor 1/2.", "", 47, 8, "no sentence", hint: "=>"), Damage("why: q has thin tails.", "why: q has\n  thin tails.", 64, 1, "indented line", hint: "key: value"),
                Damage("answer: gap * 2", "answer: gap * 2\nanswer: 3", 69, 1, "stands twice"), Damage("why: q has thin tails.", "q has thin tails.", 63, 1, "no \"key: value\""), Damage("  z = 2\n", "\n", 76, 1, "Nothing stands below").allowingMore, Damage("check \"gradient arrives\": z > 1", "z > 1", 79, 3, "holds no check"),
                // Code.
                Damage("gap = sum(mu^2) - 1.0", "gap = sum(mu^2 - 1.0", 32, 10, "\"(\" is never closed"), Damage("  loss = z", "  loss = = z", 75, 10, "needs a name on its left"), Damage("answer: gap * 2", "answer: gap * ", 68, 13, "missing after \"*\""), Damage("exp(logvar) - logvar - 1 =>", "exp(logvar - logvar - 1 =>", 47, 18, "never closed"),
                Damage("`= gap : .3f`", "`= gap : .3q`", 18, 19, "no format"), Damage("`= gap : .3f`", "`= gap +`", 18, 19, "missing after \"+\""), Damage("`= lo`", "`= lo lo`", 25, 21, "side by side"), Damage("mu = param([0.5, -1.2])\n", "mu = param([0.5, -1.2]) \u{1}\n", 31, 25, "control character"),
                // Prose and frames.
                Damage("nats, and", "nats, 0.25 more, and", 18, 32, "0.25 stands bare in prose", hint: "= expr"), Damage("## More", "## More than 1.5", 58, 14, "1.5 stands bare"), Damage("why: q has", "why: 0.5 of q has", 63, 6, "0.5 stands bare"), Damage("You lost the factor 1/2.", "You lost 0.5.", 47, 52, "0.5 stands bare"),
                Damage("\\sum_i\n$$\n", "\\sum_i\n\n", 20, 1, "formula is never closed"), Damage("$$\n\\mathrm{KL} = 0.5 \\sum_i\n$$", "$$ $$", 20, 3, "formula is empty"), Damage("\\sum_i\n$$", "\\sum_i\n$$ more", 22, 3, "Text follows the $$"), Damage("Enter -->", "Enter", 39, 1, "note is never closed").allowingMore,
                Damage("<!-- note:", "<!-- nota:", 39, 6, "no comment \"nota\"", hint: "note"), Damage("Enter -->", "Enter --> and", 40, 27, "Text follows the end of a note"), Damage("# Going deeper", "~~~\nabc", 56, 1, "code block is never closed").allowingMore, Damage("```text\n", "```texts\n", 52, 1, "texts block belongs to a translation"),
                Damage("k > 0 }\n```", "k > 0 }\n", 30, 1, "cell block is never closed", hint: "before line 42").allowingMore, Damage("The gap is", "The \u{7} gap is", 18, 5, "control character"),
            ]
        ) { LessonFile.parse($0, path: "lessons/x.md").problems }
    }

    @Test func faultsAtTheFileEnds() {
        func problems(_ text: String) -> [String] { LessonFile.parse(text, path: "x").problems.map { "\($0.line):\($0.column) \($0.message)" } }
        #expect(problems("") == ["1:1 The front matter is missing."].map { $0 })
        #expect(problems("---\nformat: 1").contains("1:1 The front matter is never closed."))
        #expect(problems("## A\nb").first == "1:1 The front matter is missing.")
        #expect(problems(sampleLesson.replacing("---\n\n## Why", with: "\n## Why", maxReplacements: 1)) == ["1:1 The front matter is never closed."])
        #expect(problems(String(sampleLesson.prefix { $0 != "#" })) == ["15:1 The lesson has no step."])
        #expect(throws: Problem(path: "x", line: 2, column: 2, message: "The text is not UTF-8: byte 4 cannot be read.", hint: "save it as UTF-8")) { try LessonFile.decode([0x61, 0x0A, 0x62, 0xFF], path: "x") }
    }

    @Test func allFaultsAreToldInOrder() {
        let text = sampleLesson.replacing("seed: 7", with: "seed: x").replacing("nats, and", with: "nats, 0.25, and").replacing("gap = sum(", with: "gap = = sum(").replacing("z > 1", with: "z >").replacing("id=value", with: "id=bigger")
        let problems = LessonFile.parse(text, path: "x").problems
        #expect(problems.map(\.line) == [6, 18, 32, 66, 79])
    }

    @Test func faultsOfATranslation() {
        let original = LessonFile.parse(sampleLesson, path: "lesson.md").lesson
        expect(
            [
                Damage("id: kl", "id: lk", 1, 1, "original's id is \"kl\""), Damage("version: 2", "version: 1", 1, 1, "original is version 2, this translates version 1"), Damage("version: 2", "version: 2\nseed: 7", 5, 1, "original file alone"),
                Damage("```cell id=closed\n```", "```cell id=closed\nx = 1\n```", 17, 1, "code stands in the original alone"), Damage("cell id=closed", "cell id=close", 16, 1, "has the block \"closed\" here, this \"close\"").allowingMore, Damage("```cell id=closed\n```", "", 24, 1, "has the block \"closed\" here, this \"missing-half\""),
                Damage("cell id=closed", "cell id=closed quick=false", 16, 19, "no attribute \"quick\""), Damage("cell id=closed", "lab id=closed", 16, 11, "another kind: cell"), Damage("上 | 下 | 都不", "上 | 下", 13, 10, "original has 3 choices, this 2"),
                Damage("choice: 左\n", "", 37, 1, "original has 2 answers, this 1"), Damage("choice: 左\nchoice*: 右", "choice*: 左\nchoice: 右", 37, 1, "answer 2 is the right one"), Damage("hint: 逐项。\n", "", 28, 1, "original has 2 hints, this 1"),
                Damage("wrong: mu^2 + exp(logvar)", "wrong: mu^3 + exp(logvar)", 27, 8, "no such wrong form"), Damage("prompt: 多大?", "answer: 3\nprompt: 多大?", 42, 1, "no key \"answer\""), Damage("prompt: 多大?\n", "", 41, 1, "\"prompt\" is missing"),
                Damage("\"at {k}\" =>", "\"at {j}\" =>", 21, 1, "No cell of the original holds the text \"at {j}\"", hint: "at {k}"), Damage("\"at {k}\" => \"在 {k}\"", "\"at {k}\" = \"在 {k}\"", 21, 1, "no \"text\" => \"translation\""), Damage("\"at {k}\" => \"在 {k}\"", "\"closed form = samples\" => \"x\"", 21, 1, "translated twice"),
                Damage("```texts", "```texts id=a", 19, 10, "no attributes"), Damage("# 深入\n\n", "", 32, 4, "below \"# Going deeper\""), Damage("差是", "差是 0.5 和", 9, 4, "0.5 stands bare"), Damage("# 深入", "## 多余\n字\n\n# 深入", 37, 1, "original has 2 steps, this 3").allowingMore,
            ], in: sampleTranslation
        ) { LessonFile.parseTranslation($0, path: "lessons/x.md", of: original).problems }
    }
}
