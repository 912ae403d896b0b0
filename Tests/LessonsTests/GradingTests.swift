import Lessons
import Testing

/// Answers are graded by value: every equal form is right, every unequal one is not, and a known mistake gets its sentence.
@Suite struct GradingTests {
    private static let text = """
        ---
        format: 1
        id: grading
        version: 1
        title: Grading
        seed: 3
        ---

        ## A question

        ```ask id=kl kind=expression vars="mu in -2..2, logvar in -3..1"
        prompt: Write the KL of one latent dimension.
        answer: 0.5 * (mu^2 + exp(logvar) - logvar - 1)
        wrong: mu^2 + exp(logvar) - logvar - 1 => factor
        wrong: 0.5 * (mu^2 + exp(logvar)^2 - 2*logvar - 1) => sigma
        wrong: -0.5 * (mu^2 + exp(logvar) - logvar - 1) => sign
        ```

        """

    private func verdict(_ answer: String) throws -> Verdict {
        let (lesson, problems) = LessonFile.parse(Self.text, path: "grading.md")
        #expect(problems.isEmpty)
        guard case .ask(let question)? = lesson.steps[0].elements.first(where: { $0.id == "kl" }) else { throw Missing() }
        return LessonSession(lesson).grade(answer, to: question)
    }

    private struct Missing: Error {}

    @Test(arguments: [
        "0.5 * (mu^2 + exp(logvar) - logvar - 1)", "(mu^2 + exp(logvar) - logvar - 1) / 2", "-0.5 * (1 + logvar - mu^2 - exp(logvar))",
        "(mu*mu + exp(logvar) - 1 - logvar) * 0.5", "mu**2/2 + exp(logvar)/2 - logvar/2 - 1/2", "kl(Normal(mu, exp(logvar / 2)), Normal(0, 1))",
        "0.5 * mu^2 + 0.5 * (expm1(logvar) - logvar)", "{ s2 = exp(logvar); 0.5 * (mu^2 + s2 - log(s2) - 1) }", "sum(0.5 * (mu^2 + exp(logvar) - logvar - 1))",
        "(mu^2 + exp(0.5 * logvar)^2 - logvar - 1) / 2", "-(logvar + 1 - mu^2 - exp(logvar)) / 2", "0.5*(mu^2+exp(logvar)) - 0.5*(logvar+1)",
    ])
    func equalFormsAreRight(_ answer: String) throws {
        guard case .right = try verdict(answer) else { Issue.record("\(answer) was refused"); return }
    }

    @Test(arguments: [
        "0.5 * (mu^2 + exp(logvar) - logvar)", "0.5 * (mu^2 + exp(logvar) + logvar - 1)", "0.5 * (mu + exp(logvar) - logvar - 1)",
        "0.5 * (mu^2 + logvar - exp(logvar) - 1)", "0.5001 * (mu^2 + exp(logvar) - logvar - 1)", "0.5 * (mu^2 + exp(logvar) - logvar - 1.000001)",
        "0.5 * (abs(mu) + exp(logvar) - logvar - 1)", "0.5 * (mu^2 + exp(logvar / 2) - logvar - 1)", "0.5 * mu^2", "0.5 * (exp(logvar) - logvar - 1)",
        "[0.5 * (mu^2 + exp(logvar) - logvar - 1)]", "nan", "0.25 * (mu^2 + exp(logvar) - logvar - 1)",
    ])
    func nearMissesAreRefused(_ answer: String) throws {
        guard case .wrong = try verdict(answer) else { Issue.record("\(answer): \(try verdict(answer))"); return }
    }

    @Test(arguments: [
        ("mu^2 + exp(logvar) - logvar - 1", "factor"), ("mu^2 - logvar + (exp(logvar) - 1)", "factor"),
        ("(mu^2 + exp(2 * logvar) - 2 * logvar - 1) / 2", "sigma"), ("0.5 * (1 + logvar - mu^2 - exp(logvar))", "sign"),
    ])
    func knownMistakesGetTheirSentence(_ answer: String, _ sentence: String) throws {
        guard case .known(let found) = try verdict(answer) else { Issue.record("\(answer) was not known"); return }
        #expect(found.text == sentence)
    }

    @Test(arguments: ["", "0.5 * (mu^2", "mu + sigma", "grad(", "\"text\" + 1", "for x in 3"])
    func whatCannotBeReadIsNotHeldAgainstAnybody(_ answer: String) throws {
        guard case .unreadable = try verdict(answer) else { Issue.record("\(answer): \(try verdict(answer))"); return }
    }
}
