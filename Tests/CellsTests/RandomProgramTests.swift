import Cells
import Testing

/// Writes random smooth functions of a vector `x` of three numbers, none of them near 0: with branches, loops, blocks,
/// closures, indexing and linear algebra, so that a gradient goes through all of them.
private struct FunctionAuthor {
    var dice: Dice
    /// Names for what blocks and functions bind.
    private var names = 0

    init(_ seed: UInt64) { dice = Dice(seed) }

    private mutating func pick(_ choices: [() -> String]) -> String { choices[dice.roll(choices.count)]() }
    private mutating func fresh() -> String {
        names += 1
        return "t\(names)"
    }

    private mutating func constant() -> String { ["0.5", "1.5", "-0.7", "2", "0.3", "-1.1"][dice.roll(6)] }
    /// Depends on x, but no small step turns it.
    private mutating func condition() -> String { ["x[0] > 0", "x[1] < 0", "sum(x) > 100", "x[2] > 0 and x[0] < 50", "not x[1] > 0", "true"][dice.roll(6)] }

    mutating func scalar(_ depth: Int) -> String {
        if depth <= 0 { return ["x[0]", "x[1]", "x[-1]", "sum(x)", "mean(x)"][dice.roll(5)] }
        switch dice.roll(26) {
        case 0: return "(\(scalar(depth - 1)) + \(scalar(depth - 1)))"
        case 1: return "(\(scalar(depth - 1)) - \(constant()) * \(scalar(depth - 1)))"
        case 2: return "tanh(\(scalar(depth - 1))) * tanh(\(scalar(depth - 1)))"
        case 3: return "(\(scalar(depth - 1)) / (2 + cos(\(scalar(depth - 1)))))"
        case 4: return "\(["sin", "cos", "tanh", "sigmoid", "softplus", "erf"][dice.roll(6)])(\(scalar(depth - 1)))"
        case 5: return "log(1 + tanh(\(scalar(depth - 1)))^2)"
        case 6: return "exp(sin(\(scalar(depth - 1))))"
        case 7: return "sqrt(1 + tanh(\(scalar(depth - 1)))^2)"
        case 8: return "\(["sum", "mean", "logsumexp", "var"][dice.roll(4)])(\(vector(depth - 1)))"
        case 9: return "(\(vector(depth - 1)))[\(dice.roll(3))]"
        case 10: return "(\(vector(depth - 1)) @ tanh(\(vector(depth - 1))))"
        case 11: return "(if \(condition()) { \(scalar(depth - 1)) } else { \(scalar(depth - 1)) })"
        case 12:
            let (a, b) = (fresh(), fresh())
            return "{ \(a) = \(scalar(depth - 1)); \(b) = \(vector(depth - 1)); tanh(\(a)) * sum(\(b)) + \(a) }"
        case 13:
            let (s, v) = (fresh(), fresh())
            return "{ \(s) = \(scalar(depth - 1)); for \(v) in \(vector(depth - 1)) { \(s) = tanh(\(s)) + 0.5 * sin(\(v)) }; \(s) }"
        case 14:
            let (g, a) = (fresh(), fresh())
            return "(\(g) -> \(g)(\(g)(\(scalar(depth - 1)))))(\(a) -> tanh(\(a) * \(constant())) + \(scalar(depth - 1)))"
        case 15:
            let (g, a) = (fresh(), fresh())
            return "{ \(g)(\(a), k=\(scalar(depth - 1))) = sin(k) * \(a); \(g)(\(scalar(depth - 1))) + \(g)(1, k=\(constant())) }"
        case 16: return "logdet(2 * eye(3) + outer(tanh(\(vector(depth - 1))), x)^2)"
        case 17: return "sum(cholesky(eye(3) + { a = tanh(\(vector(depth - 1))); outer(a, a) }) * [[1, 0, 0], [2, -1, 0], [0.5, 1, 2]])"
        case 18: return "sum(solve(3 * eye(3) + { a = tanh(\(vector(depth - 1))); outer(a, a) }, \(vector(depth - 1))))"
        case 19: return "reduce((a, b) -> tanh(a) * b + a, \(vector(depth - 1)))"
        case 20: return "norm(2 + tanh(\(vector(depth - 1))))"
        case 21: return "sum(kl(Normal(\(vector(depth - 1)), exp(tanh(\(vector(depth - 1))))), Normal(0.5, 2)))"
        case 22: return "(1.5 + tanh(\(scalar(depth - 1))))^(\(constant()))"
        case 23: return "gauss_hermite(z -> sin(z * \(scalar(depth - 1))), 3) + \(scalar(depth - 1))"
        case 24: return "det(eye(3) * 2 + stack([tanh(\(vector(depth - 1))), x, [1, 0, \(scalar(depth - 1))]]) / 9)"
        default: return "max(x) * \(scalar(depth - 1))"
        }
    }

