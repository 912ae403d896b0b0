import Testing

@Suite("Cells: gradients")
struct CellGradientTests {
    @Test func ofValues() {
        expect([
            "x = param(3); grad(x^2, x)": "6", "x = param([1, 2]); grad(sum(x^2), x)": #"{"shape": [2], "data": [2, 4]}"#,
            "a = param(2); b = param(3); grad(a * b, [a, b])": #"{"list": [3, 2]}"#, "a = param([1, 2]); b = param(3); grad(sum(a) * b, [a, b])": #"{"list": [{"shape": [2], "data": [3, 3]}, 3]}"#,
            "x = param(2); y = x^3; grad(y, x) + grad(y, x)": "24", "x = param(2); y = x^2; z = y * x; grad(z, y)": "2", "x = param(2); y = x^2; grad(y + 3 * x, [y, x])": #"{"list": [1, 7]}"#,
            "x = param([[1, 2], [3, 4]]); grad(sum(x * x), x)": #"{"shape": [2, 2], "data": [2, 4, 6, 8]}"#, "x = param(3); grad(x, x)": "1", "x = param([3]); grad(x[0], x)": #"{"shape": [1], "data": [1]}"#,
            "x = param(3); y = x * detach(x); grad(y, x)": "3", "x = param(1); grad(x + x + x, x)": "3", "x = param([1, 2, 3]); grad(x @ x, x)": #"{"shape": [3], "data": [2, 4, 6]}"#,
            "abs'": "error: \"'\" is not used here.", "x = param(0); grad(abs(x), x)": "0", "x = param(0); grad(relu(x), x)": "0", "x = param(-2); grad(abs(x), x)": "-1",
            "x = param(1); e = estimate(x * [1, 2, 3]); grad(e.value, x)": "2",
        ])
    }

    @Test func acrossCells() {
        expect([
            "x = param(3)\n%%\ny = x^2\n%%\ngrad(y, x)": "6", "mu = param([1, 2])\n%%\nf(z) = sum(mu * z)\n%%\ngrad(f([3, 4]), mu)": #"{"shape": [2], "data": [3, 4]}"#,
            "x = param(3)\n%%\ny = x^2\n%%\na = grad(y, x)\n%%\nb = grad(y, x); a + b": "12", "x = param(3)\n%%\ny = x^2\n%%\nx = param(5)\n%%\nx": "5",
        ])
        // The old x is another value.
        #expect(result("x = param(3)\n%%\ny = x^2\n%%\nx = param(5); grad(y, x)").contains("does not depend"))
    }

