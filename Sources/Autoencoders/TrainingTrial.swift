import Autodiff

/// Training on noise, to be timed: the very step of `Trainer`, whatever the data.
package final class TrainingTrial {
    private let network: DenseAutoencoder
    private let data: FloatBuffer
    private let items: Int, batch: Int, inputs: Int
    private var stream = RandomStream(seed: 1, name: "trial")
    private var step = 0

    package init(_ configuration: ModelConfiguration, items: Int, batch: Int, threads: Int? = nil) {
        inputs = configuration.inputs
        (self.items, self.batch) = (items, batch)
        network = DenseAutoencoder(configuration, batch: batch, pool: WorkerPool(threads: threads))
        network.initialise(from: stream.split("weights"))
        data = FloatBuffer(items * inputs)
        stream.fillUniform(UnsafeMutableBufferPointer(start: data.pointer, count: items * inputs))
    }

    /// The mean loss of an item over whole batches, in a fresh order.
    package func epoch() -> Double {
        let order = stream.permutation(of: items)
        var total = 0.0
        let batches = items / batch
        for number in 0..<batches {
            step += 1
            let loss = network.run(
                rows: batch,
                gather: { rows, to in
                    for (k, row) in rows.enumerated() {
                        (to + k * inputs).update(from: data.pointer + order[number * batch + row] * inputs, count: inputs)
                    }
                },
                draws: stream.split("noise").split(UInt64(step)), step: AdamStep(step, rate: 1e-3))
            total += loss.reconstruction + loss.kl
        }
        return total / Double(batches * batch)
    }

    /// The matrix products of an epoch alone, each whole and on as many threads as oneDNN likes: what no step of this
    /// network can do without.
    package func products() {
        for _ in 0..<(items / batch) { network.products() }
    }
}
