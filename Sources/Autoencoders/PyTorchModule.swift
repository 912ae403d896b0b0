/// A model as one `model.py` for PyTorch, written out for this very network: its layers by their sizes, its likelihood and its
/// prior by their formulas, and a script that trains on, on one machine or several. The names and layouts of its
/// `state_dict` are those of `model.safetensors`.
public struct PyTorchModule {
    private let configuration: ModelConfiguration
    private let layers: PyTorchLayers
    private let likelihood: PyTorchLikelihood
    private let prior: PyTorchPrior?

    public init(_ configuration: ModelConfiguration) {
        precondition(configuration.problem == nil, configuration.problem ?? "")
        self.configuration = configuration
        layers = PyTorchLayers(configuration)
        likelihood = PyTorchLikelihood(configuration)
        prior = configuration.kind.samples ? PyTorchPrior(configuration) : nil
    }

    /// The text of `model.py`.
    public var source: String { [opening, module, PyTorchScript.files, PyTorchScript.training(className)].joined(separator: "\n\n") }

    private var className: String {
        switch configuration.kind {
        case .ae: "Autoencoder"
        case .vae: "VAE"
        case .linearVAE: "LinearVAE"
        case .betaVAE: "BetaVAE"
        }
    }

    private var description: String {
        switch configuration.kind {
        case .ae: "An autoencoder"
        case .vae: "A variational autoencoder"
        case .linearVAE: "A linear variational autoencoder"
        case .betaVAE: "A variational autoencoder whose KL term counts \(configuration.beta)-fold"
        }
    }

    private var opening: String {
        let encoded = prior == nil ? "code, _" : "mu, logvar"
        let modules = Set(["argparse", "gzip", "json", "os", "struct"] + likelihood.modules + (prior?.modules ?? [])).sorted()
        var constants = ["PIXELS = \(configuration.inputs)", "LATENT = \(configuration.latent)"] + likelihood.constants
        constants += prior?.constants ?? []
        return """
            \"""\(description), \(configuration.sizes), with a \(likelihood.name) likelihood, as vaelearn trained it.

                import model
                net = model.load()                # with the weights that lie beside this file
                \(padded("\(encoded) = net.encode(x)"))# x [n, \(configuration.inputs)]\(likelihood.range), a row an item
                \(padded("\(likelihood.outputs) = net.decode(\(prior == nil ? "code" : "mu"))"))# [n, \(configuration.inputs)]

            Trained on, by one process or by many, the weights go back to model.safetensors, for vaelearn too:

                python model.py --data mnist/ --epochs 5
                torchrun --nproc-per-node 2 model.py --data mnist/ --epochs 5
                torchrun --nnodes 2 --nproc-per-node 2 --rdzv-backend c10d --rdzv-endpoint HOST:29400 model.py --data mnist/
                vaelearn sample .
            \"""

            from __future__ import annotations

            \(modules.map { "import \($0)" }.joined(separator: "\n"))
            from pathlib import Path

            import numpy as np
            import torch
            import torch.distributed as dist
            import torch.nn.functional as F
            from torch import Tensor, nn
            from torch.nn.parallel import DistributedDataParallel
            from torch.utils.data.distributed import DistributedSampler

            WEIGHTS = Path(__file__).resolve().with_name("model.safetensors")
            \(constants.joined(separator: "\n"))

            """
    }

    private func padded(_ text: String) -> String { text + String(repeating: " ", count: max(2, 34 - text.count)) }

    private var module: String {
        let encoder = prior == nil ? """
                def encode(self, x: Tensor) -> tuple[Tensor, None]:
                    \"""The code of each item, [n, LATENT]; being a point it has no logvar.\"""
            \(indented(layers.encode + ["return \(layers.posterior), None"], 8))

            """ : """
                def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
                    \"""Mean and log variance of q(z|x), [n, LATENT] each.\"""
            \(indented(layers.encode + ["mu, logvar = \(layers.posterior).chunk(2, dim=1)", "return mu, logvar"], 8))

            """
        let decoder = """
                def decode(self, z: Tensor) -> Tensor:
                    \"""\(likelihood.outputs.capitalized) of p(x|z), [n, PIXELS], for codes z [n, LATENT].\"""
            \(indented(layers.decode, 8))

                def means(self, outputs: Tensor) -> Tensor:
                    \"""The means of p(x|z), from what `decode` gives.\"""
            \(indented(likelihood.means, 8))

                def reconstruction(self, x: Tensor, outputs: Tensor) -> Tensor:
                    \"""-log p(x|z) of each item in nats, [n].\"""
            \(indented(likelihood.loss, 8))

            """
        let head = (prior?.classes ?? "") + """
            class \(className)(nn.Module):
                \"""\(prior.map { "\($0.formula); " } ?? "")\(likelihood.formula).\"""

                def __init__(self) -> None:
                    super().__init__()
            \(indented(layers.members + likelihood.members + (prior?.members ?? []), 8))

            """
        return [head, encoder, decoder, prior?.methods ?? Self.plainMethods].joined(separator: "\n")
    }

    private static let plainMethods = """
            def forward(self, x: Tensor) -> Tensor:
                \"""What the decoder makes of each item's code.\"""
                return self.decode(self.encode(x)[0])

            def loss(self, x: Tensor) -> Tensor:
                \"""In nats an item.\"""
                return self.reconstruction(x, self(x)).mean()

        """
}

/// Lines of Python so many columns to the right.
func indented(_ lines: [String], _ columns: Int) -> String {
    lines.map { $0.isEmpty ? "" : String(repeating: " ", count: columns) + $0 }.joined(separator: "\n")
}

extension String {
    fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst() }
}