    mutating func vector(_ depth: Int) -> String {
        if depth <= 0 { return ["x", "x * 0.5", "-x"][dice.roll(3)] }
        switch dice.roll(19) {
        case 0: return "(\(vector(depth - 1)) + \(vector(depth - 1)))"
        case 1: return "(\(vector(depth - 1)) * \(scalar(depth - 1)))"
        case 2: return "tanh(\(vector(depth - 1))) * sin(\(vector(depth - 1)))"
        case 3: return "\(["sin", "cos", "tanh", "sigmoid", "softplus", "erf", "softmax", "log_softmax", "cumsum"][dice.roll(9)])(\(vector(depth - 1)))"
        case 4: return "where(x > 0, \(vector(depth - 1)), \(vector(depth - 1)))"
        case 5: return "where([1, 0, 1], \(vector(depth - 1)), \(scalar(depth - 1)))"
        case 6: return "([[1, 0.5, 0], [-1, 2, 0.1], [0, 0.3, 1]] @ \(vector(depth - 1)))"
        case 7: return "[\(scalar(depth - 1)), 1, \(scalar(depth - 1))]"
        case 8: return "(\(vector(depth - 1)))[::-1]"
        case 9: return "concat([(\(vector(depth - 1)))[1:], [\(scalar(depth - 1))]])"
        case 10: return "(\(vector(depth - 1)))[[2, 0, 0]]"
        case 11:
            let a = fresh()
            return "map(\(a) -> tanh(\(a)) * \(scalar(depth - 1)), \(vector(depth - 1)))"
        case 12: return "sum(outer(tanh(\(vector(depth - 1))), \(vector(depth - 1))), axis=\(dice.roll(2)))"
        case 13: return "flatten(transpose(reshape(\(vector(depth - 1)), 3, 1)))"
        case 14: return "sort(x) * \(vector(depth - 1))"
        case 15: return "maximum(x, 0) + minimum(\(vector(depth - 1)), 1e6)"
        case 16: return "(\(vector(depth - 1)) / (1.5 + tanh(\(vector(depth - 1)))))"
        case 17: return "mean(stack([\(vector(depth - 1)), \(vector(depth - 1))]), axis=0)"
        default: return "diag(outer(\(vector(depth - 1)), tanh(\(vector(depth - 1)))))"
        }
    }
}

@Suite("Cells: gradients of random programs")
struct RandomProgramTests {
    /// The gradient through the tape of a cell above, the gradient of the function, and central differences agree.
    @Test func gradientsEqualCentralDifferences() throws {
        var author = FunctionAuthor(11)
        var compared = 0, flat = 0, longest = 0
        for round in 0..<400 {
            let body = author.scalar(2 + round % 3)
            longest = max(longest, body.utf8.count)
            let at = ["[0.8, -0.6, 1.3]", "[-0.4, 0.9, -1.1]"][round % 2]
            // A difference of two steps, h and 2h, without its leading error.
            let source = """
                f(x) = \(body)
                p = \(at)
                x = param(p)
                y = f(x)
                %%
                n = (4 * numgrad(f, p, h=1e-4) - numgrad(f, p, h=2e-4)) / 3
                g = grad(y, x)
                other = grad(f, p)
                scale = 1 + max(abs(n))
                [max(abs(g - n)) / scale, max(abs(other - g)), max(abs(g)) / scale]
                """
            let outcome = run(source)
            if let error = outcome.error {
                // A way through the program without x, as of a branch, is told as such.
                #expect(error.message.contains("does not depend"), "\(error.rendered(source: source))")
                continue
            }
            let found = try #require(outcome.result?.tensor?.scalars)
            #expect(found[0] < 1e-7, "\(found[0]): \(body)")
            #expect(found[1] == 0, "\(body)")
            compared += 1
            if found[2] == 0 { flat += 1 }
        }
        #expect(compared >= 350, "\(compared)")
        #expect(flat < 20, "\(flat)")
        #expect(longest > 500)
    }
}
