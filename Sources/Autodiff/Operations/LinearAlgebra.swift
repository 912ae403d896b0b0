// Exact linear algebra for small matrices. With g the gradient of the value and Y the value:

/// A⁻¹: dA = −Yᵀ g Yᵀ.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func inverse<Scalar>(_ a: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    let n = try squareSize(a, .inverse)
    let factors = try regularFactors(a, .inverse)
    let y = try factors.solve(identity(n))
    return try y.recorded(.inverse, a) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            let yt = try y.permuted([1, 0])
            return try matrixProduct(matrixProduct(yt, g), yt).map { -$0 }
        }
    }
}

/// det A: dA = g · cofactors, which is g · det A · A⁻ᵀ where A is regular.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func determinant<Scalar>(_ a: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    let n = try squareSize(a, .determinant)
    let factors = LUFactors(a)
    let value = Tensor(factors.determinant)
    let a0 = a.detached
    return try value.recorded(.determinant, a) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            let scale = g.item
            guard factors.isSingular else {
                let scaled = scale * value.item
                return try factors.solve(identity(n), transposed: true).map { $0 * scaled }
            }
            return try cofactors(a0, n).map { $0 * scale }
        }
    }
}

/// ln det A, NaN where the determinant is negative: dA = g · A⁻ᵀ.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func logDeterminant<Scalar>(_ a: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    let n = try squareSize(a, .logDeterminant)
    let factors = LUFactors(a)
    return try Tensor(factors.logDeterminant).recorded(.logDeterminant, a) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            let scale = g.item
            return try factors.solve(identity(n), transposed: true).map { $0 * scale }
        }
    }
}

/// X with A·X = B, for B a vector or a matrix: dB = A⁻ᵀ g, dA = −dB Xᵀ.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func solve<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    let n = try squareSize(a, .solve)
    guard b.rank == 1 || b.rank == 2, b.shape[0] == n else {
        throw .mismatched(operation: .solve, detail: "shapes \(a.shape) and \(b.shape) do not fit: the right side needs \(n) rows")
    }
    let factors = try regularFactors(a, .solve)
    let x = try factors.solve(b)
    let columns = b.rank == 2 ? b.shape[1] : 1
    return try x.recorded(.solve, a, b) { (g, inputs) throws(TensorError) in
        let db = try factors.solve(g, transposed: true)
        try inputs.add(0) { () throws(TensorError) in
            let xt = try x.viewed(as: [n, columns]).permuted([1, 0])
            return try matrixProduct(db.viewed(as: [n, columns]), xt).map { -$0 }
        }
        try inputs.add(1) { () throws(TensorError) in db }
    }
}

/// L, lower triangular with L·Lᵀ = A for a symmetric positive definite A. With Φ taking the lower triangle and half of
/// the diagonal, P = Φ(Lᵀ g): dA is the symmetric part of L⁻ᵀ P L⁻¹ (Murray 2016, arXiv 1602.07527).
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func cholesky<Scalar>(_ a: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    let n = try squareSize(a, .cholesky)
    let s = try symmetricPart(a, .cholesky).scalars
    var l = [Scalar](repeating: 0, count: n * n)
    for i in 0..<n {
        if Stop.isAsked { break }
        for j in 0...i {
            var sum = s[i * n + j]
            for k in 0..<j { sum -= l[i * n + k] * l[j * n + k] }
            if i == j {
                guard sum > 0 else {
                    throw .singular(operation: .cholesky, detail: "the matrix is not positive definite (pivot \(i) is \(sum))")
                }
                l[i * n + i] = sum.squareRoot()
            } else {
                l[i * n + j] = sum / l[j * n + j]
            }
        }
    }
    let value = try Tensor(l, shape: [n, n])
    return try value.recorded(.cholesky, a) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            let product = try matrixProduct(value.permuted([1, 0]), g).scalars
            let phi = try Tensor<Scalar>(shape: [n, n]) { to in
                for i in 0..<n { for j in 0..<n { to[i * n + j] = i > j ? product[i * n + j] : i == j ? product[i * n + i] / 2 : 0 } }
            }
            let factors = LUFactors(value)
            // L⁻ᵀ P, then its transpose by L⁻ᵀ again.
            let left = try factors.solve(phi, transposed: true)
            let both = try factors.solve(left.permuted([1, 0]), transposed: true)
            return try both.map(both.permuted([1, 0])) { ($0 + $1) / 2 }
        }
    }
}

