import COneDNN
import Glibc

/// A floating-point type that tensors can hold: Double, for everything that is verified, and Float, for training.
/// Each requirement is met per type, so that a loop over it is compiled for that type.
public protocol Real: BinaryFloatingPoint, SIMDScalar, Codable, Sendable {
    static func exp(_ x: Self) -> Self
    static func expm1(_ x: Self) -> Self
    static func log(_ x: Self) -> Self
    static func log1p(_ x: Self) -> Self
    static func sin(_ x: Self) -> Self
    static func cos(_ x: Self) -> Self
    static func tanh(_ x: Self) -> Self
    static func erf(_ x: Self) -> Self
    static func lgamma(_ x: Self) -> Self
    static func power(_ x: Self, _ y: Self) -> Self

    /// C = op(A)·op(B) + beta·C, row-major; op(A) is rows x depth, op(B) is depth x columns.
    static func multiply(
        _ a: UnsafePointer<Self>, transposed transposeA: Bool, _ b: UnsafePointer<Self>, transposed transposeB: Bool,
        into c: UnsafeMutablePointer<Self>, beta: Self, rows: Int, columns: Int, depth: Int)
}

extension Double: Real {
    public static func exp(_ x: Double) -> Double { Glibc.exp(x) }
    public static func expm1(_ x: Double) -> Double { Glibc.expm1(x) }
    public static func log(_ x: Double) -> Double { Glibc.log(x) }
    public static func log1p(_ x: Double) -> Double { Glibc.log1p(x) }
    public static func sin(_ x: Double) -> Double { Glibc.sin(x) }
    public static func cos(_ x: Double) -> Double { Glibc.cos(x) }
    public static func tanh(_ x: Double) -> Double { Glibc.tanh(x) }
    public static func erf(_ x: Double) -> Double { Glibc.erf(x) }
    public static func lgamma(_ x: Double) -> Double {
        var sign: Int32 = 0
        return lgamma_r(x, &sign)
    }
    public static func power(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }

    public static func multiply(
        _ a: UnsafePointer<Double>, transposed transposeA: Bool, _ b: UnsafePointer<Double>, transposed transposeB: Bool,
        into c: UnsafeMutablePointer<Double>, beta: Double, rows: Int, columns: Int, depth: Int
    ) {
        DoubleProduct(rows: rows, columns: columns, depth: depth)
            .run(a, transposed: transposeA, b, transposed: transposeB, into: c, beta: beta)
    }
}

extension Float: Real {
    public static func exp(_ x: Float) -> Float { Glibc.expf(x) }
    public static func expm1(_ x: Float) -> Float { Glibc.expm1f(x) }
    public static func log(_ x: Float) -> Float { Glibc.logf(x) }
    public static func log1p(_ x: Float) -> Float { Glibc.log1pf(x) }
    public static func sin(_ x: Float) -> Float { Glibc.sinf(x) }
    public static func cos(_ x: Float) -> Float { Glibc.cosf(x) }
    public static func tanh(_ x: Float) -> Float { Glibc.tanhf(x) }
    public static func erf(_ x: Float) -> Float { Glibc.erff(x) }
    public static func lgamma(_ x: Float) -> Float {
        var sign: Int32 = 0
        return lgammaf_r(x, &sign)
    }
    public static func power(_ x: Float, _ y: Float) -> Float { Glibc.powf(x, y) }

    /// oneDNN on one thread: its sums are then added in one order whatever the machine is doing, and
    /// several of our threads can each call it on a slab of their own.
    public static func multiply(
        _ a: UnsafePointer<Float>, transposed transposeA: Bool, _ b: UnsafePointer<Float>, transposed transposeB: Bool,
        into c: UnsafeMutablePointer<Float>, beta: Float, rows: Int, columns: Int, depth: Int
    ) {
        guard rows > 0, columns > 0 else { return }
        guard depth > 0 else {
            for i in 0..<(rows * columns) { c[i] = beta == 0 ? 0 : beta * c[i] }
            return
        }
        omp_set_num_threads(1)
        let status = dnnl_sgemm(
            CChar(UInt8(ascii: transposeA ? "T" : "N")), CChar(UInt8(ascii: transposeB ? "T" : "N")),
            Int64(rows), Int64(columns), Int64(depth), 1,
            a, Int64(transposeA ? rows : depth), b, Int64(transposeB ? depth : columns), beta, c, Int64(columns))
        precondition(status == 0, "oneDNN refused a product of \(rows)x\(depth) by \(depth)x\(columns)")
    }

    /// C = op(A)·op(B) with oneDNN's own threads, as many as there are processors: for comparison.
    package static func multiplyOnAllThreads(
        _ a: UnsafePointer<Float>, transposed transposeA: Bool, _ b: UnsafePointer<Float>, transposed transposeB: Bool,
        into c: UnsafeMutablePointer<Float>, rows: Int, columns: Int, depth: Int
    ) {
        omp_set_num_threads(Int32(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let status = dnnl_sgemm(
            CChar(UInt8(ascii: transposeA ? "T" : "N")), CChar(UInt8(ascii: transposeB ? "T" : "N")),
            Int64(rows), Int64(columns), Int64(depth), 1,
            a, Int64(transposeA ? rows : depth), b, Int64(transposeB ? depth : columns), 0, c, Int64(columns))
        precondition(status == 0, "oneDNN refused a product of \(rows)x\(depth) by \(depth)x\(columns)")
    }

    /// C = Aᵀ·B with A given as [depth, leading], of which the first `rows` columns are used.
    package static func multiplyTransposed(
        _ a: UnsafePointer<Float>, leading: Int, _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
        rows: Int, columns: Int, depth: Int
    ) {
        omp_set_num_threads(1)
        let status = dnnl_sgemm(
            CChar(UInt8(ascii: "T")), CChar(UInt8(ascii: "N")), Int64(rows), Int64(columns), Int64(depth), 1,
            a, Int64(leading), b, Int64(columns), 0, c, Int64(columns))
        precondition(status == 0, "oneDNN refused a product of \(rows)x\(depth) by \(depth)x\(columns)")
    }
}

/// ψ(x) = d/dx log Γ(x), the slope of `lgamma`. Reflection below 1/2, recurrence up to 10, then the asymptotic
/// series ψ(x) = ln x − 1/(2x) − Σ B₂ₖ/(2k x²ᵏ) (Abramowitz & Stegun 6.3.18).
public func digamma<Scalar: Real>(_ argument: Scalar) -> Scalar {
    var x = Double(argument)
    guard x.isFinite else { return x == .infinity ? .infinity : .nan }
    var result = 0.0
    if x < 0.5 {
        if x == x.rounded(.down) { return .nan }
        let fraction = x - x.rounded()
        result = -Double.pi / Glibc.tan(Double.pi * fraction)
        x = 1 - x
    }
    while x < 10 {
        result -= 1 / x
        x += 1
    }
    let t = 1 / (x * x)
    let coefficients = [1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12]
    var tail = 0.0
    for coefficient in coefficients.reversed() { tail = t * (coefficient + tail) }
    return Scalar(result + Glibc.log(x) - 0.5 / x - tail)
}
