/// p(x|z) in PyTorch's words.
struct PyTorchLikelihood {
    let name: String
    let formula: String
    /// What the decoder gives.
    let outputs: String
    /// What is said of x in the opening.
    var range = " in [0, 1]"
    /// Of Python's own, to be imported.
    var modules: [String] = []
    /// Lines of the module's head, and of `__init__`.
    var constants: [String] = []
    var members: [String] = []
    /// Bodies of `means(outputs)` and of `reconstruction(x, outputs)`.
    let means: [String]
    let loss: [String]

    init(_ configuration: ModelConfiguration) {
        switch configuration.likelihood {
        case .bernoulli:
            name = "Bernoulli"
            formula = "p(x|z) = Bernoulli(sigmoid(decode(z)))"
            outputs = "logits"
            means = ["return torch.sigmoid(outputs)"]
            loss = ["return F.binary_cross_entropy_with_logits(outputs, x, reduction=\"none\").sum(dim=1)"]
        case .gaussian:
            name = "Gaussian"
            formula = "p(x|z) = N(decode(z), SIGMA^2)"
            outputs = "means"
            range = ""
            modules = ["math"]
            constants = ["SIGMA = \(configuration.sigma)"]
            means = ["return outputs"]
            loss = [
                "squares = ((x - outputs) / SIGMA).square().sum(dim=1)",
                "return 0.5 * squares + PIXELS * (math.log(SIGMA) + 0.5 * math.log(2 * math.pi))",
            ]
        }
    }
}
