import Autodiff

/// An autoencoder, plain or variational, with room for a batch: the fast form of the step.
/// `TapeObjective` is the same on the tape, to be read, and to hold this one against.
///
///     x → encoder → (μ, v = log σ²) → z = μ + e^(v/2) ε → decoder → logits or means
///     loss = −log p(x|z) + β·KL(N(μ, σ²) ‖ N(0, 1)), summed over pixels, latents and rows
///
/// or with the KL term weighed by another `KLRule`, or the first term's expectation in place of one draw.
package final class FastAutoencoder: @unchecked Sendable {
    let configuration: ModelConfiguration
    let batch: Int
    let x: FloatBuffer, noise: FloatBuffer, z: FloatBuffer
    private let zSlopes: FloatBuffer
    private let klWeights: KLWeights
    private let expected: ExpectedReconstruction?
    let prior: MixturePrior?
    let pool: WorkerPool
    private let scratch: [FloatBuffer]
    /// A slice of a layer's weights each, the longest first.
    private let slices: [(layer: Int, slice: Int)]
    /// In the order of the computation.
    let layers: [any AutoencoderLayer]
    let layerNames: [String]
    /// Which of them is the posterior: to (μ, v) side by side, or to the code.
    let middle: Int
    /// Where σ is learned.
    let logSigma: LogSigma?
    /// For the layers to work in, one for each slab.
    private let workspaces: [FloatBuffer]
    /// Rows that go through the network together: pieces of the work, whatever the number of threads.
    let slabRows: Int

    /// What it takes in memory.
    static func bytes(_ configuration: ModelConfiguration, batch: Int) -> Double {
        let slabs = (batch + configuration.body.slabRows - 1) / configuration.body.slabRows
        let layers = LayerPlan.all(configuration).reduce(0) { $0 + $1.bytes(batch: batch, slabs: slabs) }
        let prior = configuration.prior.map { MixturePrior.bytes(components: $0, latent: configuration.latent, batch: batch, slabs: slabs) } ?? 0
        return layers + prior + 4 * Double(batch) * Double(configuration.inputs + 3 * configuration.latent)
    }

    package init(_ configuration: ModelConfiguration, batch: Int, pool: WorkerPool) {
        self.configuration = configuration
        self.batch = batch
        self.pool = pool
        slabRows = configuration.body.slabRows
        let slabs = (batch + slabRows - 1) / slabRows, plan = LayerPlan.all(configuration), latent = configuration.latent
        let layers = plan.map { $0.layer(batch: batch, slabs: slabs) }
        self.layers = layers
        layerNames = plan.map(\.name)
        middle = configuration.body.depth
        logSigma = configuration.likelihood == .gaussian && configuration.sigma == .learned ? LogSigma() : nil
        let room = layers.map(\.workspaceCount).max() ?? 0
        workspaces = (0..<slabs).map { _ in FloatBuffer(room) }
        x = FloatBuffer(batch * configuration.inputs)
        noise = FloatBuffer(batch * latent)
        z = FloatBuffer(batch * latent)
        zSlopes = FloatBuffer(batch * latent)
        klWeights = KLWeights(configuration, slabs: slabs)
        prior = configuration.prior.map { MixturePrior(components: $0, latent: latent, batch: batch, slabs: slabs) }
        expected = configuration.isExpected
            ? ExpectedReconstruction(configuration, decoder: layers[layers.count - 1] as! DenseLayer, slabs: slabs) : nil
        slices = layers.indices.flatMap { layer in (0..<layers[layer].sliceCount).map { (layer, $0) } }
            .sorted { layers[$0.layer].scratchCount > layers[$1.layer].scratchCount }
        let largest = layers.map(\.scratchCount).max() ?? 0
        scratch = (0..<slices.count).map { _ in FloatBuffer(largest) }
    }

    /// A parameter, or a moment of it, by its name and shape outside.
    package struct Parameter {
        package let name: String
        fileprivate let holder: any ParameterHolder
        fileprivate let part: ParameterPart
        fileprivate let buffer: FloatBuffer

        package var shape: [Int] { part.shape }
        package var numbers: [Float] { part.numbers(in: buffer) }

        package func set(_ numbers: [Float]) {
            part.set(numbers, in: buffer)
            holder.parametersWereSet()
        }
    }

    /// In the order of the network.
    package var parameters: [Parameter] { named(suffix: "") { $0.parameters } }

    /// Adam's moments of each parameter.
    package var moments: [Parameter] { named(suffix: ".m") { $0.firstMoment } + named(suffix: ".v") { $0.secondMoment } }

    private func named(suffix: String, _ buffer: (any ParameterHolder) -> FloatBuffer) -> [Parameter] {
        let ofLayers = zip(layerNames, layers).flatMap { name, layer in
            layer.parts.map { Parameter(name: name + "." + $0.name + suffix, holder: layer, part: $0, buffer: buffer(layer)) }
        }
        let others: [(any ParameterHolder)?] = [logSigma, prior]
        return ofLayers + others.compactMap { $0 }.flatMap { holder in
            holder.parts.map { Parameter(name: $0.name + suffix, holder: holder, part: $0, buffer: buffer(holder)) }
        }
    }

    /// Of the Gaussian likelihood, fixed or as it is learned so far.
    var currentLogSigma: Double {
        if case let .fixed(sigma) = configuration.sigma { Double.log(sigma) } else { logSigma?.value ?? 0 }
    }

    package func initialise(from stream: RandomStream) {
        for (name, layer) in zip(layerNames, layers) { layer.initialise(from: stream, name: name) }
        prior?.initialise(from: stream)
    }

    var posterior: any AutoencoderLayer { layers[middle] }
    var output: any AutoencoderLayer { layers[layers.count - 1] }

    // MARK: One batch

    /// Loss of a batch in nats, summed over its rows.
    package struct Loss: Equatable {
        package var reconstruction = 0.0
        package var kl = 0.0

        var isFinite: Bool { reconstruction.isFinite && kl.isFinite }
    }

    /// `gather` writes the rows asked for into the batch; `draws` are this batch's own. Without a step the weights stay,
    /// and also where the loss is not finite: what is broken can then still be found. `rise`: how far the KL rule's warm-up
    /// has come.
    package func run(
        rows count: Int, gather: (Range<Int>, UnsafeMutablePointer<Float>) -> Void, draws: RandomStream, step: AdamStep?, rise: Double = 1
    ) -> Loss {
        let slabs = (count + slabRows - 1) / slabRows, isWeighedLate = configuration.kl.needsMeans
        func rows(of slab: Int) -> Range<Int> { (slab * slabRows)..<min((slab + 1) * slabRows, count) }
        klWeights.set(rise: rise)
        expected?.begin(logSigma: currentLogSigma)
        return withUnsafeTemporaryAllocation(of: Loss.self, capacity: slabs) { losses in
            pool.run(slabs) { slab in
                let rows = rows(of: slab)
                gather(rows, x.pointer + rows.lowerBound * configuration.inputs)
                losses[slab] = forward(rows, draws, slab)
                if step != nil, !isWeighedLate { backward(rows, slab) }
            }
            // In the order of the slabs, whoever did them.
            let loss = losses.reduce(into: Loss()) {
                $0.reconstruction += $1.reconstruction
                $0.kl += $1.kl
            }
            guard let step, loss.isFinite else { return loss }
            if isWeighedLate {
                klWeights.set(total: loss.kl / Double(count), slabs: slabs, rows: count, rise: rise)
                pool.run(slabs) { slab in backward(rows(of: slab), slab) }
            }
            expected?.finish(slabs: slabs)
            pool.run(slices.count) { piece in
                let (layer, slice) = slices[piece]
                layers[layer].update(slice: slice, input(of: layer), batch: count, slabs: slabs, step: step, scratch: scratch[piece].pointer)
            }
            logSigma?.update(loss: loss.reconstruction, pixels: count * configuration.inputs, step: step)
            prior?.update(slabs: slabs, step: step)
            return loss
        }
    }

    /// What a layer saw: the data, the layer before, or the draw of z.
    func input(of layer: Int) -> UnsafePointer<Float> {
        if layer == 0 { return UnsafePointer(x.pointer) }
        if layer == middle + 1 { return UnsafePointer(configuration.kind.samples ? z.pointer : posterior.values.pointer) }
        return UnsafePointer(layers[layer - 1].values.pointer)
    }

    func forward(_ layers: ClosedRange<Int>, _ rows: Range<Int>, _ slab: Int) {
        for layer in layers { self.layers[layer].forward(input(of: layer), rows: rows, workspace: workspaces[slab].pointer) }
    }

    private func backward(_ layer: Int, into dx: FloatBuffer?, _ rows: Range<Int>, _ slab: Int) {
        layers[layer].backward(input(of: layer), into: dx?.pointer, rows: rows, slab: slab, workspace: workspaces[slab].pointer)
    }

    private func forward(_ rows: Range<Int>, _ draws: RandomStream, _ slab: Int) -> Loss {
        let latent = configuration.latent
        var loss = Loss()
        forward(0...middle, rows, slab)
        if configuration.kind.samples {
            let at = rows.lowerBound * latent
            let room = UnsafeMutableBufferPointer(start: noise.pointer + at, count: rows.count * latent)
            // Without a draw the noise stays 0, and z is μ.
            if expected == nil { draws.fillNormal(room, from: at) }
            loss.kl = TrainingKernels.reparameterize(
                posterior.values.pointer + 2 * at, noise.pointer + at, into: z.pointer + at, rows: rows.count, latent: latent)
            if let prior { loss.kl = prior.divergence(posterior.values.pointer, noise: noise.pointer, z: z.pointer, rows: rows) }
            if configuration.kl.needsMeans { klWeights.note(posterior.values.pointer + 2 * at, rows: rows.count, slab: slab) }
        }
        forward((middle + 1)...(layers.count - 1), rows, slab)
        let at = rows.lowerBound * configuration.inputs
        loss.reconstruction = configuration.reconstructionLoss(
            output.values.pointer + at, x.pointer + at, slope: output.slopes.pointer + at, rows: rows.count, logSigma: currentLogSigma)
        if let expected { loss.reconstruction += expected.loss(posterior.values.pointer + 2 * rows.lowerBound * latent, rows: rows.count, slab: slab) }
        return loss
    }

    private func backward(_ rows: Range<Int>, _ slab: Int) {
        let latent = configuration.latent, at = rows.lowerBound * latent
        for layer in ((middle + 2)..<layers.count).reversed() {
            backward(layer, into: layers[layer - 1].slopes, rows, slab)
        }
        if configuration.kind.samples {
            backward(middle + 1, into: zSlopes, rows, slab)
            if let prior {
                prior.backward(
                    posterior.values.pointer, z: z.pointer, dz: zSlopes.pointer, into: posterior.slopes.pointer, rows: rows, slab: slab,
                    weight: klWeights.values.pointer[0])
            } else {
                TrainingKernels.reparameterizeBack(
                    posterior.values.pointer + 2 * at, z: z.pointer + at, dz: zSlopes.pointer + at, slope: posterior.slopes.pointer + 2 * at,
                    rows: rows.count, latent: latent, beta: klWeights.values.pointer)
            }
            expected?.addSlopes(posterior.values.pointer + 2 * at, to: posterior.slopes.pointer + 2 * at, rows: rows.count)
        } else {
            backward(middle + 1, into: posterior.slopes, rows, slab)
        }
        for layer in (0...middle).reversed() {
            backward(layer, into: layer == 0 ? nil : layers[layer - 1].slopes, rows, slab)
        }
    }
}
