// Element by element, one operand: each value with its slope beside it.

/// y = f(x), and the gradient of x is g · f′(x), with f′ written in x and y, whichever is cheaper.
@inline(__always)
func unary<Scalar: Real>(
    _ operation: Operation, _ x: Tensor<Scalar>, _ value: (_ x: Scalar) -> Scalar,
    slope: @escaping (_ x: Scalar, _ y: Scalar) -> Scalar
) throws(TensorError) -> Tensor<Scalar> {
    let y = try x.map(value)
    let x0 = x.detached
    return try y.recorded(operation, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in try g.map(x0, y) { g, x, y in g * slope(x, y) } }
    }
}

@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public prefix func - <Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.negate, x) { -$0 } slope: { _, _ in -1 }
}

/// |x|, with slope 0 at 0.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func abs<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.abs, x) { $0.magnitude } slope: { x, _ in x > 0 ? 1 : x < 0 ? -1 : x * 0 }
}

@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func exp<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.exp, x) { Scalar.exp($0) } slope: { _, y in y }
}

/// eˣ − 1, exact near 0.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func expm1<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.expm1, x) { Scalar.expm1($0) } slope: { x, _ in Scalar.exp(x) }
}

@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func log<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.log, x) { Scalar.log($0) } slope: { x, _ in 1 / x }
}

/// ln(1 + x), exact near 0.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func log1p<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.log1p, x) { Scalar.log1p($0) } slope: { x, _ in 1 / (1 + x) }
}

@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func sqrt<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.sqrt, x) { $0.squareRoot() } slope: { _, y in 0.5 / y }
}

@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func sin<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.sin, x) { Scalar.sin($0) } slope: { x, _ in Scalar.cos(x) }
}

@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func cos<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.cos, x) { Scalar.cos($0) } slope: { x, _ in -Scalar.sin(x) }
}

@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func tanh<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.tanh, x) { Scalar.tanh($0) } slope: { _, y in 1 - y * y }
}

/// σ(x) = 1/(1 + e⁻ˣ).
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func sigmoid<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.sigmoid, x) { logistic($0) } slope: { _, y in y * (1 - y) }
}

/// ln(1 + eˣ).
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func softplus<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.softplus, x) { logOnePlusExp($0) } slope: { x, _ in logistic(x) }
}

/// max(x, 0), with slope 0 at 0.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func relu<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.relu, x) { $0 < 0 ? 0 : $0 } slope: { x, _ in x > 0 ? 1 : 0 }
}

/// erf(x) = 2/√π ∫₀ˣ e^(−t²) dt
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func erf<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.erf, x) { Scalar.erf($0) } slope: { x, _ in 1.1283791670955126 * Scalar.exp(-x * x) }
}

/// ln|Γ(x)|
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func lgamma<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.lgamma, x) { Scalar.lgamma($0) } slope: { x, _ in digamma(x) }
}

/// Cut off below `low` and above `high`; slope 1 between them and at the ends, 0 outside.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func clamp<Scalar>(_ x: Tensor<Scalar>, _ low: Scalar, _ high: Scalar) throws(TensorError) -> Tensor<Scalar> {
    try unary(.clamp, x) { $0 < low ? low : $0 > high ? high : $0 } slope: { x, _ in x >= low && x <= high ? 1 : 0 }
}

/// The nearest number of single precision: slope 1, as if nothing had been lost.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func roundedToSingle<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.roundToSingle, x) { Scalar(Float($0)) } slope: { _, _ in 1 }
}

/// eˣ computed in single precision, with its early overflow and underflow; the slope is the value, as for `exp`.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func expInSingle<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.expInSingle, x) { Scalar(Float.exp(Float($0))) } slope: { _, y in y }
}

/// −1, 0 or 1.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func sign<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.sign, x) { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 } slope: { _, _ in 0 }
}

@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func floor<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.floor, x) { $0.rounded(.down) } slope: { _, _ in 0 }
}

/// To the nearest whole number, halves to the even one.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func round<Scalar>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try unary(.round, x) { $0.rounded(.toNearestOrEven) } slope: { _, _ in 0 }
}

/// 1/(1 + e⁻ˣ) without overflow: the exponential taken is never above 1.
@inline(__always)
func logistic<Scalar: Real>(_ x: Scalar) -> Scalar {
    let e = Scalar.exp(-x.magnitude)
    return x < 0 ? e / (1 + e) : 1 / (1 + e)
}

/// ln(1 + eˣ) = max(x, 0) + ln(1 + e^(−|x|))
@inline(__always)
func logOnePlusExp<Scalar: Real>(_ x: Scalar) -> Scalar {
    (x > 0 ? x : x.isNaN ? x : 0) + Scalar.log1p(Scalar.exp(-x.magnitude))
}
