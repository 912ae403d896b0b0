import Testing

@Suite("Cells: functions, scopes, loops")
struct ScopeTests {
    @Test func functions() {
        expect([
            "f(x) = x^2; f(3)": "9", "f(x, k=2) = k * x; f(3)": "6", "f(x, k=2) = k * x; f(3, 5)": "15", "f(x, k=2) = k * x; f(3, k=4)": "12",
            "f(x, k=2) = k * x; f(k=4, x=1)": "4", "f = x -> x + 1; f(1)": "2", "f = (x, y) -> x - y; f(5, 3)": "2", "(x -> x * 2)(4)": "8", "(() -> 7)()": "7",
            "f() = 3; f()": "3", "f(a, b=a + 1) = b; f(4)": "5", "f(a, b=2, c=3) = a + 10 * b + 100 * c; f(1, c=5)": "521", "f = (x, k=2) -> k * x; f(3)": "6",
            "twice(f) = x -> f(f(x)); twice(x -> 3 * x)(2)": "18", "add(a) = b -> a + b; add(1)(2)": "3", "compose(f, g) = x -> f(g(x)); compose(exp, log)(2) ~= 2": "true",
            "f(x) = {\n a = x + 1\n a * a\n}\nf(2)": "9", "f(x) = if x > 0 { \"plus\" } else { \"minus\" }; f(-1)": #""minus""#, "g = sum; g([1, 2])": "3", "sum = 3; sum + 1": "4",
            "f(x) = x; f": #"{"type": "function"}"#, "f(x) = x; f(x=3)": "3",
        ])
    }

    @Test func closuresKeepWhatTheyWereBornWith() {
        expect([
            "a = 1; f(x) = a * x; a = 2; f(10)": "10", "a = 1; f = x -> a * x; a = 5; f(1) + a": "6", "k = 2; mk() = (x -> k * x); g = mk(); k = 3; g(1)": "2",
            "fs = map(i -> (x -> x + i), [1, 2, 3]); fs[0](10) + fs[2](10)": "24", "f(x) = { a = x; () -> a }; g = f(1); h = f(2); g() + 10 * h()": "21",
            "f(x) = sum(x); sum = 3; f([1, 2])": "3", "a = 1; f(x, k=a) = k; a = 2; f(0)": "1", "for i in [1, 2] { f = x -> i * x }; 0": "0",
            "f = 0; for i in [1, 2] { f = x -> i * x }; f(10)": "20", "a = 1\n%%\nf(x) = a + x\n%%\na = 100\n%%\nf(1)": "2",
            "mk() = (x -> late * x); late = 2; g = mk(); late = 3; g(1)": "2",
        ])
    }

    @Test func recursion() {
        expect([
            "fact(n) = if n == 0 { 1 } else { n * fact(n - 1) }; fact(10)": "3628800", "fib(n) = if n < 2 { n } else { fib(n - 1) + fib(n - 2) }; fib(15)": "610",
            "even(n) = if n == 0 { true } else { odd(n - 1) }; odd(n) = if n == 0 { false } else { even(n - 1) }; even(10)": "true",
            "f(n) = if n == 0 { 0 } else { 1 + f(n - 1) }; f(900)": "900", "f(x) = g(x) + 1\n%%\ng(x) = 10 * x\n%%\nf(2)": "21",
            "f(n) = if n == 0 { 0 } else { 1 + f(n - 1) }\n%%\nf = 3\n%%\nf": "3", "f(n) = if n == 0 { 0 } else { 1 + f(n - 1) }; g = f; f = 3; g(4)": "4",
        ])
    }

    @Test func blocks() {
        expect([
            "{ a = 2; a * 3 }": "6", "x = { a = 2\n b = 3\n a * b }; x": "6", "a = 1; b = { a = 5; a }; a": "1", "a = 1; { a = a + 1; a } + a": "3",
            "{ a = 2 }": "2", "y = { x = 3 }; y": "3", "{ { 4 } }": "4", "x = 3; y = { x }; y": "3",
        ])
    }

