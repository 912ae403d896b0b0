import Autodiff

/// Grey values as the probabilities of black: each draw makes 0 or 1 of them.
public enum Binarisation {
    /// Draws `source` into `target`: 1 with probability p, for p in [0, 1] (beyond, as its nearer end; NaN as 0). The draw of
    /// element `i` depends on the stream and on `index + i` alone: a batch may be drawn by pieces and by any thread.
    ///
    /// Dynamic binarisation, a fresh draw each epoch: item `k`'s elements with `stream.split(epoch)` and index
    /// `k * featureCount`.
    public static func draw(
        _ source: UnsafeBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>, from stream: RandomStream, at index: Int = 0
    ) {
        precondition(source.count == target.count, "\(source.count) probabilities do not fill \(target.count) places")
        stream.fillUniform(target, from: index)
        for place in 0..<target.count { target[place] = target[place] < source[place] ? 1 : 0 }
    }
}

extension Dataset {
    /// Static binarisation: every value drawn once and for all (R. Salakhutdinov and I. Murray, "On the quantitative analysis
    /// of deep belief networks", 2008).
    public func binarised(_ stream: RandomStream) -> Dataset {
        let drawn = [Float](unsafeUninitializedCapacity: items.count) { target, filled in
            filled = items.count
            items.withUnsafeBufferPointer { Binarisation.draw($0, into: UnsafeMutableBufferPointer(rebasing: target[..<filled]), from: stream) }
        }
        return Dataset(count: count, shape: shape, items: drawn, labels: labels, classNames: classNames, factors: factors, factorNames: factorNames)
    }
}
