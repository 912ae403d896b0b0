import Autodiff

/// While training, which is when there is noise, each element is 0 with probability `rate` and scaled by 1/(1 − rate)
/// otherwise; else x itself (Srivastava et al., "Dropout", 2014).
public struct Dropout<Scalar: Real>: ParameterlessLayer {
    public let rate: Scalar

    public init(rate: Scalar) {
        precondition(rate >= 0 && rate < 1, "the rate must be at least 0 and below 1, not \(rate)")
        self.rate = rate
    }

    public func output(for x: Tensor<Scalar>, noise: RandomStream?) throws(TensorError) -> Tensor<Scalar> {
        guard let noise else { return x }
        return try dropout(x, rate: rate, draws: uniform(x.shape, bound: 0.5, from: noise) + 0.5)
    }
}
