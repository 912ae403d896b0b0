import Glibc
import Probability
import Testing

struct QuadratureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let a: Double
        let b: Double
        let exact: Double
        let f: @Sendable (Double) -> Double

        init(_ name: String, _ a: Double, _ b: Double, _ exact: Double, _ f: @escaping @Sendable (Double) -> Double) {
            (testDescription, self.a, self.b, self.exact, self.f) = (name, a, b, exact, f)
        }
    }

    static let smooth: [Case] = [
        Case("constant", 2, 5, 6) { _ in 2 },
        Case("cubic", -1, 2, 3.75) { $0 * $0 * $0 },
        Case("backwards", 1, 0, 1 - M_E) { exp($0) },
        Case("exp", 0, 1, M_E - 1) { exp($0) },
        Case("sin cancels", 0, 2 * Double.pi, 0) { sin($0) },
        Case("fifty waves", 0, 100 * Double.pi, 50 * Double.pi) { sin($0) * sin($0) },
        Case("Runge", -5, 5, 2 * atan(5.0)) { 1 / (1 + $0 * $0) },
        Case("narrow Runge", -1, 1, 2 * atan(1000.0) * 1000) { 1 / (1e-6 + $0 * $0) },
        Case("normal", -.infinity, .infinity, 1) { exp(-0.5 * $0 * $0) / (2 * Double.pi).squareRoot() },
        Case("normal far off", -.infinity, .infinity, 1) { exp(-0.5 * ($0 - 100) * ($0 - 100)) / (2 * Double.pi).squareRoot() },
        Case("narrow normal", -.infinity, .infinity, 1) { exp(-0.5e6 * $0 * $0) * 1000 / (2 * Double.pi).squareRoot() },
        Case("wide normal", -.infinity, .infinity, 1) { exp(-0.5e-6 * $0 * $0) / 1000 / (2 * Double.pi).squareRoot() },
        Case("half normal", 0, .infinity, 0.5) { exp(-0.5 * $0 * $0) / (2 * Double.pi).squareRoot() },
        Case("lower tail", -.infinity, -3, 0.5 * erfc(3 / 2.squareRoot())) { exp(-0.5 * $0 * $0) / (2 * Double.pi).squareRoot() },
        Case("far tail", 20, .infinity, 0.5 * erfc(20 / 2.squareRoot())) { exp(-0.5 * $0 * $0) / (2 * Double.pi).squareRoot() },
        Case("exponential", 0, .infinity, 1) { 3 * exp(-3 * $0) },
        Case("fast exponential", 0, .infinity, 1) { 1e4 * exp(-1e4 * $0) },
        Case("slow exponential", 0, .infinity, 1) { 1e-4 * exp(-1e-4 * $0) },
        Case("Cauchy", -.infinity, .infinity, Double.pi) { 1 / (1 + $0 * $0) },
        Case("Cauchy's tail", 1, .infinity, Double.pi / 4) { 1 / (1 + $0 * $0) },
        Case("x^-2", 1, .infinity, 1) { 1 / ($0 * $0) },
        Case("Gamma(6)", 0, .infinity, 120) { pow($0, 5) * exp(-$0) },
        Case("Laplace", -.infinity, .infinity, 1) { 0.5 * exp(-abs($0)) },
        Case("kink off the grid", 0, 1, 0.09 * 0.5 + 0.49 * 0.5) { abs($0 - 0.3) },
        Case("jump off the grid", 0, 1, 0.7) { $0 < 0.3 ? 0 : 1 },
        Case("entropy of the normal", -.infinity, .infinity, 0.5 * log(2 * Double.pi * M_E)) {
            exp(-0.5 * $0 * $0) / (2 * Double.pi).squareRoot() * (0.5 * $0 * $0 + 0.5 * log(2 * Double.pi))
        },
        Case("sin x / x through 0", -1, 1, 1.8921661407343662) { sin($0) / $0 },
        Case("nothing", 3, 3, 0) { _ in .nan },
    ]

    static let singular: [Case] = [
        Case("x^-1/2", 0, 1, 2) { 1 / $0.squareRoot() },
        Case("(1-x)^-1/2", 0, 1, 2) { 1 / (1 - $0).squareRoot() },
        Case("(x-3)^-1/2", 3, 4, 2) { 1 / ($0 - 3).squareRoot() },
        Case("(1000-x)^-1/2", 999, 1000, 2) { 1 / (1000 - $0).squareRoot() },
        Case("x^-0.9", 0, 1, 10) { pow($0, -0.9) },
        Case("x^-0.99", 0, 1, 100) { pow($0, -0.99) },
        Case("(1-x)^-0.7", 0, 1, 1 / 0.3) { pow(1 - $0, -0.7) },
        Case("ln x", 0, 1, -1) { log($0) },
        Case("ln(1-x)", 0, 1, -1) { log1p(-$0) },
        Case("ln² x", 0, 1, 2) { log($0) * log($0) },
        Case("ln x / √x", 0, 1, -4) { log($0) / $0.squareRoot() },
        Case("x ln x", 0, 1, -0.25) { $0 * log($0) },
        Case("√x", 0, 1, 2.0 / 3) { $0.squareRoot() },
        Case("√(1-x²)", -1, 1, Double.pi / 2) { (1 - $0 * $0).squareRoot() },
        Case("arcsine", 0, 1, Double.pi) { 1 / ($0 * (1 - $0)).squareRoot() },
        Case("arcsine on -1, 1", -1, 1, Double.pi) { 1 / (1 - $0 * $0).squareRoot() },
        Case("Gamma(1/2)", 0, .infinity, Double.pi.squareRoot()) { exp(-$0) / $0.squareRoot() },
        Case("Gamma(0.1)", 0, .infinity, 9.513507698668731836) { exp(-$0) * pow($0, -0.9) },
        Case("chi-square 1", 0, .infinity, 1) { exp(-$0 / 2) / (2 * Double.pi * $0).squareRoot() },
        Case("x^-1.5", 1, .infinity, 2) { pow($0, -1.5) },
        Case("x^-1.1", 1, .infinity, 10) { pow($0, -1.1) },
        Case("1/(√x (1+x))", 0, .infinity, Double.pi) { 1 / ($0.squareRoot() * (1 + $0)) },
    ]

    @Test(arguments: smooth) func smoothIntegrandsAreExactToTwelveDigits(_ test: Case) {
        let result = integrate(from: test.a, to: test.b, test.f)
        #expect(result.converged)
        #expect(abs(result.value - test.exact) <= 1e-12 * max(abs(test.exact), test.exact == 0 ? 1e-2 : 0), "\(result)")
        #expect(abs(result.value - test.exact) <= result.error + 1e-13 * abs(test.exact), "the error was underestimated: \(result)")
        #expect(result.evaluations < 10_000, "\(result)")
    }

    @Test(arguments: singular) func singularEndsAreExactToNineDigits(_ test: Case) {
        let result = integrate(from: test.a, to: test.b, test.f)
        #expect(result.converged, "\(result)")
        #expect(abs(result.value - test.exact) <= 1e-9 * abs(test.exact), "\(result), off by \(result.value / test.exact - 1)")
        #expect(abs(result.value - test.exact) <= result.error + 1e-13 * abs(test.exact), "the error was underestimated: \(result)")
        #expect(result.evaluations < 10_000, "\(result)")
    }

    /// Integrals that do not exist, or that take more than was allowed: no figure is passed off as one.
    @Test(arguments: [
        Case("1/x", 0, 1, 0) { 1 / $0 },
        Case("1/(1-x)", 0, 1, 0) { 1 / (1 - $0) },
        Case("1/x²", 0, 1, 0) { 1 / ($0 * $0) },
        Case("x^-1.5", 0, 1, 0) { pow($0, -1.5) },
        Case("1/x across 0", -1, 1, 0) { 1 / $0 },
        Case("1/x across 0 off the middle", -1, 2, 0) { 1 / $0 },
        Case("1/x²  across 0", -1, 2, 0) { 1 / ($0 * $0) },
        Case("1/x at infinity", 1, .infinity, 0) { 1 / $0 },
        Case("1 at infinity", 0, .infinity, 0) { _ in 1 },
        Case("x on the line", -.infinity, .infinity, 0) { $0 },
        Case("e^x", 0, .infinity, 0) { exp($0) },
        Case("sin x / x", 0, .infinity, 0) { sin($0) / $0 },
        Case("sin 1/x / x", 0, 1, 0) { sin(1 / $0) / $0 },
        Case("NaN", 0, 1, 0) { _ in .nan },
        Case("half NaN", -1, 1, 0) { $0.squareRoot() },
        Case("infinite", 0, 1, 0) { _ in .infinity },
        Case("NaN end", .nan, 1, 0) { $0 },
    ])
    func divergenceIsSaid(_ test: Case) {
        let result = integrate(from: test.a, to: test.b, test.f)
        #expect(!result.converged, "\(result)")
        #expect(result.evaluations <= 400_000)
    }

    @Test func theLimitOfEvaluationsIsKeptAndSaid() {
        let result = integrate(from: 0, to: 1, evaluations: 1000) { sin(1e5 * $0) }
        #expect(!result.converged)
        #expect(result.evaluations <= 1000)
    }

    struct Cancelled: Error, Equatable {}

    @Test func anErrorOfTheIntegrandEndsTheWork() {
        var calls = 0
        let attempt = Result { () throws(Cancelled) in
            try integrate(from: 0, to: 1) { x throws(Cancelled) in
                calls += 1
                if calls == 100 { throw Cancelled() }
                return x
            }
        }
        #expect(throws: Cancelled()) { try attempt.get() }
        #expect(calls == 100)
        calls = 0
        #expect(throws: Cancelled()) {
            try integrate2(from: 0, to: 1, and: 0, to: 1) { x, y throws(Cancelled) in
                calls += 1
                if calls == 1000 { throw Cancelled() }
                return x * y
            }
        }
        #expect(calls == 1000)
    }

    @Test func twoDimensions() {
        func near(_ result: Quadrature, _ exact: Double, _ tolerance: Double = 1e-11) {
            #expect(result.converged, "\(result)")
            #expect(abs(result.value - exact) <= tolerance * abs(exact), "\(result)")
        }
        near(integrate2(from: 0, to: 2, and: 0, to: 3) { x, y in x * y * y }, 18)
        // The order of the ends: x from a to b, y from c to d.
        near(integrate2(from: 0, to: 1, and: 2, to: 1) { x, y in x + 2 * y }, -3.5)
        near(integrate2(from: -.infinity, to: .infinity, and: -.infinity, to: .infinity) { x, y in
            exp(-0.5 * (x * x - 1.2 * x * y + y * y) / 0.64) / (2 * Double.pi * 0.8)
        }, 1)
        near(integrate2(from: 0, to: 1, and: 0, to: 1) { x, y in 1 / (x * y).squareRoot() }, 4, 1e-9)
        #expect(!integrate2(from: 0, to: 1, and: 0, to: 1) { x, y in 1 / x + y }.converged)
        #expect(!integrate2(from: 0, to: 1, and: 0, to: 1) { x, y in x / y }.converged)
        #expect(!integrate2(from: 0, to: 1, and: 0, to: 1) { _, _ in .nan }.converged)
    }

    @Test func gaussHermiteIsExactForPolynomials() {
        for n in [1, 2, 3, 4, 5, 8, 16, 31, 64, 100, 255, 256] {
            let rule = GaussHermite(count: n)
            #expect(rule.nodes.count == n)
            #expect(zip(rule.nodes, rule.nodes.dropFirst()).allSatisfy { $0 < $1 })
            // E X^{2k} = (2k - 1)!!, exact below degree 2n.
            var moment = 1.0
            for k in 0..<min(n, 12) {
                if k > 0 { moment *= Double(2 * k - 1) }
                #expect(abs(rule.expectation { pow($0, Double(2 * k)) } / moment - 1) < 1e-12, "n = \(n), degree \(2 * k)")
                #expect(abs(rule.expectation { pow($0, Double(2 * k + 1)) }) < 1e-12 * moment)
            }
        }
        // E e^X = √e, E cos X = e^{-1/2}.
        #expect(abs(GaussHermite(count: 32).expectation { exp($0) } - exp(0.5)) < 1e-14 * 10)
        #expect(abs(GaussHermite(count: 32).expectation { cos($0) } - exp(-0.5)) < 1e-14)
        // Nodes for n = 3: 0, ±√3 with weights 2/3, 1/6.
        let three = GaussHermite(count: 3)
        #expect(abs(three.nodes[2] - 3.squareRoot()) < 1e-15 * 2 && three.nodes[1] == 0)
        #expect(abs(three.weights[0] - 1.0 / 6) < 1e-15 && abs(three.weights[1] - 2.0 / 3) < 1e-15)
    }
}
