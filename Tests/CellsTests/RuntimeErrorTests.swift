import Cells
import Testing

@Suite("Cells: errors at run time")
struct RuntimeErrorTests {
    @Test func names() {
        expect([
            Complaint("logvra = 3\nlogvar", 2, 1, "There is no logvar", hint: "logvra"), Complaint("summ([1])", 1, 1, "There is no summ", hint: "sum"), Complaint("x = 1\ny = x + zz", 2, 9, "There is no zz"), Complaint("a = 1; { b = 2 }; b", 1, 19, "There is no b"), Complaint("for i in range(2) { c = i }\nc", 2, 1, "inside a block", hint: "before the block"), Complaint("if true { d = 1 }; d", 1, 20, "inside a block", hint: "d = 0"),
            Complaint("f(x) = x + late; f(1)", 1, 12, "There is no late"), Complaint("f(x) = x\n%%\nf(y)", 1, 3, "There is no y"), Complaint("\"text {nope}\"", 1, 8, "There is no nope"), Complaint("中 = 1; 文", 1, 8, "There is no 文"), Complaint("x.y", 1, 1, "There is no x"), Complaint("[1, 2].shap", 1, 8, "no .shap", hint: "shape"), Complaint("(x -> x).y", 1, 10, "has no .y"),
        ])
    }

    @Test func calls() {
        expect([
            Complaint("f(x) = x; f(1, 2)", 1, 16, "takes 1 argument, and 2 are given"), Complaint("f(x, y) = x; f(1)", 1, 14, "needs a value for y"), Complaint("f(x) = x; f(z=1)", 1, 15, "no parameter z"), Complaint("f(alpha) = 1; f(aplha=1)", 1, 23, "no parameter aplha", hint: "alpha"), Complaint("f(x) = x; f(1, x=2)", 1, 18, "given twice"), Complaint("3(4)", 1, 2, "cannot be called"), Complaint("x = 3; x(4)", 1, 8, "cannot be called", hint: "*"), Complaint("\"a\"(1)", 1, 1, "cannot be called"),
            Complaint("sum()", 1, 1, "sum needs a value for x", hint: "sum(x, axis=)"), Complaint("sum(1, 2, 3)", 1, 11, "at most 2", hint: "sum(x, axis=)"), Complaint("sum([1], axs=0)", 1, 14, "no parameter axs", hint: "axis"), Complaint("sum([1], axis=0, axis=1)", 1, 18, "given twice"), Complaint("sqrt(1, 2)", 1, 9, "at most 1 argument,"), Complaint("sum(\"a\")", 1, 5, "needs numbers for x, and this is a text"), Complaint("exp([1, \"a\"])", 1, 5, "a list", hint: "different shapes or kinds"), Complaint("sum(x -> x)", 1, 5, "a function"),
            Complaint("f(n) = f(n + 1); f(0)", 1, 8, "more than 1000 deep", hint: "needs an end"), Complaint("f(n) = map(f, [n]); f(0)", 1, 8, "more than 1000 deep"), Complaint("f(x) = x[5]; f([1])", 1, 10, "out of range"), Complaint("x = print(1)", 1, 5, "no value here"), Complaint("print(1) + 1", 1, 10, "does not join"), Complaint("x = if false { 1 }", 1, 5, "no value here"),
            Complaint("map(x -> { for i in [1] { 1 } }, [1])", 1, 1, "gave no value"), Complaint("map(3, [1])", 1, 5, "needs a function for f"), Complaint("map(x -> x, 3)", 1, 13, "no items", hint: "range(3)"), Complaint("filter(x -> \"a\", [1])", 1, 1, "true or false"), Complaint("reduce((a, b) -> a, [])", 1, 1, "needs a start"), Complaint("zip([1])", 1, 1, "needs a value for b"),
        ])
    }

