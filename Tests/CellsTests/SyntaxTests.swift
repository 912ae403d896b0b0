import Cells
import Testing

/// What a source parses to, as an S-expression.
private func tree(_ source: String) -> String {
    do { return try Program.parse(source).description } catch { return "error: \(error.message)" }
}

private typealias Case = (source: String, tree: String)

private func expect(_ cases: [Case]) {
    for (source, expected) in cases { #expect(tree(source) == expected, "\(source)") }
}

@Suite("Syntax: what parses to what")
struct SyntaxTests {
    @Test func literals() {
        expect([
            ("1", "1.0"), ("0.5", "0.5"), ("1e-3", "0.001"), ("1E3", "1000.0"), ("1e+2", "100.0"), ("1_000", "1000.0"), ("1_000.5", "1000.5"),
            ("12_345_678", "12345678.0"), ("1.", "1.0"), (".5", "0.5"), ("1.5e10", "15000000000.0"), ("0", "0.0"), ("007", "7.0"),
            ("true", "true"), ("false", "false"), ("pi", "pi"), ("π", "pi"), ("inf", "inf"), ("nan", "nan"),
            ("[]", "(list)"), ("[1]", "(list 1.0)"), ("[1, 2, 3]", "(list 1.0 2.0 3.0)"), ("[1, 2,]", "(list 1.0 2.0)"),
            ("[[1, 2], [3, 4]]", "(list (list 1.0 2.0) (list 3.0 4.0))"), ("[-1, 1]", "(list (- 1.0) 1.0)"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"), ("4.9e-324", "5e-324"),
        ])
    }

    @Test func names() {
        expect([
            ("x", "x"), ("_x1", "_x1"), ("σ2", "σ2"), ("μ_q", "μ_q"), ("变量", "变量"), ("имя", "имя"), ("𝒩", "𝒩"), ("log_σ", "log_σ"),
            ("\u{B5}", "μ"), ("é", "é"), ("x_", "x_"), ("日本2", "日本2"), ("π2", "π2"),
            ("check = 1", "(= check 1.0)"), ("knob = 1", "(= knob 1.0)"), ("tol = 1", "(= tol 1.0)"), ("rtol = 1", "(= rtol 1.0)"),
            ("within = 1", "(= within 1.0)"), ("se = 1", "(= se 1.0)"), ("in = 1", "(= in 1.0)"), ("check + 1", "(+ check 1.0)"),
            ("check - 1", "(- check 1.0)"), ("check", "check"), ("knob", "knob"), ("tol * se", "(* tol se)"), ("lambda = 0.1", "(= lambda 0.1)"),
            ("lambda * x", "(* lambda x)"), ("def = 1; def", "(= def 1.0)\ndef"), ("return", "return"), ("from[0]", "(index from 0.0)"),
            ("knob * 2", "(* knob 2.0)"), ("classify", "classify"), ("iffy", "iffy"), ("nothing", "nothing"), ("order", "order"),
        ])
    }

    @Test func precedence() {
        expect([
            ("a + b * c", "(+ a (* b c))"), ("a * b + c", "(+ (* a b) c)"), ("(a + b) * c", "(* (+ a b) c)"),
            ("a - b - c", "(- (- a b) c)"), ("a - b + c", "(+ (- a b) c)"), ("a / b / c", "(/ (/ a b) c)"), ("a / b * c", "(* (/ a b) c)"),
            ("a @ b * c", "(* (@ a b) c)"), ("a * b @ c", "(@ (* a b) c)"), ("a - (b - c)", "(- a (- b c))"),
            ("-x^2", "(- (^ x 2.0))"), ("(-x)^2", "(^ (- x) 2.0)"), ("2^-1", "(^ 2.0 (- 1.0))"), ("2^3^2", "(^ 2.0 (^ 3.0 2.0))"),
            ("2**3**2", "(^ 2.0 (^ 3.0 2.0))"), ("(2^3)^2", "(^ (^ 2.0 3.0) 2.0)"), ("2^-x^2", "(^ 2.0 (- (^ x 2.0)))"), ("-2^-2", "(- (^ 2.0 (- 2.0)))"),
            ("a * -b", "(* a (- b))"), ("a - -b", "(- a (- b))"), ("--a", "(- (- a))"), ("-a * b", "(* (- a) b)"), ("-a + b", "(+ (- a) b)"),
            ("a^b * c", "(* (^ a b) c)"), ("a * b^c", "(* a (^ b c))"), ("-f(x)", "(- (call f x))"), ("f(x)^2", "(^ (call f x) 2.0)"), ("x[0]^2", "(^ (index x 0.0) 2.0)"),
            ("a.b^2", "(^ (. a b) 2.0)"), ("-a.b", "(- (. a b))"), ("x^y[0]", "(^ x (index y 0.0))"),
            ("a < b", "(< a b)"), ("a + 1 <= b * 2", "(<= (+ a 1.0) (* b 2.0))"), ("a == b", "(== a b)"), ("a != b", "(!= a b)"), ("a > b", "(> a b)"), ("a >= b", "(>= a b)"),
            ("a ~= b", "(~= a b)"), ("a ≈ b", "(~= a b)"), ("a<-b", "(< a (- b))"), ("a~=-b", "(~= a (- b))"),
            ("not a", "(not a)"), ("not a == b", "(not (== a b))"), ("not not a", "(not (not a))"), ("not a and b", "(and (not a) b)"), ("not (a and b)", "(not (and a b))"),
            ("a and b and c", "(and a b c)"), ("a or b or c", "(or a b c)"), ("a or b and c", "(or a (and b c))"), ("a and b or c", "(or (and a b) c)"),
            ("(a or b) and c", "(and (or a b) c)"), ("a < b and b < c", "(and (< a b) (< b c))"), ("a == b or not c", "(or (== a b) (not c))"),
            ("(a < b) == c", "(== (< a b) c)"), ("0.5 * sum(mu^2 + exp(lv) - lv - 1)", "(* 0.5 (call sum (- (- (+ (^ mu 2.0) (call exp lv)) lv) 1.0)))"),
        ])
    }

    @Test func postfix() {
        expect([
            ("f()", "(call f)"), ("f(x)", "(call f x)"), ("f(x, y)", "(call f x y)"), ("f(x, axis=1)", "(call f x axis=1.0)"), ("f(a=1, b=2)", "(call f a=1.0 b=2.0)"),
            ("f(x,)", "(call f x)"), ("f(x)(y)", "(call (call f x) y)"), ("f (x)", "(call f x)"), ("(x -> x)(3)", "(call (-> (x) x) 3.0)"),
            ("x[0]", "(index x 0.0)"), ("x[-1]", "(index x (- 1.0))"), ("x[0:3]", "(index x (slice 0.0 3.0))"), ("x[:, 1]", "(index x (slice _ _) 1.0)"),
            ("x[1:3, :]", "(index x (slice 1.0 3.0) (slice _ _))"), ("x[:]", "(index x (slice _ _))"), ("x[1:]", "(index x (slice 1.0 _))"), ("x[:-1]", "(index x (slice _ (- 1.0)))"),
            ("x[::2]", "(index x (slice _ _ 2.0))"), ("x[1:9:2]", "(index x (slice 1.0 9.0 2.0))"), ("x[1::2]", "(index x (slice 1.0 _ 2.0))"), ("x[i + 1]", "(index x (+ i 1.0))"),
            ("x[0][1]", "(index (index x 0.0) 1.0)"), ("x[0, 1, 2]", "(index x 0.0 1.0 2.0)"), ("x[[0, 2]]", "(index x (list 0.0 2.0))"), ("x[a > 0]", "(index x (> a 0.0))"),
            ("a.b.c", "(. (. a b) c)"), ("run.model.x[0](1)", "(call (index (. (. run model) x) 0.0) 1.0)"), ("f(x).y", "(. (call f x) y)"), ("[1, 2][0]", "(index (list 1.0 2.0) 0.0)"),
            ("\"abc\".len", "(. \"abc\" len)"), ("x[n:]", "(index x (slice n _))"), ("x[f(a):g(b)]", "(index x (slice (call f a) (call g b)))"), ("f(x=y == z)", "(call f x=(== y z))"),
            ("x[0:2,]", "(index x (slice 0.0 2.0))"), ("data.in", "(. data in)"), ("f(in=1, tol=2)", "(call f in=1.0 tol=2.0)"),
        ])
    }

    @Test func texts() {
        expect([
            (#""abc""#, #""abc""#), (#""""#, #""""#), (#""a {x} b""#, #"(text "a " x " b")"#), (#""{x}""#, "(text x)"), (#""{x}{y}""#, "(text x y)"),
            (#""{x: .3f}""#, "(text (format x .3f))"), (#""{x:8.2e}""#, "(text (format x 8.2e))"), (#""{x:d}""#, "(text (format x d))"), (#""{x:.4g}""#, "(text (format x .4g))"),
            (#""{x:.1%}""#, "(text (format x .1%))"), (#""{x:.3}""#, "(text (format x .3g))"), (#""{x[0:3]}""#, "(text (index x (slice 0.0 3.0)))"), (#""{x[0:3]:.2f}""#, "(text (format (index x (slice 0.0 3.0)) .2f))"),
            (#""{f("a")}""#, #"(text (call f "a"))"#), (#""{f("a {y} b")}""#, #"(text (call f (text "a " y " b")))"#), (#""{ {a = 1; a} }""#, "(text {(= a 1.0) a})"),
            (#""{if a { 1 } else { 2 }}""#, "(text (if a {1.0} {2.0}))"), (#""{{x}}""#, #""{x}""#), (#""\{x\}""#, #""{x}""#), (#""a\nb\t\"\\""#, #""a\nb\t\"\\""#), (#""}""#, #""}""#),
            (#""KL(q‖p) 中文""#, #""KL(q‖p) 中文""#), ("\"# no comment\"", "\"# no comment\""), (#""a" # a comment"#, #""a""#), (#""'""#, #""'""#), (#""{x -> x}""#, "(text (-> (x) x))"),
            (#""{a + b : .2f} nats""#, #"(text (format (+ a b) .2f) " nats")"#), (#"print("a", "b")"#, #"(call print "a" "b")"#),
        ])
    }

    @Test func functionsAndBlocks() {
        expect([
            ("f(x) = x^2", "(= f (-> (x) (^ x 2.0)))"), ("f(x, k=1) = k * x^2", "(= f (-> (x k=1.0) (* k (^ x 2.0))))"), ("f() = 3", "(= f (-> () 3.0))"),
            ("f(x) = { a = 2; a * x }", "(= f (-> (x) {(= a 2.0) (* a x)}))"), ("f(x) = {\n  a = 2\n  a * x\n}", "(= f (-> (x) {(= a 2.0) (* a x)}))"),
            ("x -> x^2", "(-> (x) (^ x 2.0))"), ("(x, y) -> x * y", "(-> (x y) (* x y))"), ("() -> 3", "(-> () 3.0)"), ("(x) -> x", "(-> (x) x)"),
            ("(x, k=1) -> k * x", "(-> (x k=1.0) (* k x))"), ("x -> y -> x + y", "(-> (x) (-> (y) (+ x y)))"), ("f = x -> { x }", "(= f (-> (x) {x}))"),
            ("map(x -> x^2, xs)", "(call map (-> (x) (^ x 2.0)) xs)"), ("integrate(x -> exp(-x), 0, inf)", "(call integrate (-> (x) (call exp (- x))) 0.0 inf)"),
            ("reduce((a, b) -> a + b, xs)", "(call reduce (-> (a b) (+ a b)) xs)"), ("f(g=x -> x)", "(call f g=(-> (x) x))"), ("[x -> x, y -> y]", "(list (-> (x) x) (-> (y) y))"),
            ("{ 1 }", "{1.0}"), ("{}", "{}"), ("{ a = 1\n a }", "{(= a 1.0) a}"), ("x = { 1; 2 }", "(= x {1.0 2.0})"), ("{ ; ; 1 ; }", "{1.0}"),
            ("if a { 1 }", "(if a {1.0})"), ("if a { 1 } else { 2 }", "(if a {1.0} {2.0})"), ("if a { 1 } else if b { 2 } else { 3 }", "(if a {1.0} b {2.0} {3.0})"),
            ("x = if a < b { a } else { b }", "(= x (if (< a b) {a} {b}))"), ("if a { 1 }\nelse { 2 }", "(if a {1.0} {2.0})"), ("if a {\n  1\n}\n\nelse if b {\n 2 }", "(if a {1.0} b {2.0})"),
            ("if a { 1 } else { 2 } + 3", "(+ (if a {1.0} {2.0}) 3.0)"), ("1 + if a { 1 } else { 2 }", "(+ 1.0 (if a {1.0} {2.0}))"), ("if not a or b { }", "(if (or (not a) b) {})"),
            ("if { a } { b }", "(if {a} {b})"), ("f(if a { 1 } else { 2 }, 3)", "(call f (if a {1.0} {2.0}) 3.0)"), ("if a { if b { 1 } } else { 2 }", "(if a {(if b {1.0})} {2.0})"),
            ("for x in xs { s = s + x }", "(for (x) xs {(= s (+ s x))})"), ("for (i, x) in enumerate(xs) { i }", "(for (i x) (call enumerate xs) {i})"), ("for i, x in e { i }", "(for (i x) e {i})"),
            ("for x in [1, 2] {\n  y = x\n  y\n}", "(for (x) (list 1.0 2.0) {(= y x) y})"), ("for in in in { }", "(for (in) in {})"), ("for i in range(3) { for j in range(i) { j } }", "(for (i) (call range 3.0) {(for (j) (call range i) {j})})"),
            ("check(x) + 1", "(check (+ x 1.0))"),
        ])
    }

    @Test func knobsAndChecks() {
        expect([
            ("knob beta = 1 in 0..10", "(knob beta 1.0 0.0 10.0)"), (#"knob beta = 1 in 0..10 "weight""#, #"(knob beta 1.0 0.0 10.0 "weight")"#), ("knob a = 0.5 in 0.1..0.9", "(knob a 0.5 0.1 0.9)"),
            ("knob a = 1 in -1..1", "(knob a 1.0 (- 1.0) 1.0)"), ("knob a = n in lo..hi", "(knob a n lo hi)"), ("knob a = 2 * n in n + 1..2 * n", "(knob a (* 2.0 n) (+ n 1.0) (* 2.0 n))"), ("knob a = 1 in 1.. .5", "(knob a 1.0 1.0 0.5)"),
            ("knob knob = 1 in 0..2", "(knob knob 1.0 0.0 2.0)"), ("knob a = 1 in 1_000..1e6 \"{{n}}\"", "(knob a 1.0 1000.0 1000000.0 \"{n}\")"),
            ("check a ~= b", "(check (~= a b))"), ("check a ≈ b", "(check (~= a b))"), ("check a ~= b tol 1e-12", "(check (~= a b) (tol 1e-12))"), ("check a ~= b rtol 0.1", "(check (~= a b) (rtol 0.1))"),
            ("check a ~= b tol 1 rtol 2", "(check (~= a b) (tol 1.0) (rtol 2.0))"), ("check a ~= b rtol 2 tol 1", "(check (~= a b) (tol 1.0) (rtol 2.0))"), ("check a ~= b within 4 se", "(check (~= a b) (se 4.0))"),
            ("check a ~= b within k se tol t", "(check (~= a b) (tol t) (se k))"), (#"check "closed form": a ~= b"#, #"(check "closed form" (~= a b))"#), (#"check "at {k}": a ~= b"#, #"(check (text "at " k) (~= a b))"#),
            (#"check "l": a < b"#, #"(check "l" (< a b))"#), ("check a < b", "(check (< a b))"), ("check a and b", "(check (and a b))"), ("check a ~= b and c ~= d", "(check (and (~= a b) (~= c d)))"),
            (#"check "a" == x"#, #"(check (== "a" x))"#), ("check (a + b) ~= c", "(check (~= (+ a b) c))"), ("check (a ~= b) tol 1", "(check (~= a b) (tol 1.0))"), ("check [1, 2] ~= x", "(check (~= (list 1.0 2.0) x))"),
            ("check -x ~= 1", "(check (~= (- x) 1.0))"), ("check not a", "(check (not a))"), ("check true", "(check true)"), ("check if a { b } else { c }", "(check (if a {b} {c}))"), ("check tol ~= se tol tol within se se", "(check (~= tol se) (tol tol) (se se))"),
            (#"check "a":"# + "\n  b", #"(check "a" b)"#), ("check grad(closed, mu) ~= mu tol 1e-12", "(check (~= (call grad closed mu) mu) (tol 1e-12))"), ("for k in ks { check k > 0 }", "(for (k) ks {(check (> k 0.0))})"), ("check a ~= b tol = 3", "(check (~= a b) (tol 3.0))"),
            ("check {a} ~= b", "(check (~= {a} b))"), ("check a ~= b tol 1e-12 # why", "(check (~= a b) (tol 1e-12))"), ("check check", "(check check)"),
        ])
    }

    @Test func linesAndComments() {
        expect([
            ("", ""), ("\n\n", ""), ("# only a comment", ""), ("a\nb", "a\nb"), ("a; b", "a\nb"), ("a;", "a"), (";;a;;b;;", "a\nb"), ("a # c\nb", "a\nb"), ("a\r\nb\r\n", "a\nb"),
            ("a +\nb", "(+ a b)"), ("a + # why\n b", "(+ a b)"), ("a +\n\n\n b", "(+ a b)"), ("a\n-b", "a\n(- b)"), ("x =\n 3", "(= x 3.0)"), ("a and\nb", "(and a b)"), ("not\na", "(not a)"), ("f = x ->\n x", "(= f (-> (x) x))"),
            ("(a\n+ b)", "(+ a b)"), ("f(a,\n  b\n)", "(call f a b)"), ("[1,\n 2,\n]", "(list 1.0 2.0)"), ("[\n1\n]", "(list 1.0)"), ("x[\n0\n]", "(index x 0.0)"), ("(a\n\n# c\n+ b)", "(+ a b)"), ("a ==\nb", "(== a b)"), ("a.\nb", "(. a b)"),
            ("f({ a = 1\n a })", "(call f {(= a 1.0) a})"), ("f(x -> {\n a = x\n a + 1\n}, 2)", "(call f (-> (x) {(= a x) (+ a 1.0)}) 2.0)"), ("{ (a\n+ b)\n c }", "{(+ a b) c}"), ("if a {\n\n 1\n\n}", "(if a {1.0})"),
            ("\u{FEFF}a", "a"), ("a\u{A0}+\u{3000}b", "(+ a b)"), ("\ta\t+\tb", "(+ a b)"), ("  a", "a"), ("check a\nb", "(check a)\nb"), ("{ a; b\n c }", "{a b c}"), ("knob a =\n1 in 0..\n2", "(knob a 1.0 0.0 2.0)"),
            ("x = 3 # 中文 \" ( [", "(= x 3.0)"), ("a = 1\nb = a\n\n# end", "(= a 1.0)\n(= b a)"), ("a ~=\n b", "(~= a b)"), ("f(x,\n  k=1) = x", "(= f (-> (x k=1.0) x))"),
        ])
    }

    @Test func inlineValues() throws {
        let (gap, format) = try Expression.parseInline(" gap : .3f")
        #expect(gap.description == "gap")
        #expect(format?.description == ".3f")
        let (sliced, none) = try Expression.parseInline("x[0:3][1]")
        #expect(sliced.description == "(index (index x (slice 0.0 3.0)) 1.0)")
        #expect(none == nil)
        #expect(try Expression.parse("a + b").description == "(+ a b)")
        for broken in ["", " : .3f", "a :", "a : .3q", "a : x", "a b", "a = 3", "a; b", "a : .3f : .2f", "a }", "(a", "a : 999f", "a : .21f", "a : .3d"] {
            #expect(throws: CellError.self, "\(broken)") { try Expression.parseInline(broken) }
        }
        #expect(throws: CellError.self) { try Expression.parse("a : .3f") }
    }

    @Test func everyNodeKnowsItsPlace() throws {
        let source = "y = f(a + b, k=[1, 2])[0:3] * (c - d)^2"
        var shown: [String] = []
        func walk(_ expression: Expression) {
            shown.append(source.utf8Slice(expression.span))
            expression.form.forEachChild(walk)
        }
        let statement = try Program.parse(source).statements[0]
        #expect(source.utf8Slice(statement.span) == source)
        statement.form.forEachChild(walk)
        #expect(shown == [
            "f(a + b, k=[1, 2])[0:3] * (c - d)^2", "f(a + b, k=[1, 2])[0:3]", "f(a + b, k=[1, 2])", "f", "a + b", "a", "b", "[1, 2]", "1", "2",
            "0", "3", "(c - d)^2", "c - d", "c", "d", "2",
        ])
    }

    @Test func namesFreeAndBound() throws {
        func names(_ source: String) throws -> (free: [String], bound: [String], reassigned: [String]) {
            let program = try Program.parse(source)
            return (program.freeNames.sorted(), program.boundNames, program.reassignedNames.sorted())
        }
        var found = try names("mu = param([0.5]); q = Normal(mu, s); f(x, k=d) = k * x + mu + f(x - 1)")
        #expect(found.free == ["Normal", "d", "param", "s"])
        #expect(found.bound == ["mu", "q", "f"])
        found = try names("knob beta = b in lo..hi\nfor (i, x) in xs { t = t + x * i; if x > 0 { u = 1 } }\n{ v = 1; v }")
        #expect(found.free == ["b", "hi", "lo", "t", "xs"])
        #expect(found.bound == ["beta"])
        #expect(found.reassigned == ["t", "u"])
        found = try names("a = a + 1; a; g = x -> { y = x; y + z }; y; check \"{l}\": m ~= n tol t within k se")
        #expect(found.free == ["a", "k", "l", "m", "n", "t", "y", "z"])
        #expect(found.bound == ["a", "g"])
        #expect(try Expression.parse("x -> x + y").freeNames == ["y"])
    }

    @Test func nearestNamesOfAMistypedOne() {
        let known = ["logsumexp", "softmax", "log_softmax", "sum", "sample", "exp", "x", "y"]
        #expect(nearestNames(to: "logsumxep", among: known) == ["logsumexp"])
        #expect(nearestNames(to: "sofmax", among: known).first == "softmax")
        #expect(nearestNames(to: "smaple", among: known) == ["sample"])
        #expect(nearestNames(to: "Sum", among: known).first == "sum")
        #expect(nearestNames(to: "z", among: known) == [])
        #expect(nearestNames(to: "quadrature", among: known) == [])
    }
}

extension String {
    func utf8Slice(_ span: Span) -> String {
        String(decoding: Array(utf8)[span.start..<span.end], as: UTF8.self)
    }
}