/// Eigenvalues, ascending, and eigenvectors, as columns, of a symmetric matrix A = V·diag(λ)·Vᵀ. The gradient of the
/// eigenvalues is V·diag(g)·Vᵀ; the eigenvectors are off the tape.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func symmetricEigen<Scalar>(_ a: Tensor<Scalar>) throws(TensorError) -> (values: Tensor<Scalar>, vectors: Tensor<Scalar>) {
    let n = try squareSize(a, .eigenvalues)
    let (values, vectors) = try symmetricEigenvalues(symmetricPart(a, .eigenvalues).scalars, size: n)
    let v = try Tensor(vectors, shape: [n, n])
    let lambda = try Tensor(values, shape: [n]).recorded(.eigenvalues, a) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            try matrixProduct(Tensor.zip(.eigenvalues, v, g.viewed(as: [1, n]), *), v.permuted([1, 0]))
        }
    }
    return (lambda, v)
}

// MARK: Common ground

private func squareSize<Scalar: Real>(_ a: Tensor<Scalar>, _ operation: Operation) throws(TensorError) -> Int {
    guard a.rank == 2, a.shape[0] == a.shape[1] else {
        throw .mismatched(operation: operation, detail: "the matrix must be square, and has shape \(a.shape)")
    }
    return a.shape[0]
}

private func regularFactors<Scalar: Real>(_ a: Tensor<Scalar>, _ operation: Operation) throws(TensorError) -> LUFactors<Scalar> {
    let factors = LUFactors(a)
    guard !factors.isSingular else { throw .singular(operation: operation, detail: "the matrix is singular") }
    return factors
}

/// (A + Aᵀ)/2, where A is symmetric but for rounding.
private func symmetricPart<Scalar: Real>(_ a: Tensor<Scalar>, _ operation: Operation) throws(TensorError) -> Tensor<Scalar> {
    let transposed = try a.detached.permuted([1, 0])
    let largest = a.buffer.reduce(0) { Swift.max($0, $1.magnitude) }
    for (x, y) in zip(a.buffer, transposed.buffer) where (x - y).magnitude > 1e-3 * largest {
        throw .mismatched(operation: operation, detail: "the matrix must be symmetric")
    }
    return try a.map(transposed) { ($0 + $1) / 2 }
}

func identity<Scalar: Real>(_ n: Int) throws(TensorError) -> Tensor<Scalar> {
    try Tensor(shape: [n, n]) { to in
        to.update(repeating: 0, count: n * n)
        for i in 0..<n { to[i * (n + 1)] = 1 }
    }
}

/// Signed determinants of what is left when a row and a column are struck out.
private func cofactors<Scalar: Real>(_ a: Tensor<Scalar>, _ n: Int) throws(TensorError) -> Tensor<Scalar> {
    let entries = a.scalars
    var result: [Scalar] = []
    for row in 0..<n {
        for column in 0..<n {
            if Stop.isAsked { return a }
            var minor: [Scalar] = []
            for i in 0..<n where i != row { for j in 0..<n where j != column { minor.append(entries[i * n + j]) } }
            let factors = LUFactors(try Tensor(minor, shape: [n - 1, n - 1]))
            result.append((row + column) % 2 == 0 ? factors.determinant : -factors.determinant)
        }
    }
    return try Tensor(result, shape: [n, n])
}
