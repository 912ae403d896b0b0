/// The layers of a network in PyTorch's words: how they are made, and how a row goes through them.
struct PyTorchLayers {
    /// Lines of `__init__`.
    let members: [String]
    /// Lines from x to h, and then the layer `posterior` on it.
    let encode: [String]
    let posterior: String
    /// Lines from z to what is returned.
    let decode: [String]

    init(_ configuration: ModelConfiguration) {
        let plan = LayerPlan.all(configuration)
        func made(_ part: String) -> [String] { plan.filter { $0.name.hasPrefix(part + ".") }.map(Self.constructor) }
        func list(_ name: String) -> [String] {
            let layers = made(name)
            return layers.isEmpty ? [] : ["self.\(name) = nn.ModuleList(["] + layers.map { "    \($0)," } + ["])"]
        }
        func one(_ name: String) -> String { "self.\(name) = " + Self.constructor(plan.first { $0.name == name }!) }
        members = list("encoder") + [one("posterior")] + list("decoder") + [one("output")]

        func loop(_ layers: String) -> [String] { ["for layer in \(layers):", "    h = F.relu(layer(h))"] }
        if let image = configuration.image, let last = configuration.channels.last {
            let depth = configuration.channels.count
            encode = ["h = x.unflatten(1, (1, \(image.height), \(image.width)))"] + loop("self.encoder")
            posterior = "self.posterior(h.flatten(1))"
            decode = ["h = F.relu(self.decoder[0](z)).unflatten(1, (\(last), \(image.height >> depth), \(image.width >> depth)))"]
                + (depth > 1 ? loop("self.decoder[1:]") : []) + ["return self.output(h).flatten(1)"]
        } else if configuration.hidden.isEmpty {
            (encode, posterior, decode) = ([], "self.posterior(x)", ["return self.output(z)"])
        } else {
            encode = ["h = x"] + loop("self.encoder")
            posterior = "self.posterior(h)"
            decode = ["h = z"] + loop("self.decoder") + ["return self.output(h)"]
        }
    }

    private static func constructor(_ layer: LayerPlan) -> String {
        switch layer.form {
        case let .dense(inputs, outputs, _, _): "nn.Linear(\(inputs), \(outputs))"
        case let .convolution(windows, depth, isTransposed: false): "nn.Conv2d(\(windows.channels), \(depth), 4, stride=2, padding=1)"
        case let .convolution(windows, depth, isTransposed: true): "nn.ConvTranspose2d(\(depth), \(windows.channels), 4, stride=2, padding=1)"
        }
    }
}
