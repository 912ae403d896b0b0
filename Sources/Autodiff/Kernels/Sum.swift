// Sums in a fixed order, whose error grows with the logarithm of the length instead of the length.

/// Pairwise: halves are summed apart, down to blocks of 256 added up in eight lanes.
func sumOfContiguous<Scalar: Real>(_ x: UnsafePointer<Scalar>, _ count: Int) -> Scalar {
    guard count > 256 else {
        if count < 16 {
            var sum: Scalar = 0
            for i in 0..<count { sum += x[i] }
            return sum
        }
        var lanes = SIMD8<Scalar>(repeating: 0)
        var i = 0
        while i + 8 <= count {
            lanes += UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<Scalar>.self)
            i += 8
        }
        var sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
        while i < count {
            sum += x[i]
            i += 1
        }
        return sum
    }
    let half = (count / 2 + 7) & ~7
    return sumOfContiguous(x, half) + sumOfContiguous(x + half, count - half)
}

/// Adds up `length` rows of `width` numbers into `result`, in blocks of 128 rows.
func sumOfRows<Scalar: Real>(
    _ x: UnsafePointer<Scalar>, length: Int, width: Int, into result: UnsafeMutablePointer<Scalar>
) {
    result.update(repeating: 0, count: width)
    withUnsafeTemporaryAllocation(of: Scalar.self, capacity: width) { scratch in
        guard let block = scratch.baseAddress else { return }
        var row = 0
        while row < length {
            let end = min(row + 128, length)
            block.update(from: x + row * width, count: width)
            row += 1
            while row < end {
                let from = x + row * width
                for i in 0..<width { block[i] += from[i] }
                row += 1
            }
            for i in 0..<width { result[i] += block[i] }
        }
    }
}

extension Tensor {
    /// Off the tape.
    func summedOver(axis: Int, keepingAxis: Bool) throws(TensorError) -> Tensor {
        let (outer, length, inner) = shape.split(at: axis)
        let x = pointer
        let target = keepingAxis ? shape.replacing(axis, with: 1) : shape.removing(axis)
        return try Tensor(shape: target) { to in
            for o in 0..<outer {
                if inner == 1 {
                    to[o] = sumOfContiguous(x + o * length, length)
                } else {
                    sumOfRows(x + o * length * inner, length: length, width: inner, into: to + o * inner)
                }
            }
        }
    }
}
