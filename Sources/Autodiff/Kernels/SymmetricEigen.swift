/// Eigenvalues, ascending, and eigenvectors, as columns, of a symmetric matrix: by Jacobi's rotations where it is small, as
/// exact as it gets, and by way of a tridiagonal matrix where that would be slow.
func symmetricEigenvalues<Scalar: Real>(_ matrix: [Scalar], size n: Int) -> (values: [Scalar], vectors: [Scalar]) {
    // A matrix with a NaN or an infinity has nothing to iterate on: Jacobi's method leaves it at once.
    let isLarge = n > 48 && matrix.allSatisfy(\.isFinite)
    let (values, rows) = isLarge ? tridiagonalEigenvalues(matrix, size: n) : jacobiEigenvalues(matrix, size: n)
    let order = (0..<n).sorted { (values[$0], $0) < (values[$1], $1) }
    var vectors = [Scalar](repeating: 0, count: n * n)
    for (column, source) in order.enumerated() {
        // The sign of an eigenvector is free: its largest entry is made positive, so that it is always the same.
        let entries = rows[(source * n)..<((source + 1) * n)]
        let isTurned = (entries.max { $0.magnitude < $1.magnitude } ?? 1) < 0
        for (k, entry) in entries.enumerated() { vectors[k * n + column] = isTurned ? -entry : entry }
    }
    return (order.map { values[$0] }, vectors)
}

/// Rotations in one plane after another, each to a zero, until nothing is left beside the diagonal. Eigenvectors as rows.
private func jacobiEigenvalues<Scalar: Real>(_ matrix: [Scalar], size n: Int) -> (values: [Scalar], rows: [Scalar]) {
    var a = matrix
    var v = [Scalar](repeating: 0, count: n * n)
    for i in 0..<n { v[i * n + i] = 1 }
    for _ in 0..<60 {
        var off: Scalar = 0, scale: Scalar = 0
        for i in 0..<n {
            for j in 0..<n { if i == j { scale += a[i * n + i] * a[i * n + i] } else { off += a[i * n + j] * a[i * n + j] } }
        }
        if !(off > scale * Scalar.ulpOfOne * Scalar.ulpOfOne * 1e-4) { break }
        for p in 0..<n {
            if Stop.isAsked { break }
            for q in (p + 1)..<n where a[p * n + q] != 0 {
                let theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q])
                let t = (theta < 0 ? -1 : 1) / (theta.magnitude + (theta * theta + 1).squareRoot())
                let c = 1 / (t * t + 1).squareRoot(), s = t * c
                for k in 0..<n {
                    let akp = a[k * n + p], akq = a[k * n + q]
                    a[k * n + p] = c * akp - s * akq
                    a[k * n + q] = s * akp + c * akq
                }
                for k in 0..<n {
                    let apk = a[p * n + k], aqk = a[q * n + k]
                    a[p * n + k] = c * apk - s * aqk
                    a[q * n + k] = s * apk + c * aqk
                    let vpk = v[p * n + k], vqk = v[q * n + k]
                    v[p * n + k] = c * vpk - s * vqk
                    v[q * n + k] = s * vpk + c * vqk
                }
            }
        }
    }
    return ((0..<n).map { a[$0 * n + $0] }, v)
}

/// A = Q T Qᵀ with a tridiagonal T (Householder's reflections), then T = W Λ Wᵀ (QL steps with Wilkinson's shift): O(n³) once.
/// Eigenvectors as rows: those of Wᵀ Qᵀ.
private func tridiagonalEigenvalues<Scalar: Real>(_ matrix: [Scalar], size n: Int) -> (values: [Scalar], rows: [Scalar]) {
    // Of entries up to 1, so that squares neither overflow nor vanish.
    let scale = matrix.reduce(0) { Swift.max($0, $1.magnitude) }
    guard scale > 0 else { return jacobiEigenvalues(matrix, size: n) }
    var a = matrix.map { $0 / scale }
    var diagonal = [Scalar](repeating: 0, count: n), beside = diagonal
    a.withUnsafeMutableBufferPointer { a in
        reduceToTridiagonal(a.baseAddress!, n, &diagonal, &beside)
        diagonaliseTridiagonal(&diagonal, &beside, rotating: a.baseAddress!, n)
    }
    return (diagonal.map { $0 * scale }, a)
}

