import Testing

@Suite("Cells: library, element by element and reductions")
struct ElementwiseLibraryTests {
    @Test func elementByElement() {
        expect([
            "abs([-1, 2])": #"{"shape": [2], "data": [1, 2]}"#, "exp(0)": "1", "expm1(0)": "0", "log(1)": "0", "log1p(0)": "0", "sqrt([4, 9])": #"{"shape": [2], "data": [2, 3]}"#,
            "sin(0)": "0", "cos(0)": "1", "tanh(0)": "0", "sigmoid(0)": "0.5", "relu([-1, 0, 2])": #"{"shape": [3], "data": [0, 0, 2]}"#, "erf(0)": "0", "lgamma(1)": "0",
            "sign([-3, 0, 5])": #"{"shape": [3], "data": [-1, 0, 1]}"#, "floor([-1.5, 1.5])": #"{"shape": [2], "data": [-2, 1]}"#, "round([0.4, 0.6])": #"{"shape": [2], "data": [0, 1]}"#,
            "clamp([-5, 0.5, 5], 0, 1)": #"{"shape": [3], "data": [0, 0.5, 1]}"#, "clamp(5, hi=2, lo=1)": "2", "where([1, 0], [1, 2], [3, 4])": #"{"shape": [2], "data": [1, 4]}"#,
            "where(true, 1, 2)": "1", "where([1, 2, 3] > 2, 10, 0)": #"{"shape": [3], "data": [0, 0, 10]}"#, "minimum([1, 5], 3)": #"{"shape": [2], "data": [1, 3]}"#, "maximum([1, 5], 3)": #"{"shape": [2], "data": [3, 5]}"#,
            "float32(0.1)": "0.10000000149011612", "float32(16777217)": "16777216", "exp32(89)": #""inf""#, "exp32(0)": "1", "detach(param(3))": "3", "softplus(1000)": "1000", "sigmoid(-1000)": "0",
            "expm1(1e-20)": "1e-20", "log1p(1e-20)": "1e-20", "softplus(-1000)": "0",
        ])
        expectTrue([
            "softplus(0) ~= log(2)", "erf(1) ~= 0.8427007929497149", "lgamma(5) ~= log(24)", "tanh(1) ~= (exp(2) - 1) / (exp(2) + 1)", "sigmoid(2) ~= 1 / (1 + exp(-2))", "exp(log(3)) ~= 3",
            "sin(pi / 2) ~= 1", "cos(pi) ~= -1", "exp32(1) ~= exp(1) or abs(exp32(1) - exp(1)) < 1e-6", "sqrt(2)^2 ~= 2", "lgamma(0.5) ~= log(pi) / 2", "erf(-inf) == -1",
        ])
    }

    @Test func reductions() {
        let x = "x = [[1, 2, 3], [4, 5, 6]]; "
        expect([
            x + "sum(x)": "21", x + "sum(x, axis=0)": #"{"shape": [3], "data": [5, 7, 9]}"#, x + "sum(x, axis=1)": #"{"shape": [2], "data": [6, 15]}"#, x + "sum(x, axis=-1)": #"{"shape": [2], "data": [6, 15]}"#, x + "sum(x, 0)": #"{"shape": [3], "data": [5, 7, 9]}"#,
            x + "mean(x)": "3.5", x + "mean(x, axis=0)": #"{"shape": [3], "data": [2.5, 3.5, 4.5]}"#, x + "min(x)": "1", x + "max(x)": "6", x + "min(x, axis=1)": #"{"shape": [2], "data": [1, 4]}"#, x + "max(x, axis=0)": #"{"shape": [3], "data": [4, 5, 6]}"#,
            x + "argmax(x)": "5", x + "argmax(x, axis=1)": #"{"shape": [2], "data": [2, 2]}"#, x + "cumsum(x)": #"{"shape": [6], "data": [1, 3, 6, 10, 15, 21]}"#, x + "cumsum(x, axis=0)": #"{"shape": [2, 3], "data": [1, 2, 3, 5, 7, 9]}"#, x + "cumsum(x, axis=1)": #"{"shape": [2, 3], "data": [1, 3, 6, 4, 9, 15]}"#,
            "var([1, 2, 3, 4])": "1.25", "std([2, 4])": "1", "var([1, 3], ddof=1)": "2", "std([1, 1, 1])": "0", "var([[1, 3], [5, 7]], axis=1)": #"{"shape": [2], "data": [1, 1]}"#, "std([[1, 3], [5, 9]], axis=1)": #"{"shape": [2], "data": [1, 2]}"#, "var([[1, 3], [5, 9]], axis=1, ddof=1)": #"{"shape": [2], "data": [2, 8]}"#,
            "logsumexp([1000, -inf])": "1000", "logsumexp([-inf, -inf])": #""-inf""#, "sum([])": "0", "sum(5)": "5", "norm([3, 4])": "5", "norm([[3, 4], [6, 8]], axis=1)": #"{"shape": [2], "data": [5, 10]}"#, "dot([1, 2], [3, 4])": "11", "max([1, nan, 3])": #""nan""#,
            "softmax([0, 0])": #"{"shape": [2], "data": [0.5, 0.5]}"#, "argmax([3, 7, 7])": "1", "argmin([3, 1, 1])": "1", "f(x) = {\n a = 2 * x\n -a\n}\nf(3)": "-6", "argmin([[3, 1], [0, 2]], axis=1)": #"{"shape": [2], "data": [1, 0]}"#, "sum(true)": "1", "mean([true, false][0])": "1",
        ])
        expectTrue([
            "logsumexp([1, 2, 3]) ~= log(exp(1) + exp(2) + exp(3))", "max(abs(logsumexp([[1, 2], [3, 4]], axis=1) - [log(exp(1) + exp(2)), log(exp(3) + exp(4))])) < 1e-12", "logsumexp([1000, 1000]) ~= 1000 + log(2)",
            "sum(softmax([1, 2, 3])) ~= 1", "max(abs(sum(softmax([[1, 2], [3, 9]]), axis=1) - 1)) < 1e-12", "max(abs(exp(log_softmax([1, 2, 3])) - softmax([1, 2, 3]))) < 1e-12", "std([1, 2, 3, 4], ddof=1)^2 ~= 5 / 3", "log_softmax([1000, 0])[0] ~= 0",
        ])
    }

