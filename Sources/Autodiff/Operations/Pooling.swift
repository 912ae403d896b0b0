// Fewer pixels, or more: images are [n, channels, height, width].

/// The largest number of each window of `size` x `size`, moved by `stride` (by default, by its own size). The gradient
/// goes to the first one that is largest.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func maxPool2D<Scalar>(_ x: Tensor<Scalar>, size: Int, stride: Int? = nil) throws(TensorError) -> Tensor<Scalar> {
    let (grid, planes, shape) = try poolGrid(x, size, stride, .maxPool2D)
    let from = x.pointer
    var sources = [Int](repeating: 0, count: shape.count)
    let pooled = try Tensor<Scalar>(shape: shape) { to in
        grid.forEachWindow(planes: planes) { at, window in
            var best = window.first
            window.forEach { if from[$0] > from[best] || (from[$0].isNaN && !from[best].isNaN) { best = $0 } }
            sources[at] = best
            to[at] = from[best]
        }
    }
    let imageShape = x.shape
    return try pooled.recorded(.maxPool2D, x) { [sources] (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            let from = g.pointer
            return try Tensor(shape: imageShape) { to in
                to.update(repeating: 0, count: imageShape.count)
                for (at, source) in sources.enumerated() { to[source] += from[at] }
            }
        }
    }
}

/// The mean of each window; the gradient is shared out evenly.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func meanPool2D<Scalar>(_ x: Tensor<Scalar>, size: Int, stride: Int? = nil) throws(TensorError) -> Tensor<Scalar> {
    let (grid, planes, shape) = try poolGrid(x, size, stride, .meanPool2D)
    let from = x.pointer
    let share = 1 / Scalar(size * size)
    let pooled = try Tensor<Scalar>(shape: shape) { to in
        grid.forEachWindow(planes: planes) { at, window in
            var sum: Scalar = 0
            window.forEach { sum += from[$0] }
            to[at] = sum * share
        }
    }
    let imageShape = x.shape
    return try pooled.recorded(.meanPool2D, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            let from = g.pointer
            return try Tensor(shape: imageShape) { to in
                to.update(repeating: 0, count: imageShape.count)
                grid.forEachWindow(planes: planes) { at, window in window.forEach { to[$0] += from[at] * share } }
            }
        }
    }
}

/// Each pixel repeated `factor` times in both directions (nearest neighbour): the gradient is summed back.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func upsample2D<Scalar>(_ x: Tensor<Scalar>, factor: Int) throws(TensorError) -> Tensor<Scalar> {
    guard factor >= 1 else {
        throw .mismatched(operation: .upsample2D, detail: "the factor must be at least 1, not \(factor)")
    }
    guard x.rank == 4 else { throw .mismatched(operation: .upsample2D, detail: "images need 4 axes, and have shape \(x.shape)") }
    let imageShape = x.shape
    let planes = x.shape[0] * x.shape[1], height = x.shape[2], width = x.shape[3]
    let large: Shape = [x.shape[0], x.shape[1], height * factor, width * factor]
    let from = x.pointer
    let grown = try Tensor<Scalar>(shape: large) { to in
        var at = 0
        for plane in 0..<planes {
            for y in 0..<(height * factor) {
                for x in 0..<(width * factor) {
                    to[at] = from[(plane * height + y / factor) * width + x / factor]
                    at += 1
                }
            }
        }
    }
    return try grown.recorded(.upsample2D, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            let from = g.pointer
            return try Tensor(shape: imageShape) { to in
                to.update(repeating: 0, count: imageShape.count)
                var at = 0
                for plane in 0..<planes {
                    for y in 0..<(height * factor) {
                        for x in 0..<(width * factor) {
                            to[(plane * height + y / factor) * width + x / factor] += from[at]
                            at += 1
                        }
                    }
                }
            }
        }
    }
}

private func poolGrid<Scalar: Real>(
    _ x: Tensor<Scalar>, _ size: Int, _ stride: Int?, _ operation: Operation
) throws(TensorError) -> (WindowGrid, planes: Int, Shape) {
    guard x.rank == 4 else { throw .mismatched(operation: operation, detail: "images need 4 axes, and have shape \(x.shape)") }
    let step = stride ?? size
    let grid = WindowGrid(
        channels: 1, height: x.shape[2], width: x.shape[3], windowHeight: size, windowWidth: size,
        strideY: step, strideX: step, paddingY: 0, paddingX: 0)
    try grid.check(operation)
    return (grid, x.shape[0] * x.shape[1], [x.shape[0], x.shape[1], grid.rows, grid.columns])
}

/// The places of one window in one plane of images.
private struct Window {
    let first: Int, height: Int, width: Int, rowStep: Int

    @inline(__always)
    func forEach(_ body: (Int) -> Void) {
        for y in 0..<height { for x in 0..<width { body(first + y * rowStep + x) } }
    }
}

extension WindowGrid {
    @inline(__always)
    fileprivate func forEachWindow(planes: Int, _ body: (_ at: Int, _ window: Window) -> Void) {
        var at = 0
        for plane in 0..<planes {
            for y in 0..<rows {
                for x in 0..<columns {
                    let first = (plane * height + y * strideY) * width + x * strideX
                    body(at, Window(first: first, height: windowHeight, width: windowWidth, rowStep: width))
                    at += 1
                }
            }
        }
    }
}
