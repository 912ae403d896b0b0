import Autodiff

/// Numbers at a fixed address, aligned for the widest registers.
final class FloatBuffer: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Float>
    let count: Int

    init(_ count: Int) {
        self.count = count
        let raw = UnsafeMutableRawPointer.allocate(byteCount: max(64, count * 4), alignment: 64)
        pointer = raw.bindMemory(to: Float.self, capacity: count)
        pointer.update(repeating: 0, count: count)
    }

    deinit { UnsafeMutableRawPointer(pointer).deallocate() }
}

/// y = f(x·Wᵀ + b) for a batch of rows, W [outputs, inputs]: values, slopes and Adam's moments, all in place.
///
/// A batch runs in slabs of rows, forward and back; then the weights are updated in slices of their rows, each slice's
/// gradient being used up by Adam while it is still in the cache.
final class DenseLayer: @unchecked Sendable {
    let inputs: Int, outputs: Int, relu: Bool
    /// [outputs, inputs], then the bias [outputs].
    let parameters: FloatBuffer
    /// Adam's running means of the gradient and of its square.
    let firstMoment: FloatBuffer, secondMoment: FloatBuffer
    /// [batch, outputs]: values, and slopes of the loss in what went into f.
    let values: FloatBuffer, slopes: FloatBuffer

    /// Rows of W in a slice: about this many numbers, so that slice and moments stay in the cache.
    private static let sliceSize = 24_000

    init(inputs: Int, outputs: Int, relu: Bool, batch: Int) {
        (self.inputs, self.outputs, self.relu) = (inputs, outputs, relu)
        let count = outputs * inputs + outputs
        parameters = FloatBuffer(count)
        firstMoment = FloatBuffer(count)
        secondMoment = FloatBuffer(count)
        values = FloatBuffer(batch * outputs)
        slopes = FloatBuffer(batch * outputs)
    }

    var bias: UnsafeMutablePointer<Float> { parameters.pointer + outputs * inputs }

    /// PyTorch's default: weights and bias uniform on ±1/√inputs.
    func initialise(from stream: RandomStream, name: String) {
        let bound = 1 / Float(inputs).squareRoot()
        for (part, start, count) in [("weight", 0, outputs * inputs), ("bias", outputs * inputs, outputs)] {
            var draws = stream.split(name + "." + part)
            draws.fillUniform(UnsafeMutableBufferPointer(start: parameters.pointer + start, count: count))
            for i in start..<(start + count) { parameters.pointer[i] = bound * (2 * parameters.pointer[i] - 1) }
        }
    }

    func forward(_ x: UnsafePointer<Float>, rows: Range<Int>) {
        let y = values.pointer + rows.lowerBound * outputs
        Float.multiply(
            x + rows.lowerBound * inputs, transposed: false, parameters.pointer, transposed: true, into: y, beta: 0,
            rows: rows.count, columns: outputs, depth: inputs)
        TrainingKernels.addBias(y, bias, rows: rows.count, columns: outputs, relu: relu)
    }

    /// Turns the slopes in y, which stand in `slopes`, into those in f's argument, and hands on dx = slopes·W.
    func backward(into dx: UnsafeMutablePointer<Float>?, rows: Range<Int>) {
        let d = slopes.pointer + rows.lowerBound * outputs
        if relu { TrainingKernels.maskByReLU(d, values.pointer + rows.lowerBound * outputs, count: rows.count * outputs) }
        guard let dx else { return }
        Float.multiply(
            d, transposed: false, parameters.pointer, transposed: false, into: dx + rows.lowerBound * inputs, beta: 0,
            rows: rows.count, columns: inputs, depth: outputs)
    }

    private var sliceRows: Int { max(1, min(outputs, Self.sliceSize / inputs)) }
    var sliceCount: Int { (outputs + sliceRows - 1) / sliceRows }

    /// dW = slopesᵀ·x for a slice of W's rows, and Adam on them. `scratch` holds a slice.
    func update(slice: Int, _ x: UnsafePointer<Float>, batch: Int, step: AdamStep, scratch: UnsafeMutablePointer<Float>) {
        let first = slice * sliceRows, rows = min(sliceRows, outputs - first)
        Float.multiplyTransposed(
            slopes.pointer + first, leading: outputs, x, into: scratch, rows: rows, columns: inputs, depth: batch)
        let at = first * inputs
        TrainingKernels.adam(
            parameters.pointer + at, firstMoment.pointer + at, secondMoment.pointer + at, gradient: scratch, count: rows * inputs, step: step)
        TrainingKernels.columnSums(slopes.pointer, rows: batch, columns: outputs, start: first, count: rows, into: scratch)
        let biasAt = outputs * inputs + first
        TrainingKernels.adam(
            parameters.pointer + biasAt, firstMoment.pointer + biasAt, secondMoment.pointer + biasAt, gradient: scratch, count: rows, step: step)
    }

    /// Numbers that `update` needs to work in.
    var scratchCount: Int { max(sliceRows * inputs, sliceRows) }
}
