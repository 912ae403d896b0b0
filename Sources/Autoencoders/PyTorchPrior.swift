/// p(z), and how q(z|x) is held to it, in PyTorch's words.
struct PyTorchPrior {
    let formula: String
    /// Of Python's own, to be imported.
    var modules: [String] = []
    /// Lines of the module's head, and of `__init__`.
    var constants: [String]
    var members: [String] = []
    /// From the draw of z to the loss, and a draw from the model, as they stand in the class.
    let methods: String

    init(_ configuration: ModelConfiguration) {
        constants = ["BETA = \(configuration.beta)"]
        guard let components = configuration.prior else {
            formula = "q(z|x) = N(mu, exp(logvar)), p(z) = N(0, 1)"
            methods = Self.draw + Self.standard
            return
        }
        formula = "q(z|x) = N(mu, exp(logvar)), p(z) a mixture of COMPONENTS Gaussians"
        modules = ["math"]
        constants.append("COMPONENTS = \(components)")
        members = [
            "self.prior = nn.ParameterDict({",
            "    \"mean\": torch.randn(COMPONENTS, LATENT),",
            "    \"logvar\": torch.zeros(COMPONENTS, LATENT),",
            "    \"logits\": torch.zeros(COMPONENTS),",
            "})",
        ]
        methods = Self.draw + Self.mixture
    }

    private static let draw = """
            def reparameterize(self, mu: Tensor, logvar: Tensor) -> Tensor:
                \"""A draw of z from q(z|x), through which gradients pass.\"""
                return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)


        """

    private static let standard = """
            def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
                \"""What the decoder makes of a draw of z, and q's mu and logvar.\"""
                mu, logvar = self.encode(x)
                return self.decode(self.reparameterize(mu, logvar)), mu, logvar

            def kl(self, mu: Tensor, logvar: Tensor) -> Tensor:
                \"""KL(q(z|x) || p(z)) of each item in nats, [n].\"""
                return 0.5 * (mu.square() + logvar.exp() - logvar - 1).sum(dim=1)

            def loss(self, x: Tensor) -> Tensor:
                \"""-log p(x|z) + BETA * KL by one draw of z, in nats an item.\"""
                outputs, mu, logvar = self(x)
                return (self.reconstruction(x, outputs) + BETA * self.kl(mu, logvar)).mean()

            @torch.no_grad()
            def sample(self, n: int) -> Tensor:
                \"""Means of p(x|z) for n codes drawn from the prior, [n, PIXELS].\"""
                return self.means(self.decode(torch.randn(n, LATENT, device=self.output.weight.device)))

        """

    private static let mixture = """
            def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
                \"""What the decoder makes of a draw of z, and q's mu and logvar.\"""
                mu, logvar = self.encode(x)
                return self.decode(self.reparameterize(mu, logvar)), mu, logvar

            def log_prior(self, z: Tensor) -> Tensor:
                \"""log p(z) of each row, [n].\"""
                mean, logvar, logits = (self.prior[name] for name in ("mean", "logvar", "logits"))
                squares = (z[:, None] - mean).square() * torch.exp(-logvar)
                components = -0.5 * (squares + logvar + math.log(2 * math.pi)).sum(dim=2)
                return torch.logsumexp(components + torch.log_softmax(logits, dim=0), dim=1)

            def kl(self, z: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
                \"""log q(z|x) - log p(z) at a draw of z, [n]: on the mean KL(q(z|x) || p(z)) in nats.\"""
                squares = (z - mu).square() * torch.exp(-logvar)
                return -0.5 * (squares + logvar + math.log(2 * math.pi)).sum(dim=1) - self.log_prior(z)

            def loss(self, x: Tensor) -> Tensor:
                \"""-log p(x|z) + BETA * KL by one draw of z, in nats an item.\"""
                mu, logvar = self.encode(x)
                z = self.reparameterize(mu, logvar)
                return (self.reconstruction(x, self.decode(z)) + BETA * self.kl(z, mu, logvar)).mean()

            @torch.no_grad()
            def sample(self, n: int) -> Tensor:
                \"""Means of p(x|z) for n codes drawn from the prior, [n, PIXELS].\"""
                mean, logvar, logits = (self.prior[name] for name in ("mean", "logvar", "logits"))
                k = torch.multinomial(torch.softmax(logits, dim=0), n, replacement=True)
                return self.means(self.decode(mean[k] + torch.exp(0.5 * logvar[k]) * torch.randn_like(mean[k])))

        """
}