    @Test func errorsInsideOtherCells() {
        expect([
            Complaint("f(x) = x + nope\n%%\n1 + f(2)", 1, 5, "There is no nope. (inside f, which was defined in another cell)"), Complaint("f(x) = [1, 2] + [1, 2, 3]\n%%\n\n  f(1)", 2, 3, "inside f"), Complaint("f(x, k=zz) = x\n%%\nf(1)", 1, 1, "inside f"),
            Complaint("f(n) = if n == 0 { nope } else { f(n - 1) }\n%%\nf(5)", 1, 1, "There is no nope. (inside f, which was defined in another cell)"), Complaint("f(x) = nope\n%%\ng(x) = f(x)\n%%\ng(1)", 1, 1, "There is no nope. (inside g, which was defined in another cell)"), Complaint("f(x) = nope\n%%\ng(x) = f(x); g(1)", 1, 8, "(inside f,"), Complaint("f(g) = g(1)\n%%\nf(x -> nope)", 1, 8, "There is no nope."), Complaint("f(g) = map(g, [1])\n%%\nf(x -> [1, 2] + [1, 2, 3])", 1, 15, "do not broadcast"), Complaint("f(g) = g(1, 2)\n%%\nf(x -> 1)", 1, 1, "2 are given. (inside f,"), Complaint("f(x) = x\n%%\nf(1, 2)", 1, 6, "2 are given."), Complaint("f(x) = x\n%%\n\n f()", 2, 2, "needs a value for x."),
        ])
        #expect(result("f(n) = f(n + 1)\n%%\nf(0)") == "error: Calls are nested more than 1000 deep. (inside f, which was defined in another cell)")
    }

    @Test func shapes() {
        expect([
            Complaint("[1, 2] + [1, 2, 3]", 1, 8, "shapes [2] and [3] do not broadcast: axis -1", hint: "aligned from the right"), Complaint("x = ones(2, 3)\ny = x @ [1, 2]", 2, 7, "shapes [2, 3] and [2] do not fit"), Complaint("3 @ 4", 1, 3, "the left side needs an axis"), Complaint("reshape(range(6), 4, 2)", 1, 1, "do not fill shape"), Complaint("reshape(range(6), -1, 4)", 1, 1, "cannot be cut"), Complaint("reshape(range(6), -1, -1)", 1, 1, "no shape"), Complaint("transpose(ones(2, 2), 0, 0)", 1, 1, "once"),
            Complaint("sum(ones(2, 2), axis=2)", 1, 1, "no axis 2 in shape [2, 2]"), Complaint("sum(3, axis=0)", 1, 1, "no axis"), Complaint("max([])", 1, 1, "no elements"), Complaint("concat([ones(2), ones(2, 2)])", 1, 1, "differ"), Complaint("stack([ones(2), ones(3)])", 1, 1, "differ"), Complaint("concat([])", 1, 1, "nothing to join"), Complaint("concat([\"a\"])", 1, 8, "Only tensors"), Complaint("zeros(-1)", 1, 7, "cannot be negative"), Complaint("zeros(1.5)", 1, 7, "whole number"), Complaint("full([-1], 2)", 1, 6, "cannot be negative"), Complaint("eye(-1)", 1, 5, "negative"),
            Complaint("linspace(0, 1, -1)", 1, 16, "negative"), Complaint("range(0, 1, 0)", 1, 1, "not 0"), Complaint("range(inf)", 1, 1, "finite"), Complaint("range(0, 1, 1e-300)", 1, 1, "numbers"), Complaint("inv([[1, 2], [2, 4]])", 1, 1, "singular"), Complaint("solve([[1, 2], [2, 4]], [1, 2])", 1, 1, "singular"), Complaint("det([1, 2])", 1, 1, "square"), Complaint("cholesky([[1, 2], [2, 1]])", 1, 1, "positive definite"), Complaint("cholesky([[1, 2], [0, 1]])", 1, 1, "symmetric"), Complaint("dot([1], [1, 2])", 1, 1, "differ"), Complaint("clamp(1, 3, 2)", 1, 1, "above"), Complaint("sort(3)", 1, 1, "axis"),
            Complaint("len(3)", 1, 5, "no length"), Complaint("softmax(3)", 1, 1, ""), Complaint("[1, 2].T", 1, 8, "no .T"),
        ])
    }

