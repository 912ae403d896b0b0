/// What a model is, apart from its weights.
public struct ModelConfiguration: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// Code = encoder's output, loss = reconstruction alone.
        case ae
        case vae
        /// A VAE without hidden layers.
        case linearVAE = "linear_vae"
        /// A VAE whose KL counts β-fold.
        case betaVAE = "beta_vae"

        var samples: Bool { self != .ae }
    }

    public enum Likelihood: String, Sendable, CaseIterable {
        /// Summed cross-entropy from logits, for data in [0, 1].
        case bernoulli
        /// Σ (x − m)²/(2σ²) + ½ ln 2πσ² with a fixed σ.
        case gaussian
    }

    public var kind: Kind
    /// The shape of one item.
    public var shape: [Int]
    public var hidden: [Int]
    public var latent: Int
    public var likelihood: Likelihood
    public var beta: Double
    /// The Gaussian likelihood's standard deviation.
    public var sigma = 1.0

    public var inputs: Int { shape.reduce(1, *) }

    public init(kind: Kind = .vae, shape: [Int], hidden: [Int] = [400], latent: Int = 20, likelihood: Likelihood = .bernoulli, beta: Double = 1) {
        self.kind = kind
        self.shape = shape
        self.hidden = kind == .linearVAE ? [] : hidden
        self.latent = latent
        self.likelihood = likelihood
        self.beta = beta
    }
}
