import Datasets
import Glibc
import Testing

struct DigitsTests {
    static let data = Dataset.digits(0..<4000, seed: 11)
    static let labels = data.labels!
    static let moments = (0..<data.count).map { Moments(data.item($0)) }

    func indices(_ digit: Int, style: Int? = nil) -> [Int] {
        (0..<Self.data.count).filter {
            Self.labels[$0] == digit && (style == nil || Int(Self.data.value("style", $0)) == style)
        }
    }

    @Test func tenInARowAreTheTenClassesInAnyOrder() {
        var orders: Set<[Int]> = []
        for start in stride(from: 0, to: 1000, by: 10) {
            let ten = Array(Self.labels[start ..< start + 10])
            #expect(ten.sorted() == Array(0...9))
            orders.insert(ten)
        }
        #expect(orders.count == 100)
    }

    /// As MNIST's: the centre of mass within half a pixel of (14, 14), the ink's box about 20 pixels at its longer side.
    @Test func digitsAreFramedAsMNIST() {
        for index in 0..<Self.data.count {
            let offset = Self.moments[index].centre - 14
            // Half a pixel, and what rounding greys to bytes moves.
            #expect(abs(offset.x) < 0.505 && abs(offset.y) < 0.505)
            let (width, height) = box(index)
            let side = 20 * Self.data.value("scale", index)
            #expect(abs(Double(max(width, height)) - side) < 2, "digit \(index): \(width) × \(height), scale \(side)")
        }
    }

    /// The columns and rows that hold ink.
    func box(_ index: Int) -> (width: Int, height: Int) {
        let picture = Array(Self.data.item(index))
        let inked = picture.indices.filter { picture[$0] > 0.25 }
        let (columns, rows) = (inked.map { $0 % 28 }, inked.map { $0 / 28 })
        return (columns.max()! - columns.min()! + 1, rows.max()! - rows.min()! + 1)
    }

    @Test func slantLeansThePicture() {
        for digit in 0...9 {
            let chosen = indices(digit)
            let measured = chosen.map { Self.moments[$0].slant }
            // Rotation leans a digit too.
            let drawn = chosen.map { Self.data.value("slant", $0) + Self.data.value("rotation", $0) }
            #expect(correlation(measured, drawn) > 0.6, "digit \(digit)")
        }
        // A plain 1 is nothing but its slant.
        let ones = indices(1, style: 0)
        let drawn = ones.map { Self.data.value("slant", $0) + Self.data.value("rotation", $0) }
        #expect(correlation(ones.map { Self.moments[$0].slant }, drawn) > 0.9)
    }

    /// Twice as thick a pen leaves about twice the ink on the same way.
    @Test func thicknessIsInk() {
        func ink(_ chosen: some Sequence<Int>) -> Double { chosen.reduce(0) { $0 + Self.moments[$1].mass } }
        func thickness(_ chosen: some Sequence<Int>) -> Double { chosen.reduce(0) { $0 + Self.data.value("thickness", $1) } }
        for digit in 0...9 {
            let ordered = indices(digit).sorted { Self.data.value("thickness", $0) < Self.data.value("thickness", $1) }
            let (thin, thick) = (ordered.prefix(130), ordered.suffix(130))
            let ratio = ink(thick) / ink(thin) / (thickness(thick) / thickness(thin))
            #expect(ratio > 0.75 && ratio < 1.1, "digit \(digit): \(ratio)")
        }
        let ones = indices(1, style: 0)
        #expect(correlation(ones.map { Self.moments[$0].mass }, ones.map { Self.data.value("thickness", $0) }) > 0.9)
    }

    @Test func widthWidens() {
        for digit in [0, 2, 3, 5, 8] {
            let chosen = indices(digit)
            let ratio = chosen.map { (Self.moments[$0].xx / Self.moments[$0].yy).squareRoot() }
            #expect(correlation(ratio, chosen.map { Self.data.value("width", $0) }) > 0.5, "digit \(digit)")
        }
    }

    @Test func softnessBlursTheEdge() {
        let zeros = indices(0)
        let grey = zeros.map { index in
            let picture = Self.data.item(index)
            return Double(picture.count { $0 > 0.02 && $0 < 0.98 }) / Double(picture.count { $0 > 0.02 })
        }
        #expect(correlation(grey, zeros.map { Self.data.value("softness", $0) }) > 0.4)
    }

    @Test func everyDigitHasSeveralStyles() {
        for digit in 0...9 {
            let styles = Set(indices(digit).map { Int(Self.data.value("style", $0)) })
            #expect(styles.count >= 3 && styles == Set(0..<styles.count), "digit \(digit): \(styles.sorted())")
        }
        // A 1 with a base (style 3) stands on a broader foot than a plain one.
        func foot(_ style: Int) -> Double {
            let widths = indices(1, style: style).map { index in
                let picture = Array(Self.data.item(index))
                let rows = (0..<28).map { row in picture[row * 28 ..< row * 28 + 28].count { $0 > 0.25 } }
                let last = rows.lastIndex { $0 > 0 }!
                return Double(rows[last - 4 ... last].max()!)
            }
            return widths.reduce(0, +) / Double(widths.count)
        }
        #expect(foot(3) > 2 * foot(0))
    }

    /// Labels fit pictures: the nearest class mean recognises most digits of another seed. Chance is 0.1.
    @Test func digitsCanBeTold() {
        var means = [[Float]](repeating: [Float](repeating: 0, count: 784), count: 10)
        for index in 0..<Self.data.count {
            for (pixel, grey) in Self.data.item(index).enumerated() { means[Self.labels[index]][pixel] += grey / 400 }
        }
        let fresh = Dataset.digits(0..<500, seed: 12)
        var right = 0
        for index in 0..<fresh.count {
            let distances = means.map { mean in zip(mean, fresh.item(index)).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
            if distances.firstIndex(of: distances.min()!) == fresh.labels![index] { right += 1 }
        }
        #expect(right > 325, "\(right) of 500")
    }

    @Test func tenThousandTakeNoTime() {
        let start = threadSeconds()
        #expect(Dataset.digits(0..<10_000, seed: 5, threads: 1).count == 10_000)
        // 0.17 s on one free core.
        #expect(threadSeconds() - start < 1)
    }

    /// Of this thread alone: what else runs does not count.
    private func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
