import Autodiff

/// The layers on both sides of the latent variables.
struct ModelLayers {
    let encoder: [any AutoencoderLayer]
    /// To (μ, v) side by side, or to the code.
    let posterior: DenseLayer
    let decoder: [any AutoencoderLayer]
    let output: any AutoencoderLayer

    init(_ configuration: ModelConfiguration, batch: Int, slabs: Int) {
        let latent = configuration.latent, codes = configuration.kind.samples ? 2 * latent : latent
        switch configuration.body {
        case let .dense(hidden):
            func chain(_ sizes: [Int]) -> [DenseLayer] {
                zip(sizes, sizes.dropFirst()).map { DenseLayer(inputs: $0, outputs: $1, relu: true, batch: batch) }
            }
            encoder = chain([configuration.inputs] + hidden)
            posterior = DenseLayer(inputs: hidden.last ?? configuration.inputs, outputs: codes, relu: false, batch: batch)
            decoder = chain([latent] + hidden.reversed())
            output = DenseLayer(inputs: hidden.first ?? latent, outputs: configuration.inputs, relu: false, batch: batch)
        case let .convolutional(channels):
            guard let image = configuration.image else { preconditionFailure(configuration.problem ?? "") }
            func layer(_ index: Int, isTransposed: Bool) -> ConvolutionLayer {
                let windows = HalvingWindows(
                    rows: image.height >> (index + 1), columns: image.width >> (index + 1), channels: index == 0 ? 1 : channels[index - 1])
                return ConvolutionLayer(
                    windows, depth: channels[index], isTransposed: isTransposed, relu: !isTransposed || index > 0, batch: batch, slabs: slabs)
            }
            encoder = channels.indices.map { layer($0, isTransposed: false) }
            let last = channels[channels.count - 1], size = last * (image.height >> channels.count) * (image.width >> channels.count)
            posterior = DenseLayer(inputs: size, outputs: codes, relu: false, batch: batch, inputChannels: last)
            let spread = DenseLayer(inputs: latent, outputs: size, relu: true, batch: batch, outputChannels: last)
            decoder = [spread] + channels.indices.dropFirst().reversed().map { layer($0, isTransposed: true) }
            output = layer(0, isTransposed: true)
        }
    }

    /// In the order of the computation.
    var all: [any AutoencoderLayer] { encoder + [posterior] + decoder + [output] }

    var names: [String] {
        encoder.indices.map { "encoder.\($0)" } + ["posterior"] + decoder.indices.map { "decoder.\($0)" } + ["output"]
    }
}
