// Picking elements out: the gradient puts them back where they came from.

/// One entry of an index: a position, which drops the axis, or a range, which keeps it.
public enum Index: Sendable {
    case at(Int)
    /// From `start` up to, not including, `end`, by `step` (not 0); nil is the axis' own end. Out of range is cut off.
    case range(from: Int?, to: Int?, by: Int = 1)

    public static let all = Index.range(from: nil, to: nil)
}

/// x[i, a:b, ...], counted from 0, negative from the end. Axes not named are kept whole.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func slice<Scalar>(_ x: Tensor<Scalar>, _ indices: [Index]) throws(TensorError) -> Tensor<Scalar> {
    guard indices.count <= x.rank else {
        throw .mismatched(
            operation: .slice, detail: x.rank == 0
                ? "a single number cannot be indexed" : "\(indices.count) indices for shape \(x.shape), which has \(x.rank) axes")
    }
    let own = x.shape.strides
    var offset = 0
    var sizes: [Int] = [], strides: [Int] = []
    for axis in 0..<x.rank {
        let size = x.shape[axis]
        switch axis < indices.count ? indices[axis] : .all {
        case let .at(index):
            let position = index < 0 ? index + size : index
            guard position >= 0, position < size else { throw .indexOutOfRange(index: index, axis: axis, size: size) }
            offset += position * own[axis]
        case let .range(from, to, step):
            let (start, count) = try resolvedRange(from, to, step, size: size)
            offset += count > 0 ? start * own[axis] : 0
            sizes.append(count)
            // One step alone may lead past any axis: then there is no second element, and the product does not matter.
            strides.append(count > 1 ? step * own[axis] : 0)
        }
    }
    let shape = x.shape
    let picked = try x.gathered(shape: Shape(sizes), strides: strides, offset: offset)
    return try picked.recorded(.slice, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in try g.scattered(into: shape, strides: strides, offset: offset) }
    }
}

/// As Python cuts a range: negative ends count from the end, ends beyond the axis are cut off.
private func resolvedRange(_ from: Int?, _ to: Int?, _ step: Int, size: Int) throws(TensorError) -> (start: Int, count: Int) {
    guard step != 0 else { throw .mismatched(operation: .slice, detail: "a range cannot have step 0") }
    func clamped(_ end: Int, _ low: Int, _ high: Int) -> Int { Swift.min(Swift.max(end < 0 ? end + size : end, low), high) }
    if step > 0 {
        let start = from.map { clamped($0, 0, size) } ?? 0, end = to.map { clamped($0, 0, size) } ?? size
        return (start, end > start ? (end - start - 1) / step + 1 : 0)
    }
    let start = from.map { clamped($0, -1, size - 1) } ?? size - 1, end = to.map { clamped($0, -1, size - 1) } ?? -1
    return (start, start > end ? (start - end - 1) / -step + 1 : 0)
}

/// Rows of `x` by number: result[k, ...] = x[rows[k], ...]. Rows asked for twice get both gradients.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func gather<Scalar>(_ x: Tensor<Scalar>, rows: [Int]) throws(TensorError) -> Tensor<Scalar> {
    try gatheredRows(x, rows, .gather)
}

/// A table's rows, one for each number: the way words and labels enter a network.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func embedding<Scalar>(_ table: Tensor<Scalar>, _ numbers: [Int]) throws(TensorError) -> Tensor<Scalar> {
    guard table.rank == 2 else {
        throw .mismatched(operation: .embedding, detail: "the table must have two axes, and has shape \(table.shape)")
    }
    return try gatheredRows(table, numbers, .embedding)
}

private func gatheredRows<Scalar: Real>(
    _ x: Tensor<Scalar>, _ rows: [Int], _ operation: Operation
) throws(TensorError) -> Tensor<Scalar> {
    guard x.rank > 0 else { throw .axisOutOfRange(operation: operation, axis: 0, shape: x.shape) }
    let shape = x.shape
    let size = shape[0], width = shape.removing(0).count
    var positions: [Int] = []
    for row in rows {
        let position = row < 0 ? row + size : row
        guard position >= 0, position < size else { throw .indexOutOfRange(index: row, axis: 0, size: size) }
        positions.append(position)
    }
    let from = x.pointer
    let picked = try Tensor<Scalar>(shape: shape.replacing(0, with: rows.count)) { to in
        for (k, position) in positions.enumerated() { (to + k * width).update(from: from + position * width, count: width) }
    }
    return try picked.recorded(operation, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            let from = g.pointer
            return try Tensor(shape: shape) { to in
                to.update(repeating: 0, count: size * width)
                for (k, position) in positions.enumerated() {
                    for i in 0..<width { to[position * width + i] += from[k * width + i] }
                }
            }
        }
    }
}

/// The diagonal of a matrix.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func diagonal<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    guard x.rank == 2 else {
        throw .mismatched(operation: .diagonal, detail: "a matrix has two axes, and this has shape \(x.shape)")
    }
    let shape = x.shape
    let step = shape[1] + 1
    let picked = try x.gathered(shape: [Swift.min(shape[0], shape[1])], strides: [step], offset: 0)
    return try picked.recorded(.diagonal, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in try g.scattered(into: shape, strides: [step], offset: 0) }
    }
}

/// The matrix with a vector on its diagonal and 0 elsewhere.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func diagonalMatrix<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    guard x.rank == 1 else {
        throw .mismatched(operation: .diagonalMatrix, detail: "a vector has one axis, and this has shape \(x.shape)")
    }
    let n = x.count
    return try x.scattered(into: [n, n], strides: [n + 1], offset: 0).recorded(.diagonalMatrix, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in try g.gathered(shape: [n], strides: [n + 1], offset: 0) }
    }
}
