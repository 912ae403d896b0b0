import Autodiff
import Glibc
import Probability
import Testing

/// The training loop's single-precision form against the family in double precision.
struct ContinuousBernoulliKernelTests {
    static let logits: [Float] = {
        var logits: [Float] = [0, 1e-30, 1e-12, 1e-7, 1e-4, 1e-3, 0.01, Float(2).nextDown, 2, Float(2).nextUp, 1e3, 1e6]
        logits += (1...3000).map { Float($0) * 0.037 }
        return logits.flatMap { [$0, -$0] }
    }()

    private func lossAndSlope(_ logit: Float, _ x: Float, count: Int) -> (loss: Double, slope: Double) {
        var slopes = [Float](repeating: .nan, count: count)
        let loss = TrainingKernels.continuousBernoulli(
            [Float](repeating: logit, count: count), [Float](repeating: x, count: count), slope: &slopes, count: count)
        #expect(Set(slopes).count == 1)
        return (loss / Double(count), Double(slopes[0]))
    }

    /// At x = 0 the loss is the normaliser A and its slope the mean, both to a few roundings of themselves.
    @Test(arguments: [1, 16]) func normaliserAndMean(_ count: Int) {
        for logit in Self.logits {
            let (loss, slope) = lossAndSlope(logit, 0, count: count)
            let normaliser = ContinuousBernoulliFamily.logNormaliser(Double(logit)), mean = ContinuousBernoulliFamily.mean(Double(logit))
            #expect(abs(loss - normaliser) <= 1e-6 * abs(normaliser), "A(\(logit)) = \(normaliser), not \(loss)")
            #expect(abs(slope - mean) <= 1e-6 * mean, "A′(\(logit)) = \(mean), not \(slope)")
        }
        // Far below, where the family's own doubles round the rest away: A = −ln a, A′ = 1/a.
        let (loss, slope) = lossAndSlope(-1e30, 0, count: count)
        #expect(abs(loss / -log(1e30) - 1) < 1e-6 && abs(slope / 1e-30 - 1) < 1e-6)
        let above = lossAndSlope(1e30, 0, count: count)
        #expect(abs(above.loss / 1e30 - 1) < 1e-6 && above.slope == 1)
    }

    @Test func everywhereInTheUnitInterval() {
        for logit in Self.logits where abs(logit) < 200 {
            for x: Float in [0.125, 0.5, 0.75, 1] {
                let (loss, slope) = lossAndSlope(logit, x, count: 16)
                let exact = ContinuousBernoulliFamily.logNormaliser(Double(logit)) - Double(x) * Double(logit)
                #expect(abs(loss - exact) <= 3e-7 * (abs(exact) + abs(Double(logit))), "\(logit), \(x)")
                #expect(abs(slope - ContinuousBernoulliFamily.mean(Double(logit)) + Double(x)) <= 3e-7, "\(logit), \(x)")
            }
        }
    }

    @Test(arguments: [5, 32]) func notANumberIsSeen(_ count: Int) {
        var logits = [Float](repeating: 1, count: count), slopes = logits
        logits[3] = .nan
        #expect(TrainingKernels.continuousBernoulli(logits, [Float](repeating: 0.5, count: count), slope: &slopes, count: count).isNaN)
        #expect(slopes.indices.allSatisfy { slopes[$0].isNaN == ($0 == 3) })
    }
}
