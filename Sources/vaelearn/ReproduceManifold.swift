import Autodiff
import Autoencoders
import Datasets
import Figures
import Synchronization

/// What a decoder with two latents has learned, laid out flat.
enum ReproduceManifold: Reproduction {
    static let name = "manifold"
    static let title = "The 2-D manifold of MNIST"
    static let source = "Kingma and Welling 2013, Auto-Encoding Variational Bayes, arXiv 1312.6114, figure 4b"
    static let method = "784-500-2, decoded at the inverse CDF of an even grid of the unit square, as there; Adam 0.001, 30 epochs"
    static let time = "40 s"
    static let needsMNIST = true

    static let side = 20
    static let epochs = 30

    /// The figure shows all ten digits. With other seeds one pair that looks alike, 4 and 9, may share a place.
    static let classes = 9.0...10.0
    /// "Smooth": neighbours differ by far less than two images do; by a third at most, or one would see jumps.
    static let neighbours = 0.0...0.33
    /// Yet not one picture all over: places apart differ at least half as much as two images do. Means of p(x|z) are less
    /// sharp than images, so not more than these.
    static let spread = 0.5...1.0

    static func measure(_ laboratory: Laboratory) throws -> Reproduced {
        let (train, test) = laboratory.mnist!
        let model = try laboratory.trainOnMNIST(hidden: 500, latent: 2, epochs: epochs, batch: 100, label: "784-500-2").model
        let places = (0..<side).map { place in
            let offset = (Double(place) + 0.5) / Double(side) - 0.5
            return Float(normalQuantile(offset: offset, tail: 0.5 - abs(offset)))
        }
        // Rows from the top, so the second latent falls.
        let pictures = model.decode(places.reversed().flatMap { second in places.flatMap { [$0, second] } })
        let size = train.featureCount
        func picture(_ index: Int) -> ArraySlice<Float> { pictures[index * size..<(index + 1) * size] }

        var beside: [Double] = [], apart: [Double] = []
        for row in 0..<side {
            for column in 0..<side {
                let here = row * side + column
                if column + 1 < side { beside.append(distance(picture(here), picture(here + 1))) }
                if row + 1 < side { beside.append(distance(picture(here), picture(here + side))) }
                // Half the grid away in both directions.
                let other = (row + side / 2) % side * side + (column + side / 2) % side
                apart.append(distance(picture(here), picture(other)))
            }
        }
        let real = mean((0..<1000).map { distance(test.item(2 * $0), test.item(2 * $0 + 1)) })
        let seen = nearestClasses(of: pictures, among: train.items(0..<10_000))
        let counts = train.classNames.indices.map { label in seen.count { $0 == label } }

        let findings = [
            Finding(quantity: "digits seen on it, by 5 nearest of 10,000 images", published: .number(10), measured: Double(counts.count { $0 > 0 }), band: classes, digits: 0),
            Finding(quantity: "neighbours' distance over two images' distance", published: .statement("smooth"), measured: mean(beside) / real, band: neighbours),
            Finding(quantity: "distance half the grid away over two images'", published: .statement("varied"), measured: mean(apart) / real, band: spread),
        ]
        let shares = counts.indices.map { "\(train.classNames[$0]): \(counts[$0])" }.joined(separator: ", ")
        let figure = Figure(
            id: name, title: "\(counts.count { $0 > 0 }) digits on one plane, each turning into the next",
            caption: "Means of p(x|z) at z = Φ⁻¹(u) for u on a \(side) × \(side) grid; 784-500-2 on MNIST, \(epochs) epochs, seed \(laboratory.seed). By nearest images, \(shares).",
            panels: [[Panel(marks: [.images(.init(
                images: (0..<side * side).map { picture($0).map(Double.init) }, width: train.shape[1], height: train.shape[0], columns: side, inverted: true))])]])
        return Reproduced(findings: findings, figures: [figure])
    }

    private static func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(numbers.count) }

    private static func squares(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Float {
        // Eight sums side by side, which the processor can do at once.
        var sums = SIMD8<Float>(), at = 0
        while at + 8 <= a.count {
            var d = SIMD8<Float>()
            for lane in 0..<8 { d[lane] = a[at + lane] - b[at + lane] }
            sums += d * d
            at += 8
        }
        var total = sums.sum()
        while at < a.count {
            total += (a[at] - b[at]) * (a[at] - b[at])
            at += 1
        }
        return total
    }

    private static func distance(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
        Double(a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { squares(a, $0) } }).squareRoot()
    }

    /// The class that most of a picture's five nearest items have; of those with as many the nearest's.
    private static func nearestClasses(of pictures: [Float], among items: Dataset) -> [Int] {
        let size = items.featureCount, labels = items.labels!
        let classes = Mutex([Int](repeating: 0, count: pictures.count / size))
        inParallel(pictures.count / size) { index in
            let picture = pictures[index * size..<(index + 1) * size]
            let distances = picture.withUnsafeBufferPointer { a in
                items.items.withUnsafeBufferPointer { all in
                    (0..<items.count).map { squares(a, UnsafeBufferPointer(rebasing: all[$0 * size..<($0 + 1) * size])) }
                }
            }
            let nearest = distances.indices.sorted { distances[$0] < distances[$1] }.prefix(5).map { labels[$0] }
            let best = nearest.max { a, b in
                let (ofA, ofB) = (nearest.count { $0 == a }, nearest.count { $0 == b })
                return ofA < ofB || ofA == ofB && nearest.firstIndex(of: a)! > nearest.firstIndex(of: b)!
            }!
            classes.withLock { $0[index] = best }
        }
        return classes.withLock { $0 }
    }
}
