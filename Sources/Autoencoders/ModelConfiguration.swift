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

    public enum Body: Sendable, Equatable {
        /// Fully connected layers of these sizes, and back.
        case dense([Int])
        /// Convolutions with 4x4 windows, stride 2 and padding 1 to images of these many channels, and transposed ones back.
        case convolutional([Int])

        /// Layers on each side, the one to or from the latent variables apart.
        var depth: Int {
            switch self {
            case let .dense(sizes), let .convolutional(sizes): sizes.count
            }
        }

        /// Rows that go through the network together: an image's work is larger in convolutions.
        var slabRows: Int { if case .dense = self { 32 } else { 16 } }
    }

    public var kind: Kind
    /// The shape of one item.
    public var shape: [Int]
    public var body: Body
    public var latent: Int
    public var likelihood: Likelihood
    /// How many learned Gaussians p(z) is a mixture of; N(0, 1) where nil.
    public var prior: Int?
    /// How the KL term counts.
    public var kl: KLRule
    /// The reconstruction's expectation over q(z|x) in closed form instead of one draw: of a linear decoder alone.
    public var isExpected = false
    /// The Gaussian likelihood's standard deviation.
    public var sigma = Sigma.fixed(1)

    public var beta: Double {
        get { kl.beta }
        set { kl.beta = newValue }
    }

    public var inputs: Int { shape.reduce(1, *) }

    /// Sizes of the fully connected layers, where the body is made of these.
    public var hidden: [Int] { if case let .dense(sizes) = body { sizes } else { [] } }

    /// Channels of the convolutions, where the body is made of these.
    public var channels: [Int] { if case let .convolutional(channels) = body { channels } else { [] } }

    /// The sizes from data to latents: "784-400-20", or "28x28x1-14x14x32-7x7x64-20".
    public var sizes: String {
        guard let image, !channels.isEmpty else { return ([inputs] + hidden + [latent]).map(String.init).joined(separator: "-") }
        let images = ([1] + channels).enumerated().map { "\(image.height >> $0)x\(image.width >> $0)x\($1)" }
        return (images + ["\(latent)"]).joined(separator: "-")
    }

    /// An item as a grey picture: [h, w], [1, h, w], or a row of square length.
    var image: (height: Int, width: Int)? {
        let side = Int(Double(inputs).squareRoot().rounded())
        return switch shape.count {
        case 1: side * side == inputs ? (side, side) : nil
        case 2: (shape[0], shape[1])
        case 3: shape[0] == 1 ? (shape[1], shape[2]) : nil
        default: nil
        }
    }

    /// Why there can be no such objective for this network.
    public var objectiveProblem: String? {
        if let problem = kl.problem { return problem }
        if !kind.samples, !kl.isPlain || prior != nil { return "an autoencoder has no KL term, and so no warm-up, free bits, capacity or prior" }
        if let prior {
            guard (1...1000).contains(prior), prior * latent <= 1 << 20 else { return "a mixture prior has 1 to 1000 components, and at most \(1 << 20) means in all" }
            if kl.freeBits > 0 { return "free bits count each unit's KL, and a mixture prior has one for all units together" }
            if isExpected { return "the expected reconstruction goes without draws, and a mixture prior needs them" }
        }
        if isExpected, kind != .linearVAE || likelihood != .gaussian {
            return "the expected reconstruction has a closed form for linear_vae with a gaussian likelihood alone"
        }
        return nil
    }

    /// Why there can be no such network.
    public var problem: String? {
        guard case let .convolutional(channels) = body else { return nil }
        guard kind != .linearVAE else { return "a linear VAE has no convolutions" }
        guard (1...8).contains(channels.count), channels.allSatisfy({ (1...1024).contains($0) }) else {
            return "a convolutional body has 1 to 8 layers of 1 to 1024 channels"
        }
        guard let image else { return "convolutions need grey pictures, and the items have shape \(shape)" }
        let factor = 1 << channels.count
        guard image.height > 0, image.width > 0, image.height % factor == 0, image.width % factor == 0 else {
            return "\(channels.count) convolutions halve a picture \(channels.count) times, and \(image.height)x\(image.width) is not divisible by \(factor)"
        }
        guard image.height <= 4096, image.width <= 4096, image.height * image.width * channels[0] <= 1 << 22 else {
            return "pictures of \(image.height)x\(image.width) are too large for \(channels[0]) channels"
        }
        return nil
    }

    public init(
        kind: Kind = .vae, shape: [Int], hidden: [Int] = [400], latent: Int = 20, likelihood: Likelihood = .bernoulli, beta: Double = 1,
        body: Body? = nil
    ) {
        self.kind = kind
        self.shape = shape
        self.body = body ?? .dense(kind == .linearVAE ? [] : hidden)
        self.latent = latent
        self.likelihood = likelihood
        kl = KLRule(beta: beta)
    }
}
