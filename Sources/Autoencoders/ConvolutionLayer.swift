import Autodiff

/// A convolution with 4x4 windows, stride 2 and padding 1, or its transpose, on images with their channels last.
///
/// It joins a large image [2h, 2w, C] to a small one [h, w, D] by weights W [D, 4·4·C]. With U(·) the windows of the
/// large image as rows [h·w, 4·4·C] and its transpose Uᵀ, which adds them up again:
///
///     convolution             small = U(large)·Wᵀ     dlarge = Uᵀ(dsmall·W)     dW = dsmallᵀ·U(large)
///     transposed convolution  large = Uᵀ(small·W)     dsmall = U(dlarge)·Wᵀ     dW = smallᵀ·U(dlarge)
///
/// A slab takes a few images at a time, whose windows stay in the cache, and adds up its own share of dW. The shares are
/// added in the order of the slabs.
final class ConvolutionLayer: AutoencoderLayer, @unchecked Sendable {
    let isTransposed: Bool, relu: Bool
    let inputs: Int, outputs: Int
    let parameters: FloatBuffer, firstMoment: FloatBuffer, secondMoment: FloatBuffer
    let values: FloatBuffer, slopes: FloatBuffer
    let parts: [ParameterPart]
    private let windows: HalvingWindows
    /// D: channels of the small image.
    private let depth: Int
    /// Wᵀ, since a product with a long transposed factor would turn it over each time.
    private let turned: FloatBuffer
    /// [slabs, parameters]: each slab's share of the gradient.
    private let shares: FloatBuffer
    private let outputChannels: Int

    static let imagesAtOnce = 4
    /// Weights in a slice: about this many.
    private static let sliceSize = 8192

    init(_ plan: LayerPlan, _ windows: HalvingWindows, depth: Int, isTransposed: Bool, batch: Int, slabs: Int) {
        (self.windows, self.depth, self.isTransposed) = (windows, depth, isTransposed)
        (inputs, outputs, relu, parts) = (plan.inputs, plan.outputs, plan.relu, plan.parts)
        outputChannels = isTransposed ? windows.channels : depth
        let weights = depth * windows.windowSize, count = weights + outputChannels
        parameters = FloatBuffer(count)
        firstMoment = FloatBuffer(count)
        secondMoment = FloatBuffer(count)
        turned = FloatBuffer(weights)
        values = FloatBuffer(batch * outputs)
        slopes = FloatBuffer(batch * outputs)
        shares = FloatBuffer(slabs * count)
    }

    private var weightCount: Int { depth * windows.windowSize }
    private var bias: UnsafeMutablePointer<Float> { parameters.pointer + weightCount }

    // MARK: A slab

    /// Biases and their gradients go by rows of the output image, which are long, and not by pixels, which may be single numbers.
    private var outputRow: Int { isTransposed ? windows.imageRow : windows.columns * depth }
    private var windowsAtOnce: Int { Self.imagesAtOnce * windows.positions * windows.windowSize }

    var workspaceCount: Int { windowsAtOnce + outputRow }

