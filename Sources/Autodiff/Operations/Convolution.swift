// Convolution, as networks call the correlation of an image with a window of weights, and its transpose. Each is the
// other's gradient: ⟨conv(x), y⟩ = ⟨x, convᵀ(y)⟩. A bias is added like any other number.

/// x [n, in, h, w] with weights [out, in, kh, kw] gives [n, out, (h + 2p − kh)/s + 1, (w + 2p − kw)/s + 1].
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func convolution2D<Scalar>(
    _ x: Tensor<Scalar>, _ weights: Tensor<Scalar>, stride: Int = 1, padding: Int = 0
) throws(TensorError) -> Tensor<Scalar> {
    try checkRanks(x, weights, rank: 4, inputAxis: 1, .convolution2D)
    let grid = WindowGrid(
        channels: x.shape[1], height: x.shape[2], width: x.shape[3], windowHeight: weights.shape[2], windowWidth: weights.shape[3],
        strideY: stride, strideX: stride, paddingY: padding, paddingX: padding)
    try grid.check(.convolution2D)
    return try correlate(x, weights, grid, shape: [x.shape[0], weights.shape[0], grid.rows, grid.columns], .convolution2D)
}

/// x [n, in, length] with weights [out, in, k] gives [n, out, (length + 2p − k)/s + 1].
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func convolution1D<Scalar>(
    _ x: Tensor<Scalar>, _ weights: Tensor<Scalar>, stride: Int = 1, padding: Int = 0
) throws(TensorError) -> Tensor<Scalar> {
    try checkRanks(x, weights, rank: 3, inputAxis: 1, .convolution1D)
    let grid = WindowGrid(
        channels: x.shape[1], height: 1, width: x.shape[2], windowHeight: 1, windowWidth: weights.shape[2],
        strideY: 1, strideX: stride, paddingY: 0, paddingX: padding)
    try grid.check(.convolution1D)
    return try correlate(x, weights, grid, shape: [x.shape[0], weights.shape[0], grid.columns], .convolution1D)
}

/// x [n, in, h, w] with weights [in, out, kh, kw] gives [n, out, (h − 1)s − 2p + kh, (w − 1)s − 2p + kw]: the transpose
/// of the convolution with these weights.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func transposedConvolution2D<Scalar>(
    _ x: Tensor<Scalar>, _ weights: Tensor<Scalar>, stride: Int = 1, padding: Int = 0
) throws(TensorError) -> Tensor<Scalar> {
    try checkRanks(x, weights, rank: 4, inputAxis: 0, .transposedConvolution2D)
    let height = (x.shape[2] - 1) * stride - 2 * padding + weights.shape[2]
    let width = (x.shape[3] - 1) * stride - 2 * padding + weights.shape[3]
    let grid = WindowGrid(
        channels: weights.shape[1], height: height, width: width, windowHeight: weights.shape[2], windowWidth: weights.shape[3],
        strideY: stride, strideX: stride, paddingY: padding, paddingX: padding)
    try grid.checkTransposed(.transposedConvolution2D)
    return try spread(x, weights, grid, shape: [x.shape[0], weights.shape[1], height, width], .transposedConvolution2D)
}

/// x [n, in, length] with weights [in, out, k] gives [n, out, (length − 1)s − 2p + k].
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func transposedConvolution1D<Scalar>(
    _ x: Tensor<Scalar>, _ weights: Tensor<Scalar>, stride: Int = 1, padding: Int = 0
) throws(TensorError) -> Tensor<Scalar> {
    try checkRanks(x, weights, rank: 3, inputAxis: 0, .transposedConvolution1D)
    let width = (x.shape[2] - 1) * stride - 2 * padding + weights.shape[2]
    let grid = WindowGrid(
        channels: weights.shape[1], height: 1, width: width, windowHeight: 1, windowWidth: weights.shape[2],
        strideY: 1, strideX: stride, paddingY: 0, paddingX: padding)
    try grid.checkTransposed(.transposedConvolution1D)
    return try spread(x, weights, grid, shape: [x.shape[0], weights.shape[1], width], .transposedConvolution1D)
}

private func correlate<Scalar: Real>(
    _ x: Tensor<Scalar>, _ weights: Tensor<Scalar>, _ grid: WindowGrid, shape: Shape, _ operation: Operation
) throws(TensorError) -> Tensor<Scalar> {
    let product = Correlation(grid: grid, batch: x.shape[0], outputs: weights.shape[0])
    let x0 = x.detached, w0 = weights.detached
    return try product.forward(x0, w0, shape: shape).recorded(operation, x, weights) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in try product.transposed(g, w0, shape: x0.shape) }
        try inputs.add(1) { () throws(TensorError) in try product.weightGradient(x0, g, shape: w0.shape) }
    }
}

private func spread<Scalar: Real>(
    _ x: Tensor<Scalar>, _ weights: Tensor<Scalar>, _ grid: WindowGrid, shape: Shape, _ operation: Operation
) throws(TensorError) -> Tensor<Scalar> {
    let product = Correlation(grid: grid, batch: x.shape[0], outputs: weights.shape[0])
    let x0 = x.detached, w0 = weights.detached
    return try product.transposed(x0, w0, shape: shape).recorded(operation, x, weights) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in try product.forward(g, w0, shape: x0.shape) }
        try inputs.add(1) { () throws(TensorError) in try product.weightGradient(g, x0, shape: w0.shape) }
    }
}

private func checkRanks<Scalar: Real>(
    _ x: Tensor<Scalar>, _ weights: Tensor<Scalar>, rank: Int, inputAxis: Int, _ operation: Operation
) throws(TensorError) {
    guard x.rank == rank, weights.rank == rank else {
        throw .mismatched(operation: operation, detail: "images and weights need \(rank) axes, and have shapes \(x.shape) and \(weights.shape)")
    }
    guard x.shape[1] == weights.shape[inputAxis] else {
        throw .mismatched(
            operation: operation,
            detail: "shapes \(x.shape) and \(weights.shape): the images have \(x.shape[1]) channels (axis 1), the weights take \(weights.shape[inputAxis]) (axis \(inputAxis))")
    }
}

extension WindowGrid {
    /// A transposed convolution's image is worked out from its input, and may come out as nothing.
    func checkTransposed(_ operation: Operation) throws(TensorError) {
        guard height >= 0, width >= 0, strideX > 0 else {
            throw .mismatched(operation: operation, detail: "padding by \(paddingX) leaves no image: its size would be \(height)x\(width)")
        }
        try check(operation)
    }
}
