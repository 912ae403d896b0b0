// Loops over elements. The functions they apply are inlined into them, so that each use compiles to one tight loop.

extension Tensor {
    @inline(__always)
    func map(_ transform: (Scalar) -> Scalar) throws(TensorError) -> Tensor {
        let from = pointer, count = count
        return try Tensor(shape: shape) { to in
            for i in 0..<count { to[i] = transform(from[i]) }
        }
    }

    /// Elements of two tensors of one shape.
    @inline(__always)
    func map(_ other: Tensor, _ transform: (Scalar, Scalar) -> Scalar) throws(TensorError) -> Tensor {
        precondition(shape == other.shape)
        let a = pointer, b = other.pointer, count = count
        return try Tensor(shape: shape) { to in
            for i in 0..<count { to[i] = transform(a[i], b[i]) }
        }
    }

    /// Elements of three tensors of one shape.
    @inline(__always)
    func map(_ second: Tensor, _ third: Tensor, _ transform: (Scalar, Scalar, Scalar) -> Scalar) throws(TensorError) -> Tensor {
        precondition(shape == second.shape && shape == third.shape)
        let a = pointer, b = second.pointer, c = third.pointer, count = count
        return try Tensor(shape: shape) { to in
            for i in 0..<count { to[i] = transform(a[i], b[i], c[i]) }
        }
    }

    /// Elements of two tensors, broadcast against each other.
    @inline(__always)
    static func zip(
        _ operation: Operation, _ left: Tensor, _ right: Tensor, _ combine: (Scalar, Scalar) -> Scalar
    ) throws(TensorError) -> Tensor {
        if left.shape == right.shape { return try left.map(right, combine) }
        let a = left.pointer, b = right.pointer
        if right.rank == 0 {
            let number = b[0]
            return try left.map { combine($0, number) }
        }
        if left.rank == 0 {
            let number = a[0]
            return try right.map { combine(number, $0) }
        }
        let plan = try Broadcast(left.shape, right.shape, for: operation)
        let length = plan.rowLength
        return try Tensor(shape: plan.shape) { to in
            switch (plan.leftStep, plan.rightStep) {
            case (1, 1):
                plan.forEachRow { row, i, j in for k in 0..<length { to[row + k] = combine(a[i + k], b[j + k]) } }
            case (1, 0):
                plan.forEachRow { row, i, j in for k in 0..<length { to[row + k] = combine(a[i + k], b[j]) } }
            case (0, 1):
                plan.forEachRow { row, i, j in for k in 0..<length { to[row + k] = combine(a[i], b[j + k]) } }
            default:
                plan.forEachRow { row, i, j in for k in 0..<length { to[row + k] = combine(a[i], b[j]) } }
            }
        }
    }
}
