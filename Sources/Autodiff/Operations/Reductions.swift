// Sums, means and spreads, of all elements or along one axis. Counted over n unless said otherwise.

extension Tensor {
    /// A gradient of a reduced tensor, as it stands beside each element that went into it; off the tape.
    func spread(over shape: Shape, axis: Int?) throws(TensorError) -> Tensor {
        guard let axis else { return try .full(shape, item) }
        return try viewed(as: shape.replacing(axis, with: 1)).stretched(to: shape)
    }

    /// Off the tape.
    func totalled(axis: Int?) throws(TensorError) -> Tensor {
        guard let axis else { return try Tensor(shape: .scalar) { $0[0] = sumOfContiguous(pointer, count) } }
        return try summedOver(axis: axis, keepingAxis: false)
    }
}

extension Shape {
    /// The axis as an index from 0, or nil for all elements.
    func resolved(_ axis: Int?, for operation: Operation) throws(TensorError) -> Int? {
        guard let axis else { return nil }
        return try self.axis(axis, for: operation)
    }

    func reduced(_ axis: Int?) -> Shape { axis.map(removing) ?? .scalar }
    func length(_ axis: Int?) -> Int { axis.map { sizes[$0] } ?? count }
}

/// Σx: its gradient is g, stretched back.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func sum<Scalar>(_ x: Tensor<Scalar>, axis: Int? = nil) throws(TensorError) -> Tensor<Scalar> {
    let shape = x.shape
    let axis = try shape.resolved(axis, for: .sum)
    return try x.totalled(axis: axis).recorded(.sum, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in try g.spread(over: shape, axis: axis) }
    }
}

/// Σx/n: gradient g/n. The mean of nothing is NaN.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func mean<Scalar>(_ x: Tensor<Scalar>, axis: Int? = nil) throws(TensorError) -> Tensor<Scalar> {
    let shape = x.shape
    let axis = try shape.resolved(axis, for: .mean)
    let n = Scalar(shape.length(axis))
    return try x.totalled(axis: axis).map { $0 / n }.recorded(.mean, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in try g.map { $0 / n }.spread(over: shape, axis: axis) }
    }
}

/// Σ(x − x̄)²/(n − ddof): gradient g · 2(x − x̄)/(n − ddof).
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func variance<Scalar>(_ x: Tensor<Scalar>, axis: Int? = nil, ddof: Int = 0) throws(TensorError) -> Tensor<Scalar> {
    let (value, deviations, axis) = try spreadOf(x, axis: axis, ddof: ddof, for: .variance)
    let n = Scalar(x.shape.length(axis) - ddof)
    return try value.recorded(.variance, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            try g.spread(over: deviations.shape, axis: axis).map(deviations) { g, d in g * 2 * d / n }
        }
    }
}

/// The square root of the variance: gradient g · (x − x̄)/((n − ddof)·std); 0 where nothing deviates.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func standardDeviation<Scalar>(
    _ x: Tensor<Scalar>, axis: Int? = nil, ddof: Int = 0
) throws(TensorError) -> Tensor<Scalar> {
    let (variance, deviations, axis) = try spreadOf(x, axis: axis, ddof: ddof, for: .standardDeviation)
    let n = Scalar(x.shape.length(axis) - ddof)
    let value = try variance.map { $0.squareRoot() }
    return try value.recorded(.standardDeviation, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            let perDeviation = try g.map(value) { g, s in g / (n * s) }
            return try perDeviation.spread(over: deviations.shape, axis: axis).map(deviations) { g, d in d == 0 ? 0 : g * d }
        }
    }
}

/// The variance and the deviations from the mean, in two passes; what rounding left in the mean is taken out by
/// Σd² − (Σd)²/n.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
private func spreadOf<Scalar: Real>(
    _ x: Tensor<Scalar>, axis: Int?, ddof: Int, for operation: Operation
) throws(TensorError) -> (variance: Tensor<Scalar>, deviations: Tensor<Scalar>, axis: Int?) {
    let axis = try x.shape.resolved(axis, for: operation)
    let n = Scalar(x.shape.length(axis))
    let mean = try x.detached.totalled(axis: axis).map { $0 / n }
    let deviations = try x.map(mean.spread(over: x.shape, axis: axis), -)
    let rest = try deviations.totalled(axis: axis)
    let squares = try deviations.map { $0 * $0 }.totalled(axis: axis)
    let free = n - Scalar(ddof)
    let variance = try squares.map(rest) { s, r in free > 0 ? (s - r * r / n) / free : .nan }
    return (variance, deviations, axis)
}

/// Running sums along an axis: the gradient is the running sum from the other end.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func cumulativeSum<Scalar>(_ x: Tensor<Scalar>, axis: Int = -1) throws(TensorError) -> Tensor<Scalar> {
    let axis = try x.shape.axis(axis, for: .cumulativeSum)
    return try runningSum(x, axis: axis, reversed: false).recorded(.cumulativeSum, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in try runningSum(g, axis: axis, reversed: true) }
    }
}

/// Each sum carries what rounding lost along with it (Kahan-Neumaier).
private func runningSum<Scalar: Real>(_ x: Tensor<Scalar>, axis: Int, reversed: Bool) throws(TensorError) -> Tensor<Scalar> {
    let (outer, length, inner) = x.shape.split(at: axis)
    let from = x.pointer
    return try Tensor(shape: x.shape) { to in
        for o in 0..<outer {
            for i in 0..<inner {
                var sum: Scalar = 0, lost: Scalar = 0
                for k in 0..<length {
                    let at = (o * length + (reversed ? length - 1 - k : k)) * inner + i
                    let next = sum + from[at]
                    if next.isFinite {
                        lost += sum.magnitude >= from[at].magnitude ? (sum - next) + from[at] : (from[at] - next) + sum
                    }
                    sum = next
                    to[at] = sum + lost
                }
            }
        }
    }
}

/// √Σx²: gradient g · x/norm, 0 at the origin. Scaled by the largest element, so that squares do not overflow.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func norm<Scalar>(_ x: Tensor<Scalar>, axis: Int? = nil) throws(TensorError) -> Tensor<Scalar> {
    let axis = try x.shape.resolved(axis, for: .norm)
    let largest = try x.shape.length(axis) == 0
        ? Tensor.zeros(x.shape.reduced(axis)) : extremum(x.detached.map { $0.magnitude }, axis: axis, largest: true).value
    let scaled = try x.map(largest.spread(over: x.shape, axis: axis)) { x, m in m == 0 || !m.isFinite ? x : x / m }
    let value = try scaled.map { $0 * $0 }.totalled(axis: axis).map(largest) { s, m in
        m == 0 || !m.isFinite ? s.squareRoot() : m * s.squareRoot()
    }
    let x0 = x.detached
    return try value.recorded(.norm, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            let unit = try g.map(value) { g, n in n == 0 ? 0 : g / n }
            return try unit.spread(over: x0.shape, axis: axis).map(x0, *)
        }
    }
}
