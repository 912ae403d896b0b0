import Autodiff

/// Where a NaN or an infinity came from.
extension FastAutoencoder {
    /// The first layer whose weights hold a NaN or an infinity.
    func brokenWeights() -> String? {
        if let layer = zip(layerNames, layers).first(where: { isBroken($1.parameters, $1.parameters.count) }) { return "the weights of \(layer.0)" }
        if let prior, isBroken(prior.parameters, prior.parameters.count) { return "the prior" }
        return logSigma.flatMap { $0.value.isFinite ? nil : LogSigma.name }
    }

    private func isBroken(_ buffer: FloatBuffer, _ count: Int) -> Bool {
        !UnsafeBufferPointer(start: buffer.pointer, count: count).allSatisfy(\.isFinite)
    }

    /// In the order of the computation, the first part that holds a NaN or an infinity.
    func firstNotFinite(rows: Int, _ loss: Loss) -> String {
        if let weights = brokenWeights() { return weights }
        for (index, (name, layer)) in zip(layerNames, layers).enumerated() {
            if isBroken(layer.values, rows * layer.outputs) { return "the output of \(name)" }
            guard index == middle, configuration.kind.samples else { continue }
            if isBroken(z, rows * configuration.latent) { return "the draw of z, through exp(logvar / 2)," }
            if !loss.kl.isFinite { return "the KL term, through exp(logvar)," }
        }
        return "the reconstruction's loss"
    }
}
