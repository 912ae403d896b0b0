import Cells
import Foundation
import Glibc
import Testing

private func seconds(_ body: () -> Void) -> Double {
    let start = ContinuousClock.now
    body()
    return Double((ContinuousClock.now - start) / .nanoseconds(1)) * 1e-9
}

/// Cells made to use up a machine. One at a time: they measure the memory of the whole process.
@Suite("Cells: limits", .serialized)
struct LimitTests {
    private func message(_ source: String, _ limit: (inout CellLimits) -> Void = { _ in }) -> String {
        let outcome = run(source, limit)
        if let error = outcome.error, let last = source.components(of: "\n%%\n").last {
            #expect(error.span.start <= last.utf8.count && error.rendered(source: String(last)).contains("^"))
        }
        return outcome.error?.message ?? "none"
    }

    @Test func time() {
        for source in [
            "for i in range(4000000) { x = i }", "f(n) = { for i in range(4000000) { f2 = n }; 1 }; map(f, range(1000))", "x = randn(1500, 1500); for i in range(1000) { y = x @ x }", "det(randn(3000, 3000))", "eigh(eye(900) + ones(900, 900))", "inv(randn(2500, 2500))",
            "l = eye(3000) * 2; cholesky(l)", "x = zeros(60, 60); y = param(x); grad(det(y), y)", "integrate2((x, y) -> integrate(z -> sin(x * y * z), 0, 1), 0, 9, 0, 9)", "minimize(x -> x^2, 3, steps=100000000)", "reduce((a, b) -> a + b, range(5000000))",
        ] {
            var text = ""
            let taken = seconds { text = message(source) { $0.seconds = 0.2 } }
            #expect(text.contains("longer than 0.2 seconds") || text == "none" && taken < 1, "\(source): \(text)")
            #expect(taken < 6, "\(source): \(taken) s")
        }
    }

    @Test func depth() {
        #expect(message("f(n) = 1 + f(n + 1); f(0)").contains("more than 1000 deep"))
        #expect(message("f(n) = map(m -> f(m + 1), [n])[0]; f(0)").contains("more than 1000 deep"))
        #expect(message("f(n) = integrate(x -> f(n + x), 0, 1); f(0)").contains("more than 1000 deep"))
        // Every one of a thousand calls goes through expressions as high as they can be.
        let high = String(repeating: "1 + (2 * (", count: 24) + "f(n - 1)" + String(repeating: "))", count: 24)
        let blocks = String(repeating: "if true { ", count: 30) + "f(n - 1)" + String(repeating: " }", count: 30)
        for body in [high, blocks, String(repeating: "-(", count: 45) + "f(n - 1)" + String(repeating: ")", count: 45), String(repeating: "[", count: 90) + "f(n - 1)" + String(repeating: "]", count: 90), "map(m -> { " + String(repeating: "abs(", count: 80) + "f(m - 1)" + String(repeating: ")", count: 80) + "}, [n])[0]"] {
            #expect(message("f(n) = \(body)\n%%\nf(0)").contains("deep"), "\(body.prefix(30))")
        }
        #expect(run("f(n) = if n == 0 { 0 } else { 1 + f(n - 1) }; f(990)").result?.json.text == "990")
    }

    @Test func nesting() {
        #expect(message("x = [1, \"a\"]; for i in range(100000) { x = [x] }").contains("Lists are nested more than 100 deep"))
        #expect(message("f = x -> x; for i in range(100000) { f = { g = f; x -> g(x) } }").contains("more than 500 deep"))
        #expect(message("d = Normal(0, 1); for i in range(1000) { d = Mixture([1], [d]) }").contains("more than 500 deep"))
        #expect(message("d = Normal(0, 1); for i in range(60) { d = Mixture([0.5, 0.5], [d, d]) }").contains("more than 10000 values"))
        #expect(message("x = [1, \"a\"]; for i in range(60) { x = [x, x] }").contains("more than 5000000 values"))
        #expect(message("f = x -> x; for i in range(100000) { f = { g = [f, 1]; x -> g[0](x) } }").contains("more than 500 deep"))
        #expect(message("x = [1, \"a\"]; for i in range(99) { x = [x] }; x == x") .contains("none"))
        // Neither the functions of the library nor a function's own name count.
        #expect(message("f(n) = if n == 0 { 0 } else { f(n - 1) }; for i in range(2000) { g = x -> sum(f(x)) }") == "none")
    }

