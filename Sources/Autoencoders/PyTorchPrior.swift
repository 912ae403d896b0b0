/// p(z), and how q(z|x) is held to it, in PyTorch's words.
struct PyTorchPrior {
    let formula: String
    /// Of Python's own, to be imported.
    let modules: [String]
    /// Lines of the module's head, and of `__init__`.
    let constants: [String]
    let members: [String]
    /// Text before the model's class.
    let classes: String
    /// From the draw of z to the loss, and a draw from the model, as they stand in the class.
    let methods: String

    init(_ configuration: ModelConfiguration) {
        let rule = Rule(configuration.kl, total: configuration.prior == nil ? "kl.sum(dim=1)" : "kl")
        if let components = configuration.prior {
            formula = "q(z|x) = N(mu, exp(logvar)), p(z) a mixture of COMPONENTS Gaussians"
            modules = ["math"]
            constants = rule.constants + ["COMPONENTS = \(components)"]
            members = ["self.prior = MixturePrior()"]
            classes = Self.mixtureClass
            methods = Self.methods(divergence: Self.mixtureDivergence, kl: "self.kl(mu, logvar, z)", rule, codes: "self.prior.sample(n)")
        } else {
            formula = "q(z|x) = N(mu, exp(logvar)), p(z) = N(0, 1)"
            (modules, members, classes) = ([], [], "")
            constants = rule.constants
            methods = Self.methods(
                divergence: Self.standardDivergence, kl: "self.kl(mu, logvar)", rule, codes: "torch.randn(n, LATENT, device=self.output.weight.device)")
        }
    }

    /// How the KL term counts in the loss.
    private struct Rule {
        let constants: [String]
        /// For a sentence, and as an expression of `kl` in nats an item.
        let summary: String, weighed: String

        init(_ rule: KLRule, total: String) {
            if let capacity = rule.capacity {
                constants = ["CAPACITY = \(capacity)", "GAMMA = \(rule.gamma)"]
                (summary, weighed) = ("GAMMA * |KL - CAPACITY|", "GAMMA * (\(total).mean() - CAPACITY).abs()")
            } else if rule.freeBits > 0 {
                constants = ["BETA = \(rule.beta)", "FREE_BITS = \(rule.freeBits)"]
                (summary, weighed) = ("BETA * KL, a unit counting FREE_BITS at least,", "BETA * kl.mean(dim=0).clamp(min=FREE_BITS).sum()")
            } else {
                constants = ["BETA = \(rule.beta)"]
                (summary, weighed) = ("BETA * KL", "BETA * \(total).mean()")
            }
        }
    }

    private static func methods(divergence: String, kl: String, _ rule: Rule, codes: String) -> String {
        """
            def reparameterize(self, mu: Tensor, logvar: Tensor) -> Tensor:
                \"""A draw of z from q(z|x), through which gradients pass.\"""
                return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

            def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
                \"""What the decoder makes of a draw of z, and q's mu and logvar.\"""
                mu, logvar = self.encode(x)
                return self.decode(self.reparameterize(mu, logvar)), mu, logvar

        \(divergence)
            def loss(self, x: Tensor) -> Tensor:
                \"""-log p(x|z) + \(rule.summary) by one draw of z, in nats an item.\"""
                mu, logvar = self.encode(x)
                z = self.reparameterize(mu, logvar)
                kl = \(kl)
                return self.reconstruction(x, self.decode(z)).mean() + \(rule.weighed)

            @torch.no_grad()
            def sample(self, n: int) -> Tensor:
                \"""Means of p(x|z) for n codes drawn from the prior, [n, PIXELS].\"""
                return self.means(self.decode(\(codes)))

        """
    }

    private static let standardDivergence = """
            def kl(self, mu: Tensor, logvar: Tensor) -> Tensor:
                \"""KL(q(z|x) || p(z)) of each item and unit in nats, [n, LATENT].\"""
                return 0.5 * (mu.square() + logvar.exp() - logvar - 1)

        """

    private static let mixtureDivergence = """
            def kl(self, mu: Tensor, logvar: Tensor, z: Tensor) -> Tensor:
                \"""log q(z|x) - log p(z) at a draw of z, on the mean KL(q(z|x) || p(z)), in nats, [n].\"""
                squares = (z - mu).square() * torch.exp(-logvar)
                return -0.5 * (squares + logvar + math.log(2 * math.pi)).sum(dim=1) - self.prior.log_prob(z)

        """

    private static let mixtureClass = """
        class MixturePrior(nn.Module):
            \"""p(z) = sum_k softmax(logits)_k N(z; mean_k, exp(logvar_k)).\"""

            def __init__(self) -> None:
                super().__init__()
                self.mean = nn.Parameter(torch.randn(COMPONENTS, LATENT))
                self.logvar = nn.Parameter(torch.zeros(COMPONENTS, LATENT))
                self.logits = nn.Parameter(torch.zeros(COMPONENTS))

            def log_prob(self, z: Tensor) -> Tensor:
                \"""log p(z) of each row, [n].\"""
                squares = (z[:, None] - self.mean).square() * torch.exp(-self.logvar)
                components = -0.5 * (squares + self.logvar + math.log(2 * math.pi)).sum(dim=2)
                return torch.logsumexp(components + torch.log_softmax(self.logits, dim=0), dim=1)

            def sample(self, n: int) -> Tensor:
                \"""Draws of z, [n, LATENT].\"""
                chosen = torch.multinomial(torch.softmax(self.logits, dim=0), n, replacement=True)
                return self.mean[chosen] + torch.exp(0.5 * self.logvar[chosen]) * torch.randn_like(self.mean[chosen])



        """
}
