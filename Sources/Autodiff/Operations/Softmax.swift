// Sums of exponentials, taken relative to the largest term so that they neither overflow nor vanish.

/// ln Σeˣ = m + ln(1 + Σ' e^(x−m)), where m is the largest x and Σ' leaves it out: exact also where the result is
/// near 0. The gradient is g · softmax(x). Of nothing, or of −∞ only: −∞.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func logSumExp<Scalar>(_ x: Tensor<Scalar>, axis: Int? = nil) throws(TensorError) -> Tensor<Scalar> {
    let shape = x.shape
    let axis = try shape.resolved(axis, for: .logSumExp)
    guard shape.length(axis) > 0 else { return try .full(shape.reduced(axis), -.infinity) }
    let (largest, beyond) = try shiftedLogSum(x, axis: axis)
    let value = try largest.map(beyond, +)
    let x0 = x.detached
    return try value.recorded(.logSumExp, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            let total = try value.spread(over: shape, axis: axis)
            return try g.spread(over: shape, axis: axis).map(x0, total) { g, x, total in
                x == -.infinity ? 0 : g * Scalar.exp(x - total)
            }
        }
    }
}

/// eˣ/Σeˣ along the last axis: gradient y · (g − Σ g·y).
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func softmax<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    let y = try rowwiseSoftmax(x)
    return try y.recorded(.softmax, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            let axis = y.rank - 1
            let along = try g.map(y, *).summedOver(axis: axis, keepingAxis: true).stretched(to: y.shape)
            return try g.map(y, along) { g, y, along in y * (g - along) }
        }
    }
}

/// x − ln Σeˣ along the last axis: gradient g − softmax(x) · Σg.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func logSoftmax<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    guard x.rank > 0 else { throw .axisOutOfRange(operation: .logSoftmax, axis: -1, shape: x.shape) }
    let axis = x.rank - 1
    guard x.shape[axis] > 0 else { return x }
    let (largest, beyond) = try shiftedLogSum(x, axis: axis)
    let m = try largest.spread(over: x.shape, axis: axis)
    let y = try x.map(m, beyond.spread(over: x.shape, axis: axis)) { x, m, beyond in (x - m) - beyond }
    return try y.recorded(.logSoftmax, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            let sum = try g.summedOver(axis: axis, keepingAxis: true).stretched(to: y.shape)
            return try g.map(y, sum) { g, y, sum in g - Scalar.exp(y) * sum }
        }
    }
}

/// The largest term m and ln(1 + Σ'), along an axis that is not empty; off the tape.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
private func shiftedLogSum<Scalar: Real>(
    _ x: Tensor<Scalar>, axis: Int?
) throws(TensorError) -> (largest: Tensor<Scalar>, beyond: Tensor<Scalar>) {
    let (largest, index) = try extremum(x.detached, axis: axis, largest: true)
    let (outer, length, inner) = axis.map(x.shape.split) ?? (1, x.count, 1)
    let from = x.pointer, top = index.pointer, peak = largest.pointer
    let beyond = try Tensor<Scalar>(shape: largest.shape) { to in
        for o in 0..<outer {
            for i in 0..<inner {
                let m = peak[o * inner + i]
                guard m.isFinite else {
                    to[o * inner + i] = 0
                    continue
                }
                // Kahan's sum of the other terms.
                var rest: Scalar = 0, lost: Scalar = 0
                for k in 0..<length where k != Int(top[o * inner + i]) {
                    let term = Scalar.exp(from[(o * length + k) * inner + i] - m) - lost
                    let next = rest + term
                    lost = (next - rest) - term
                    rest = next
                }
                to[o * inner + i] = Scalar.log1p(rest)
            }
        }
    }
    return (largest, beyond)
}

/// Off the tape.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
func rowwiseSoftmax<Scalar: Real>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    guard x.rank > 0 else { throw .axisOutOfRange(operation: .softmax, axis: -1, shape: x.shape) }
    let (rows, width, _) = x.shape.split(at: x.rank - 1)
    let from = x.pointer
    return try Tensor(shape: x.shape) { to in
        for row in 0..<rows where width > 0 {
            let x = from + row * width, y = to + row * width
            var largest = x[0]
            for i in 1..<Swift.max(width, 1) where x[i] > largest { largest = x[i] }
            for i in 0..<width { y[i] = Scalar.exp(x[i] - largest) }
            let total = sumOfContiguous(UnsafePointer(y), width)
            for i in 0..<width { y[i] /= total }
        }
    }
}
