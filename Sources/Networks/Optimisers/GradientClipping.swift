import Autodiff

/// The length of all gradients taken as one vector. Summed in double precision; not a number if one of them is not.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func globalNorm<Scalar: Real>(_ gradients: [Tensor<Scalar>]) -> Double {
    var sum = 0.0
    for gradient in gradients {
        let g = gradient.pointer
        for i in 0..<gradient.count { sum += Double(g[i]) * Double(g[i]) }
    }
    return sum.squareRoot()
}

/// g ← g·min(1, limit/‖g‖) with ‖g‖ over all gradients together (Pascanu, Mikolov & Bengio, "On the difficulty of training
/// recurrent neural networks", arXiv 1211.5063). PyTorch adds 1e-6 to the norm, and so does this. Gives back the norm from before.
public func clip<Scalar: Real>(_ gradients: inout [Tensor<Scalar>], toNorm limit: Double) throws(TensorError) -> Double {
    precondition(limit > 0, "the limit must be above 0")
    let norm = globalNorm(gradients)
    let scale = limit / (norm + 1e-6)
    guard !(scale >= 1) else { return norm }
    for position in gradients.indices { gradients[position] = try gradients[position] * Tensor(Scalar(scale)) }
    return norm
}
