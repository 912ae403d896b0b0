/// C = op(A)·op(B) + beta·C in double precision. B is packed in panels of 16 columns and A in strips of 6 rows, both
/// along the depth, so that the innermost loop reads memory in order and keeps its 6 x 16 sums in registers.
/// Every element is summed along the depth in blocks of 256, whatever the shape: the same bits every time.
struct DoubleProduct {
    let rows: Int, columns: Int, depth: Int

    private static let stripRows = 6, panelColumns = 16, depthBlock = 256

    func run(
        _ a: UnsafePointer<Double>, transposed transposeA: Bool, _ b: UnsafePointer<Double>, transposed transposeB: Bool,
        into c: UnsafeMutablePointer<Double>, beta: Double
    ) {
        if beta != 1 { for i in 0..<(rows * columns) { c[i] = beta == 0 ? 0 : beta * c[i] } }
        // Steps of op(A) and op(B) along (row, depth) and (depth, column).
        let stepA = transposeA ? (row: 1, depth: rows) : (row: depth, depth: 1)
        let stepB = transposeB ? (depth: 1, column: depth) : (depth: columns, column: 1)
        if rows * columns * depth < 4096 {
            return addSmall(a, stepA, b, stepB, into: c)
        }
        let strips = (rows + Self.stripRows - 1) / Self.stripRows
        withUnsafeTemporaryAllocation(of: Double.self, capacity: strips * Self.stripRows * Swift.min(Self.depthBlock, depth)) { packedA in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.panelColumns * Self.depthBlock) { packedB in
                for start in stride(from: 0, to: depth, by: Self.depthBlock) {
                    let length = Swift.min(Self.depthBlock, depth - start)
                    let stripA = packedA.baseAddress!, panelB = packedB.baseAddress!
                    packA(a + start * stepA.depth, stepA, length, into: stripA)
                    for column in stride(from: 0, to: columns, by: Self.panelColumns) {
                        if Stop.isAsked { return }
                        packB(b + start * stepB.depth, stepB, length, from: column, into: panelB)
                        for strip in 0..<strips {
                            addTile(
                                UnsafePointer(stripA + strip * Self.stripRows * length), UnsafePointer(panelB), length,
                                row: strip * Self.stripRows, column: column, into: c)
                        }
                    }
                }
            }
        }
    }

    /// Packing would cost more than the product itself.
    private func addSmall(
        _ a: UnsafePointer<Double>, _ stepA: (row: Int, depth: Int),
        _ b: UnsafePointer<Double>, _ stepB: (depth: Int, column: Int), into c: UnsafeMutablePointer<Double>
    ) {
        for i in 0..<rows {
            for j in 0..<columns {
                var sum = 0.0
                for k in 0..<depth {
                    sum.addProduct(a[i * stepA.row + k * stepA.depth], b[k * stepB.depth + j * stepB.column])
                }
                c[i * columns + j] += sum
            }
        }
    }

    private func packA(
        _ a: UnsafePointer<Double>, _ step: (row: Int, depth: Int), _ length: Int, into packed: UnsafeMutablePointer<Double>
    ) {
        var to = packed
        for strip in stride(from: 0, to: rows, by: Self.stripRows) {
            for k in 0..<length {
                for r in 0..<Self.stripRows {
                    to[r] = strip + r < rows ? a[(strip + r) * step.row + k * step.depth] : 0
                }
                to += Self.stripRows
            }
        }
    }

    private func packB(
        _ b: UnsafePointer<Double>, _ step: (depth: Int, column: Int), _ length: Int, from column: Int,
        into packed: UnsafeMutablePointer<Double>
    ) {
        let width = Swift.min(Self.panelColumns, columns - column)
        for k in 0..<length {
            let to = packed + k * Self.panelColumns
            for j in 0..<Self.panelColumns { to[j] = j < width ? b[k * step.depth + (column + j) * step.column] : 0 }
        }
    }

    private func addTile(
        _ strip: UnsafePointer<Double>, _ panel: UnsafePointer<Double>, _ length: Int,
        row: Int, column: Int, into c: UnsafeMutablePointer<Double>
    ) {
        typealias Lanes = SIMD8<Double>
        var s00 = Lanes.zero, s01 = Lanes.zero, s10 = Lanes.zero, s11 = Lanes.zero, s20 = Lanes.zero, s21 = Lanes.zero
        var s30 = Lanes.zero, s31 = Lanes.zero, s40 = Lanes.zero, s41 = Lanes.zero, s50 = Lanes.zero, s51 = Lanes.zero
        var a = strip
        var b = UnsafeRawPointer(panel)
        for _ in 0..<length {
            let b0 = b.loadUnaligned(as: Lanes.self), b1 = b.loadUnaligned(fromByteOffset: 64, as: Lanes.self)
            s00.addProduct(b0, a[0]); s01.addProduct(b1, a[0])
            s10.addProduct(b0, a[1]); s11.addProduct(b1, a[1])
            s20.addProduct(b0, a[2]); s21.addProduct(b1, a[2])
            s30.addProduct(b0, a[3]); s31.addProduct(b1, a[3])
            s40.addProduct(b0, a[4]); s41.addProduct(b1, a[4])
            s50.addProduct(b0, a[5]); s51.addProduct(b1, a[5])
            a += Self.stripRows
            b += Self.panelColumns * MemoryLayout<Double>.stride
        }
        let sums = [(s00, s01), (s10, s11), (s20, s21), (s30, s31), (s40, s41), (s50, s51)]
        let width = Swift.min(Self.panelColumns, columns - column)
        for r in 0..<Swift.min(Self.stripRows, rows - row) {
            let to = c + (row + r) * columns + column
            for j in 0..<width { to[j] += j < 8 ? sums[r].0[j] : sums[r].1[j - 8] }
        }
    }
}
