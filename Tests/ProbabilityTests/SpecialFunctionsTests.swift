import Autodiff
import Glibc
import Probability
import Testing

/// Expected figures computed with fifty digits.
struct SpecialFunctionsTests {
    @Test(arguments: [
        (-10000000000.0, -5.0000000000000000024e+19),
        (-200, -20006.217280898190402),
        (-37.5, -707.66898931750719107),
        (-30.5, -469.46273732291211439),
        (-29.5, -439.42947460915022775),
        (-10, -53.231285150512470578),
        (-3, -6.6077262215103495433),
        (-1, -1.8410216450092635058),
        (0, -0.69314718055994530942),
        (0.5, -0.36894641528865639307),
        (2, -0.023012909328963488465),
        (5, -2.8665161296376359338e-7),
        (9, -1.1285884059538406478e-19),
    ])
    func normalLogCDF(x: Double, expected: Double) {
        #expect(abs(SpecialFunctions.normalLogCDF(x) - expected) <= 2e-16 * (4 + max(0, x) * max(0, x)) * abs(expected))
    }

    @Test func normalQuantileInvertsTheDistributionFunction() {
        for x in stride(from: -37.0, through: 8, by: 0.25) {
            let p = SpecialFunctions.normalCDF(x)
            // What one rounding of p moves x by, and some of the quantile's own.
            let slack = p.ulp / (exp(-0.5 * x * x) / (2 * Double.pi).squareRoot())
            #expect(abs(SpecialFunctions.normalQuantile(p) - x) <= 4e-15 * abs(x) + 2 * slack, "at \(x)")
        }
        #expect(SpecialFunctions.normalQuantile(0) == -.infinity && SpecialFunctions.normalQuantile(1) == .infinity)
        #expect(SpecialFunctions.normalQuantile(0.5) == 0)
        #expect(SpecialFunctions.normalQuantile(-0.1).isNaN && SpecialFunctions.normalQuantile(.nan).isNaN)
    }

    @Test(arguments: [
        (0.5, 0.1, 0.34527915398142297956, 0.65472084601857702044),
        (0.5, 3, 0.98569412156457036047, 0.014305878435429639526),
        (1, 1, 0.6321205588285576784, 0.3678794411714423216),
        (2.5, 2, 0.45058404864721976739, 0.54941595135278023261),
        (10, 3, 0.0011024881301154797421, 0.99889751186988452026),
        (10, 25, 0.99977852336175121642, 0.00022147663824878358122),
        (60, 61.5, 0.59290340833232413491, 0.40709659166767586509),
        (0.01, 1e-08, 0.83651025468523335308, 0.16348974531476664692),
        (150, 90, 4.7953023275883494608e-9, 0.99999999520469767241),
        (3, 200, 1.0, 2.7956093736608834857e-83),
    ])
    func regularisedGamma(a: Double, x: Double, lower: Double, upper: Double) {
        let got = SpecialFunctions.regularisedGamma(a, x)
        #expect(close(got.lower / max(lower, 1e-300), 1, 2e-13) && close(got.upper / max(upper, 1e-300), 1, 2e-13), "\(got)")
    }

    @Test func regularisedGammaAtTheEdges() {
        #expect(SpecialFunctions.regularisedGamma(2, 0) == (0, 1) && SpecialFunctions.regularisedGamma(2, .infinity) == (1, 0))
        #expect(SpecialFunctions.regularisedGamma(0, 1).lower.isNaN && SpecialFunctions.regularisedGamma(1e300, 1e300).lower.isNaN)
        #expect(abs(SpecialFunctions.regularisedGamma(1e8, 1e8).lower - 0.5000132980760706) < 1e-9 && SpecialFunctions.regularisedGamma(1, -1).upper.isNaN)
    }

