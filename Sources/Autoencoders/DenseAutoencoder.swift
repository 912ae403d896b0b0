import Autodiff

/// An autoencoder of fully connected layers, plain or variational, with room for a batch: the fast form of the step.
/// `DenseObjective` is the same on the tape, to be read, and to hold this one against.
///
///     x → encoder → (μ, v = log σ²) → z = μ + e^(v/2) ε → decoder → logits or mean
///     loss = −log p(x|z) + β·KL(N(μ, σ²) ‖ N(0, 1)), summed over pixels, latents and rows
package final class DenseAutoencoder: @unchecked Sendable {
    let configuration: ModelConfiguration
    let batch: Int
    let encoder: [DenseLayer]
    /// To (μ, v) side by side, or to the code.
    let posterior: DenseLayer
    let decoder: [DenseLayer]
    let output: DenseLayer
    private let x: FloatBuffer, noise: FloatBuffer, z: FloatBuffer, zSlopes: FloatBuffer
    private let pool: WorkerPool
    private let scratch: [FloatBuffer]
    /// A slice of a layer's weights each, the longest first.
    private let slices: [(layer: Int, slice: Int)]
    private let layers: [DenseLayer]
    private let layerNames: [String]

    /// Rows that go through the network together: pieces of the work, whatever the number of threads.
    static let slabRows = 32

    /// Name, inputs and outputs of each layer, in the order of the network.
    static func plan(_ configuration: ModelConfiguration) -> [(name: String, inputs: Int, outputs: Int)] {
        let hidden = configuration.hidden, latent = configuration.latent
        func chain(_ name: String, _ sizes: [Int]) -> [(name: String, inputs: Int, outputs: Int)] {
            zip(sizes, sizes.dropFirst()).enumerated().map { ("\(name).\($0)", $1.0, $1.1) }
        }
        return chain("encoder", [configuration.inputs] + hidden)
            + [("posterior", hidden.last ?? configuration.inputs, configuration.kind.samples ? 2 * latent : latent)]
            + chain("decoder", [latent] + hidden.reversed())
            + [("output", hidden.first ?? latent, configuration.inputs)]
    }

    /// What it takes in memory: weights, two moments, the slices' gradients, and a batch's values and slopes.
    static func bytes(_ configuration: ModelConfiguration, batch: Int) -> Double {
        let sizes = plan(configuration).map { (weights: Double($0.outputs) * Double($0.inputs + 1), outputs: Double($0.outputs)) }
        let row = Double(configuration.inputs + 3 * configuration.latent) + 2 * sizes.reduce(0) { $0 + $1.outputs }
        return 4 * (4 * sizes.reduce(0) { $0 + $1.weights } + Double(batch) * row)
    }

    package init(_ configuration: ModelConfiguration, batch: Int, pool: WorkerPool) {
        self.configuration = configuration
        self.batch = batch
        self.pool = pool
        let plan = Self.plan(configuration), middle = configuration.hidden.count, latent = configuration.latent
        let made = plan.enumerated().map { index, layer in
            DenseLayer(inputs: layer.inputs, outputs: layer.outputs, relu: index != middle && index != plan.count - 1, batch: batch)
        }
        layers = made
        layerNames = plan.map(\.name)
        encoder = Array(made[..<middle])
        posterior = made[middle]
        decoder = Array(made[(middle + 1)..<(made.count - 1)])
        output = made[made.count - 1]
        x = FloatBuffer(batch * configuration.inputs)
        noise = FloatBuffer(batch * latent)
        z = FloatBuffer(batch * latent)
        zSlopes = FloatBuffer(batch * latent)
        slices = made.indices.flatMap { layer in (0..<made[layer].sliceCount).map { (layer, $0) } }
            .sorted { made[$0.layer].scratchCount > made[$1.layer].scratchCount }
        let largest = made.map(\.scratchCount).max() ?? 0
        scratch = (0..<slices.count).map { _ in FloatBuffer(largest) }
    }

    package typealias Parameter = (name: String, shape: [Int], numbers: UnsafeMutableBufferPointer<Float>)

    /// Name, shape and numbers of each parameter, in the order of the network.
    package var parameters: [Parameter] { named(\.parameters, suffix: "") }

    /// Adam's moments of each parameter.
    package var moments: [Parameter] { named(\.firstMoment, suffix: ".m") + named(\.secondMoment, suffix: ".v") }

    private func named(_ buffer: KeyPath<DenseLayer, FloatBuffer>, suffix: String) -> [Parameter] {
        zip(layerNames, layers).flatMap { name, layer in
            let start = layer[keyPath: buffer].pointer, count = layer.outputs * layer.inputs
            return [
                (name + ".weight" + suffix, [layer.outputs, layer.inputs], UnsafeMutableBufferPointer(start: start, count: count)),
                (name + ".bias" + suffix, [layer.outputs], UnsafeMutableBufferPointer(start: start + count, count: layer.outputs)),
            ]
        }
    }

    package func initialise(from stream: RandomStream) {
        for (name, layer) in zip(layerNames, layers) { layer.initialise(from: stream, name: name) }
    }

    // MARK: One batch

    /// Loss of a batch in nats, summed over its rows.
    package struct Loss: Equatable {
        package var reconstruction = 0.0
        package var kl = 0.0

        var isFinite: Bool { reconstruction.isFinite && kl.isFinite }
    }

    /// `gather` writes the rows asked for into the batch; `draws` are this batch's own. Without a step the weights stay,
    /// and also where the loss is not finite: what is broken can then still be found.
    package func run(rows count: Int, gather: (Range<Int>, UnsafeMutablePointer<Float>) -> Void, draws: RandomStream, step: AdamStep?) -> Loss {
        let slabs = (count + Self.slabRows - 1) / Self.slabRows
        return withUnsafeTemporaryAllocation(of: Loss.self, capacity: slabs) { losses in
            pool.run(slabs) { slab in
                let rows = (slab * Self.slabRows)..<min((slab + 1) * Self.slabRows, count)
                gather(rows, x.pointer + rows.lowerBound * configuration.inputs)
                losses[slab] = forward(rows, draws)
                if step != nil { backward(rows) }
            }
            // In the order of the slabs, whoever did them.
            let loss = losses.reduce(into: Loss()) {
                $0.reconstruction += $1.reconstruction
                $0.kl += $1.kl
            }
            guard let step, loss.isFinite else { return loss }
            pool.run(slices.count) { piece in
                let (layer, slice) = slices[piece]
                layers[layer].update(slice: slice, input(of: layer), batch: count, step: step, scratch: scratch[piece].pointer)
            }
            return loss
        }
    }

    /// What a layer saw: the data, the layer before, or the draw of z.
    private func input(of layer: Int) -> UnsafePointer<Float> {
        if layer == 0 { return UnsafePointer(x.pointer) }
        if layer == encoder.count + 1 { return UnsafePointer(configuration.kind.samples ? z.pointer : posterior.values.pointer) }
        return UnsafePointer(layers[layer - 1].values.pointer)
    }

    private func forward(_ rows: Range<Int>, _ draws: RandomStream) -> Loss {
        let latent = configuration.latent
        var loss = Loss()
        for layer in 0...encoder.count { layers[layer].forward(input(of: layer), rows: rows) }
        if configuration.kind.samples {
            let at = rows.lowerBound * latent
            let room = UnsafeMutableBufferPointer(start: noise.pointer + at, count: rows.count * latent)
            draws.fillNormal(room, from: at)
            loss.kl = TrainingKernels.reparameterize(
                posterior.values.pointer + 2 * at, noise.pointer + at, into: z.pointer + at, rows: rows.count, latent: latent)
        }
        for layer in (encoder.count + 1)..<layers.count { layers[layer].forward(input(of: layer), rows: rows) }
        let at = rows.lowerBound * configuration.inputs, count = rows.count * configuration.inputs
        switch configuration.likelihood {
        case .bernoulli:
            loss.reconstruction = TrainingKernels.bernoulli(
                output.values.pointer + at, x.pointer + at, slope: output.slopes.pointer + at, count: count)
        case .gaussian:
            loss.reconstruction = TrainingKernels.gaussian(
                output.values.pointer + at, x.pointer + at, slope: output.slopes.pointer + at, count: count,
                precision: Float(1 / (configuration.sigma * configuration.sigma)))
                + Double(count) * (0.5 * Double.log(2 * .pi) + Double.log(configuration.sigma))
        }
        return loss
    }

    private func backward(_ rows: Range<Int>) {
        let latent = configuration.latent, at = rows.lowerBound * latent
        for layer in ((encoder.count + 2)..<layers.count).reversed() {
            layers[layer].backward(into: layers[layer - 1].slopes.pointer, rows: rows)
        }
        if configuration.kind.samples {
            layers[encoder.count + 1].backward(into: zSlopes.pointer, rows: rows)
            TrainingKernels.reparameterizeBack(
                posterior.values.pointer + 2 * at, z: z.pointer + at, dz: zSlopes.pointer + at, slope: posterior.slopes.pointer + 2 * at,
                rows: rows.count, latent: latent, beta: Float(configuration.beta))
        } else {
            layers[encoder.count + 1].backward(into: posterior.slopes.pointer, rows: rows)
        }
        for layer in (0...encoder.count).reversed() {
            layers[layer].backward(into: layer == 0 ? nil : layers[layer - 1].slopes.pointer, rows: rows)
        }
    }

    // MARK: Use

    /// Rows of (μ, v), or codes, for items [n, inputs].
    func encode(_ items: [Float]) -> [Float] {
        inBatches(items, width: configuration.inputs, into: x, result: posterior) { rows in
            for layer in 0...encoder.count { layers[layer].forward(input(of: layer), rows: rows) }
        }
    }

    /// The likelihood's means for codes [n, latent].
    func decode(_ codes: [Float]) -> [Float] {
        var means = outputs(of: codes)
        if configuration.likelihood == .bernoulli {
            for i in means.indices { means[i] = 1 / (1 + Float.exp(-means[i])) }
        }
        return means
    }

    /// What the decoder gives for codes [n, latent]: logits of a Bernoulli, means of a Gaussian.
    func outputs(of codes: [Float]) -> [Float] {
        let first = configuration.kind.samples ? z : posterior.values
        return inBatches(codes, width: configuration.latent, into: first, result: output) { rows in
            for layer in (encoder.count + 1)..<layers.count { layers[layer].forward(input(of: layer), rows: rows) }
        }
    }

    private func inBatches(
        _ numbers: [Float], width: Int, into buffer: FloatBuffer, result: DenseLayer, _ body: (Range<Int>) -> Void
    ) -> [Float] {
        let count = numbers.count / max(1, width)
        var results: [Float] = []
        results.reserveCapacity(count * result.outputs)
        for first in stride(from: 0, to: count, by: batch) {
            let rows = min(batch, count - first)
            numbers.withUnsafeBufferPointer { buffer.pointer.update(from: $0.baseAddress! + first * width, count: rows * width) }
            pool.run((rows + Self.slabRows - 1) / Self.slabRows) { slab in
                body((slab * Self.slabRows)..<min((slab + 1) * Self.slabRows, rows))
            }
            results += UnsafeBufferPointer(start: result.values.pointer, count: rows * result.outputs)
        }
        return results
    }

    /// The products of one step: y = x·Wᵀ, dx = d·W where somebody needs it, dW = dᵀ·x.
    func products() {
        for (index, layer) in layers.enumerated() {
            let w = UnsafePointer(layer.parameters.pointer), d = UnsafePointer(layer.slopes.pointer)
            let x = input(of: index)
            Float.multiplyOnAllThreads(
                x, transposed: false, w, transposed: true, into: layer.values.pointer, rows: batch, columns: layer.outputs, depth: layer.inputs)
            if index > 0 {
                Float.multiplyOnAllThreads(
                    d, transposed: false, w, transposed: false, into: self.x.pointer, rows: batch, columns: layer.inputs, depth: layer.outputs)
            }
            Float.multiplyOnAllThreads(
                d, transposed: true, x, transposed: false, into: layer.firstMoment.pointer, rows: layer.outputs, columns: layer.inputs, depth: batch)
        }
    }

    // MARK: Faults

    /// The first layer whose weights hold a NaN or an infinity.
    func brokenWeights() -> String? {
        zip(layerNames, layers).first { isBroken($1.parameters, $1.parameters.count) }.map { "the weights of \($0.0)" }
    }

    private func isBroken(_ buffer: FloatBuffer, _ count: Int) -> Bool {
        !UnsafeBufferPointer(start: buffer.pointer, count: count).allSatisfy(\.isFinite)
    }

    /// In the order of the computation, the first part that holds a NaN or an infinity.
    func firstNotFinite(rows: Int, _ loss: Loss) -> String {
        if let weights = brokenWeights() { return weights }
        for (index, (name, layer)) in zip(layerNames, layers).enumerated() {
            if isBroken(layer.values, rows * layer.outputs) { return "the output of \(name)" }
            guard index == encoder.count, configuration.kind.samples else { continue }
            if isBroken(z, rows * configuration.latent) { return "the draw of z, through exp(logvar / 2)," }
            if !loss.kl.isFinite { return "the KL term, through exp(logvar)," }
        }
        return "the reconstruction's loss"
    }
}
