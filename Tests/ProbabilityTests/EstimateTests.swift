import Autodiff
import Glibc
import Probability
import Testing

struct EstimateTests {
    @Test func meanAndStandardError() throws {
        let estimate = try Estimate(samples: Tensor([1, 2, 3, 4]))
        #expect(estimate.value.item == 2.5 && estimate.count == 4)
        // Sample variance 5/3 over 4.
        #expect(close(estimate.standardError.item, (5.0 / 12).squareRoot(), 1e-15))
        let columns = try Estimate(samples: Tensor([1, 10, 3, 10], shape: [2, 2]))
        #expect(columns.value.scalars == [2, 10] && columns.standardError.scalars == [1, 0])
        // Numbers far from 0: the squares of 1e9 would drown a variance of 1.
        let far = try Estimate(samples: Tensor((0..<1000).map { 1e9 + Double($0 % 2) }))
        #expect(close(far.standardError.item, (0.25 * 1000 / 999 / 1000).squareRoot(), 1e-9))
    }

    @Test func oneSampleOrNoAxisIsRefused() throws {
        for samples in [Tensor<Double>(3), try Tensor([3]), try Tensor([])] {
            let error = try #require(throws: ProbabilityError.self) { try Estimate(samples: samples) }
            #expect(error.hint != nil)
        }
    }

    @Test func arithmetic() throws {
        let a = Estimate(value: 3, standardError: 0.3, count: 100), b = Estimate(value: -2, standardError: 0.4, count: 50)
        func check(_ estimate: Estimate, _ value: Double, _ error: Double, _ count: Int) {
            #expect(close(estimate.value.item, value, 1e-15) && close(estimate.standardError.item, error, 1e-15) && estimate.count == count)
        }
        check(try a + b, 1, 0.5, 50)
        check(try a - b, 5, 0.5, 50)
        check(try a * b, -6, (0.36 + 1.44 + 0.0144).squareRoot(), 50)
        check(try a / b, -1.5, (0.09 + 2.25 * 0.16).squareRoot() / 2, 50)
        check(try -a, -3, 0.3, 100)
        check(try a + 1, 4, 0.3, 100)
        check(try 1 - a, -2, 0.3, 100)
        check(try 2 * a, 6, 0.6, 100)
        check(try a * -2, -6, 0.6, 100)
        check(try a / 4, 0.75, 0.075, 100)
        check(try 6 / a, 2, 0.2, 100)
        let vector = try a * Tensor([1, 2])
        #expect(vector.value.scalars == [3, 6] && vector.standardError.scalars.map { ($0 * 10).rounded() } == [3, 6])
    }

    /// In 400 repetitions the errors over standard errors are a standard normal's.
    @Test func standardErrorsAreHonest() throws {
        var stream = RandomStream(seed: 31)
        let q = try Exponential(rate: 1)
        let scores = try (0..<400).map { _ in
            let estimate = try Estimate(samples: q.sample(2_000, from: &stream))
            return (estimate.value.item - 1) / estimate.standardError.item
        }
        #expect(GoodnessOfFit.kolmogorovSmirnov(scores, cdf: SpecialFunctions.normalCDF).pValue > 1e-3)
    }

    @Test func theValueStaysOnTheTape() throws {
        let mu = Tensor<Double>(0.5).tracked()
        var stream = RandomStream(seed: 32)
        let estimate = try Estimate(samples: Normal(mu: mu, sigma: 2).sample(100, from: &stream))
        #expect(try close(gradient(of: estimate.value, withRespectTo: mu).item, 1, 1e-14))
        #expect(!estimate.standardError.isTracked)
    }
}
