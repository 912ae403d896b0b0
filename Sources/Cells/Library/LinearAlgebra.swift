import Autodiff

extension Library {
    static let linearAlgebra: [Builtin] = [
        Builtin("inv(a)") { call in .tensor(try inverse(call.tensor("a"))) },
        Builtin("det(a)") { call in .tensor(try determinant(call.tensor("a"))) },
        Builtin("logdet(a)") { call in .tensor(try logDeterminant(call.tensor("a"))) },
        Builtin("cholesky(a)") { call in .tensor(try cholesky(call.tensor("a"))) },
        Builtin("solve(a, b)") { call in .tensor(try solve(call.tensor("a"), call.tensor("b"))) },
        // Eigenvalues, ascending, and eigenvectors as columns.
        Builtin("eigh(a)") { call in
            let (values, vectors) = try symmetricEigen(call.tensor("a"))
            return .list([.tensor(values), .tensor(vectors)])
        },
    ]
}
