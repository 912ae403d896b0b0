// Operations that move numbers without changing them.

/// The same elements in the same order under another shape; one size may be −1, to be worked out.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func reshape<Scalar>(_ x: Tensor<Scalar>, _ sizes: [Int]) throws(TensorError) -> Tensor<Scalar> {
    let target = try x.shape.reshaped(to: sizes)
    let shape = x.shape
    return try x.viewed(as: target).recorded(.reshape, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in g.viewed(as: shape) }
    }
}

extension Shape {
    func reshaped(to sizes: [Int]) throws(TensorError) -> Shape {
        var sizes = sizes
        let open = sizes.indices.filter { sizes[$0] == -1 }
        if open.count == 1, sizes.allSatisfy({ $0 >= -1 }) {
            sizes[open[0]] = 1
            let known = Shape(sizes).count
            guard known > 0, count % known == 0 else {
                throw .mismatched(operation: .reshape, detail: "\(count) elements, of shape \(self), cannot be cut into rows of \(known)")
            }
            sizes[open[0]] = count / known
        }
        guard sizes.allSatisfy({ $0 >= 0 }) else {
            throw .mismatched(operation: .reshape, detail: "\(sizes) is no shape: sizes are whole numbers, one of them may be −1")
        }
        guard Shape(sizes).count == count else {
            throw .mismatched(operation: .reshape, detail: "\(count) elements, of shape \(self), do not fill shape \(sizes)")
        }
        try Shape(sizes).refuseIfTooWide()
        return Shape(sizes)
    }
}

/// Axes in another order, by default reversed.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func transpose<Scalar>(_ x: Tensor<Scalar>, _ order: [Int]? = nil) throws(TensorError) -> Tensor<Scalar> {
    var axes: [Int] = []
    for axis in order ?? (0..<x.rank).reversed() { axes.append(try x.shape.axis(axis, for: .transpose)) }
    guard axes.sorted() == Array(0..<x.rank) else {
        throw .mismatched(operation: .transpose, detail: "\(axes) does not name each axis of shape \(x.shape) once")
    }
    var inverse = axes
    for (position, axis) in axes.enumerated() { inverse[axis] = position }
    return try x.permuted(axes).recorded(.transpose, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in try g.permuted(inverse) }
    }
}

extension Tensor {
    /// Off the tape.
    func permuted(_ axes: [Int]) throws(TensorError) -> Tensor {
        let strides = shape.strides
        let sizes = axes.map { shape[$0] }
        return try gathered(shape: Shape(sizes), strides: axes.map { strides[$0] }, offset: 0)
    }

    /// The elements at offset + Σ index·stride, for all indices of `shape`; off the tape.
    func gathered(shape: Shape, strides: [Int], offset: Int) throws(TensorError) -> Tensor {
        let from = pointer
        return try Tensor(shape: shape) { to in
            forEachRun(shape, strides, offset) { row, start, step, length in
                for i in 0..<length { to[row + i] = from[start + i * step] }
            }
        }
    }

    /// Zeros of shape `target` with these elements put at offset + Σ index·stride: what undoes `gathered`; off the tape.
    func scattered(into target: Shape, strides: [Int], offset: Int) throws(TensorError) -> Tensor {
        let from = pointer
        return try Tensor(shape: target) { to in
            to.update(repeating: 0, count: target.count)
            forEachRun(shape, strides, offset) { row, start, step, length in
                for i in 0..<length { to[start + i * step] += from[row + i] }
            }
        }
    }
}

/// Walks a strided block row by row along its last axis.
@inline(__always)
private func forEachRun(
    _ shape: Shape, _ strides: [Int], _ offset: Int, _ body: (_ row: Int, _ start: Int, _ step: Int, _ length: Int) -> Void
) {
    guard shape.count > 0 else { return }
    let last = shape.rank - 1
    guard last >= 0 else { return body(0, offset, 1, 1) }
    var index = [Int](repeating: 0, count: last)
    var start = offset
    for row in 0..<(shape.count / shape[last]) {
        body(row * shape[last], start, strides[last], shape[last])
        var axis = last - 1
        while axis >= 0 {
            index[axis] += 1
            start += strides[axis]
            if index[axis] < shape[axis] { break }
            start -= strides[axis] * shape[axis]
            index[axis] = 0
            axis -= 1
        }
    }
}

