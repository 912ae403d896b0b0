import Autodiff

/// An activation as a layer, element by element.
public enum Nonlinearity<Scalar: Real>: ParameterlessLayer {
    case relu, tanh, sigmoid, softplus
    /// x above 0, slope·x below.
    case leakyReLU(slope: Scalar = 0.01)
    /// x above 0, eˣ − 1 below (Clevert, Unterthiner & Hochreiter 2015, arXiv 1511.07289).
    case elu
    /// x·Φ(x), Φ being the standard normal's distribution function (Hendrycks & Gimpel 2016, arXiv 1606.08415).
    case gelu
    /// x·σ(x) (Elfwing, Uchibe & Doya 2017, arXiv 1702.03118).
    case silu

    public func output(for x: Tensor<Scalar>, noise: RandomStream?) throws(TensorError) -> Tensor<Scalar> {
        switch self {
        case .relu: try Autodiff.relu(x)
        case .tanh: try Autodiff.tanh(x)
        case .sigmoid: try Autodiff.sigmoid(x)
        case .softplus: try Autodiff.softplus(x)
        case let .leakyReLU(slope): try Autodiff.relu(x) + Tensor(slope) * negativePart(x)
        case .elu: try Autodiff.relu(x) + expm1(negativePart(x))
        case .gelu: try x * (0.5 * (1 + erf(x * Tensor(Scalar(0.5).squareRoot()))))
        case .silu: try x * Autodiff.sigmoid(x)
        }
    }

    /// min(x, 0), with slope 1 at 0, where that of relu is 0: the two add up to x.
    private func negativePart(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
        try clamp(x, -.infinity, 0)
    }
}