    @Test func throughEveryConstruct() {
        expect([
            "x = param(2); y = 1; for i in range(3) { y = y * x }; grad(y, x)": "12", "x = param(2); f(n) = if n == 0 { 1 } else { x * f(n - 1) }; grad(f(4), x)": "32",
            "x = param(2); y = if x > 1 { x^2 } else { 3 * x }; grad(y, x)": "4", "x = param(0.5); y = if x > 1 { x^2 } else { 3 * x }; grad(y, x)": "3", "x = param([1, 2, 3]); grad(sum(map(v -> v^2, x)), x)": #"{"shape": [3], "data": [2, 4, 6]}"#,
            "x = param([1, 2, 3]); grad(reduce((a, b) -> a * b, x), x)": #"{"shape": [3], "data": [6, 3, 2]}"#, "x = param([1, 2, 3]); s = 0; for v in x { s = s + v^2 }; grad(s, x)": #"{"shape": [3], "data": [2, 4, 6]}"#,
            "x = param([1, 2, 3]); grad(sum(x[1:]), x)": #"{"shape": [3], "data": [0, 1, 1]}"#, "x = param([1, 2, 3]); grad(x[-1]^2, x)": #"{"shape": [3], "data": [0, 0, 6]}"#, "x = param([1, 2]); grad(sum(x[[0, 0, 1]]), x)": #"{"shape": [2], "data": [2, 1]}"#, "x = param([[1, 2], [3, 4]]); grad(sum(x[:, 1]), x)": #"{"shape": [2, 2], "data": [0, 1, 0, 1]}"#,
            "x = param([1, -2]); grad(sum(where(x > 0, x^2, 5 * x)), x)": #"{"shape": [2], "data": [2, 5]}"#, "x = param(2); g = { y = x^2; () -> y * x }; grad(g(), x)": "12", "x = param(2); grad({ a = x; a * a }, x)": "4", "x = param(2); f(a, k=x) = a * k; grad(f(3), x)": "3",
            "x = param([3, 1, 2]); grad(sort(x)[0] * 5, x)": #"{"shape": [3], "data": [0, 5, 0]}"#, "x = param([1, 5]); grad(max(x), x)": #"{"shape": [2], "data": [0, 1]}"#, "x = param([1, 2]); grad(sum(concat([x, x])), x)": #"{"shape": [2], "data": [2, 2]}"#, "x = param([1, 2]); grad(sum(stack([x, 3 * x])), x)": #"{"shape": [2], "data": [4, 4]}"#, "x = param(2); grad(sum([x, x^2, 1]), x)": "5",
            "x = param([1, 2]); grad(sum(outer(x, [1, 1])), x)": #"{"shape": [2], "data": [2, 2]}"#, "x = param([1, 2]); grad(sum(reshape(x, 2, 1) * [[1], [5]]), x)": #"{"shape": [2], "data": [1, 5]}"#, "x = param([1, 2]); grad(cumsum(x)[1], x)": #"{"shape": [2], "data": [1, 1]}"#, "x = param([2, 3]); grad(det(diag(x)), x)": #"{"shape": [2], "data": [3, 2]}"#, "x = param([3, 4]); max(abs(grad(norm(x), x) - [0.6, 0.8])) < 1e-15": "true",
            "x = param(3); s = zip([x, 2 * x], [1, 2]); grad(s[1][0] * s[1][1], x)": "4", "x = param([1, 2]); grad(sum(filter(v -> v > 1, x)), x)": #"{"shape": [2], "data": [0, 1]}"#,
        ])
        expectTrue([
            "x = param([1, 2]); max(abs(grad(logsumexp(x), x) - softmax(x))) < 1e-14", "a = param([[4, 1], [1, 3]]); max(abs(grad(logdet(a), a) - transpose(inv(a)))) < 1e-14",
            "a = param([[4, 1], [1, 3]]); b = param([1, 2]); g = grad(sum(solve(a, b)), b); max(abs(g - solve(transpose(a), ones(2)))) < 1e-14", "f(a) = sum(cholesky(a) * [[1, 0], [2, 3]]); a = [[4, 1], [1, 3]]; g = grad(f, a); n = numgrad(b -> f((b + transpose(b)) / 2), a); max(abs(g - n)) < 1e-8",
            "f(a) = sum(solve(a, [1, 2])^2); a = [[4, 1], [1, 3]]; max(abs(grad(f, a) - numgrad(f, a))) < 1e-8", "f(a) = sum(inv(a) * [[1, 2], [3, 4]]); a = [[4, 1], [1, 3]]; max(abs(grad(f, a) - numgrad(f, a))) < 1e-8",
            "f(a) = eigh(a)[0] @ [1, 2]; a = [[4, 1], [1, 3]]; max(abs(grad(f, a) - numgrad(b -> f((b + transpose(b)) / 2), a))) < 1e-8", "mu = param([0.5, -1.2]); lv = param([0.1, -0.7]); q = Normal(mu, exp(lv / 2)); max(abs(grad(sum(kl(q, Normal(0, 1))), mu) - mu)) < 1e-14",
            "mu = param([0.5, -1.2]); lv = param([0.1, -0.7]); q = Normal(mu, exp(lv / 2)); max(abs(grad(sum(kl(q, Normal(0, 1))), lv) - (exp(lv) - 1) / 2)) < 1e-14", "mu = param(1); q = Normal(mu, 2); z = sample(q, 10); grad(mean(z), mu) ~= 1", "s = param(2); z = sample(Normal(0, s), 10); abs(grad(sum(z), s) - sum(z) / s) < 1e-12",
        ])
    }

