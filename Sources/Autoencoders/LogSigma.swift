import Autodiff

/// log σ of a Gaussian likelihood, one number for all pixels, learned with the weights. It is not held within bounds: the
/// loss has its minimum where σ² is the mean squared error, and data that can be told exactly, which have none, should be
/// seen to have none.
final class LogSigma: ParameterHolder {
    static let name = "log_sigma"

    let parameters = FloatBuffer(1), firstMoment = FloatBuffer(1), secondMoment = FloatBuffer(1)
    let parts = [ParameterPart(name: LogSigma.name, shape: [1], start: 0, fanIn: 1)]

    var value: Double { Double(parameters.pointer[0]) }

    func parametersWereSet() {}

    /// From the loss of n pixels, R = Σ (x − m)²/(2σ²) + n(½ ln 2π + log σ): dR/dlog σ = n − Σ (x − m)²/σ².
    func update(loss: Double, pixels: Int, step: AdamStep) {
        let n = Double(pixels)
        let squares = loss - n * (0.5 * Double.log(2 * .pi) + value)
        var slope = Float(n - 2 * squares)
        TrainingKernels.adam(parameters.pointer, firstMoment.pointer, secondMoment.pointer, gradient: &slope, count: 1, step: step)
    }
}