    @Test func conditionals() {
        expect([
            "if true { 1 } else { 2 }": "1", "if 1 > 2 { 1 } else { 2 }": "2", "if false { 1 } else if true { 2 } else { 3 }": "2", "if false { 1 }\nelse { 3 }": "3",
            "x = if true { 1 } else { 2 }; x": "1", "a = 0; if true { a = 5 }; a": "5", "a = 0; if false { 1 } else { a = 7 }; a": "7", "1 + if true { 1 } else { 2 }": "2",
            "if 2 { \"yes\" } else { \"no\" }": #""yes""#, "if 0 { \"yes\" } else { \"no\" }": #""no""#, "if false { 1 }": "nothing", "a = 1; if a == 1 { b = 2; a = b }; a": "2",
            "f(x) = { y = 0; if x > 0 { y = 1 }; y }; f(1) + 10 * f(-1)": "1",
        ])
    }

    @Test func loops() {
        expect([
            "s = 0; for i in range(5) { s = s + i }; s": "10", "s = 0; for x in [1, 2, 3] { s = s + x^2 }; s": "14", "s = 0; for r in [[1, 2], [3, 4]] { s = s + r[0] * r[1] }; s": "14",
            "s = \"\"; for t in [\"a\", \"b\"] { s = \"{s}{t}\" }; s": #""ab""#, "s = 0; for (i, x) in enumerate([10, 20]) { s = s + i * x }; s": "20",
            "s = 0; for (a, b) in zip([1, 2], [3, 4]) { s = s + a * b }; s": "11", "s = 0; for a, b in zip([1, 2], [3, 4]) { s = s + a * b }; s": "11",
            "s = 0; for i in range(3) { for j in range(3) { s = s + i * j } }; s": "9", "s = 0; for i in range(0) { s = 1 }; s": "0", "s = 0; for i in [] { s = 1 }; s": "0",
            "i = 10; for i in range(3) { 1 }; i": "10", "s = 1; for i in range(10) { s = 2 * s }; s": "1024", "a = 0; b = 1; for i in range(10) { c = a + b; a = b; b = c }; a": "55",
            "f(n) = { t = 0; for i in range(n) { t = t + i }; t }; f(4)": "6", "t = 0; f(n) = { for i in range(n) { t = t + i }; t }; f(4) + t": "6", "t = 0; f(n) = { for i in range(n) { t = t + i }; t }; f(4); f(4)": "6", "x = 3; y = { for i in range(2) { x = x + 1 }; x }; 10 * x + y": "35",
            "s = 0; for i in range(4) { if i == 2 { s = s + 10 } else { s = s + 1 } }; s": "13", "s = 0; for x in map(i -> i^2, range(4)) { s = s + x }; s": "14",
            "s = 0; for i in range(10, 0, -3) { s = s + i }; s": "22", "xs = []; for i in range(3) { xs = concat([xs, [i]]) }; xs": #"{"shape": [3], "data": [0, 1, 2]}"#,
            "s = 0; for (a, (b)) in [[1, 2]] { s = a }; s": "error: A loop needs a name here.",
        ])
    }

    @Test func linesAndBrackets() {
        expect([
            "x = (1\n + 2)\nx": "3", "x = [1,\n 2,\n\n 3]\nlen(x)": "3", "1 +\n2": "3", "f(x,\n y) = x + y\nf(1,\n 2)": "3", "a = 1; b = 2; a + b": "3", "a = 1 # note (\na": "1",
            "\n\n# only this\n": "nothing", "": "nothing", "x = sum([1, # one\n 2])\nx": "3", "{ a = 1\n\n ; a }": "1", "f(x) = { (x\n + 1) }; f(1)": "2", "x = [ (1\n), 2 ]; x[0]": "1",
            "y = map(x -> {\n z = x\n z + 1\n}, [1, 2])\ny[1]": "3", "1\r\n+ 2": "error: A \"+\" needs a value on its left.", "x = 1;;\nx": "1", "变量 = 3; 变量 + 1": "4", "μ_1 = 2; µ_1": "2",
        ])
    }

    @Test func cells() {
        expect([
            "x = 3\n%%\nx + 1": "4", "f(x) = x^2\n%%\nf(3)": "9", "x = 1\n%%\nx = x + 1\n%%\nx = x + 1\n%%\nx": "3", "x = [1, 2]\n%%\nfor i in range(2) { x = x * 2 }\n%%\nx": #"{"shape": [2], "data": [4, 8]}"#,
        ])
        let outcome = run("a = 1; b = 2; a = 3; { c = 4 }; for i in range(2) { b = i }; 9; f(x) = x")
        #expect(outcome.bindings.map(\.name) == ["a", "b", "f"])
        #expect(outcome.bindings.map(\.value.json.text) == ["3", "1", #"{"type": "function"}"#])
        #expect(outcome.result?.json.text == "9")
    }
}
