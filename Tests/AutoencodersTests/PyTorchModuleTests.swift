import Autoencoders
import Foundation
import Testing

@Suite struct PyTorchModuleTests {
    static let models: [ModelConfiguration] = {
        var models = [
            ModelConfiguration(shape: [8, 8]), ModelConfiguration(shape: [64], hidden: [30, 20, 10], latent: 3), ModelConfiguration(shape: [7], hidden: [], latent: 1),
            ModelConfiguration(kind: .ae, shape: [8, 8], hidden: [5], latent: 2), ModelConfiguration(kind: .ae, shape: [5], hidden: [], latent: 2),
            ModelConfiguration(kind: .linearVAE, shape: [6], latent: 2, likelihood: .gaussian), ModelConfiguration(kind: .betaVAE, shape: [9], latent: 2, beta: 1e-5),
            ModelConfiguration(shape: [12, 8], latent: 3, body: .convolutional([4, 6])), ModelConfiguration(kind: .ae, shape: [1, 8, 4], latent: 3, body: .convolutional([5])),
            ModelConfiguration(shape: [64], latent: 2, body: .convolutional([2, 3, 4])),
        ]
        for likelihood in ModelConfiguration.Likelihood.allCases { models.append(ModelConfiguration(shape: [4, 3], latent: 2, likelihood: likelihood)) }
        var model = ModelConfiguration(shape: [6], latent: 2, likelihood: .gaussian)
        model.sigma = .learned
        models.append(model)
        model.sigma = .fixed(0.5)
        model.kl.freeBits = 0.25
        models.append(model)
        model.kl.freeBits = 0
        model.kl.capacity = 3
        models.append(model)
        model.prior = 4
        models.append(model)
        model = ModelConfiguration(shape: [8, 8], latent: 2, body: .convolutional([3]))
        model.prior = 5
        models.append(model)
        return models
    }()

    /// What `state_dict` would hold, read off `__init__`.
    private func stateDict(_ source: String) -> [String: [Int]] {
        var shapes: [String: [Int]] = [:], list: (name: String, count: Int)?, constants: [Substring: Substring] = [:], isPrior = false
        for line in source.split(separator: "\n") {
            let parts = line.split(separator: " = ")
            if parts.count == 2, parts[1].allSatisfy(\.isNumber) { constants[parts[0]] = parts[1] }
            if line.hasPrefix("class ") { isPrior = line.hasPrefix("class MixturePrior") }
            let words = line.drop { $0 == " " }
            if words.hasPrefix("self."), words.hasSuffix(" = nn.ModuleList([") {
                list = (String(words.dropFirst(5).prefix { $0 != " " }), 0)
                continue
            }
            if words == "])" { list = nil }
            guard words.hasPrefix("self.") && words.contains(" = nn.") || words.hasPrefix("nn."), let kind = words.split(separator: "nn.").last?.prefix(while: { $0 != "(" })
            else { continue }
            let name = list.map { "\($0.name).\($0.count)" } ?? String(words.dropFirst(5).prefix { $0 != " " })
            list?.count += 1
            let sizes = words.split(separator: "(").last!.split { " ,)".contains($0) }.compactMap { Int(constants[$0] ?? $0) }
            switch kind {
            case "Linear": (shapes[name + ".weight"], shapes[name + ".bias"]) = ([sizes[1], sizes[0]], [sizes[1]])
            case "Conv2d": (shapes[name + ".weight"], shapes[name + ".bias"]) = ([sizes[1], sizes[0], 4, 4], [sizes[1]])
            case "ConvTranspose2d": (shapes[name + ".weight"], shapes[name + ".bias"]) = ([sizes[0], sizes[1], 4, 4], [sizes[1]])
            case "Parameter": shapes[(isPrior ? "prior." : "") + name] = sizes
            default: Issue.record("\(line)")
            }
        }
        return shapes
    }

    @Test(arguments: models) func namesAndShapesAreThoseOfTheWeights(_ configuration: ModelConfiguration) {
        let weights = TrainedModel(configuration, seed: 1, threads: 1).weights
        #expect(stateDict(PyTorchModule(configuration).source) == Dictionary(uniqueKeysWithValues: weights.map { ($0.name, $0.shape) }))
    }

    @Test func readsAsWrittenByHand() {
        let source = PyTorchModule(ModelConfiguration(shape: [784], hidden: [400, 200])).source
        #expect(source.contains("""
            class VAE(nn.Module):
                \"""q(z|x) = N(mu, exp(logvar)), p(z) = N(0, 1); p(x|z) = Bernoulli(sigmoid(decode(z))).\"""

                def __init__(self) -> None:
                    super().__init__()
                    self.encoder = nn.ModuleList([
                        nn.Linear(784, 400),
                        nn.Linear(400, 200),
                    ])
                    self.posterior = nn.Linear(200, 40)
                    self.decoder = nn.ModuleList([
                        nn.Linear(20, 200),
                        nn.Linear(200, 400),
                    ])
                    self.output = nn.Linear(400, 784)

                def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
                    \"""Mean and log variance of q(z|x), [n, LATENT] each.\"""
                    h = x
                    for layer in self.encoder:
                        h = F.relu(layer(h))
                    mu, logvar = self.posterior(h).chunk(2, dim=1)
                    return mu, logvar

                def decode(self, z: Tensor) -> Tensor:
                    \"""Logits of p(x|z), [n, PIXELS], for codes z [n, LATENT].\"""
                    h = z
                    for layer in self.decoder:
                        h = F.relu(layer(h))
                    return self.output(h)

            """))
        // Nothing of a model that this is not, no line that a screen cuts off, no blank ends.
        for word in ["Conv", "SIGMA", "math", "CLASSES", "FREE_BITS", "GAMMA"] { #expect(!source.contains(word)) }
        for model in Self.models {
            let source = PyTorchModule(model).source
            #expect(source.split(separator: "\n").allSatisfy { $0.count <= 132 && !$0.hasSuffix(" ") } && source.hasSuffix("main()\n") && !source.contains("\n\n\n\n"))
        }
    }

    static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first { FileManager.default.isExecutableFile(atPath: $0) }
        ?? ProcessInfo.processInfo.environment["VAELEARN_PYTHON"]

    @Test(.enabled(if: python != nil, "Passed over: no python3.")) func isPython() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vaelearn-python-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (number, model) in Self.models.enumerated() {
            try Data(PyTorchModule(model).source.utf8).write(to: folder.appending(path: "m\(number).py"))
        }
        let process = Process(), errors = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [Self.python!, "-W", "error", "-m", "py_compile"] + Self.models.indices.map { folder.appending(path: "m\($0).py").path }
        process.standardError = errors
        try process.run()
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(said)")
    }
}
