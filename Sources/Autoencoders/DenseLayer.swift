import Autodiff

/// y = f(x·Wᵀ + b) for a batch of rows, W [outputs, inputs]; its slices are rows of W.
final class DenseLayer: AutoencoderLayer, @unchecked Sendable {
    let inputs: Int, outputs: Int, relu: Bool
    let parameters: FloatBuffer, firstMoment: FloatBuffer, secondMoment: FloatBuffer
    let values: FloatBuffer, slopes: FloatBuffer
    let parts: [ParameterPart]
    /// r_j of a term Σ_j ½·r_j·‖w_j‖² of the loss over the batch, w_j the columns of W.
    var ridge: FloatBuffer?

    /// Rows of W in a slice: about this many numbers, so that slice and moments stay in the cache.
    private static let sliceSize = 24_000

    init(_ plan: LayerPlan, batch: Int) {
        (inputs, outputs, relu, parts) = (plan.inputs, plan.outputs, plan.relu, plan.parts)
        let count = outputs * inputs + outputs
        parameters = FloatBuffer(count)
        firstMoment = FloatBuffer(count)
        secondMoment = FloatBuffer(count)
        values = FloatBuffer(batch * outputs)
        slopes = FloatBuffer(batch * outputs)
    }

    var bias: UnsafeMutablePointer<Float> { parameters.pointer + outputs * inputs }

    var workspaceCount: Int { 0 }
    func parametersWereSet() {}

    func forward(_ x: UnsafePointer<Float>, rows: Range<Int>, workspace: UnsafeMutablePointer<Float>) {
        let y = values.pointer + rows.lowerBound * outputs
        Float.multiply(
            x + rows.lowerBound * inputs, transposed: false, parameters.pointer, transposed: true, into: y, beta: 0,
            rows: rows.count, columns: outputs, depth: inputs)
        TrainingKernels.addBias(y, bias, rows: rows.count, columns: outputs, relu: relu)
    }

    /// dx = slopes·W.
    func backward(
        _ x: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>?, rows: Range<Int>, slab: Int, workspace: UnsafeMutablePointer<Float>
    ) {
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
    func update(slice: Int, _ x: UnsafePointer<Float>, batch: Int, slabs: Int, step: AdamStep, scratch: UnsafeMutablePointer<Float>) {
        let first = slice * sliceRows, rows = min(sliceRows, outputs - first)
        Float.multiplyTransposed(
            slopes.pointer + first, leading: outputs, x, into: scratch, rows: rows, columns: inputs, depth: batch)
        let at = first * inputs
        if let ridge {
            for row in 0..<rows {
                for j in 0..<inputs { scratch[row * inputs + j] += ridge.pointer[j] * parameters.pointer[at + row * inputs + j] }
            }
        }
        TrainingKernels.adam(
            parameters.pointer + at, firstMoment.pointer + at, secondMoment.pointer + at, gradient: scratch, count: rows * inputs, step: step)
        TrainingKernels.columnSums(slopes.pointer, rows: batch, columns: outputs, start: first, count: rows, into: scratch)
        let biasAt = outputs * inputs + first
        TrainingKernels.adam(
            parameters.pointer + biasAt, firstMoment.pointer + biasAt, secondMoment.pointer + biasAt, gradient: scratch, count: rows, step: step)
    }

    var scratchCount: Int { max(sliceRows * inputs, sliceRows) }
}
