import Lessons
import Testing

/// The rules of `author check` that need the lesson to run: each broken once, each named with its line.
@Suite struct AuthorCheckTests {
    private static let front = "---\nformat: 1\nid: t\nversion: 1\ntitle: T\nseed: 1\n---\n\n## Step\n\n"

    /// The problems of a lesson with this body, which begins on line 11; the clock gains `tick` seconds at each look.
    private func problems(_ body: String, tick: Double = 0) -> [Problem] {
        let (lesson, problems) = LessonFile.parse(Self.front + body, path: "t.md")
        #expect(problems.isEmpty, "\(problems)")
        var time = 0.0
        return AuthorCheck.problems(of: lesson) {
            time += tick
            return time
        }
    }

    private static let lab = "```lab id=l\nprompt: Mend it.\nstart: |\n  y = 1\nsolution: |\n  y = 2\ncheck: |\n  check \"two\": y ~= 2\n```\n"

    @Test func aGoodLessonHasNone() {
        let body = "```predict id=p of=a\nprompt: Up?\nchoices: up | down\nanswer: if x > 0 { \"up\" } else { \"down\" }\n```\n\n"
            + "```cell id=a\nx = 2\ncheck \"two\": x ~= 4 / 2\ncheck \"positive\": x > 0\n```\n\nIt is `= x`, and $x^2$.\n\n" + Self.lab
            + "\n```cell id=b\nx = -1\ncheck \"a name bound anew\": x < 0\n```\n"
        #expect(problems(body).isEmpty)
    }

    @Test(arguments: [
        ("```cell id=a\nx = nowhere\n```\n", 12, "fails: There is no nowhere"),
        ("```cell id=a\ncheck \"wrong\": 1 ~= 2\n```\n", 11, "\"wrong\" of cell \"a\" fails"),
        ("```cell id=a\nx = 1\ncheck \"loose\": x ~= 1.5 tol 1e6\n```\n", 11, "\"loose\" of cell \"a\" cannot fail"),
        ("```cell id=a\nx = 1\ncheck \"itself\": x ~= x\n```\n", 11, "\"itself\" of cell \"a\" cannot fail"),
        ("```cell id=a\ncheck \"always\": true\n```\n", 11, "\"always\" of cell \"a\" cannot fail"),
        ("```cell id=a\nx = 1\n```\n\nIt is `= missing` now.\n", 15, "cannot be computed"),
        ("A formula $\\frac{1}{$ here.\n", 11, "This formula cannot be read"),
        ("```ask id=q kind=expression vars=\"x in 1..2\"\nprompt: Twice?\nanswer: 2 * x\nwrong: x + x => no\n```\n", 14, "is right"),
        ("```ask id=q kind=expression vars=\"x in 1..2\"\nprompt: Twice?\nanswer: 2 * x\nwrong: 3 * x => a\nwrong: x * 3 => b\n```\n", 15, "another one's sentence"),
        ("```ask id=q kind=number tol=0.1\nprompt: What?\nanswer: nothing_here\n```\n", 11, "not accepted as right"),
        ("```predict id=p of=a\nprompt: Up?\nchoices: up | down\nanswer: \"sideways\"\n```\n\n```cell id=a\nx = 1\n```\n", 11, "none of its choices"),
        (lab.replacing("y = 1", with: "y = 2"), 14, "passes already"),
        (lab.replacing("  y = 2", with: "  y = z"), 16, "solution of the lab \"l\" fails"),
        // The seconds of a training run are the one thing that differs from run to run.
        ("```cell id=a\nr = train(ae(inputs=2, hidden=4, latent=1, likelihood=\"gaussian\"), randn(40, 2), epochs=1)\nr.history.seconds\n```\n", 11, "Two runs of the cell \"a\" differ"),
    ])
    func eachFaultIsNamedWithItsLine(_ body: String, _ line: Int, _ message: String) {
        let found = problems(body)
        #expect(found.contains { $0.line == line && $0.message.contains(message) }, "\(found)")
    }

    @Test func budgetsHold() {
        let found = problems("```cell id=a budget=2s\nx = 1\n```\n", tick: 5)
        #expect(found.contains { $0.line == 11 && $0.message.contains("took") && $0.hint?.contains("2") == true }, "\(found)")
    }
}
