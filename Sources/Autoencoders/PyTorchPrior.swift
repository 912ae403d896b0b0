/// p(z), and how q(z|x) is held to it, in PyTorch's words.
struct PyTorchPrior {
    let formula = "q(z|x) = N(mu, exp(logvar)), p(z) = N(0, 1)"
    /// Lines of the module's head, and of `__init__`.
    let constants: [String]
    let members: [String] = []
    /// From the draw of z to the loss, and a draw from the model, as they stand in the class.
    let methods: String

    init(_ configuration: ModelConfiguration) {
        constants = ["BETA = \(configuration.beta)"]
        methods = """
                def reparameterize(self, mu: Tensor, logvar: Tensor) -> Tensor:
                    \"""A draw of z from q(z|x), through which gradients pass.\"""
                    return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

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
    }
}
