import Dispatch
import Glibc

/// A kind of data that is drawn, not read. Item `index` depends on the generator (its seed is part of it) and on
/// `index` alone: a longer set begins with the shorter one, and any thread may draw any piece.
protocol Generator: Sendable {
    var shape: [Int] { get }
    var classNames: [String] { get }
    var factorNames: [String] { get }

    /// Draws one item into memory that holds zeros; the result is its class, for kinds that have classes.
    func draw(_ index: Int, into item: UnsafeMutableBufferPointer<Float>, factors: UnsafeMutableBufferPointer<Float>) -> Int
}

extension Dataset {
    /// Items `indices` of what `generator` draws, by `threads` threads (all processors unless given); the bytes do not
    /// depend on their number.
    init(_ generator: some Generator, _ indices: Range<Int>, threads: Int?) {
        precondition(indices.lowerBound >= 0, "items are counted from 0")
        let (count, factorCount) = (indices.count, generator.factorNames.count)
        let features = generator.shape.reduce(1, *)
        var items = [Float](repeating: 0, count: count * features)
        var factors = [Float](repeating: 0, count: count * factorCount)
        var labels = [Int](repeating: 0, count: count)
        // Pieces of some hundred microseconds, dealt out in turn.
        let piece = 32
        let pieces = (count + piece - 1) / piece
        let workers = max(1, min(threads ?? sysconf(Int32(_SC_NPROCESSORS_ONLN)), pieces))
        items.withUnsafeMutableBufferPointer { items in
            factors.withUnsafeMutableBufferPointer { factors in
                labels.withUnsafeMutableBufferPointer { labels in
                    // Each worker writes rows of its own only.
                    nonisolated(unsafe) let (items, factors, labels) = (items, factors, labels)
                    DispatchQueue.concurrentPerform(iterations: workers) { worker in
                        for start in stride(from: worker * piece, to: count, by: workers * piece) {
                            for row in start ..< min(start + piece, count) {
                                labels[row] = generator.draw(
                                    indices.lowerBound + row,
                                    into: .init(rebasing: items[row * features ..< (row + 1) * features]),
                                    factors: .init(rebasing: factors[row * factorCount ..< (row + 1) * factorCount]))
                            }
                        }
                    }
                }
            }
        }
        self.init(
            count: count, shape: generator.shape, items: items, labels: generator.classNames.isEmpty ? nil : labels,
            classNames: generator.classNames, factors: factors, factorNames: generator.factorNames)
    }
}
