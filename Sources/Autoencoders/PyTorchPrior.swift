/// p(z), and how q(z|x) is held to it, in PyTorch's words.
struct PyTorchPrior {
    let formula = "q(z|x) = N(mu, exp(logvar)), p(z) = N(0, 1)"
    /// Lines of the module's head, and of `__init__`.
    let constants: [String]
    let members: [String] = []
    /// From the draw of z to the loss, and a draw from the model, as they stand in the class.
    let methods: String

    init(_ configuration: ModelConfiguration) {
        let rule = configuration.kl, weighed: String, price: [String]
        if let capacity = rule.capacity {
            constants = ["CAPACITY = \(capacity)", "GAMMA = \(rule.gamma)"]
            weighed = "GAMMA * |KL - CAPACITY|"
            price = ["kl = self.kl(mu, logvar).sum(dim=1).mean()", "return self.reconstruction(x, outputs).mean() + GAMMA * (kl - CAPACITY).abs()"]
        } else if rule.freeBits > 0 {
            constants = ["BETA = \(rule.beta)", "FREE_BITS = \(rule.freeBits)"]
            weighed = "BETA * KL, in which a unit counts FREE_BITS at least,"
            price = [
                "units = self.kl(mu, logvar).mean(dim=0)",
                "return self.reconstruction(x, outputs).mean() + BETA * units.clamp(min=FREE_BITS).sum()",
            ]
        } else {
            constants = ["BETA = \(rule.beta)"]
            weighed = "BETA * KL"
            price = ["return (self.reconstruction(x, outputs) + BETA * self.kl(mu, logvar).sum(dim=1)).mean()"]
        }
        methods = """
                def reparameterize(self, mu: Tensor, logvar: Tensor) -> Tensor:
                    \"""A draw of z from q(z|x), through which gradients pass.\"""
                    return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

                def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
                    \"""What the decoder makes of a draw of z, and q's mu and logvar.\"""
                    mu, logvar = self.encode(x)
                    return self.decode(self.reparameterize(mu, logvar)), mu, logvar

                def kl(self, mu: Tensor, logvar: Tensor) -> Tensor:
                    \"""KL(q(z|x) || p(z)) of each item and unit in nats, [n, LATENT].\"""
                    return 0.5 * (mu.square() + logvar.exp() - logvar - 1)

                def loss(self, x: Tensor) -> Tensor:
                    \"""-log p(x|z) + \(weighed) by one draw of z, in nats an item.\"""
                    outputs, mu, logvar = self(x)
            \(indented(price, 8))

                @torch.no_grad()
                def sample(self, n: int) -> Tensor:
                    \"""Means of p(x|z) for n codes drawn from the prior, [n, PIXELS].\"""
                    return self.means(self.decode(torch.randn(n, LATENT, device=self.output.weight.device)))

            """
    }
}
