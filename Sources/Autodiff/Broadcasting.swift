/// How two shapes meet: aligned from the right, an axis of size 1 stretches to the other's.
struct Broadcast {
    let shape: Shape
    /// Rows of the result, along its last axis, and where each operand's row starts and steps.
    private let outer: [Int]
    let rowLength: Int
    let leftStep: Int, rightStep: Int
    private let leftStrides: [Int], rightStrides: [Int]

    init(_ left: Shape, _ right: Shape, for operation: Operation) throws(TensorError) {
        let rank = Swift.max(left.rank, right.rank)
        var sizes = [Int](repeating: 1, count: rank)
        for fromEnd in 1..<(rank + 1) {
            let a = fromEnd <= left.rank ? left[left.rank - fromEnd] : 1
            let b = fromEnd <= right.rank ? right[right.rank - fromEnd] : 1
            guard a == b || a == 1 || b == 1 else {
                throw .cannotBroadcast(operation: operation, left: left, right: right, axis: -fromEnd)
            }
            sizes[rank - fromEnd] = a == 1 ? b : a
        }
        shape = Shape(sizes)
        let a = Broadcast.strides(of: left, in: shape), b = Broadcast.strides(of: right, in: shape)
        // Axes that both operands run through without a jump are one long row.
        var length = sizes.last ?? 1
        var axis = rank - 1
        while axis > 0, sizes[axis] == 1
            || (a[axis - 1] == a[axis] * sizes[axis] && b[axis - 1] == b[axis] * sizes[axis]) {
            guard sizes[axis] != 1 else { break }
            length *= sizes[axis - 1]
            axis -= 1
        }
        rowLength = length
        leftStep = rank == 0 ? 0 : a[rank - 1]
        rightStep = rank == 0 ? 0 : b[rank - 1]
        outer = rank == 0 ? [] : Array(sizes[..<axis])
        leftStrides = rank == 0 ? [] : Array(a[..<axis])
        rightStrides = rank == 0 ? [] : Array(b[..<axis])
    }

    /// Strides of an operand seen in the common shape: 0 along an axis that it is stretched along.
    private static func strides(of operand: Shape, in shape: Shape) -> [Int] {
        let own = operand.strides
        return (0..<shape.rank).map { axis in
            let ownAxis = axis - (shape.rank - operand.rank)
            return ownAxis < 0 || operand[ownAxis] == 1 ? 0 : own[ownAxis]
        }
    }

    /// Calls `body` once a row with the offsets of the result and of both operands.
    @inline(__always)
    func forEachRow(_ body: (_ result: Int, _ left: Int, _ right: Int) -> Void) {
        guard shape.count > 0 else { return }
        let rows = outer.reduce(1, *)
        var index = [Int](repeating: 0, count: outer.count)
        var left = 0, right = 0
        for row in 0..<rows {
            body(row * rowLength, left, right)
            var axis = outer.count - 1
            while axis >= 0 {
                index[axis] += 1
                left += leftStrides[axis]
                right += rightStrides[axis]
                if index[axis] < outer[axis] { break }
                left -= leftStrides[axis] * outer[axis]
                right -= rightStrides[axis] * outer[axis]
                index[axis] = 0
                axis -= 1
            }
        }
    }
}

extension Tensor {
    /// The gradient of broadcasting: what was stretched to this shape gets the sum over the stretched axes.
    func summed(to target: Shape) throws(TensorError) -> Tensor {
        if shape == target { return self }
        var result = self
        if target.count == 1 {
            return try Tensor(shape: target) { $0[0] = sumOfContiguous(pointer, count) }
        }
        while result.rank > target.rank { result = try result.summedOver(axis: 0, keepingAxis: false) }
        for axis in 0..<target.rank where target[axis] == 1 && result.shape[axis] != 1 {
            result = try result.summedOver(axis: axis, keepingAxis: true)
        }
        return result
    }

    /// Stretched to a larger shape; off the tape.
    func stretched(to target: Shape) throws(TensorError) -> Tensor {
        if shape == target { return self }
        let plan = try Broadcast(shape, target, for: .broadcast)
        guard plan.shape == target else {
            throw .mismatched(operation: .broadcast, detail: "shape \(shape) does not stretch to \(target)")
        }
        let from = pointer
        return try Tensor(shape: target) { to in
            plan.forEachRow { row, left, _ in
                for i in 0..<plan.rowLength { to[row + i] = from[left + i * plan.leftStep] }
            }
        }
    }
}
