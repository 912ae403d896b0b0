import Foundation
import Testing

@Suite("Program: the JSON contract")
struct JSONContractTests {
    private static let keys: Set<String> = ["ok", "result", "bindings", "output", "checks", "error"]
    private static let checkKeys: Set<String> = ["label", "mode", "measured", "expected", "error", "tolerance", "passed"]

    private func eval(_ cell: String, code: Int32 = 0) throws -> [String: Any] {
        let run = try Binary.run("eval", cell, "--json")
        #expect(run.code == code && run.errors.isEmpty, "\(cell): \(run.code) \(run.errors)")
        #expect(run.output.last == "\n" && run.output.filter { $0 == "\n" }.count == 1, "one document on one line")
        let json = try run.json
        #expect(Set(json.keys) == Self.keys)
        #expect(json["ok"] as? Bool == (json["error"] is NSNull))
        return json
    }

    /// Equal as JSON: the same kinds, numbers to the last bit.
    private func equal(_ a: Any?, _ b: String) throws -> Bool {
        let expected = try JSONSerialization.jsonObject(with: Data(b.utf8), options: .fragmentsAllowed)
        return (a as? NSObject) == (expected as? NSObject)
    }

    @Test(arguments: [
        ("1 + 1", "2"), ("0.1 + 0.2", "0.30000000000000004"), ("1/3", "0.3333333333333333"), ("1e300", "1e300"), ("5e-324", "5e-324"), ("2^53", "9007199254740992"), ("nan", "\"nan\""), ("inf", "\"inf\""), ("-inf", "\"-inf\""), ("true", "true"), ("1 > 2", "false"), ("\"a\\\"b\\\\ \\n σ 中\"", "\"a\\\"b\\\\ \\n σ 中\""),
        ("[1, 2, 3]", "{\"shape\": [3], \"data\": [1, 2, 3]}"), ("[[1, nan], [inf, -inf]]", "{\"shape\": [2, 2], \"data\": [1, \"nan\", \"inf\", \"-inf\"]}"), ("[]", "{\"shape\": [0], \"data\": []}"), ("zeros(2, 0)", "{\"shape\": [2, 0], \"data\": []}"), ("ones(1, 1, 1)", "{\"shape\": [1, 1, 1], \"data\": [1]}"),
        ("[1, \"a\", [2, 3], true]", "{\"list\": [1, \"a\", {\"shape\": [2], \"data\": [2, 3]}, true]}"), ("[[1], [2, 3]]", "{\"list\": [{\"shape\": [1], \"data\": [1]}, {\"shape\": [2], \"data\": [2, 3]}]}"), ("estimate([2, 4])", "{\"estimate\": 3, \"se\": 1, \"n\": 2}"), ("estimate([[2, 1], [4, 1]])", "{\"estimate\": {\"shape\": [2], \"data\": [3, 1]}, \"se\": {\"shape\": [2], \"data\": [1, 0]}, \"n\": 2}"), ("estimate([1, inf])", "{\"estimate\": \"inf\", \"se\": \"nan\", \"n\": 2}"),
        ("x -> x", "{\"type\": \"function\"}"), ("sum", "{\"type\": \"function\"}"), ("Normal(0, 1)", "{\"type\": \"distribution\"}"), ("x = 3", "null"), ("print(1)", "null"), ("param(2)", "2"), ("figure(\"a\", line([1, 2]))", "{\"type\": \"figure\"}"),
    ])
    func values(_ cell: String, _ expected: String) throws {
        #expect(try equal(eval(cell)["result"], expected), "\(cell)")
    }

    @Test func resultIsTheLastExpressionsValue() throws {
        #expect(try equal(eval("1; 2; x = 3")["result"], "2"))
        #expect(try equal(eval("5; print(1)")["result"], "5"))
    }

    @Test func bindingsAndOutput() throws {
        let json = try eval("x = 1; f(a) = a; { inner = 2 }; for i in range(2) { x = x + 1 }; e = [1, \"a\"]; x; print(\"line\", 2)")
        #expect(try equal(json["bindings"], "{\"x\": 3, \"f\": {\"type\": \"function\"}, \"e\": {\"list\": [1, \"a\"]}}"))
        #expect(json["output"] as? String == "2\nx = 3\nline 2\n")
        #expect((json["checks"] as? [Any])?.isEmpty == true)
        #expect(try equal(eval("knob beta = 2 in 0..4")["bindings"], "{\"beta\": 2}"))
    }

