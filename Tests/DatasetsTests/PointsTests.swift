import Datasets
import Glibc
import Testing

struct PointsTests {
    @Test func theRingIsEightGaussians() {
        let count = 40_000
        let data = Dataset.ring(0..<count, radius: 2, deviation: 0.1, seed: 4)
        #expect(data.shape == [2] && data.classNames.count == 8)
        for label in 0..<8 {
            let mine = (0..<count).filter { data.labels![$0] == label }
            // Binomial: 5,000 ± 66.
            #expect(abs(Double(mine.count) - 5000) < 4.5 * 66.2)
            let angle = 2 * Double.pi * Double(label) / 8
            let n = Double(mine.count)
            for (axis, centre) in [2 * cos(angle), 2 * sin(angle)].enumerated() {
                let offsets = mine.map { Double(data.items[2 * $0 + axis]) - centre }
                let mean = offsets.reduce(0, +) / n
                let variance = offsets.reduce(0) { $0 + $1 * $1 } / n
                #expect(abs(mean) < 4.5 * 0.1 / n.squareRoot())
                #expect(abs(variance / 0.01 - 1) < 4.5 * (2 / n).squareRoot())
            }
        }
    }

    @Test func aRingMayHaveOtherMeasures() {
        let data = Dataset.ring(0..<50, centres: 3, radius: 5, deviation: 0)
        for i in 0..<50 {
            #expect(abs(hypot(data.items[2 * i], data.items[2 * i + 1]) - 5) < 1e-6)
        }
        #expect(Set(data.labels!) == [0, 1, 2])
    }

    @Test func moonsWithoutNoiseLieOnTheirArcs() {
        let data = Dataset.twoMoons(0..<500, deviation: 0, seed: 2)
        for i in 0..<500 {
            let (x, y) = (Double(data.items[2 * i]), Double(data.items[2 * i + 1]))
            let angle = data.value("angle", i)
            let (expectedX, expectedY) = data.labels![i] == 0 ? (cos(angle), sin(angle)) : (1 - cos(angle), 0.5 - sin(angle))
            #expect(abs(x - expectedX) < 1e-6 && abs(y - expectedY) < 1e-6 && angle >= 0 && angle <= Double.pi)
        }
    }

    @Test func moonsSpreadByTheirNoise() {
        let count = 20_000
        let data = Dataset.twoMoons(0..<count, deviation: 0.05, seed: 2)
        var square = 0.0
        for i in 0..<count {
            let angle = data.value("angle", i)
            let x = data.labels![i] == 0 ? cos(angle) : 1 - cos(angle)
            square += pow(Double(data.items[2 * i]) - x, 2)
        }
        #expect(abs(square / Double(count) / 0.0025 - 1) < 4.5 * (2 / Double(count)).squareRoot())
        let upper = data.labels!.count { $0 == 0 }
        #expect(abs(upper - count / 2) < Int(4.5 * 71))
    }

    @Test func linearDataWithoutNoiseIsTheMapOfItsFactors() {
        let model = LinearGaussian(features: 4, latents: 2, deviation: 0, seed: 9)
        let data = model.data(0..<50)
        #expect(data.factorNames == ["z1", "z2"])
        for n in 0..<50 {
            for i in 0..<4 {
                let expected = model.mean[i] + model.weights[2 * i] * data.value("z1", n) + model.weights[2 * i + 1] * data.value("z2", n)
                #expect(abs(Double(data.items[4 * n + i]) - expected) < 1e-5)
            }
        }
    }

    /// The covariance of the items is W Wᵀ + σ² I; a product of two Gaussians has the variance Σii Σjj + Σij².
    @Test func linearDataHasItsCovariance() {
        let (d, count) = (3, 40_000)
        let model = LinearGaussian(features: d, latents: 2, deviation: 0.7, seed: 3)
        let data = model.data(0..<count)
        func covariance(_ i: Int, _ j: Int) -> Double {
            model.weights[2 * i] * model.weights[2 * j] + model.weights[2 * i + 1] * model.weights[2 * j + 1] + (i == j ? 0.49 : 0)
        }
        for i in 0..<d {
            for j in 0...i {
                var sum = 0.0
                for n in 0..<count {
                    sum += (Double(data.items[d * n + i]) - model.mean[i]) * (Double(data.items[d * n + j]) - model.mean[j])
                }
                let error = ((covariance(i, i) * covariance(j, j) + covariance(i, j) * covariance(i, j)) / Double(count)).squareRoot()
                #expect(abs(sum / Double(count) - covariance(i, j)) < 4.5 * error, "\(i), \(j)")
            }
        }
    }
}
