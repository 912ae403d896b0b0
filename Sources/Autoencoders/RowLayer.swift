import Autodiff
import Networks

/// A layer of the objective on rows of numbers. An image lies in its row channel by channel, as PyTorch flattens it.
public enum RowLayer<Scalar: Real>: Module {
    case linear(Linear<Scalar>)
    /// From, and to, images [channels, h, w].
    case convolution(Conv2D<Scalar>, image: [Int])
    case transposedConvolution(ConvTranspose2D<Scalar>, image: [Int])

    init(_ plan: LayerPlan, from stream: RandomStream) throws(TensorError) {
        switch plan.form {
        case let .dense(inputs, outputs, _, _):
            self = .linear(try Linear(inputs, outputs, from: stream))
        case let .convolution(windows, depth, isTransposed: false):
            self = .convolution(
                try Conv2D(windows.channels, depth, size: 4, stride: 2, padding: 1, from: stream),
                image: [windows.channels, 2 * windows.rows, 2 * windows.columns])
        case let .convolution(windows, depth, isTransposed: true):
            self = .transposedConvolution(
                try ConvTranspose2D(depth, windows.channels, size: 4, stride: 2, padding: 1, from: stream),
                image: [depth, windows.rows, windows.columns])
        }
    }

    public mutating func visitParameters<Failure: Error>(
        _ visit: (_ name: String, _ parameter: inout Tensor<Scalar>) throws(Failure) -> Void
    ) throws(Failure) {
        switch self {
        case .linear(var layer):
            try layer.visitParameters(visit)
            self = .linear(layer)
        case .convolution(var layer, let image):
            try layer.visitParameters(visit)
            self = .convolution(layer, image: image)
        case .transposedConvolution(var layer, let image):
            try layer.visitParameters(visit)
            self = .transposedConvolution(layer, image: image)
        }
    }

    public func callAsFunction(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
        let rows = x.shape[0], y: Tensor<Scalar>
        switch self {
        case let .linear(layer): return try layer(x)
        case let .convolution(layer, image): y = try layer(reshape(x, [rows] + image))
        case let .transposedConvolution(layer, image): y = try layer(reshape(x, [rows] + image))
        }
        return try reshape(y, [rows, y.count / max(1, rows)])
    }
}
