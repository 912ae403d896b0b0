import Autodiff

// Functions of numbers put on the tape with slopes of their own. What flows back is first order, as all gradients are.

/// f element by element, `f` giving value and slope.
func lifted(_ x: Tensor<Double>, _ f: (Double) -> (value: Double, slope: Double)) throws -> Tensor<Double> {
    var slopes: [Double] = []
    if x.isTracked { slopes.reserveCapacity(x.count) }
    let values = try Tensor<Double>(shape: x.shape) { to in
        for (index, element) in x.buffer.enumerated() {
            let (value, slope) = f(element)
            to[index] = value
            if x.isTracked { slopes.append(slope) }
        }
    }
    guard x.isTracked else { return values }
    return try straightThrough(values, gradientOf: x * Tensor(slopes, shape: x.shape))
}

/// f of two tensors broadcast against each other, `f` giving value and both slopes.
func lifted(
    _ x: Tensor<Double>, _ y: Tensor<Double>, _ f: (Double, Double) -> (value: Double, slopeX: Double, slopeY: Double)
) throws -> Tensor<Double> {
    let shape = try common(x, y)
    let (x, y) = (try broadcast(x, to: shape), try broadcast(y, to: shape))
    let tracked = x.isTracked || y.isTracked
    var (slopesX, slopesY): ([Double], [Double]) = ([], [])
    let values = try Tensor<Double>(shape: shape) { to in
        for index in 0..<x.count {
            let (value, slopeX, slopeY) = f(x.buffer[index], y.buffer[index])
            to[index] = value
            if tracked {
                slopesX.append(slopeX)
                slopesY.append(slopeY)
            }
        }
    }
    guard tracked else { return values }
    let soft = try x * Tensor(slopesX, shape: shape) + y * Tensor(slopesY, shape: shape)
    return try straightThrough(values, gradientOf: soft)
}

/// `value` inside, `outside` where the mask is not 0; no gradient comes from where it was not chosen.
func masked(_ mask: Tensor<Double>, _ outside: Double, _ value: Tensor<Double>) throws -> Tensor<Double> {
    try choose(mask, Tensor(outside), value)
}

/// 1 where a or b is.
func either(_ a: Tensor<Double>, _ b: Tensor<Double>) throws -> Tensor<Double> { try maximum(a, b) }

/// p · x, where p = 0 makes 0 of anything: 0 · ln 0 = 0.
func weighted(_ p: Tensor<Double>, _ x: Tensor<Double>) throws -> Tensor<Double> {
    let absent = try compare(p, 0, .equal)
    return try masked(absent, 0, p * choose(absent, 0, x))
}

/// ln p with ln 0 = -inf and a gradient of 0 there.
func logOfProbability(_ p: Tensor<Double>) throws -> Tensor<Double> {
    let absent = try compare(p, 0, .equal)
    return try masked(absent, -.infinity, log(choose(absent, 1, p)))
}

func square(_ x: Tensor<Double>) throws -> Tensor<Double> { try x * x }
