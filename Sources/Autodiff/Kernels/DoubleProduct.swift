struct DoubleProduct { let rows: Int, columns: Int, depth: Int
 func run(_ a: UnsafePointer<Double>, transposed transposeA: Bool, _ b: UnsafePointer<Double>, transposed transposeB: Bool, into c: UnsafeMutablePointer<Double>, beta: Double) {} }
