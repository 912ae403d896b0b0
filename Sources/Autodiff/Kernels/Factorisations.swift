/// P·A = L·U with partial pivoting, L below the diagonal (its own diagonal is 1) and U on and above it.
struct LUFactors<Scalar: Real> {
    let size: Int
    private(set) var entries: [Scalar]
    /// Row i of the factors is row `order[i]` of the matrix.
    private(set) var order: [Int]
    private(set) var swaps = 0

    init(_ matrix: Tensor<Scalar>) {
        size = matrix.shape[0]
        entries = matrix.scalars
        order = Array(0..<size)
        for k in 0..<size {
            if Stop.isAsked { return }
            var pivot = k
            for row in (k + 1)..<size
            where self[row, k].magnitude > self[pivot, k].magnitude || self[pivot, k].isNaN { pivot = row }
            if pivot != k {
                for column in 0..<size { entries.swapAt(k * size + column, pivot * size + column) }
                order.swapAt(k, pivot)
                swaps += 1
            }
            guard self[k, k] != 0 else { continue }
            for row in (k + 1)..<size {
                let factor = self[row, k] / self[k, k]
                entries[row * size + k] = factor
                guard factor != 0 else { continue }
                for column in (k + 1)..<size {
                    entries[row * size + column] -= factor * self[k, column]
                }
            }
        }
    }

    subscript(row: Int, column: Int) -> Scalar { entries[row * size + column] }

    var isSingular: Bool { (0..<size).contains { self[$0, $0] == 0 } }
    var determinant: Scalar { (0..<size).reduce(swaps % 2 == 0 ? 1 : -1) { $0 * self[$1, $1] } }
    /// ln|det|, and NaN where the determinant is negative.
    var logDeterminant: Scalar {
        let negatives = (0..<size).count { self[$0, $0] < 0 } + swaps
        guard negatives % 2 == 0 else { return .nan }
        return (0..<size).reduce(0) { $0 + Scalar.log(self[$1, $1].magnitude) }
    }

    /// X with A·X = B, or Aᵀ·X = B; B has shape [size, columns].
    func solve(_ b: Tensor<Scalar>, transposed: Bool = false) throws(TensorError) -> Tensor<Scalar> {
        let columns = b.count / Swift.max(size, 1)
        let from = b.pointer
        return try Tensor(shape: b.shape) { x in
            var column = [Scalar](repeating: 0, count: size)
            for j in 0..<columns {
                if Stop.isAsked { return }
                if transposed {
                    // Uᵀ then Lᵀ, then the rows put back.
                    for i in 0..<size {
                        var sum = from[i * columns + j]
                        for k in 0..<i { sum -= self[k, i] * column[k] }
                        column[i] = sum / self[i, i]
                    }
                    for i in stride(from: size - 1, through: 0, by: -1) {
                        var sum = column[i]
                        for k in (i + 1)..<size { sum -= self[k, i] * column[k] }
                        column[i] = sum
                    }
                    for i in 0..<size { x[order[i] * columns + j] = column[i] }
                } else {
                    for i in 0..<size {
                        var sum = from[order[i] * columns + j]
                        for k in 0..<i { sum -= self[i, k] * column[k] }
                        column[i] = sum
                    }
                    for i in stride(from: size - 1, through: 0, by: -1) {
                        var sum = column[i]
                        for k in (i + 1)..<size { sum -= self[i, k] * column[k] }
                        column[i] = sum / self[i, i]
                    }
                    for i in 0..<size { x[i * columns + j] = column[i] }
                }
            }
        }
    }
}

/// Eigenvalues, ascending, and eigenvectors, as columns, of a symmetric matrix, by Jacobi's rotations: slow for large
/// matrices, and as exact as it gets for small ones.
func jacobiEigenvalues<Scalar: Real>(_ matrix: [Scalar], size n: Int) -> (values: [Scalar], vectors: [Scalar]) {
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
                    let vkp = v[k * n + p], vkq = v[k * n + q]
                    v[k * n + p] = c * vkp - s * vkq
                    v[k * n + q] = s * vkp + c * vkq
                }
            }
        }
    }
    let order = (0..<n).sorted { (a[$0 * n + $0], $0) < (a[$1 * n + $1], $1) }
    var vectors = v
    for (column, source) in order.enumerated() {
        // The sign of an eigenvector is free: its largest entry is made positive, so that it is always the same.
        let entries = (0..<n).map { v[$0 * n + source] }
        let largest = entries.max { $0.magnitude < $1.magnitude } ?? 1
        for k in 0..<n { vectors[k * n + column] = largest < 0 ? -entries[k] : entries[k] }
    }
    return (order.map { a[$0 * n + $0] }, vectors)
}
