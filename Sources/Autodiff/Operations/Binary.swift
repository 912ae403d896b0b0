// Element by element, two operands, broadcast against each other.

/// y = f(a, b); the gradients are g · ∂f/∂a and g · ∂f/∂b, summed over the axes that were stretched.
@inline(__always)
private func binary<Scalar: Real>(
    _ operation: Operation, _ a: Tensor<Scalar>, _ b: Tensor<Scalar>,
    _ value: (_ a: Scalar, _ b: Scalar) -> Scalar,
    slopeA: @escaping (_ a: Scalar, _ b: Scalar) -> Scalar, slopeB: @escaping (_ a: Scalar, _ b: Scalar) -> Scalar
) throws(TensorError) -> Tensor<Scalar> {
    let y = try Tensor.zip(operation, a, b, value)
    let a0 = a.detached, b0 = b.detached
    return try y.recorded(operation, a, b) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            try g.map(Tensor.zip(operation, a0, b0, slopeA), *).summed(to: a0.shape)
        }
        try inputs.add(1) { () throws(TensorError) in
            try g.map(Tensor.zip(operation, a0, b0, slopeB), *).summed(to: b0.shape)
        }
    }
}

/// a + b: the gradient goes to both as it is.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func + <Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    let shapeA = a.shape, shapeB = b.shape
    return try Tensor.zip(.add, a, b, +).recorded(.add, a, b) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in try g.summed(to: shapeA) }
        try inputs.add(1) { () throws(TensorError) in try g.summed(to: shapeB) }
    }
}

@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func - <Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    let shapeA = a.shape, shapeB = b.shape
    return try Tensor.zip(.subtract, a, b, -).recorded(.subtract, a, b) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in try g.summed(to: shapeA) }
        try inputs.add(1) { () throws(TensorError) in try g.map { -$0 }.summed(to: shapeB) }
    }
}

@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func * <Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    let a0 = a.detached, b0 = b.detached
    return try Tensor.zip(.multiply, a, b, *).recorded(.multiply, a, b) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in try Tensor.zip(.multiply, g, b0, *).summed(to: a0.shape) }
        try inputs.add(1) { () throws(TensorError) in try Tensor.zip(.multiply, g, a0, *).summed(to: b0.shape) }
    }
}

/// a / b: ∂/∂a = 1/b, ∂/∂b = −a/b²
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func / <Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try binary(.divide, a, b, /) { _, b in 1 / b } slopeB: { a, b in -a / (b * b) }
}

/// aᵇ: ∂/∂a = b·aᵇ⁻¹, which is 0 for b = 0 whatever a is; ∂/∂b = aᵇ·ln a, which is 0 at a = 0 for b > 0.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func pow<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try binary(.power, a, b) { a, b in
        b == 2 ? a * a : Scalar.power(a, b)
    } slopeA: { a, b in
        b == 2 ? 2 * a : b == 0 ? 0 : b * Scalar.power(a, b - 1)
    } slopeB: { a, b in
        a == 0 && b > 0 ? 0 : Scalar.power(a, b) * Scalar.log(a)
    }
}

/// The smaller of each pair; where they are equal, each gets half of the gradient. NaN wins.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func minimum<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try binary(.minimum, a, b) { a, b in
        a.isNaN || a < b ? a : b
    } slopeA: { a, b in
        a < b ? 1 : a == b ? 0.5 : 0
    } slopeB: { a, b in
        b < a ? 1 : a == b ? 0.5 : 0
    }
}

/// The larger of each pair; where they are equal, each gets half of the gradient. NaN wins.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func maximum<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try binary(.maximum, a, b) { a, b in
        a.isNaN || a > b ? a : b
    } slopeA: { a, b in
        a > b ? 1 : a == b ? 0.5 : 0
    } slopeB: { a, b in
        b > a ? 1 : a == b ? 0.5 : 0
    }
}

/// a where the condition is not 0, b elsewhere. Each side's gradient is 0 where it was not chosen, even if that
/// side is infinite or NaN there.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func choose<Scalar>(
    _ condition: Tensor<Scalar>, _ a: Tensor<Scalar>, _ b: Tensor<Scalar>
) throws(TensorError) -> Tensor<Scalar> {
    let pair = try Broadcast(a.shape, b.shape, for: .where).shape
    let shape = try Broadcast(condition.shape, pair, for: .where).shape
    let mask = try condition.detached.stretched(to: shape)
    let shapeA = a.shape, shapeB = b.shape
    let x = try a.detached.stretched(to: shape), y = try b.detached.stretched(to: shape)
    let chosen = try mask.map(x, y) { c, x, y in c != 0 ? x : y }
    return try chosen.recorded(.where, [a, b]) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            try g.map(mask) { g, c in c != 0 ? g : 0 }.summed(to: shapeA)
        }
        try inputs.add(1) { () throws(TensorError) in
            try g.map(mask) { g, c in c != 0 ? 0 : g }.summed(to: shapeB)
        }
    }
}

/// Comparisons give 1 and 0. Nothing flows back through them.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func compare<Scalar>(
    _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ comparison: Comparison
) throws(TensorError) -> Tensor<Scalar> {
    switch comparison {
    case .less: try Tensor.zip(.where, a, b) { $0 < $1 ? 1 : 0 }
    case .lessOrEqual: try Tensor.zip(.where, a, b) { $0 <= $1 ? 1 : 0 }
    case .equal: try Tensor.zip(.where, a, b) { $0 == $1 ? 1 : 0 }
    case .notEqual: try Tensor.zip(.where, a, b) { $0 != $1 ? 1 : 0 }
    case .greaterOrEqual: try Tensor.zip(.where, a, b) { $0 >= $1 ? 1 : 0 }
    case .greater: try Tensor.zip(.where, a, b) { $0 > $1 ? 1 : 0 }
    }
}

public enum Comparison: String, Sendable {
    case less = "<", lessOrEqual = "<=", equal = "==", notEqual = "!=", greaterOrEqual = ">=", greater = ">"
}

/// The value of `hard` with the gradient of `soft`: what is rounded or quantised on the way forward is passed over on
/// the way back (Bengio et al. 2013).
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func straightThrough<Scalar>(
    _ hard: Tensor<Scalar>, gradientOf soft: Tensor<Scalar>
) throws(TensorError) -> Tensor<Scalar> {
    guard hard.shape == soft.shape else {
        throw .mismatched(operation: .straightThrough, detail: "shapes \(hard.shape) and \(soft.shape) differ")
    }
    return try hard.detached.recorded(.straightThrough, soft) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in g }
    }
}

/// Each element is kept, scaled by 1/(1 − rate), where `draws`, uniform on [0, 1), are not below the rate; the others are 0.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func dropout<Scalar>(
    _ x: Tensor<Scalar>, rate: Scalar, draws: Tensor<Scalar>
) throws(TensorError) -> Tensor<Scalar> {
    guard draws.shape == x.shape else {
        throw .mismatched(operation: .dropout, detail: "shapes \(x.shape) and \(draws.shape) differ")
    }
    guard rate >= 0, rate < 1 else {
        throw .mismatched(operation: .dropout, detail: "the rate must be at least 0 and below 1, not \(rate)")
    }
    let draws = draws.detached
    let scale = 1 / (1 - rate)
    let kept = try x.map(draws) { x, u in u < rate ? 0 : x * scale }
    return try kept.recorded(.dropout, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in try g.map(draws) { g, u in u < rate ? 0 : g * scale } }
    }
}
