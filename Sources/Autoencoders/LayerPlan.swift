import Autodiff

/// A layer before it takes any memory.
struct LayerPlan {
    enum Form {
        /// Where a row of x, or of y, is an image, with so many channels.
        case dense(inputs: Int, outputs: Int, inputChannels: Int = 1, outputChannels: Int = 1)
        /// `depth`: channels of the small image; the windows tell the rest.
        case convolution(HalvingWindows, depth: Int, isTransposed: Bool)
    }

    let name: String
    let form: Form
    let relu: Bool

    /// The layers in the order of the network: the body's depth before the posterior, to (μ, v) side by side or to the code.
    static func all(_ configuration: ModelConfiguration) -> [LayerPlan] {
        let latent = configuration.latent, codes = configuration.kind.samples ? 2 * latent : latent
        let encoder: [Form], posterior: Form, decoder: [Form]
        switch configuration.body {
        case let .dense(hidden):
            let sizes = [configuration.inputs] + hidden
            func chain(_ sizes: [Int]) -> [Form] { zip(sizes, sizes.dropFirst()).map { .dense(inputs: $0, outputs: $1) } }
            encoder = chain(sizes)
            posterior = .dense(inputs: sizes[hidden.count], outputs: codes)
            decoder = chain([latent] + sizes.reversed())
        case let .convolutional(channels):
            guard let image = configuration.image, let last = channels.last else { preconditionFailure(configuration.problem ?? "") }
            func layer(_ index: Int, isTransposed: Bool) -> Form {
                .convolution(
                    HalvingWindows(
                        rows: image.height >> (index + 1), columns: image.width >> (index + 1), channels: index == 0 ? 1 : channels[index - 1]),
                    depth: channels[index], isTransposed: isTransposed)
            }
            let size = last * (image.height >> channels.count) * (image.width >> channels.count)
            encoder = channels.indices.map { layer($0, isTransposed: false) }
            posterior = .dense(inputs: size, outputs: codes, inputChannels: last)
            decoder = [.dense(inputs: latent, outputs: size, outputChannels: last)] + channels.indices.reversed().map { layer($0, isTransposed: true) }
        }
        return encoder.enumerated().map { LayerPlan(name: "encoder.\($0)", form: $1, relu: true) }
            + [LayerPlan(name: "posterior", form: posterior, relu: false)]
            + decoder.dropLast().enumerated().map { LayerPlan(name: "decoder.\($0)", form: $1, relu: true) }
            + [LayerPlan(name: "output", form: decoder[decoder.count - 1], relu: false)]
    }

    /// Numbers in a row of what comes in, and of what goes out.
    var inputs: Int {
        switch form {
        case let .dense(inputs, _, _, _): inputs
        case let .convolution(windows, depth, isTransposed): isTransposed ? windows.positions * depth : windows.imageSize
        }
    }

    var outputs: Int {
        switch form {
        case let .dense(_, outputs, _, _): outputs
        case let .convolution(windows, depth, isTransposed): isTransposed ? windows.imageSize : windows.positions * depth
        }
    }

    /// The weights, then the biases.
    var parts: [ParameterPart] {
        switch form {
        case let .dense(inputs, outputs, inputChannels, outputChannels):
            let weight = inputChannels > 1
                ? (outer: outputs, channels: inputChannels, places: inputs / inputChannels)
                : (outer: 1, channels: outputChannels, places: outputs / outputChannels)
            return [
                ParameterPart(
                    name: "weight", shape: [outputs, inputs], start: 0, fanIn: inputs,
                    outer: weight.outer, channels: weight.channels, places: weight.places),
                ParameterPart(
                    name: "bias", shape: [outputs], start: outputs * inputs, fanIn: inputs,
                    channels: outputChannels, places: outputs / outputChannels),
            ]
        case let .convolution(windows, depth, isTransposed):
            // PyTorch takes the second axis of the weights for the inputs', in the transposed convolution too.
            return [
                ParameterPart(
                    name: "weight", shape: [depth, windows.channels, 4, 4], start: 0, fanIn: windows.windowSize,
                    outer: depth, channels: windows.channels, places: 16),
                ParameterPart(
                    name: "bias", shape: [isTransposed ? windows.channels : depth], start: depth * windows.windowSize, fanIn: windows.windowSize),
            ]
        }
    }

    /// What it takes in memory: weights, two moments and the slices' gradients; a batch's values and slopes; and for a
    /// convolution the turned weights, and each slab's share of the gradient and its windows.
    func bytes(batch: Int, slabs: Int) -> Double {
        let weights = parts.reduce(0) { $0 + Double($1.count) }
        var numbers = 4 * weights + 2 * Double(batch) * Double(outputs)
        if case let .convolution(windows, _, _) = form {
            numbers += weights + Double(slabs) * (weights + Double(ConvolutionLayer.imagesAtOnce * windows.positions * windows.windowSize))
        }
        return 4 * numbers
    }

    func layer(batch: Int, slabs: Int) -> any AutoencoderLayer {
        switch form {
        case .dense: DenseLayer(self, batch: batch)
        case let .convolution(windows, depth, isTransposed):
            ConvolutionLayer(self, windows, depth: depth, isTransposed: isTransposed, batch: batch, slabs: slabs)
        }
    }
}
