import Autodiff

/// Training on noise, to be timed: the very step of `Trainer`, whatever the data.
package final class TrainingTrial {
    private let network: FastAutoencoder
    private let data: FloatBuffer
    private let items: Int, batch: Int, inputs: Int
    private var stream = RandomStream(seed: 1, name: "trial")
    private var step = 0

    package init(_ configuration: ModelConfiguration, items: Int, batch: Int, threads: Int? = nil) {
        inputs = configuration.inputs
        (self.items, self.batch) = (items, batch)
        network = FastAutoencoder(configuration, batch: batch, pool: WorkerPool(threads: threads))
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

extension FastAutoencoder {
    /// The products of one step of the fully connected layers: y = x·Wᵀ, dx = d·W where somebody needs it, dW = dᵀ·x.
    fileprivate func products() {
        for (index, layer) in layers.enumerated() where layer is DenseLayer {
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
}