    @Test func checks() throws {
        let json = try eval("check \"a\": [1, 2] ~= [1, 2.5] tol 1\ncheck estimate([2, 4]) ~= 4 within 2 se\ncheck \"c\": 2 < 1\ncheck 1 ~= nan\ncheck inf ~= inf tol 1", code: 1)
        #expect(json["ok"] as? Bool == true, "a check that fails is no error")
        let checks = try #require(json["checks"] as? [[String: Any]])
        for check in checks { #expect(Set(check.keys) == Self.checkKeys) }
        #expect(try equal(checks[0], "{\"label\": \"a\", \"mode\": \"exact\", \"measured\": {\"shape\": [2], \"data\": [1, 2]}, \"expected\": {\"shape\": [2], \"data\": [1, 2.5]}, \"error\": 0.5, \"tolerance\": 1, \"passed\": true}"))
        #expect(try equal(checks[1], "{\"label\": \"estimate([2, 4]) ~= 4\", \"mode\": \"estimate\", \"measured\": {\"estimate\": 3, \"se\": 1, \"n\": 2}, \"expected\": 4, \"error\": 1, \"tolerance\": 2, \"passed\": true}"))
        #expect(try equal(checks[2], "{\"label\": \"c\", \"mode\": \"boolean\", \"measured\": false, \"expected\": true, \"error\": null, \"tolerance\": null, \"passed\": false}"))
        #expect(checks[3]["error"] as? String == "nan" && checks[3]["expected"] as? String == "nan" && checks[3]["passed"] as? Bool == false)
        #expect(checks[4]["error"] as? Int == 0 && checks[4]["tolerance"] as? Int == 1 && checks[4]["measured"] as? String == "inf")
    }

    @Test(arguments: [
        ("x = nope", 1, 5, "There is no nope.", nil), ("a = 1\n\n  logvra = 2; logvar", 3, 15, "There is no logvar.", "did you mean logvra?"), ("变量 = [1, 2] + [1, 2, 3]", 1, 13, "do not broadcast", "axes are aligned"), ("(1", 1, 1, "never closed", "close it with )"), ("f(n) = f(n + 1)\nf(0)", 1, 8, "1000 deep", "needs an end"), ("x = param([1, 2]); grad(x^2, x)", 1, 20, "single number", "sum or mean"), ("\u{1B}[2J", 1, 1, "control character", "delete"), ("sample(Normal(0, 1), 1e12)", 1, 1, "does not fit", "fewer samples"),
    ] as [(String, Int, Int, String, String?)])
    func errors(_ cell: String, _ line: Int, _ column: Int, _ message: String, _ hint: String?) throws {
        let json = try eval(cell, code: 1)
        let error = try #require(json["error"] as? [String: Any])
        #expect(Set(error.keys) == ["message", "line", "column", "hint"])
        #expect(error["line"] as? Int == line && error["column"] as? Int == column, "\(error)")
        #expect((error["message"] as? String)?.contains(message) == true, "\(error)")
        if let hint { #expect((error["hint"] as? String)?.contains(hint) == true, "\(error)") } else { #expect(error["hint"] is NSNull) }
        #expect(json["result"] is NSNull)
    }

    @Test func filesOfCells() throws {
        let source = "x = 2\n\n# %% second\ny = x + 1; y\ncheck y ~= 3\n\n# %%\nz = randn()\n"
        try Binary.withFile("toy.vae", source) { path in
            let run = try Binary.run("run", path, "--json")
            let json = try run.json
            #expect(run.code == 0 && json["ok"] as? Bool == true)
            let cells = try #require(json["cells"] as? [[String: Any]])
            #expect(cells.count == 3)
            for cell in cells { #expect(Self.keys.isSubset(of: cell.keys)) }
            #expect(cells[1]["id"] as? String == "second" && cells[1]["result"] as? Int == 3)
            #expect(try Binary.run("run", path).output.contains("y = 3\n✓ y ~= 3"))
            // Editing one cell leaves the draws of the others alone.
            let z = try #require((cells[2]["bindings"] as? [String: Any])?["z"] as? Double)
            let edited = try Binary.withFile("toy.vae", source.replacing("x = 2", with: "x = 2; w = randn(9)")) { try Binary.run("run", $0, "--json").json }
            #expect(((edited["cells"] as? [[String: Any]])?[2]["bindings"] as? [String: Any])?["z"] as? Double == z)
        }
        try Binary.withFile("broken.vae", "a = 1\n# %%\n\nb = nope\n# %%\nc = 1\n") { path in
            let run = try Binary.run("run", path, "--json")
            let cells = try #require(run.json["cells"] as? [[String: Any]])
            #expect(try run.code == 1 && run.json["ok"] as? Bool == false)
            #expect((cells[1]["error"] as? [String: Any])?["line"] as? Int == 4)
            #expect(try Binary.run("run", path).errors.contains("line 4, column 5"))
        }
        try Binary.withFile("knob.vae", "knob a = 1 in 0..3\na * 2") { path in
            #expect(try (Binary.run("run", path, "--set", "a=3", "--json").json["cells"] as? [[String: Any]])?[0]["result"] as? Int == 6)
            let far = try Binary.run("run", path, "--set", "a=9")
            #expect(far.code == 1 && far.errors.contains("a = 9 is out of range"))
        }
    }
}
