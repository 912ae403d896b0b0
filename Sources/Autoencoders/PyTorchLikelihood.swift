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
            outputs = "means"
            range = ""
            modules = ["math"]
            means = ["return outputs"]
            switch configuration.sigma {
            case let .fixed(sigma):
                formula = "p(x|z) = N(decode(z), SIGMA^2)"
                constants = ["SIGMA = \(sigma)"]
                loss = [
                    "squares = ((x - outputs) / SIGMA).square().sum(dim=1)",
                    "return 0.5 * squares + PIXELS * (math.log(SIGMA) + 0.5 * math.log(2 * math.pi))",
                ]
            case .learned:
                formula = "p(x|z) = N(decode(z), exp(2 log_sigma))"
                members = ["self.\(LogSigma.name) = nn.Parameter(torch.zeros(1))"]
                loss = [
                    "squares = ((x - outputs) * torch.exp(-self.\(LogSigma.name))).square().sum(dim=1)",
                    "return 0.5 * squares + PIXELS * (self.\(LogSigma.name) + 0.5 * math.log(2 * math.pi))",
                ]
            }
        case .categorical:
            name = "categorical"
            formula = "p(x|z) = Categorical(softmax(decode(z))) in groups of CLASSES"
            outputs = "logits"
            constants = ["CLASSES = \(configuration.shape.last ?? 1)"]
            means = ["return torch.softmax(outputs.unflatten(1, (-1, CLASSES)), dim=2).flatten(1)"]
            loss = [
                "log_p = F.log_softmax(outputs.unflatten(1, (-1, CLASSES)), dim=2)",
                "return -(x.unflatten(1, (-1, CLASSES)) * log_p).sum(dim=(1, 2))",
            ]
        case .continuousBernoulli:
            name = "continuous Bernoulli"
            formula = "p(x|z) = exp(l x - A(l)) on [0, 1], l = decode(z), A(l) = log((e^l - 1) / l)"
            outputs = "logits"
            // Near 0 the quotients lose their digits, and the series have them all.
            means = [
                "near = outputs.abs() < 0.3",
                "l = torch.where(near, 1.0, outputs)",
                "return torch.where(near, 0.5 + outputs / 12 - outputs**3 / 720, -1 / torch.expm1(-l) - 1 / l)",
            ]
            loss = [
                "near = outputs.abs() < 0.3",
                "l = torch.where(near, 1.0, outputs.abs())",
                "far = F.relu(outputs) + torch.log(-torch.expm1(-l) / l)",
                "normaliser = torch.where(near, outputs / 2 + outputs**2 / 24 - outputs**4 / 2880, far)  # A(l)",
                "return (normaliser - x * outputs).sum(dim=1)",
            ]
        }
    }
}
