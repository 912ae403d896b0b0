/// (x − mean)/√(var + ε) along the last axis, times a gain, plus a bias, both of that axis' length. With x̂ the normalised
/// values and ĝ = g·gain: dx = (ĝ − mean(ĝ) − x̂·mean(ĝ·x̂))/√(var + ε) (Ba, Kiros & Hinton 2016, arXiv 1607.06450).
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func layerNorm<Scalar>(
    _ x: Tensor<Scalar>, gain: Tensor<Scalar>, bias: Tensor<Scalar>, epsilon: Scalar = 1e-5
) throws(TensorError) -> Tensor<Scalar> {
    guard x.rank > 0 else { throw .axisOutOfRange(operation: .layerNorm, axis: -1, shape: x.shape) }
    let (rows, width, _) = x.shape.split(at: x.rank - 1)
    guard gain.shape == [width], bias.shape == [width] else {
        throw .mismatched(
            operation: .layerNorm, detail: "gain and bias of shapes \(gain.shape) and \(bias.shape) do not fit rows of \(width)")
    }
    let from = x.pointer
    var scales = [Scalar](repeating: 0, count: rows)
    let normalised = try Tensor<Scalar>(shape: x.shape) { to in
        let n = Scalar(width)
        for row in 0..<rows {
            let x = from + row * width, y = to + row * width
            let mean = sumOfContiguous(x, width) / n
            for i in 0..<width { y[i] = (x[i] - mean) * (x[i] - mean) }
            let scale = 1 / (sumOfContiguous(UnsafePointer(y), width) / n + epsilon).squareRoot()
            for i in 0..<width { y[i] = (x[i] - mean) * scale }
            scales[row] = scale
        }
    }
    let gain0 = gain.detached
    let value = try Tensor.zip(.layerNorm, Tensor.zip(.layerNorm, normalised, gain0, *), bias.detached, +)
    return try value.recorded(.layerNorm, [x, gain, bias]) { [scales] (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            let scaled = try Tensor.zip(.layerNorm, g, gain0, *)
            let both = try scaled.map(normalised, *)
            return try Tensor(shape: g.shape) { to in
                let n = Scalar(width)
                for row in 0..<rows {
                    let at = row * width
                    let g = scaled.pointer + at, y = normalised.pointer + at
                    let meanG = sumOfContiguous(g, width) / n, meanGY = sumOfContiguous(both.pointer + at, width) / n
                    for i in 0..<width { to[at + i] = (g[i] - meanG - y[i] * meanGY) * scales[row] }
                }
            }
        }
        try inputs.add(1) { () throws(TensorError) in try g.map(normalised, *).summed(to: [width]) }
        try inputs.add(2) { () throws(TensorError) in try g.summed(to: [width]) }
    }
}