    @Test func sizes() {
        #expect(message("zeros(1e12)").contains("does not fit"))
        #expect(message("zeros(1e15, 1e15)").contains("does not fit"))
        #expect(message("zeros(9e14, 0)").contains("does not fit"))
        #expect(message("zeros(0, 9e14, 9e14)").contains("does not fit"))
        #expect(message("reshape([], 0, 9e14)").contains("does not fit"))
        #expect(message("zeros(1e8, 0) + zeros(1e8, 1, 1)").contains("does not fit"))
        #expect(message("for i in range(1e9) { 1 }").contains("does not fit"))
        #expect(message("for i in range(6000000) { 1 }").contains("too long"))
        #expect(message("x = [1, 2]; for i in range(100) { x = concat([x, x]) }") { $0.memory = 1 << 24 }.contains("does not fit"))
        #expect(message("s = \"a\"; for i in range(100) { s = \"{s}{s}\" }") { $0.textLength = 100_000 }.contains("longer than 100000 bytes"))
        #expect(message("for i in range(2000000) { print(\"{i} and more\") }") { $0.textLength = 100_000 }.contains("shows more than 100000 bytes"))
        #expect(message("x = param(1); y = x; for i in range(5000) { y = y + 1 }; tape(y)") { $0.textLength = 100_000 }.contains("shows more than"))
        #expect(message("eye(1e6)").contains("does not fit"))
        #expect(message("outer(range(1e6), range(1e6))").contains("does not fit"))
        #expect(message("permutation(1e10)").contains("too long"))
        #expect(message("map(x -> x, range(1e7))").contains("too long"))
        for family in ["Normal(0, 1)", "Bernoulli(0.5)", "Categorical([0.5, 0.5])", "ContinuousBernoulli(0.3)", "Uniform(0, 1)", "Laplace(0, 1)", "Exponential(1)", "Mixture([1], [Normal(0, 1)])", "MultivariateNormal([0, 0], eye(2))"] {
            #expect(message("sample(\(family), 1e12)").contains("does not fit"), "\(family)")
        }
    }

    /// What the engine does not count: tapes, lists, texts.
    @Test func residentMemory() {
        let small = { (limits: inout CellLimits) in limits.residentMemory = 64 << 20 }
        for source in [
            "x = param(1); y = x; for i in range(4000) { for j in range(4000) { y = y + 1 } }", "a = map(i -> [i, \"a\"], range(100000)); b = map(i -> map(j -> [j, \"a\"], range(100000)), range(40))", "s = \"abcdefgh\"; for i in range(16) { s = \"{s}{s}\" }; xs = map(i -> \"{s}{i}\", range(100000))",
            "ts = map(i -> map(j -> \"a long text that is kept {i} {j}\", range(4000)), range(4000))",
        ] {
            let text = message(source, small)
            #expect(text.contains("takes more than 64 MiB") || text.contains("too long") || text.contains("values"), "\(source): \(text)")
        }
    }

    @Test func interruption() {
        for source in ["for i in range(4000000) { x = i }", "f(n) = { for i in range(4000000) { y = n }; 1 }; map(f, range(1000))", "det(randn(4000, 4000))", "x = randn(3000, 3000); x @ x @ x @ x @ x @ x"] {
            var options = CellOptions()
            let cancellation = options.cancellation
            options.limits.seconds = 60
            var state = CellState()
            _ = state.run("a = 1", CellOptions())
            // A thread of its own: tasks wait while other tests hold the processors.
            Thread.detachNewThread {
                usleep(150_000)
                cancellation.cancel()
            }
            let start = ContinuousClock.now
            let outcome = state.run("a = 2\n" + source, options)
            #expect(outcome.interrupted && outcome.error == nil, "\(source)")
            #expect(ContinuousClock.now - start < .seconds(10), "\(source)")
            #expect(state.run("a", CellOptions()).result?.json.text == "1")
        }
    }

    @Test func valuesTooLargeForJSON() {
        var outcome = run("x = zeros(300)")
        outcome.refuseValuesTooLargeForJSON(limit: 300)
        #expect(outcome.succeeded)
        outcome.refuseValuesTooLargeForJSON(limit: 299)
        #expect(outcome.error?.message.contains("300 numbers") == true && outcome.bindings.isEmpty)
    }
}

extension String {
    fileprivate func components(of separator: String) -> [Substring] { split(separator: separator, omittingEmptySubsequences: false) }
}