    /// logit; ln C, A, A', A'', A'''.
    @Test(arguments: [
        (-800.0, [6.6846117276679272963, -6.6846117276679272963, 0.00125, 1.5625e-6, 3.90625e-9]),
        (-30.0, [3.4011973816623425279, -3.4011973816622489516, 0.033333333333239757104, 0.0011111111110175348814, 7.4074073980497844386e-5]),
        (-6.5, [1.8748090575530615237, -1.8733067473933072399, 0.15234045092038469136, 0.022160668986184613282, 0.0057701469932783914542]),
        (-5.9, [1.7804312542548204745, -1.7776955548762843569, 0.1667445554322499662, 0.025972861354849584922, 0.0069684449825727596663]),
        (-2.1, [0.98808553837143178331, -0.87256601519167682736, 0.33664592000485562749, 0.067740130267850101117, 0.012562180105221453481]),
        (-0.5, [0.71368193318734994335, -0.23960494900724326248, 0.45850591746320171587, 0.082301910967236235149, 0.0040850681477801160325]),
        (-0.09, [0.69382186180393150033, -0.044662522778321425274, 0.49250101230477167679, 0.083299594178472958906, 0.00074951806210223555317]),
        (-0.0001, [0.69314718139327864226, -4.9999583333333370452e-5, 0.49999166666666805556, 0.083333333291666666683, 8.3333333267195771224e-7]),
        (0.0, [0.69314718055994530942, 0.0, 0.5, 0.083333333333333333333, 0.0]),
        (1e-09, [0.6931471805599453095, 5.0000000004166669781e-10, 0.50000000008333333333, 0.083333333333333333329, -8.3333333333333338517e-12]),
        (0.03, [0.69322217662269439933, 0.015037499718754017231, 0.50249996250080355326, 0.083329583467257686135, -0.00024998214370085997566]),
        (0.11, [0.69415480278280021402, 0.055504115839622791152, 0.50916481858797055876, 0.083282940864421249148, -0.00091578693457345694383]),
        (1.9, [0.94325219589424966152, 1.0961345623887108463, 0.64955803480349251029, 0.070202883906251515345, -0.012038946231764586323]),
        (2.1, [0.98808553837143178331, 1.2274339848083232615, 0.66335407999514437251, 0.067740130267850101117, -0.012562180105221453481]),
        (5.9, [1.7804312542548204745, 4.1223044451237159984, 0.8332554445677500338, 0.025972861354849584922, -0.0069684449825727596663]),
        (6.1, [1.8127745141400241462, 4.2894658421062248705, 0.838313483253593572, 0.024621533523052070996, -0.0065482187057258944839]),
        (30.0, [3.4011973816623425279, 26.598802618337751048, 0.9666666666667602429, 0.0011111111110175348814, -7.4074073980497844386e-5]),
        (800.0, [6.6846117276679272963, 793.3153882723320727, 0.99875, 1.5625e-6, -3.90625e-9]),
    ])
    func continuousBernoulli(logit: Double, expected: [Double]) {
        typealias F = ContinuousBernoulliFamily
        let got = [F.logConstant(logit: logit), F.logNormaliser(logit), F.mean(logit), F.variance(logit), F.thirdCumulant(logit)]
        for (index, (a, b)) in zip(got, expected).enumerated() {
            #expect(abs(a - b) <= 1e-15 + (index == 4 ? 2e-12 : 4e-15) * abs(b), "\(index): \(a), \(b)")
        }
    }

    @Test func continuousBernoulliQuantileInvertsItsDistributionFunction() {
        typealias F = ContinuousBernoulliFamily
        for logit in [-800.0, -30, -2, -1e-3, -1e-9, 0, 1e-300, 1e-6, 0.5, 7, 800] {
            for u in [1e-12, 0.01, 0.3, 0.5, 0.77, 0.999] {
                let x = F.quantile(u, logit: logit)
                #expect(x >= 0 && x <= 1)
                #expect(abs(F.cdf(x, logit: logit) - u) < 1e-13 * max(1, abs(logit)), "\(logit) \(u)")
            }
        }
    }

    /// The p-values' own laws at their published points, and a uniform p-value under the null.
    @Test func pValues() {
        #expect(close(GoodnessOfFit.chiSquare([40, 60], expected: [50, 50]).pValue, 0.04550026389635842, 1e-12))
        #expect(GoodnessOfFit.chiSquare([1, 99], expected: [0, 100]).pValue == 0)
        #expect(GoodnessOfFit.chiSquare([0, 50, 50], expected: [0, 50, 50]).pValue == 1)
        var stream = RandomStream(seed: 41)
        var fits: [Double] = [], counts: [Double] = []
        for _ in 0..<400 {
            let u = (0..<200).map { _ in stream.uniform() }
            fits.append(GoodnessOfFit.kolmogorovSmirnov(u) { $0 }.pValue)
            var cells = [Int](repeating: 0, count: 10)
            for x in u { cells[Int(x * 10)] += 1 }
            counts.append(GoodnessOfFit.chiSquare(cells, expected: [Double](repeating: 20, count: 10)).pValue)
        }
        #expect(GoodnessOfFit.kolmogorovSmirnov(fits) { $0 }.pValue > 1e-3)
        #expect(GoodnessOfFit.kolmogorovSmirnov(counts) { $0 }.pValue > 1e-3)
        // Kolmogorov's law at the points of the usual tables: 10%, 5% and 1% in the limit.
        for (statistic, tail) in [(1.2238, 0.1), (1.3581, 0.05), (1.6276, 0.01)] {
            let n = 1_000_000
            let shift = statistic / Double(n).squareRoot() - 0.5 / Double(n)
            let samples = (0..<n).map { (Double($0) + 0.5) / Double(n) }
            #expect(abs(GoodnessOfFit.kolmogorovSmirnov(samples) { min(1, $0 + shift) }.pValue / tail - 1) < 2e-3)
        }
        #expect(GoodnessOfFit.kolmogorovSmirnov([0.1, .nan]) { $0 }.pValue == 0)
    }
}
