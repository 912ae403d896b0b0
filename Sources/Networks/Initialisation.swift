import Autodiff

/// How weights begin. Fans are how many numbers each output is made of, and how many outputs each input goes into.
public enum Initialisation: Sendable {
    /// What PyTorch does for linear and convolution layers: uniform on ±1/√fanIn, biases too.
    case standard
    /// Uniform on ±√(6/(fanIn + fanOut)), biases 0 (Glorot & Bengio, "Understanding the difficulty of training deep
    /// feedforward neural networks", 2010).
    case glorotUniform
    /// Normal with variance 2/(fanIn + fanOut), biases 0.
    case glorotNormal
    /// Uniform on ±√(6/fanIn), biases 0 (He, Zhang, Ren & Sun, "Delving deep into rectifiers", 2015): for ReLU.
    case heUniform
    /// Normal with variance 2/fanIn, biases 0.
    case heNormal

    func weight<Scalar: Real>(
        _ shape: Shape, fanIn: Int, fanOut: Int, from stream: RandomStream
    ) throws(TensorError) -> Tensor<Scalar> {
        let into = Double(max(fanIn, 1)), both = Double(max(fanIn + fanOut, 1))
        return switch self {
        case .standard: try uniform(shape, bound: 1 / into.squareRoot(), from: stream)
        case .glorotUniform: try uniform(shape, bound: (6 / both).squareRoot(), from: stream)
        case .glorotNormal: try normal(shape, deviation: (2 / both).squareRoot(), from: stream)
        case .heUniform: try uniform(shape, bound: (6 / into).squareRoot(), from: stream)
        case .heNormal: try normal(shape, deviation: (2 / into).squareRoot(), from: stream)
        }
    }

    func bias<Scalar: Real>(_ shape: Shape, fanIn: Int, from stream: RandomStream) throws(TensorError) -> Tensor<Scalar> {
        guard case .standard = self else { return try .zeros(shape) }
        return try uniform(shape, bound: 1 / Double(max(fanIn, 1)).squareRoot(), from: stream)
    }
}

// Drawn in double precision and rounded, so that a network begins alike in both.

/// Uniform on ±`bound`.
func uniform<Scalar: Real>(_ shape: Shape, bound: Double, from stream: RandomStream) throws(TensorError) -> Tensor<Scalar> {
    var stream = stream
    return try scaled(.uniform(shape, from: &stream), by: 2 * bound, shiftedBy: -bound)
}

/// Normal with mean 0.
func normal<Scalar: Real>(_ shape: Shape, deviation: Double, from stream: RandomStream) throws(TensorError) -> Tensor<Scalar> {
    var stream = stream
    return try scaled(.normal(shape, from: &stream), by: deviation, shiftedBy: 0)
}

@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
private func scaled<Scalar: Real>(
    _ draws: Tensor<Double>, by scale: Double, shiftedBy shift: Double
) throws(TensorError) -> Tensor<Scalar> {
    let from = draws.pointer, count = draws.count
    return try Tensor(shape: draws.shape) { to in
        for i in 0..<count { to[i] = Scalar(shift + scale * from[i]) }
    }
}
