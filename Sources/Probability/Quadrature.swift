/// What a numerical integration found.
public struct Quadrature: Sendable, Equatable {
    public let value: Double
    /// An estimate of |value - integral|, as a rule much too large.
    public let error: Double
    /// How often the integrand was called.
    public let evaluations: Int
    /// False where the integral diverges, or where the aim was not reached: `value` is then not to be trusted.
    public let converged: Bool
}

/// ∫ f(x) dx from `a` to `b`: adaptive Gauss-Kronrod quadrature (10 and 21 points).
///
/// Ends may be infinite, and `f` may be singular at an end (1/√x, ln x): the range is cut into pieces with one end each
/// that may need care, the pieces into panels that halve towards that end, and where even that converges slowly, the
/// sums over halving panels are extrapolated to their limit. `f` is never called at an end itself.
///
/// The aim is a relative error of `tolerance`, 1e-9 being enough where an end is singular; an integral that cancels
/// to nothing is found to the rounding of its parts. A peak much narrower than 1/20 of its distance from the nearer end may be
/// missed: put an end beside it. An error thrown by `f` (as for a cancellation) ends the work at once.
public func integrate<Failure: Error>(
    from a: Double, to b: Double, tolerance: Double = 1e-12, evaluations limit: Int = 200_000,
    _ f: (Double) throws(Failure) -> Double
) throws(Failure) -> Quadrature {
    var integrator = Integrator<Failure>(tolerance: tolerance, limit: limit, levels: 6)
    return try integrator.integrate(from: a, to: b) { x throws(Failure) in (try f(x), 0) }
}

/// ∫∫ f(x, y) dy dx for x from `a` to `b` and y from `c` to `d`, one inside the other, by the same means.
public func integrate2<Failure: Error>(
    from a: Double, to b: Double, and c: Double, to d: Double, tolerance: Double = 1e-11, evaluations limit: Int = 5_000_000,
    _ f: (Double, Double) throws(Failure) -> Double
) throws(Failure) -> Quadrature {
    var evaluations = 0
    var converged = true
    var outer = Integrator<Failure>(tolerance: tolerance, limit: 5_000, levels: 2)
    let result = try outer.integrate(from: a, to: b) { x throws(Failure) in
        // After one inner integral without an answer there is none for the whole: no more effort than it takes to say so.
        let effort = converged ? min(20_000, limit - evaluations) : 0
        var inner = Integrator<Failure>(tolerance: tolerance / 10, limit: effort, levels: 2)
        let result = try inner.integrate(from: c, to: d) { y throws(Failure) in (try f(x, y), 0) }
        evaluations += result.evaluations
        converged = converged && result.converged
        return (result.value, result.error)
    }
    return Quadrature(
        value: result.value, error: result.error, evaluations: evaluations,
        converged: converged && result.converged)
}

/// A stretch of the range, measured by s in (0, length], whose end s = 0 may be infinite or singular.
struct QuadraturePiece {
    enum Kind {
        /// x = anchor ± s.
        case finite
        /// x = anchor ± (1/s - 1) + start, dx = ds/s²: s = 0 is infinity.
        case infinite(start: Double)
    }

    let kind: Kind
    let anchor: Double
    let direction: Double
    let length: Double

    /// The place, and the factor dx/ds.
    @inline(__always)
    func place(_ s: Double) -> (x: Double, scale: Double) {
        switch kind {
        case .finite: (anchor + direction * s, 1)
        case .infinite(let start): (anchor + direction * (start + (1 / s - 1)), 1 / (s * s))
        }
    }

    /// The pieces of a < b.
    static func pieces(from a: Double, to b: Double) -> [QuadraturePiece] {
        func finite(_ anchor: Double, _ direction: Double, _ length: Double) -> QuadraturePiece {
            QuadraturePiece(kind: .finite, anchor: anchor, direction: direction, length: length)
        }
        func infinite(_ anchor: Double, _ direction: Double, start: Double) -> QuadraturePiece {
            QuadraturePiece(kind: .infinite(start: start), anchor: anchor, direction: direction, length: 1)
        }
        switch (a.isInfinite, b.isInfinite) {
        case (false, false):
            let half = b / 2 - a / 2
            return [finite(a, 1, half), finite(b, -1, half)]
        case (false, true): return [finite(a, 1, 1), infinite(a, 1, start: 1)]
        case (true, false): return [infinite(b, -1, start: 1), finite(b, -1, 1)]
        case (true, true): return [infinite(0, -1, start: 0), infinite(0, 1, start: 0)]
        }
    }
}
