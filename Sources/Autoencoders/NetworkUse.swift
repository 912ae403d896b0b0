import Autodiff

/// What a trained network is asked for.
extension FastAutoencoder {
    /// n draws from the prior, [n, latent].
    func priorDraws(_ count: Int, from stream: inout RandomStream) -> [Float] {
        if let prior { return prior.draws(count, from: &stream) }
        var codes = [Float](repeating: 0, count: count * configuration.latent)
        codes.withUnsafeMutableBufferPointer { stream.fillNormal($0) }
        return codes
    }

    /// Rows of (μ, v), or codes, for items [n, inputs].
    func encode(_ items: [Float]) -> [Float] {
        inBatches(items, width: configuration.inputs, into: x, result: posterior) { rows, slab in
            forward(0...middle, rows, slab)
        }
    }

    /// The likelihood's means for codes [n, latent].
    func decode(_ codes: [Float]) -> [Float] { configuration.means(of: outputs(of: codes)) }

    /// What the decoder gives for codes [n, latent]: logits, or means of a Gaussian.
    func outputs(of codes: [Float]) -> [Float] {
        let first = configuration.kind.samples ? z : posterior.values
        return inBatches(codes, width: configuration.latent, into: first, result: output) { rows, slab in
            forward((middle + 1)...(layers.count - 1), rows, slab)
        }
    }

    /// Takes rows of z to the decoder's outputs, for use within a piece of the pool's work that has this slab to itself.
    func runDecoder(_ rows: Range<Int>, slab: Int) { forward((middle + 1)...(layers.count - 1), rows, slab) }

    private func inBatches(
        _ numbers: [Float], width: Int, into buffer: FloatBuffer, result: any AutoencoderLayer, _ body: (Range<Int>, _ slab: Int) -> Void
    ) -> [Float] {
        let count = numbers.count / max(1, width)
        var results: [Float] = []
        results.reserveCapacity(count * result.outputs)
        for first in stride(from: 0, to: count, by: batch) {
            let rows = min(batch, count - first)
            numbers.withUnsafeBufferPointer { buffer.pointer.update(from: $0.baseAddress! + first * width, count: rows * width) }
            pool.run((rows + slabRows - 1) / slabRows) { slab in
                body((slab * slabRows)..<min((slab + 1) * slabRows, rows), slab)
            }
            results += UnsafeBufferPointer(start: result.values.pointer, count: rows * result.outputs)
        }
        return results
    }
}
