import Datasets

/// What moments say about a picture.
struct Moments {
    var mass = 0.0
    var centre = SIMD2<Double>.zero
    /// Variances along x and y, and their covariance.
    var (xx, yy, xy) = (0.0, 0.0, 0.0)

    init(_ picture: ArraySlice<Float>, side: Int = 28) {
        let greys = picture.map(Double.init)
        mass = greys.reduce(0, +)
        for (i, grey) in greys.enumerated() { centre += grey * SIMD2(Double(i % side), Double(i / side)) / mass }
        for (i, grey) in greys.enumerated() {
            let d = SIMD2(Double(i % side), Double(i / side)) - centre
            xx += grey * d.x * d.x / mass
            yy += grey * d.y * d.y / mass
            xy += grey * d.x * d.y / mass
        }
    }

    /// How far the top leans to the right, in heights.
    var slant: Double { -xy / yy }
}

func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let (meanA, meanB) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
    var (aa, bb, ab) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
        aa += (x - meanA) * (x - meanA)
        bb += (y - meanB) * (y - meanB)
        ab += (x - meanA) * (y - meanB)
    }
    return ab / (aa * bb).squareRoot()
}

extension Dataset {
    /// FNV-1a over the bits of items and factors and over the labels.
    var fingerprint: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func absorb(_ word: UInt32) {
            for shift in [0, 8, 16, 24] as [UInt32] { hash = (hash ^ UInt64(word >> shift & 0xFF)) &* 0x100_0000_01B3 }
        }
        items.forEach { absorb($0.bitPattern) }
        factors.forEach { absorb($0.bitPattern) }
        labels?.forEach { absorb(UInt32($0)) }
        return hash
    }

    func value(_ factor: String, _ index: Int) -> Double {
        Double(factors[index * factorNames.count + factorNames.firstIndex(of: factor)!])
    }
}
