import Cells
import Testing

@Suite("Cells: checks and knobs")
struct CheckTests {
    private func check(_ source: String) throws -> CheckOutcome {
        let outcome = run(source)
        #expect(outcome.error == nil, "\(source)")
        return try #require(outcome.checks.first, "\(source)")
    }

    /// Mode, error, tolerance and verdict.
    @Test func verdicts() throws {
        typealias Row = (source: String, mode: CheckOutcome.Mode, error: Double?, tolerance: Double?, passed: Bool)
        let rows: [Row] = [
            ("check 1 ~= 1", .exact, 0, 2e-9, true), ("check 1 ~= 2", .exact, 1, 1e-9 + 2e-9, false), ("check 1 ~= 1.5 tol 1", .exact, 0.5, 1, true), ("check 1 ~= 1.5 tol 0.25", .exact, 0.5, 0.25, false), ("check 100 ~= 101 rtol 0.01", .exact, 1, 1.01, true), ("check 100 ~= 102 rtol 0.01", .exact, 2, 1.02, false),
            ("check 100 ~= 102 tol 1 rtol 0.01", .exact, 2, 2.02, true), ("check 100 ~= 102 rtol 0.01 tol 1", .exact, 2, 2.02, true), ("check 0 ~= 1e-10 rtol 1e-3", .exact, 1e-10, 1e-13, false), ("check 0 ~= 0 tol 0", .exact, 0, 0, true), ("check [1, 2] ~= [1, 2.5] tol 0.5", .exact, 0.5, 0.5, true), ("check [1, 2] ~= [1, 3] tol 0.5", .exact, 1, 0.5, false), ("check [1, 1] ~= 1", .exact, 0, 2e-9, true),
            ("check inf ~= inf tol 1e-9", .exact, 0, 1e-9, true), ("check inf ~= inf", .exact, 0, 1e-9, true), ("check -inf ~= inf tol 1", .exact, .infinity, 1, false), ("check 1 ~= inf tol 1", .exact, .infinity, 1, false), ("check inf ~= 1 tol 1", .exact, .infinity, 1, false), ("check true ~= 1", .exact, 0, 2e-9, true), ("check [] ~= []", .exact, 0, 0, true),
            ("check estimate([2, 4]) ~= 5", .estimate, 2, 4, true), ("check estimate([2, 4]) ~= 8", .estimate, 5, 4, false), ("check estimate([2, 4]) ~= 5 within 1 se", .estimate, 2, 1, false), ("check 5 ~= estimate([2, 4]) within 3 se", .estimate, 2, 3, true), ("check estimate([0, 6]) ~= estimate([0, 8])", .estimate, 1, 20, true), ("check estimate([3, 3]) ~= 3", .estimate, 0, 0, true), ("check estimate([3, 3]) ~= 3.1", .estimate, 3.1 - 3, 0, false), ("check estimate([2, 4]) ~= inf", .estimate, .infinity, 4, false),
            ("check 1 < 2", .boolean, nil, nil, true), ("check 2 < 1", .boolean, nil, nil, false), ("check [1, 2] > 0", .boolean, nil, nil, true), ("check [1, -2] > 0", .boolean, nil, nil, false), ("check [] > 0", .boolean, nil, nil, false), ("check 1 == 1 and 2 == 2", .boolean, nil, nil, true), ("check \"a\" == \"a\"", .boolean, nil, nil, true), ("check not false", .boolean, nil, nil, true), ("check 3", .boolean, nil, nil, true), ("check nan", .boolean, nil, nil, false),
            ("check [\"\", 1][1:] ~= [\"\", 1][1:]", .exact, 0, 2e-9, true), ("a = param(2); b = param(3); check grad(a * b, [a, b]) ~= [3, 2]", .exact, 0, 1e-9 + 3e-9, true), ("a = param(2); b = param(3); check [3, 2.5] ~= grad(a * b, [a, b]) tol 0.5", .exact, 0.5, 0.5, true), ("check zip([1, 2], [3, 4]) ~= zip([1, 2], [3, 5])", .exact, 1, 1e-9 + 5e-9, false),
        ]
        for row in rows {
            let found = try check(row.source)
            #expect(found.mode == row.mode && found.passed == row.passed, "\(row.source)")
            #expect(found.error == row.error, "\(row.source)")
            if let tolerance = row.tolerance { #expect(try abs(#require(found.tolerance) - tolerance) <= 1e-15 * tolerance, "\(row.source)") } else { #expect(found.tolerance == nil, "\(row.source)") }
        }
    }

    @Test func nanNeverHolds() throws {
        for source in ["check nan ~= nan", "check nan ~= 1 tol inf", "check 1 ~= nan", "check [1, nan] ~= [1, nan]", "check estimate([nan, 1]) ~= 1", "check nan == nan", "check zip([1, nan], [1, 1]) ~= zip([1, nan], [1, 1])"] {
            let found = try check(source)
            #expect(!found.passed, "\(source)")
            if found.mode != .boolean { #expect(found.error?.isNaN == true, "\(source)") }
        }
        #expect(try check("x = -1; check log(x) ~= 1").note?.contains("Log was the first to make a NaN") == true)
        #expect(try check("x = log(-1); check x ~= 1").note?.contains("came in with a name") == true)
        // Looking for its origin draws nothing and prints nothing again.
        #expect(run("f() = { print(\"once\"); log(-1) }; check f() ~= 1").output == "once\n")
        let plain = run("a = randn(); check 1 ~= randn(); randn()").result?.json.text, looked = run("a = randn(); check nan ~= randn(); randn()").result?.json.text
        #expect(plain == looked)
    }

    @Test func labels() throws {
        #expect(try check("check \"a = {1 + 1}\": 1 ~= 1").label == "a = 2")
        #expect(try check("x = 1\ncheck x + 1 ~= 2 tol 1e-3").label == "x + 1 ~= 2")
        #expect(try check("check 1 < 2").label == "1 < 2")
        // A check inside a function is written in the function's own text.
        #expect(run("long_name = 1; f(x) = { check x ~= long_name; x }\n%%\nf(1)").checks.map(\.label) == ["x ~= long_name"])
        #expect(run("for i in range(2) { check \"{i}\": i ~= 0 }").checks.map(\.passed) == [true, false])
    }

    @Test func lines() throws {
        #expect(try check("check \"exact\": 1 ~= 1.5 tol 1").line(labelWidth: 8) == "✓ exact     |Δ| = 0.5             tolerance 1")
        #expect(try check("check \"bad\": 1 ~= 3 tol 1").line(labelWidth: 4, ascii: true) == "[FAIL] bad   |d| = 2               tolerance 1")
        #expect(try check("check \"mc\": estimate([2, 4]) ~= 5").line(labelWidth: 2) == "✓ mc  3.0 ± 1.0             z = 2, limit 4")
        #expect(try check("check \"b\": 2 > 1").line(labelWidth: 1) == "✓ b  2 > 1")
        #expect(try check("check \"b\": 2 / 3 < 0.5").line(labelWidth: 1) == "✗ b  not 0.6667 < 0.5")
        #expect(try check("check \"b\": 2 > 1 and 1 > 0").line(labelWidth: 1) == "✓ b  true")
        #expect(try check("check \"b\": [2, 3] > 1").line(labelWidth: 1) == "✓ b  true")
        let found = try check("check estimate([2, 4]) ~= 5")
        #expect(found.z == 2 && found.limit == 4 && found.standardError == 1)
    }

    @Test func refusals() {
        expect([
            Complaint("check \"a\" ~= \"a\"", 1, 7, "compares numbers", hint: "=="), Complaint("check 1 ~= 2 within 3 se", 1, 7, "needs an estimate", hint: "estimate(samples)"), Complaint("check estimate([2, 4]) ~= 2 tol 1", 1, 7, "within standard errors", hint: "within 4 se"), Complaint("check [1, 2] ~= [1, 2, 3]", 1, 7, "do not broadcast"), Complaint("check zeros(0) ~= 3", 1, 7, "nothing to compare"), Complaint("check 1 ~= 2 tol -1", 1, 18, "not negative"), Complaint("check 1 ~= 2 tol \"a\"", 1, 18, "tolerance is a number"),
            Complaint("check 1 ~= 2 tol nan", 1, 18, "not negative"), Complaint("check \"a\": \"text\"", 1, 12, "needs a condition"), Complaint("check [\"a\", 1] ~= [\"a\"]", 1, 7, "2 and 1 items"), Complaint("check Normal(0, 1) ~= 1", 1, 7, "compares numbers"), Complaint("1 ~= \"a\"", 1, 3, "compares numbers"),
        ])
        // Checks before an error stay.
        let outcome = run("check 1 ~= 1\nnowhere")
        #expect(outcome.checks.count == 1 && outcome.error != nil)
    }

    @Test func knobs() throws {
        #expect(run("knob beta = 1 in 0..10 \"weight\"\nbeta * 2").result?.json.text == "2")
        #expect(run("knob beta = 1 in 0..10\nbeta * 2", knobs: ["beta": 4]).result?.json.text == "8")
        let outcome = run("knob a = 2 in 1..3 \"text\"; knob b = -1 in -2..0")
        #expect(outcome.knobs.map(\.name) == ["a", "b"] && outcome.knobs.map(\.lower) == [1, -2] && outcome.knobs[0].text == "text")
        #expect(outcome.bindings.map(\.name) == ["a", "b"])
        let high = try #require(run("knob beta = 1 in 0..10", knobs: ["beta": 11]).error)
        #expect(high.message == "beta = 11 is out of range: it goes from 0 to 10." && high.hint?.contains(":set beta=5") == true)
        expect([Complaint("knob a = 5 in 0..1", 1, 10, "out of range"), Complaint("knob a = 1 in 3..2", 1, 15, "empty"), Complaint("knob a = [1, 2] in 0..3", 1, 10, "single finite number"), Complaint("knob a = 1 in 0..inf", 1, 18, "single finite number"), Complaint("knob a = nan in 0..1", 1, 10, "single finite number")])
        // A knob of a cell above may be a bound below.
        #expect(run("knob n = 3 in 1..5\n%%\nknob m = n in 0..2 * n\n%%\nm", knobs: ["m": 6]).result?.json.text == "6")
    }
}