    @Test func indexes() {
        expect([
            Complaint("[1, 2][2]", 1, 8, "Index 2 is out of range"), Complaint("[1, 2][-3]", 1, 8, "Index -3 is out of range"), Complaint("x = [1, 2]\nx[0, 0]", 2, 1, "2 indices"), Complaint("3[0]", 1, 3, "single number cannot be indexed"), Complaint("x = 3; x[0]", 1, 10, "cannot be indexed"), Complaint("[1, 2][0.5]", 1, 8, "whole number is needed here, and this is 0.5"), Complaint("[1, 2][\"a\"]", 1, 8, "whole number"), Complaint("[1, 2][::0]", 1, 1, "step 0"), Complaint("[\"a\"][1]", 1, 7, "Index 1 is out of range: the list has 1"), Complaint("[\"a\"][0, 0]", 1, 1, "takes one index"), Complaint("\"abc\"[0]", 1, 1, "cannot be indexed"), Complaint("(x -> x)[0]", 1, 1, "cannot be indexed"),
            Complaint("x = [1, -2]; x[x > 0]", 1, 16, "does not pick", hint: "where"), Complaint("[1, 2][nan]", 1, 8, "whole number"), Complaint("[1, 2][1e300]", 1, 8, "whole number"), Complaint("[1, 2][[0, 5]]", 1, 8, "Index 5 is out of range"),
        ])
    }

    @Test func kinds() {
        expect([
            Complaint("\"a\" + \"b\"", 1, 5, "\"+\" does not join a text and a text", hint: "{a}{b}"), Complaint("1 + \"b\"", 1, 3, "a number and a text"), Complaint("[[1], [1, 2]] + 1", 1, 15, "a list and a number", hint: "different shapes or kinds"), Complaint("sum + 1", 1, 5, "a function and a number", hint: "( )"), Complaint("Normal(0, 1) * 2", 1, 14, "a distribution and a number"), Complaint("-\"a\"", 1, 2, "A text cannot be negated"), Complaint("\"a\" < \"b\"", 1, 5, "does not join"), Complaint("sum == sum", 1, 5, "does not join"),
            Complaint("if [1, 2] { 1 }", 1, 4, "must be true or false, and this is a tensor of shape [2]", hint: "min(c)"), Complaint("if \"a\" { 1 }", 1, 4, "this is a text"), Complaint("not [1, 0]", 1, 5, "must be true or false"), Complaint("true and \"a\"", 1, 10, "must be true or false"), Complaint("for i in 3 { 1 }", 1, 10, "no items", hint: "range(3)"), Complaint("for i in \"abc\" { 1 }", 1, 10, "nothing to go through"), Complaint("for (a, b) in [1, 2] { a }", 1, 15, "no items"), Complaint("for (a, b) in [[1, 2, 3]] { a }", 1, 6, "3 parts"),
        ])
    }

    @Test func stateIsAsItWasAfterAnError() {
        var state = CellState()
        _ = run("a = 1; b = [1, 2]", in: &state)
        let failed = run("a = 2\nc = 3\na = nowhere", in: &state)
        #expect(failed.error != nil)
        #expect(run("a", in: &state).result?.json.text == "1")
        #expect(run("c", in: &state).error != nil)
        #expect(Set(state.bindings.keys) == ["a", "b"])
        // Output up to the error stays, and the next cell is not touched by it.
        #expect(run("print(1)\nnowhere", in: &state).output == "1\n")
        #expect(run("sum(b)", in: &state).result?.json.text == "3")
    }
}
