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
