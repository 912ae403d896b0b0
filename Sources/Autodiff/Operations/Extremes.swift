// Largest, smallest, and the order of elements.

/// The largest element, of all or along an axis. The gradient goes to the first one that is largest. NaN wins.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func max<Scalar>(_ x: Tensor<Scalar>, axis: Int? = nil) throws(TensorError) -> Tensor<Scalar> {
    try pickedExtreme(x, axis: axis, largest: true, .max)
}

/// The smallest element, of all or along an axis. The gradient goes to the first one that is smallest. NaN wins.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func min<Scalar>(_ x: Tensor<Scalar>, axis: Int? = nil) throws(TensorError) -> Tensor<Scalar> {
    try pickedExtreme(x, axis: axis, largest: false, .min)
}

/// Where the largest element stands: the first, counted in row-major order or along the axis. Nothing flows back.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func argmax<Scalar>(_ x: Tensor<Scalar>, axis: Int? = nil) throws(TensorError) -> Tensor<Scalar> {
    let axis = try x.shape.resolved(axis, for: .argmax)
    guard x.shape.length(axis) > 0 || x.shape.reduced(axis).count == 0 else {
        throw .emptyReduction(operation: .argmax, shape: x.shape)
    }
    return try extremum(x, axis: axis, largest: true).index.unrecorded(.argmax, x)
}

private func pickedExtreme<Scalar: Real>(
    _ x: Tensor<Scalar>, axis: Int?, largest: Bool, _ operation: Operation
) throws(TensorError) -> Tensor<Scalar> {
    let axis = try x.shape.resolved(axis, for: operation)
    guard x.shape.length(axis) > 0 || x.shape.reduced(axis).count == 0 else {
        throw .emptyReduction(operation: operation, shape: x.shape)
    }
    let (value, index) = try extremum(x, axis: axis, largest: largest)
    let shape = x.shape
    return try value.recorded(operation, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            let (outer, length, inner) = axis.map(shape.split) ?? (1, shape.count, 1)
            let from = g.pointer, chosen = index.pointer
            return try Tensor(shape: shape) { to in
                to.update(repeating: 0, count: outer * length * inner)
                for o in 0..<outer {
                    for i in 0..<inner {
                        to[(o * length + Int(chosen[o * inner + i])) * inner + i] = from[o * inner + i]
                    }
                }
            }
        }
    }
}

/// The extreme along an axis and where it stands; off the tape.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
func extremum<Scalar: Real>(
    _ x: Tensor<Scalar>, axis: Int?, largest: Bool
) throws(TensorError) -> (value: Tensor<Scalar>, index: Tensor<Scalar>) {
    let (outer, length, inner) = axis.map(x.shape.split) ?? (1, x.count, 1)
    let from = x.pointer
    let index = try Tensor<Scalar>(shape: x.shape.reduced(axis)) { to in
        for o in 0..<outer {
            for i in 0..<inner {
                let start = o * length * inner + i
                var best = 0
                var bestValue = from[start]
                for k in stride(from: 1, to: length, by: 1) {
                    let candidate = from[start + k * inner]
                    if bestValue.isNaN { break }
                    if candidate.isNaN || (largest ? candidate > bestValue : candidate < bestValue) {
                        best = k
                        bestValue = candidate
                    }
                }
                to[o * inner + i] = Scalar(best)
            }
        }
    }
    let chosen = index.pointer
    let value = try Tensor<Scalar>(shape: index.shape) { to in
        for o in 0..<outer {
            for i in 0..<inner { to[o * inner + i] = from[(o * length + Int(chosen[o * inner + i])) * inner + i] }
        }
    }
    return (value, index)
}

/// In ascending order along the last axis, NaN last. The gradient goes back to where each element came from.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func sort<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    guard x.rank > 0 else { throw .axisOutOfRange(operation: .sort, axis: -1, shape: x.shape) }
    let (outer, length, _) = x.shape.split(at: x.rank - 1)
    let from = x.pointer
    var order: [Int] = []
    order.reserveCapacity(x.count)
    for o in 0..<outer {
        order += (0..<length).map { o * length + $0 }.sorted { i, j in
            let a = from[i], b = from[j]
            if a.isNaN || b.isNaN { return !a.isNaN && b.isNaN || a.isNaN == b.isNaN && i < j }
            return a < b || a == b && i < j
        }
    }
    let sorted = try Tensor<Scalar>(shape: x.shape) { to in for (i, source) in order.enumerated() { to[i] = from[source] } }
    return try sorted.recorded(.sort, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            let from = g.pointer
            return try Tensor(shape: g.shape) { to in for (i, source) in order.enumerated() { to[source] = from[i] } }
        }
    }
}