    @Test func shapes() {
        expect([
            "zeros(2)": #"{"shape": [2], "data": [0, 0]}"#, "zeros()": "0", "ones(2, 1)": #"{"shape": [2, 1], "data": [1, 1]}"#, "ones([1, 2])": #"{"shape": [1, 2], "data": [1, 1]}"#, "full([2], 7)": #"{"shape": [2], "data": [7, 7]}"#, "full([2, 2], [1, 2])": #"{"shape": [2, 2], "data": [1, 2, 1, 2]}"#, "full(3, 1)": #"{"shape": [3], "data": [1, 1, 1]}"#,
            "eye(2)": #"{"shape": [2, 2], "data": [1, 0, 0, 1]}"#, "range(3)": #"{"shape": [3], "data": [0, 1, 2]}"#, "range(1, 4)": #"{"shape": [3], "data": [1, 2, 3]}"#, "range(0, 1, 0.25)": #"{"shape": [4], "data": [0, 0.25, 0.5, 0.75]}"#, "range(3, 0)": #"{"shape": [0], "data": []}"#, "range(3, 0, -1)": #"{"shape": [3], "data": [3, 2, 1]}"#, "len(range(0, 1, 0.1))": "10",
            "linspace(0, 1, 3)": #"{"shape": [3], "data": [0, 0.5, 1]}"#, "linspace(5, 9, 1)": #"{"shape": [1], "data": [5]}"#, "linspace(0, 1, 0)": #"{"shape": [0], "data": []}"#, "linspace(0.1, 0.3, 7)[-1] == 0.3": "true",
            "reshape(range(4), 2, 2)": #"{"shape": [2, 2], "data": [0, 1, 2, 3]}"#, "reshape(range(6), [3, -1]).shape": #"{"shape": [2], "data": [3, 2]}"#, "reshape([5])": "5", "transpose([[1, 2], [3, 4]])": #"{"shape": [2, 2], "data": [1, 3, 2, 4]}"#, "transpose(zeros(2, 3, 4)).shape": #"{"shape": [3], "data": [4, 3, 2]}"#, "transpose(zeros(2, 3, 4), 1, 0, 2).shape": #"{"shape": [3], "data": [3, 2, 4]}"#, "transpose(zeros(2, 3), [1, 0]).shape": #"{"shape": [2], "data": [3, 2]}"#,
            "concat([[1, 2], [3]])": #"{"shape": [3], "data": [1, 2, 3]}"#, "concat([[[1], [2]], [[3], [4]]], axis=1)": #"{"shape": [2, 2], "data": [1, 3, 2, 4]}"#, "stack([[1, 2], [3, 4]])": #"{"shape": [2, 2], "data": [1, 2, 3, 4]}"#, "stack([[1, 2], [3, 4]], axis=1)": #"{"shape": [2, 2], "data": [1, 3, 2, 4]}"#, "xs = [[1], [2, 3]]; concat(xs)": #"{"shape": [3], "data": [1, 2, 3]}"#, "stack([1, 2])": #"{"shape": [2], "data": [1, 2]}"#,
            "shape(zeros(2, 3))": #"{"shape": [2], "data": [2, 3]}"#, "shape(3)": #"{"shape": [0], "data": []}"#, "len([1, 2, 3])": "3", "len(zeros(4, 2))": "4", "len([\"a\"])": "1", "len(\"abc\")": "3", "flatten([[1, 2], [3, 4]])": #"{"shape": [4], "data": [1, 2, 3, 4]}"#, "flatten(3)": #"{"shape": [1], "data": [3]}"#,
            "diag([1, 2])": #"{"shape": [2, 2], "data": [1, 0, 0, 2]}"#, "diag([[1, 2], [3, 4]])": #"{"shape": [2], "data": [1, 4]}"#, "outer([1, 2], [3, 4])": #"{"shape": [2, 2], "data": [3, 4, 6, 8]}"#, "sort([3, 1, 2])": #"{"shape": [3], "data": [1, 2, 3]}"#, "sort([[2, 1], [4, 3]])": #"{"shape": [2, 2], "data": [1, 2, 3, 4]}"#, "shape(Normal(zeros(3), 1))": #"{"shape": [1], "data": [3]}"#,
        ])
    }