/// Stretched to a larger shape by the rules of broadcasting: the gradient is summed back.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func broadcast<Scalar>(_ x: Tensor<Scalar>, to shape: Shape) throws(TensorError) -> Tensor<Scalar> {
    let own = x.shape
    return try x.detached.stretched(to: shape).recorded(.broadcast, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in try g.summed(to: own) }
    }
}

/// One after the other along an axis; all other sizes agree.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func concatenate<Scalar>(_ parts: [Tensor<Scalar>], axis: Int = 0) throws(TensorError) -> Tensor<Scalar> {
    guard let first = parts.first else {
        throw .mismatched(operation: .concatenate, detail: "there is nothing to join")
    }
    let axis = try first.shape.axis(axis, for: .concatenate)
    for part in parts where part.rank != first.rank || part.shape.removing(axis) != first.shape.removing(axis) {
        throw .mismatched(
            operation: .concatenate, detail: "shapes \(first.shape) and \(part.shape) differ in more than axis \(axis)")
    }
    let lengths = parts.map { $0.shape[axis] }
    let shape = first.shape.replacing(axis, with: lengths.reduce(0, +))
    let (outer, length, inner) = shape.split(at: axis)
    let joined = try Tensor<Scalar>(shape: shape) { to in
        var start = 0
        for part in parts {
            let width = part.shape[axis] * inner
            for o in 0..<outer { (to + o * length * inner + start).update(from: part.pointer + o * width, count: width) }
            start += width
        }
    }
    return try joined.recorded(.concatenate, parts) { (g, inputs) throws(TensorError) in
        var start = 0
        for (position, size) in lengths.enumerated() {
            try inputs.add(position) { () throws(TensorError) in
                try g.gathered(shape: g.shape.replacing(axis, with: size), strides: g.shape.strides, offset: start * inner)
            }
            start += size
        }
    }
}

/// Side by side along a new axis; all shapes agree.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func stack<Scalar>(_ parts: [Tensor<Scalar>], axis: Int = 0) throws(TensorError) -> Tensor<Scalar> {
    guard let first = parts.first else { throw .mismatched(operation: .stack, detail: "there is nothing to stack") }
    for part in parts where part.shape != first.shape {
        throw .mismatched(operation: .stack, detail: "shapes \(first.shape) and \(part.shape) differ")
    }
    var sizes = first.shape.sizes
    let resolved = axis < 0 ? axis + sizes.count + 1 : axis
    guard resolved >= 0, resolved <= sizes.count else {
        throw .axisOutOfRange(operation: .stack, axis: axis, shape: first.shape)
    }
    sizes.insert(parts.count, at: resolved)
    let shape = Shape(sizes)
    let (outer, count, inner) = shape.split(at: resolved)
    let stacked = try Tensor<Scalar>(shape: shape) { to in
        for (k, part) in parts.enumerated() {
            for o in 0..<outer { (to + (o * count + k) * inner).update(from: part.pointer + o * inner, count: inner) }
        }
    }
    return try stacked.recorded(.stack, parts) { (g, inputs) throws(TensorError) in
        var strides = shape.strides
        strides.remove(at: resolved)
        for k in 0..<count {
            try inputs.add(k) { () throws(TensorError) in
                try g.gathered(shape: shape.removing(resolved), strides: strides, offset: k * inner)
            }
        }
    }
}

/// A number times each element: aᵢ bⱼ for vectors, of any shapes read as vectors.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func outer<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    let column = a.detached.viewed(as: [a.count, 1]), row = b.detached.viewed(as: [1, b.count])
    let shapeA = a.shape, shapeB = b.shape
    return try Tensor.zip(.outer, column, row, *).recorded(.outer, a, b) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            try Tensor.zip(.outer, g, row, *).summed(to: column.shape).viewed(as: shapeA)
        }
        try inputs.add(1) { () throws(TensorError) in
            try Tensor.zip(.outer, g, column, *).summed(to: row.shape).viewed(as: shapeB)
        }
    }
}