    @Test func ofFunctions() {
        expect([
            "grad(x -> x^2, 3)": "6", "f(x) = sum(x^3); grad(f, [1, 2])": #"{"shape": [2], "data": [3, 12]}"#, "f(x, y) = x * y; grad(f, [2, 5])": #"{"list": [5, 2]}"#, "value_and_grad(x -> x^2, 3)": #"{"list": [9, 6]}"#, "p = [1, 2]; grad(x -> sum(x^2), p)": #"{"shape": [2], "data": [2, 4]}"#,
            "vg = value_and_grad(x -> sum(x^2), [1, 2]); vg[1]": #"{"shape": [2], "data": [2, 4]}"#, "a = param(2); grad(x -> a * x^2, 3)": "12", "f(x, y) = sum(x) * y; value_and_grad(f, [[1, 2], 5])": #"{"list": [15, {"list": [{"shape": [2], "data": [5, 5]}, 3]}]}"#,
            "grad(sum, [1, 2])": #"{"shape": [2], "data": [1, 1]}"#, "map(x -> grad(t -> t^2, x), [1, 2])": #"{"shape": [2], "data": [2, 4]}"#, "f(x, y) = x * y^2; f(1, 1)\n%%\ngrad(f, [3, 2])": #"{"list": [4, 12]}"#, "a = param(3); b = a * 2; grad(x -> b * x, 1) + grad(b, a)": "8",
        ])
        expectTrue([
            "abs(numgrad(x -> x^3, 2) - 12) < 1e-8", "max(abs(numgrad(x -> sum(x^2), [1, 2]) - [2, 4])) < 1e-8", "abs(numgrad(x -> x^2, 3, h=0.5) - 6) < 1e-12", "f(x, y) = x * y^2; g = numgrad(f, [3, 2]); abs(g[0] - 4) < 1e-8 and abs(g[1] - 12) < 1e-8",
            "abs(numgrad(x -> grad(t -> t^3, x), 2) - 12) < 1e-6", "abs(integrate(x -> grad(t -> t^2, x), 0, 3) - 9) < 1e-10", "max(abs(minimize(x -> sum((x - [1, 2])^2), [0, 0]) - [1, 2])) < 1e-6", "a = param(2); abs(minimize(x -> (x - a)^2, 0) - 2) < 1e-6", "a = param(2); b = a * 3; m = minimize(x -> (x - b)^2, 0); grad(b, a) ~= 3",
            "max(abs(minimize(x -> sum((x - 1)^2), [5, 5], steps=2000, lr=0.1) - 1)) < 1e-8", "minimize(x -> x^2, 3, steps=0) == 3",
        ])
    }

    @Test func refusals() {
        expect([
            Complaint("x = param(1); grad(2, x)", 1, 15, "does not depend"), Complaint("x = param([1, 2]); grad(x^2, x)", 1, 20, "shape [2]", hint: "sum or mean"), Complaint("x = 3; grad(x^2, x)", 1, 8, "not tracked", hint: "param"), Complaint("y = param(2)^2; grad(y, 3)", 1, 17, "not tracked", hint: "param"),
            Complaint("a = param(1); b = param(2); grad(a, b)", 1, 29, "does not depend", hint: "detach"), Complaint("grad(x -> grad(y -> y^2, x), 3)", 1, 11, "first order", hint: "numgrad"), Complaint("x = param(1); y = x^2; grad(t -> grad(y, x) * t, 2)", 1, 34, "first order"), Complaint("grad(x -> \"a\", 3)", 1, 1, "must give a number"), Complaint("grad(x -> 5, 3)", 1, 1, "does not depend"),
            Complaint("f(x, y) = x; grad(f, 3)", 1, 14, "needs a value for y"), Complaint("tape(3)", 1, 6, "no tape", hint: "param"), Complaint("numgrad(x -> x, 1, h=0)", 1, 22, "above 0"), Complaint("grad(estimate(param(1) * [1, 2]), 3)", 1, 6, "estimate", hint: ".value"), Complaint("value_and_grad(3, 4)", 1, 16, "needs a function"), Complaint("param(\"a\")", 1, 7, "needs numbers"),
        ])
    }

    @Test func tapes() {
        expectOutput([
            "x = param(2); y = 3 * x^2; tape(y)": "%1 = param   []   2.0\n%2 = power(%1, ·)   []   4.0\n%3 = multiply(·, %2)   []   12.0\n",
            "x = param(2); y = 3 * x^2; g = grad(y, x); tape(y)": "%1 = param   []   2.0   gradient 12.0\n%2 = power(%1, ·)   []   4.0   gradient 3.0\n%3 = multiply(·, %2)   []   12.0   gradient 1.0\n",
            "x = param([1, 2]); tape(sum(x))": "%1 = param   [2]   [1.0, 2.0]\n%2 = sum(%1)   []   3.0\n",
        ])
    }

    /// Long chains are let go of on an ordinary thread's stack.
    @Test func longTapes() {
        for step in ["y + 1", "y * 0.999", "sin(y)", "0.5 * (y + x)", "maximum(y, 0.1)", "where(y > 0, y, -y)", "exp(-y)", "y / 1.001", "-y", "[y, y][0]", "sum([y, 1])", "reshape(y, 1)[0]", "(f -> f(y))(t -> t + 1)", "sqrt(1 + y^2)"] {
            expectTrue(["x = param(0.5); y = x; for i in range(40000) { y = \(step) }; g = grad(y, x); g == g"])
        }
        expect(["x = param(1); y = x; for i in range(300000) { y = y + x }\n%%\ngrad(y, x)": "300001"])
    }
}
