import Autodiff
import Testing

/// Both ways to eigenvalues, the one for small matrices and the one for large: sizes on each side of where they change.
struct SymmetricEigenTests {
    private func largest(_ x: Tensor<Double>) throws -> Double { try max(abs(x)).item }

    @Test(arguments: [1, 2, 3, 48, 49, 50, 130])
    func valuesAndVectorsMakeTheMatrix(_ n: Int) throws {
        var stream = RandomStream(seed: 3, name: "eigen \(n)")
        let x = try Tensor<Double>.normal([n, n], from: &stream)
        let a = try x + transpose(x)
        let (values, vectors) = try symmetricEigen(a)
        let size = try largest(a) * Double(n)
        #expect(zip(values.scalars, values.scalars.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(try largest(matrixProduct(transpose(vectors), vectors) - identityMatrix(n)) < 1e-14 * Double(n))
        #expect(try largest(matrixProduct(vectors * values, transpose(vectors)) - a) < 1e-15 * size)
        // The largest entry of each vector is positive.
        #expect(try max(vectors, axis: 0).scalars == max(abs(vectors), axis: 0).scalars)
    }

    /// 2 on the diagonal and −1 beside it: λ_k = 2 − 2 cos(kπ/(n + 1)).
    @Test(arguments: [20, 200])
    func theDiscreteLaplacian(_ n: Int) throws {
        var entries = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            entries[i * n + i] = 2
            if i > 0 { (entries[i * n + i - 1], entries[(i - 1) * n + i]) = (-1, -1) }
        }
        let values = try symmetricEigen(Tensor(entries, shape: [n, n])).values.scalars
        for k in 1...n {
            // n roundings of numbers up to 4.
            #expect(abs(values[k - 1] - (2 - 2 * Double.cos(Double(k) * .pi / Double(n + 1)))) < 4 * Double.ulpOfOne * Double(n))
        }
    }

    /// Equal eigenvalues, none at all, and one alone: nothing to rotate by.
    @Test(arguments: [10, 100])
    func degenerateMatrices(_ n: Int) throws {
        #expect(try symmetricEigen(broadcast(Tensor<Double>(0), to: [n, n])).values.scalars == [Double](repeating: 0, count: n))
        let (ones, axes) = try symmetricEigen(identityMatrix(n) * 3)
        #expect(try ones.scalars == [Double](repeating: 3, count: n) && axes.scalars == identityMatrix(n).scalars)
        let single = try symmetricEigen(broadcast(Tensor<Double>(1), to: [n, n])).values.scalars
        #expect(abs(single[n - 1] - Double(n)) < 1e-13 * Double(n) && single.dropLast().allSatisfy { abs($0) < 1e-13 * Double(n) })
        let broken = try symmetricEigen(identityMatrix(n) * Tensor(Double.nan))
        #expect(broken.values.scalars.contains { $0.isNaN })
    }

    private func identityMatrix(_ n: Int) throws -> Tensor<Double> {
        var entries = [Double](repeating: 0, count: n * n)
        for i in 0..<n { entries[i * (n + 1)] = 1 }
        return try Tensor(entries, shape: [n, n])
    }
}
