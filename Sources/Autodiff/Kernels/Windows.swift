/// How a window of weights slides over an image: the geometry that convolution, its transpose and pooling share.
/// Images are [batch, channels, height, width].
struct WindowGrid: Equatable {
    let channels: Int, height: Int, width: Int
    let windowHeight: Int, windowWidth: Int
    let strideY: Int, strideX: Int, paddingY: Int, paddingX: Int

    var rows: Int { (height + 2 * paddingY - windowHeight) / strideY + 1 }
    var columns: Int { (width + 2 * paddingX - windowWidth) / strideX + 1 }
    /// Numbers in one image, in one window over all channels, and windows in one image.
    var imageSize: Int { channels * height * width }
    var windowSize: Int { channels * windowHeight * windowWidth }
    var positions: Int { rows * columns }

    func check(_ operation: Operation) throws(TensorError) {
        guard strideY > 0, strideX > 0, paddingY >= 0, paddingX >= 0, windowHeight > 0, windowWidth > 0 else {
            throw .mismatched(operation: operation, detail: "window and stride must be at least 1, and padding at least 0")
        }
        guard height + 2 * paddingY >= windowHeight, width + 2 * paddingX >= windowWidth else {
            throw .mismatched(
                operation: operation,
                detail: "a window of \(windowHeight)x\(windowWidth) does not fit an image of \(height)x\(width) padded by \(paddingY), \(paddingX)")
        }
    }

    /// Calls `body` for each run of a window's row that lies in the image, over all its positions: `unfolded` is the
    /// place in [windowSize, positions], `image` the place in the image or nil in the padding.
    @inline(__always)
    private func forEach(_ body: (_ unfolded: Int, _ image: Int?) -> Void) {
        var row = 0
        for channel in 0..<channels {
            for ky in 0..<windowHeight {
                for kx in 0..<windowWidth {
                    var to = row * positions
                    for y in 0..<rows {
                        let iy = y * strideY + ky - paddingY
                        for x in 0..<columns {
                            let ix = x * strideX + kx - paddingX
                            let inside = iy >= 0 && iy < height && ix >= 0 && ix < width
                            body(to, inside ? (channel * height + iy) * width + ix : nil)
                            to += 1
                        }
                    }
                    row += 1
                }
            }
        }
    }

    /// im2col: each window's numbers as a column of [windowSize, positions], zeros where it hangs over the edge.
    @inline(__always)
    func unfold<Scalar: Real>(_ image: UnsafePointer<Scalar>, into columns: UnsafeMutablePointer<Scalar>) {
        forEach { to, from in columns[to] = from.map { image[$0] } ?? 0 }
    }

    /// The transpose of `unfold`: adds each column's numbers to the places in the image that they came from.
    @inline(__always)
    func fold<Scalar: Real>(_ columns: UnsafePointer<Scalar>, into image: UnsafeMutablePointer<Scalar>) {
        forEach { from, to in if let to { image[to] += columns[from] } }
    }
}

/// The three products behind convolution. With U(x) the unfolded image and W the weights as [out, windowSize]:
/// y = W·U(x), and so dx = Uᵀ(Wᵀ·dy) and dW = Σ dy·U(x)ᵀ over the batch. Off the tape.
struct Correlation {
    let grid: WindowGrid
    let batch: Int
    let outputs: Int

    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func forward<Scalar: Real>(_ x: Tensor<Scalar>, _ weights: Tensor<Scalar>, shape: Shape) throws(TensorError) -> Tensor<Scalar> {
        let image = x.pointer, w = weights.pointer
        return try Tensor(shape: shape) { to in
            withUnsafeTemporaryAllocation(of: Scalar.self, capacity: grid.windowSize * grid.positions) { unfolded in
                for n in 0..<batch {
                    grid.unfold(image + n * grid.imageSize, into: unfolded.baseAddress!)
                    Scalar.multiply(
                        w, transposed: false, UnsafePointer(unfolded.baseAddress!), transposed: false,
                        into: to + n * outputs * grid.positions, beta: 0,
                        rows: outputs, columns: grid.positions, depth: grid.windowSize)
                }
            }
        }
    }

    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func transposed<Scalar: Real>(_ y: Tensor<Scalar>, _ weights: Tensor<Scalar>, shape: Shape) throws(TensorError) -> Tensor<Scalar> {
        let from = y.pointer, w = weights.pointer
        return try Tensor(shape: shape) { to in
            to.update(repeating: 0, count: shape.count)
            withUnsafeTemporaryAllocation(of: Scalar.self, capacity: grid.windowSize * grid.positions) { unfolded in
                for n in 0..<batch {
                    Scalar.multiply(
                        w, transposed: true, from + n * outputs * grid.positions, transposed: false,
                        into: unfolded.baseAddress!, beta: 0,
                        rows: grid.windowSize, columns: grid.positions, depth: outputs)
                    grid.fold(UnsafePointer(unfolded.baseAddress!), into: to + n * grid.imageSize)
                }
            }
        }
    }

    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func weightGradient<Scalar: Real>(_ x: Tensor<Scalar>, _ y: Tensor<Scalar>, shape: Shape) throws(TensorError) -> Tensor<Scalar> {
        let image = x.pointer, g = y.pointer
        return try Tensor(shape: shape) { to in
            to.update(repeating: 0, count: shape.count)
            withUnsafeTemporaryAllocation(of: Scalar.self, capacity: grid.windowSize * grid.positions) { unfolded in
                for n in 0..<batch {
                    grid.unfold(image + n * grid.imageSize, into: unfolded.baseAddress!)
                    Scalar.multiply(
                        g + n * outputs * grid.positions, transposed: false, UnsafePointer(unfolded.baseAddress!), transposed: true,
                        into: to, beta: 1, rows: outputs, columns: grid.windowSize, depth: grid.positions)
                }
            }
        }
    }
}