    @Test func linearAlgebra() {
        let a = "a = [[4, 1], [1, 3]]; "
        expect([
            a + "det(a)": "11", "inv([[2, 0], [0, 4]])": #"{"shape": [2, 2], "data": [0.5, 0, 0, 0.25]}"#, "solve([[2, 0], [0, 4]], [2, 4])": #"{"shape": [2], "data": [1, 1]}"#, "cholesky([[4, 2], [2, 5]])": #"{"shape": [2, 2], "data": [2, 0, 1, 2]}"#, "eigh([[2, 0], [0, 1]])[0]": #"{"shape": [2], "data": [1, 2]}"#, "det(eye(0))": "1", "logdet([[1, 2], [3, 4]])": #""nan""#, "det([[1, 2], [2, 4]]) == 0": "true",
        ])
        expectTrue([
            a + "logdet(a) ~= log(11)", a + "max(abs(inv(a) @ a - eye(2))) < 1e-14", a + "max(abs(a @ solve(a, [1, 2]) - [1, 2])) < 1e-14", a + "l = cholesky(a); max(abs(l @ transpose(l) - a)) < 1e-14", a + "e = eigh(a); v = e[1]; max(abs(v @ diag(e[0]) @ transpose(v) - a)) < 1e-13", a + "max(abs(solve(a, eye(2)) - inv(a))) < 1e-14",
        ])
    }

    @Test func listFunctions() {
        expect([
            "map(x -> x^2, [1, 2, 3])": #"{"shape": [3], "data": [1, 4, 9]}"#, "map(x -> \"{x}\", [1, 2])": #"{"list": ["1", "2"]}"#, "map(len, [[1], [2, 3]])": #"{"shape": [2], "data": [1, 2]}"#, "map(r -> sum(r), [[1, 2], [3, 4]])": #"{"shape": [2], "data": [3, 7]}"#, "map(x -> [x, 2 * x], [1, 2])": #"{"shape": [2, 2], "data": [1, 2, 2, 4]}"#, "map(x -> x, [])": #"{"shape": [0], "data": []}"#,
            "filter(x -> x > 1, [1, 2, 3])": #"{"shape": [2], "data": [2, 3]}"#, "filter(x -> x > 9, [1])": #"{"shape": [0], "data": []}"#, "filter(s -> s != \"a\", [\"a\", \"b\"])": #"{"list": ["b"]}"#, "zip([1, 2], [\"a\", \"b\"])": #"{"list": [{"list": [1, "a"]}, {"list": [2, "b"]}]}"#, "zip([1, 2, 3], [1])": #"{"list": [{"list": [1, 1]}]}"#, "enumerate([\"a\"])": #"{"list": [{"list": [0, "a"]}]}"#,
            "reduce((a, b) -> a + b, [1, 2, 3])": "6", "reduce((a, b) -> a * b, [], 1)": "1", "reduce((a, b) -> \"{a}{b}\", [\"x\", \"y\"], start=\"z\")": #""zxy""#, "reduce(maximum, [3, 9, 2])": "9", "s = map(f -> f(4), [sqrt, x -> x]); s": #"{"shape": [2], "data": [2, 4]}"#,
        ])
    }
}
