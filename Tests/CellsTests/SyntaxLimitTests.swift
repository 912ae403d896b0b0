import Cells
import Glibc
import Testing

/// Sources made to break a parser: very deep, very long, or no text at all.
@Suite("Syntax: limits")
struct SyntaxLimitTests {
    private func error(_ source: String) -> CellError? {
        do {
            _ = try Program.parse(source)
            return nil
        } catch {
            return error
        }
    }

    @Test func deepNestingIsAnError() {
        let many = 100_000
        for (opening, closing) in [
            ("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("x[", "]"), ("-", ""), ("not ", ""), ("2^", ""), ("x -> ", ""), ("if ", " { }"), ("if a { ", " }"), ("if a { } else { ", "}"),
            ("for x in xs { ", " }"), ("f(x) = { ", " }"), ("[(", ")]"), ("f(x -> { ", " })"), ("\"{", "}\""), ("(x, y=", ") -> x"), ("- -", ""), ("a.b[", "]"),
        ] {
            let nested = String(repeating: opening, count: many) + "1" + String(repeating: closing, count: many)
            let found = error(nested)
            #expect(found?.message.contains("nested more than 100 levels") == true, "\(opening): \(found?.message ?? "parsed")")
            // Unclosed, the same depth is an error too.
            #expect(error(String(repeating: opening, count: many)) != nil, "\(opening)")
        }
        for suffix in ["(x)", "[0]", ".a"] {
            #expect(error("x" + String(repeating: suffix, count: many))?.message.contains("nested") == true, "\(suffix)")
        }
    }

    @Test func whatNobodyCallsDeepIsFine() {
        for (opening, closing) in [("(", ")"), ("[", "]"), ("f(", ")"), ("-", ""), ("x -> ", "")] {
            #expect(error(String(repeating: opening, count: 90) + "1" + String(repeating: closing, count: 90)) == nil, "\(opening)")
        }
        #expect(error(String(repeating: "{ ", count: 45) + "1" + String(repeating: " }", count: 45)) == nil)
    }

    /// The height that the tree promises holds for everything, statements without a node of their own included.
    @Test func treesAreAsHighAsTheySay() throws {
        func depth(_ expression: Expression) -> Int {
            var deepest = 0
            expression.form.forEachChild { deepest = max(deepest, depth($0)) }
            return deepest + 1
        }
        for source in ["a", "a + b + c", "f(x)[0].y", "-(-(-x))", "x -> [x, {y = x; y}]"] {
            let expression = try Expression.parse(source)
            #expect(expression.height == depth(expression))
        }
        #expect(try Expression.parse("a + b + c + d").height == 2)
    }

    @Test func longChainsParseWalkAndGoAway() throws {
        let count = 200_000
        for link in ["a + ", "a - ", "a * ", "a or ", "a and ", "a @ "] {
            let program = try Program.parse(String(repeating: link, count: count) + "a")
            #expect(program.freeNames == ["a"])
            #expect(program.description.utf8.count > count)
        }
        let branches = try Program.parse("if a { 1 }" + String(repeating: " else if a { 1 }", count: count / 4))
        #expect(branches.freeNames == ["a"])
        let statements = try Program.parse(String(repeating: "a = a\n", count: count))
        #expect(statements.freeNames == ["a"])
        #expect(statements.boundNames == ["a"])
        #expect(try Program.parse("[" + String(repeating: "1, ", count: count) + "]").freeNames == [])
        #expect(try Program.parse("\"" + String(repeating: "{a} b", count: count) + "\"").freeNames == ["a"])
    }

    @Test func aMegabyteOnALine() {
        let megabyte = 1_000_000
        #expect(error(String(repeating: "a", count: megabyte)) == nil)
        #expect(error("\"" + String(repeating: "中", count: megabyte) + "\"") == nil)
        #expect(error(String(repeating: "1", count: megabyte))?.message.contains("too long") == true)
        #expect(error("0." + String(repeating: "0", count: megabyte))?.message.contains("too long") == true)
        #expect(error(String(repeating: " ", count: megabyte)) == nil)
        #expect(error("# " + String(repeating: "x", count: megabyte)) == nil)
        for piece in ["(", ")", "[", "\"", "\"{", "=", "a ", "a = ", "if ", "@", ":", "!", "→", "x -> ", "(a, ", "(a,b", "\\", ";", "\n", "中 ", "\0", ". ", "..", "1..", "else ", "check ", "\"\""] {
            let source = String(repeating: piece, count: megabyte / piece.utf8.count)
            if let fault = error(source) {
                #expect(fault.rendered(source: source).utf8.count < 3_000, "\(piece)")
            } else {
                #expect([";", "\n"].contains(piece), "\(piece)")
            }
        }
    }

    /// Twice the source takes twice the time, not four times: measured on sources that invite looking ahead or back.
    @Test func timeIsLinear() throws {
        for piece in ["(a, b, c) + ", "f(a, (b, c) -> b * c) + ", "x[a:b, c] * ", "\"{a: .3f} {b}\" + ", "{ a = (b); a } + ", "if a { b } else { c } + "] {
            func seconds(_ count: Int) -> Double {
                let source = "[" + String(repeating: piece, count: count) + "0]"
                // Of this thread alone: other work on the machine shall not count.
                func now() -> Double {
                    var time = timespec()
                    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
                    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
                }
                return (0..<3).map { _ in
                    let start = now()
                    _ = try? Program.parse(source)
                    return now() - start
                }.min()!
            }
            let (short, long) = (seconds(4_000), seconds(32_000))
            #expect(long < 8 * short * 4, "\(piece): \(short) s, \(long) s")
        }
    }

    @Test func namesOfAGreatCellInLinearTime() throws {
        var source = ""
        for index in 0..<20_000 { source += "a\(index) = 1\nf\(index)(x) = { y = x; y + a\(index) }\n" }
        #expect(try Program.parse(source).freeNames == [])
    }
}