    private func forEachFew(_ rows: Range<Int>, _ body: (Range<Int>) -> Void) {
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.imagesAtOnce) {
            body(first..<min(first + Self.imagesAtOnce, rows.upperBound))
        }
    }

    private func unfold(_ images: UnsafePointer<Float>, count: Int, into unfolded: UnsafeMutablePointer<Float>) {
        for n in 0..<count { windows.unfold(images + n * windows.imageSize, into: unfolded + n * windows.positions * windows.windowSize) }
    }

    private func fold(_ unfolded: UnsafePointer<Float>, count: Int, into images: UnsafeMutablePointer<Float>) {
        for n in 0..<count { windows.fold(unfolded + n * windows.positions * windows.windowSize, into: images + n * windows.imageSize) }
    }

    /// to = U·Wᵀ
    private func narrow(_ unfolded: UnsafePointer<Float>, count: Int, into small: UnsafeMutablePointer<Float>) {
        Float.multiply(
            unfolded, transposed: false, turned.pointer, transposed: false, into: small, beta: 0,
            rows: count * windows.positions, columns: depth, depth: windows.windowSize)
    }

    /// to = small·W
    private func widen(_ small: UnsafePointer<Float>, count: Int, into unfolded: UnsafeMutablePointer<Float>) {
        Float.multiply(
            small, transposed: false, parameters.pointer, transposed: false, into: unfolded, beta: 0,
            rows: count * windows.positions, columns: windows.windowSize, depth: depth)
    }

    func forward(_ x: UnsafePointer<Float>, rows: Range<Int>, workspace: UnsafeMutablePointer<Float>) {
        let biases = workspace + windowsAtOnce
        for i in 0..<outputRow { biases[i] = bias[i % outputChannels] }
        forEachFew(rows) { few in
            let x = x + few.lowerBound * inputs, y = values.pointer + few.lowerBound * outputs
            if isTransposed {
                widen(x, count: few.count, into: workspace)
                fold(workspace, count: few.count, into: y)
            } else {
                unfold(x, count: few.count, into: workspace)
                narrow(workspace, count: few.count, into: y)
            }
            TrainingKernels.addBias(y, biases, rows: few.count * outputs / outputRow, columns: outputRow, relu: relu)
        }
    }

    func backward(
        _ x: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>?, rows: Range<Int>, slab: Int, workspace: UnsafeMutablePointer<Float>
    ) {
        let share = shares.pointer + slab * parameters.count
        forEachFew(rows) { few in
            let at = few.lowerBound * outputs, d = slopes.pointer + at
            if relu { TrainingKernels.maskByReLU(d, values.pointer + at, count: few.count * outputs) }
            let x = x + few.lowerBound * inputs, dx = dx.map { $0 + few.lowerBound * inputs }
            let small = isTransposed ? x : UnsafePointer(d)
            unfold(isTransposed ? UnsafePointer(d) : x, count: few.count, into: workspace)
            Float.multiply(
                small, transposed: true, workspace, transposed: false, into: share, beta: few.lowerBound == rows.lowerBound ? 0 : 1,
                rows: depth, columns: windows.windowSize, depth: few.count * windows.positions)
            guard let dx else { return }
            if isTransposed {
                narrow(workspace, count: few.count, into: dx)
            } else {
                widen(d, count: few.count, into: workspace)
                fold(workspace, count: few.count, into: dx)
            }
        }
        let sums = workspace + windowsAtOnce, biasShare = share + weightCount
        TrainingKernels.columnSums(
            slopes.pointer + rows.lowerBound * outputs, rows: rows.count * outputs / outputRow, columns: outputRow, start: 0, count: outputRow,
            into: sums)
        for c in 0..<outputChannels { biasShare[c] = 0 }
        for i in 0..<outputRow { biasShare[i % outputChannels] += sums[i] }
    }

    // MARK: The update

    private var sliceRows: Int { max(1, min(depth, Self.sliceSize / windows.windowSize)) }
    var sliceCount: Int { (depth + sliceRows - 1) / sliceRows }
    var scratchCount: Int { sliceRows * windows.windowSize + outputChannels }

    /// The last slice takes the biases along.
    func update(slice: Int, _ x: UnsafePointer<Float>, batch: Int, slabs: Int, step: AdamStep, scratch: UnsafeMutablePointer<Float>) {
        let rows = (slice * sliceRows)..<min((slice + 1) * sliceRows, depth)
        let start = rows.lowerBound * windows.windowSize
        let end = rows.upperBound == depth ? parameters.count : rows.upperBound * windows.windowSize
        TrainingKernels.columnSums(
            shares.pointer, rows: slabs, columns: parameters.count, start: start, count: end - start, into: scratch)
        TrainingKernels.adam(
            parameters.pointer + start, firstMoment.pointer + start, secondMoment.pointer + start, gradient: scratch, count: end - start, step: step)
        turn(rows)
    }

    private func turn(_ rows: Range<Int>) {
        let size = windows.windowSize
        for row in rows {
            for k in 0..<size { turned.pointer[k * depth + row] = parameters.pointer[row * size + k] }
        }
    }

    func parametersWereSet() { turn(0..<depth) }
}
