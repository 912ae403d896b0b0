import Autodiff
import Glibc

/// The largest distance between the samples' distribution and `cdf`, times √n: above 1.95 in one fair run of 1,000.
func kolmogorovSmirnov(_ samples: [Double], _ cdf: (Double) -> Double) -> Double {
    let n = Double(samples.count)
    var distance = 0.0
    for (index, sample) in samples.sorted().enumerated() {
        let p = cdf(sample)
        distance = max(distance, p - Double(index) / n, Double(index + 1) / n - p)
    }
    return distance * n.squareRoot()
}

func chiSquare(_ counts: [Int], expected: [Double]) -> Double {
    zip(counts, expected).reduce(0) { $0 + ($1.0 == 0 && $1.1 == 0 ? 0 : (Double($1.0) - $1.1) * (Double($1.0) - $1.1) / $1.1) }
}

func normalCDF(_ x: Double) -> Double { 0.5 * erfc(-x / 2.squareRoot()) }

func draws(_ count: Int, _ draw: () -> Double) -> [Double] { (0..<count).map { _ in draw() } }

/// Mean and the central moments 2, 3 and 4.
func moments(_ samples: [Double]) -> (mean: Double, second: Double, third: Double, fourth: Double) {
    let n = Double(samples.count)
    let mean = samples.reduce(0, +) / n
    var sums = (0.0, 0.0, 0.0)
    for sample in samples {
        let d = sample - mean
        sums.0 += d * d
        sums.1 += d * d * d
        sums.2 += d * d * d * d
    }
    return (mean, sums.0 / n, sums.1 / n, sums.2 / n)
}

func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let (ma, mb) = (moments(a), moments(b))
    let covariance = zip(a, b).reduce(0) { $0 + ($1.0 - ma.mean) * ($1.1 - mb.mean) } / Double(a.count)
    return covariance / (ma.second * mb.second).squareRoot()
}

func filled<T>(_ count: Int, _ zero: T, _ fill: (UnsafeMutableBufferPointer<T>) -> Void) -> [T] {
    var result = [T](repeating: zero, count: count)
    result.withUnsafeMutableBufferPointer { fill($0) }
    return result
}