/// Leaves T's diagonal, the entries beside it, and Qᵀ in the place of A. Reflection k is 1 − βvvᵀ on the rows and columns
/// below k; v takes the place of row k's end, which it made 0:
///
///     A′ ← A′ − v wᵀ − w vᵀ      p = β A′ v      w = p − ½β(p·v) v
private func reduceToTridiagonal<Scalar: Real>(_ a: UnsafeMutablePointer<Scalar>, _ n: Int, _ diagonal: inout [Scalar], _ beside: inout [Scalar]) {
    let negligible = Scalar.ulpOfOne * 1e-3
    var factors = [Scalar](repeating: 0, count: n), w = factors
    for k in 0..<(n - 1) {
        if Stop.isAsked { return }
        let v = a + k * n
        diagonal[k] = v[k]
        var square: Scalar = 0
        for j in (k + 1)..<n { square += v[j] * v[j] }
        // Far below the rounding of entries up to 1 there is nothing left to reflect.
        guard square > negligible * negligible else { continue }
        // Away from v's first entry, so that nothing cancels there.
        let entry = v[k + 1], length = entry > 0 ? -square.squareRoot() : square.squareRoot()
        beside[k] = length
        v[k + 1] = entry - length
        let factor = 1 / (square - length * entry)
        factors[k] = factor
        w.withUnsafeMutableBufferPointer { w in
            for j in (k + 1)..<n { w[j] = 0 }
            for i in (k + 1)..<n {
                let row = a + i * n, share = factor * v[i]
                for j in (k + 1)..<n { w[j] += share * row[j] }
            }
            var along: Scalar = 0
            for j in (k + 1)..<n { along += w[j] * v[j] }
            along *= factor / 2
            for j in (k + 1)..<n { w[j] -= along * v[j] }
            for i in (k + 1)..<n {
                let row = a + i * n, vi = v[i], wi = w[i]
                for j in (k + 1)..<n { row[j] -= vi * w[j] + wi * v[j] }
            }
        }
    }
    diagonal[n - 1] = a[n * n - 1]
    // Q = H₀ H₁ ..., from the last on, each of which touches only what lies below and right of it.
    for k in (0..<n).reversed() {
        let v = a + k * n
        let factor = factors[k]
        if factor != 0 {
            w.withUnsafeMutableBufferPointer { w in
                for j in (k + 1)..<n { w[j] = 0 }
                for i in (k + 1)..<n {
                    let row = a + i * n, share = factor * v[i]
                    for j in (k + 1)..<n { w[j] += share * row[j] }
                }
                for i in (k + 1)..<n {
                    let row = a + i * n, vi = v[i]
                    for j in (k + 1)..<n { row[j] -= vi * w[j] }
                }
            }
        }
        for j in (k + 1)..<n { (v[j], a[j * n + k]) = (0, 0) }
        v[k] = 1
    }
    for i in 0..<n { for j in 0..<i { swap(&a[i * n + j], &a[j * n + i]) } }
}

/// Rotations that chase what a shifted step leaves beside the diagonal from its end to its beginning, and part by part leave
/// nothing there; the rows of `vectors` turn with them.
private func diagonaliseTridiagonal<Scalar: Real>(
    _ d: inout [Scalar], _ e: inout [Scalar], rotating vectors: UnsafeMutablePointer<Scalar>, _ n: Int
) {
    for first in 0..<n {
        // Two or three steps do; a bound all the same.
        for _ in 0..<60 {
            if Stop.isAsked { return }
            var last = first
            while last < n - 1, e[last].magnitude > Scalar.ulpOfOne * (d[last].magnitude + d[last + 1].magnitude) { last += 1 }
            if last == first { break }
            // The eigenvalue of the first two rows' block that lies nearer to d[first].
            let half = (d[first + 1] - d[first]) / (2 * e[first]), root = (half * half + 1).squareRoot()
            var g = d[last] - d[first] + e[first] / (half + (half < 0 ? -root : root))
            var c: Scalar = 1, s: Scalar = 1, p: Scalar = 0
            var isWhole = true
            for i in (first..<last).reversed() {
                let f = s * e[i], b = c * e[i]
                let r = (f * f + g * g).squareRoot()
                e[i + 1] = r
                if r == 0 {
                    d[i + 1] -= p
                    e[last] = 0
                    isWhole = false
                    break
                }
                s = f / r
                c = g / r
                g = d[i + 1] - p
                let q = (d[i] - g) * s + 2 * c * b
                p = s * q
                d[i + 1] = g + p
                g = c * q - b
                let upper = vectors + i * n, lower = upper + n, sine = s, cosine = c
                for k in 0..<n {
                    let x = upper[k], y = lower[k]
                    lower[k] = sine * x + cosine * y
                    upper[k] = cosine * x - sine * y
                }
            }
            guard isWhole else { continue }
            d[first] -= p
            e[first] = g
            e[last] = 0
        }
    }
}
