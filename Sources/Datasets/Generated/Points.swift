import Autodiff
import Glibc

// Points of the plane for densities that can be seen. They are independent draws (classes too, so their counts vary)
// from real normals and real angles: the C library's logarithm and sine are behind them, and on another machine a
// coordinate may differ in its last digit.

/// Gaussians of equal weight, evenly spaced on a circle.
struct Ring: Generator {
    let shape = [2]
    let classNames: [String]
    let factorNames: [String] = []
    private let centres: [SIMD2<Double>]
    private let deviation: Double
    private let root: RandomStream

    init(centres: Int, radius: Double, deviation: Double, seed: UInt64) {
        precondition(centres > 0, "a ring needs one centre at least")
        classNames = (0..<centres).map(String.init)
        self.centres = (0..<centres).map { k in
            let angle = 2 * Double.pi * Double(k) / Double(centres)
            return radius * SIMD2(cos(angle), sin(angle))
        }
        self.deviation = deviation
        root = RandomStream(seed: seed, name: "ring")
    }

    func draw(_ index: Int, into item: UnsafeMutableBufferPointer<Float>, factors: UnsafeMutableBufferPointer<Float>) -> Int {
        var stream = root.split(UInt64(index))
        let label = stream.integer(below: centres.count)
        item[0] = Float(centres[label].x + deviation * stream.normal())
        item[1] = Float(centres[label].y + deviation * stream.normal())
        return label
    }
}

/// Two half circles of radius 1 that reach into each other: an upper one about (0, 0), a lower one about (1, 1/2).
struct TwoMoons: Generator {
    let shape = [2]
    let classNames = ["upper", "lower"]
    let factorNames = ["angle"]
    private let deviation: Double
    private let root: RandomStream

    init(deviation: Double, seed: UInt64) {
        self.deviation = deviation
        root = RandomStream(seed: seed, name: "two moons")
    }

    func draw(_ index: Int, into item: UnsafeMutableBufferPointer<Float>, factors: UnsafeMutableBufferPointer<Float>) -> Int {
        var stream = root.split(UInt64(index))
        let label = stream.integer(below: 2)
        let angle = Double.pi * stream.uniform()
        let place = label == 0 ? SIMD2(cos(angle), sin(angle)) : SIMD2(1 - cos(angle), 0.5 - sin(angle))
        item[0] = Float(place.x + deviation * stream.normal())
        item[1] = Float(place.y + deviation * stream.normal())
        factors[0] = Float(angle)
        return label
    }
}

/// x = W z + μ + σ ε with z and ε standard normal: the model whose likelihood, posterior and best encoder are all
/// known in closed form. The factors of its data are z.
public struct LinearGaussian: Sendable {
    public let featureCount: Int
    public let latentCount: Int
    /// W, featureCount × latentCount.
    public let weights: [Double]
    /// μ.
    public let mean: [Double]
    /// σ.
    public let deviation: Double
    private let root: RandomStream

    /// W and μ are standard normal, drawn once.
    public init(features: Int, latents: Int, deviation: Double, seed: UInt64 = 1) {
        precondition(features > 0 && latents > 0, "a linear-Gaussian model needs one feature and one latent at least")
        precondition(deviation >= 0 && deviation.isFinite, "a standard deviation is finite and at least 0, not \(deviation)")
        root = RandomStream(seed: seed, name: "linear Gaussian")
        var stream = root.split("parameters")
        weights = (0 ..< features * latents).map { _ in stream.normal() }
        mean = (0 ..< features).map { _ in stream.normal() }
        (featureCount, latentCount, self.deviation) = (features, latents, deviation)
    }

    public func data(_ indices: Range<Int>, threads: Int? = nil) -> Dataset {
        Dataset(Items(model: self, root: root.split("items")), indices, threads: threads)
    }

    private struct Items: Generator {
        let model: LinearGaussian
        let root: RandomStream
        var shape: [Int] { [model.featureCount] }
        var classNames: [String] { [] }
        var factorNames: [String] { (1...model.latentCount).map { "z\($0)" } }

        func draw(_ index: Int, into item: UnsafeMutableBufferPointer<Float>, factors: UnsafeMutableBufferPointer<Float>) -> Int {
            var stream = root.split(UInt64(index))
            let z = (0 ..< model.latentCount).map { _ in stream.normal() }
            for (k, value) in z.enumerated() { factors[k] = Float(value) }
            for i in 0 ..< model.featureCount {
                var sum = model.mean[i] + model.deviation * stream.normal()
                for k in z.indices { sum += model.weights[i * model.latentCount + k] * z[k] }
                item[i] = Float(sum)
            }
            return 0
        }
    }
}

extension Dataset {
    /// Points of Gaussians on a ring; Gaussian number k stands at the angle 2πk/centres.
    public static func ring(
        _ indices: Range<Int>, centres: Int = 8, radius: Double = 2, deviation: Double = 0.1, seed: UInt64 = 1, threads: Int? = nil
    ) -> Dataset {
        Dataset(Ring(centres: centres, radius: radius, deviation: deviation, seed: seed), indices, threads: threads)
    }

    /// Points of two half circles. The factor is the angle along the arc, before the noise.
    public static func twoMoons(_ indices: Range<Int>, deviation: Double = 0.1, seed: UInt64 = 1, threads: Int? = nil) -> Dataset {
        Dataset(TwoMoons(deviation: deviation, seed: seed), indices, threads: threads)
    }
}
