/// The matrix product, by NumPy's rules for one and two axes: [n, k]·[k, m], [k]·[k, m], [n, k]·[k]; two vectors give
/// their inner product. A left side of more axes is read as one tall matrix, its rows along the last axis.
/// C = A·B: dA = dC·Bᵀ, dB = Aᵀ·dC.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func matrixProduct<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    guard a.rank >= 1, b.rank == 1 || b.rank == 2 else {
        throw .mismatched(
            operation: .matrixProduct, detail: "shapes \(a.shape) and \(b.shape): the left side needs an axis, the right side one or two")
    }
    let depth = a.shape[a.rank - 1]
    guard depth == b.shape[0] else {
        throw .mismatched(
            operation: .matrixProduct,
            detail: "shapes \(a.shape) and \(b.shape) do not fit: axis \(a.rank - 1) of the left is \(depth), axis 0 of the right is \(b.shape[0])")
    }
    let rows = a.shape.removing(a.rank - 1).count, columns = b.rank == 2 ? b.shape[1] : 1
    let shape = Shape(Array(a.shape.sizes.dropLast()) + (b.rank == 2 ? [columns] : []))
    let a0 = a.detached, b0 = b.detached
    let c = try Tensor<Scalar>(shape: shape) { to in
        Scalar.multiply(
            a0.pointer, transposed: false, b0.pointer, transposed: false, into: to, beta: 0,
            rows: rows, columns: columns, depth: depth)
    }
    return try c.recorded(.matrixProduct, a, b) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            try Tensor(shape: a0.shape) { to in
                Scalar.multiply(
                    g.pointer, transposed: false, b0.pointer, transposed: true, into: to, beta: 0,
                    rows: rows, columns: depth, depth: columns)
            }
        }
        try inputs.add(1) { () throws(TensorError) in
            try Tensor(shape: b0.shape) { to in
                Scalar.multiply(
                    a0.pointer, transposed: true, g.pointer, transposed: false, into: to, beta: 0,
                    rows: depth, columns: columns, depth: rows)
            }
        }
    }
}

/// Σ aᵢbᵢ of two tensors of one shape.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func dot<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    guard a.shape == b.shape else {
        throw .mismatched(operation: .dot, detail: "shapes \(a.shape) and \(b.shape) differ")
    }
    let a0 = a.detached, b0 = b.detached
    let value = try a0.map(b0, *).totalled(axis: nil)
    return try value.recorded(.dot, a, b) { (g, inputs) throws(TensorError) in
        let scale = g.item
        try inputs.add(0) { () throws(TensorError) in try b0.map { $0 * scale } }
        try inputs.add(1) { () throws(TensorError) in try a0.map { $0 * scale } }
    }
}
