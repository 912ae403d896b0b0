import Autodiff

/// x [n, in, h, w], weight [out, in, kh, kw], bias [out] give [n, out, (h + 2p − kh)/s + 1, (w + 2p − kw)/s + 1].
public struct Conv2D<Scalar: Real>: Layer {
    public var weight: Tensor<Scalar>
    public var bias: Tensor<Scalar>?
    public let stride: Int, padding: Int

    public init(weight: Tensor<Scalar>, bias: Tensor<Scalar>?, stride: Int = 1, padding: Int = 0) {
        precondition(weight.rank == 4 && bias.map { $0.shape == [weight.shape[0]] } ?? true, "weight is [out, in, kh, kw], bias [out]")
        (self.weight, self.bias, self.stride, self.padding) = (weight, bias, stride, padding)
    }

    /// fanIn = in·kh·kw, fanOut = out·kh·kw.
    public init(
        _ inputs: Int, _ outputs: Int, size: Int, stride: Int = 1, padding: Int = 0, bias: Bool = true,
        initialisation: Initialisation = .standard, from stream: RandomStream
    ) throws(TensorError) {
        let fanIn = inputs * size * size, fanOut = outputs * size * size
        self.init(
            weight: try initialisation.weight([outputs, inputs, size, size], fanIn: fanIn, fanOut: fanOut, from: stream.split("weight")),
            bias: bias ? try initialisation.bias([outputs], fanIn: fanIn, from: stream.split("bias")) : nil,
            stride: stride, padding: padding)
    }

    public mutating func visitParameters<Failure: Error>(
        _ visit: (_ name: String, _ parameter: inout Tensor<Scalar>) throws(Failure) -> Void
    ) throws(Failure) {
        try visit("weight", &weight)
        if bias != nil { try visit("bias", &bias!) }
    }

    public func output(for x: Tensor<Scalar>, noise: RandomStream?) throws(TensorError) -> Tensor<Scalar> {
        try withChannelBias(convolution2D(x, weight, stride: stride, padding: padding), bias)
    }
}

/// x [n, in, h, w], weight [in, out, kh, kw], bias [out] give [n, out, (h − 1)s − 2p + kh, (w − 1)s − 2p + kw].
public struct ConvTranspose2D<Scalar: Real>: Layer {
    public var weight: Tensor<Scalar>
    public var bias: Tensor<Scalar>?
    public let stride: Int, padding: Int

    public init(weight: Tensor<Scalar>, bias: Tensor<Scalar>?, stride: Int = 1, padding: Int = 0) {
        precondition(weight.rank == 4 && bias.map { $0.shape == [weight.shape[1]] } ?? true, "weight is [in, out, kh, kw], bias [out]")
        (self.weight, self.bias, self.stride, self.padding) = (weight, bias, stride, padding)
    }

    /// PyTorch reads the fans off the layout, as if it were a convolution's: fanIn = out·kh·kw, fanOut = in·kh·kw.
    public init(
        _ inputs: Int, _ outputs: Int, size: Int, stride: Int = 1, padding: Int = 0, bias: Bool = true,
        initialisation: Initialisation = .standard, from stream: RandomStream
    ) throws(TensorError) {
        let fanIn = outputs * size * size, fanOut = inputs * size * size
        self.init(
            weight: try initialisation.weight([inputs, outputs, size, size], fanIn: fanIn, fanOut: fanOut, from: stream.split("weight")),
            bias: bias ? try initialisation.bias([outputs], fanIn: fanIn, from: stream.split("bias")) : nil,
            stride: stride, padding: padding)
    }

    public mutating func visitParameters<Failure: Error>(
        _ visit: (_ name: String, _ parameter: inout Tensor<Scalar>) throws(Failure) -> Void
    ) throws(Failure) {
        try visit("weight", &weight)
        if bias != nil { try visit("bias", &bias!) }
    }

    public func output(for x: Tensor<Scalar>, noise: RandomStream?) throws(TensorError) -> Tensor<Scalar> {
        try withChannelBias(transposedConvolution2D(x, weight, stride: stride, padding: padding), bias)
    }
}

/// x [n, in, length], weight [out, in, k], bias [out] give [n, out, (length + 2p − k)/s + 1].
public struct Conv1D<Scalar: Real>: Layer {
    public var weight: Tensor<Scalar>
    public var bias: Tensor<Scalar>?
    public let stride: Int, padding: Int

    public init(weight: Tensor<Scalar>, bias: Tensor<Scalar>?, stride: Int = 1, padding: Int = 0) {
        precondition(weight.rank == 3 && bias.map { $0.shape == [weight.shape[0]] } ?? true, "weight is [out, in, k], bias [out]")
        (self.weight, self.bias, self.stride, self.padding) = (weight, bias, stride, padding)
    }

    /// fanIn = in·k, fanOut = out·k.
    public init(
        _ inputs: Int, _ outputs: Int, size: Int, stride: Int = 1, padding: Int = 0, bias: Bool = true,
        initialisation: Initialisation = .standard, from stream: RandomStream
    ) throws(TensorError) {
        self.init(
            weight: try initialisation.weight(
                [outputs, inputs, size], fanIn: inputs * size, fanOut: outputs * size, from: stream.split("weight")),
            bias: bias ? try initialisation.bias([outputs], fanIn: inputs * size, from: stream.split("bias")) : nil,
            stride: stride, padding: padding)
    }

    public mutating func visitParameters<Failure: Error>(
        _ visit: (_ name: String, _ parameter: inout Tensor<Scalar>) throws(Failure) -> Void
    ) throws(Failure) {
        try visit("weight", &weight)
        if bias != nil { try visit("bias", &bias!) }
    }

    public func output(for x: Tensor<Scalar>, noise: RandomStream?) throws(TensorError) -> Tensor<Scalar> {
        try withChannelBias(convolution1D(x, weight, stride: stride, padding: padding), bias)
    }
}

/// A number for each channel, axis 1.
private func withChannelBias<Scalar>(_ x: Tensor<Scalar>, _ bias: Tensor<Scalar>?) throws(TensorError) -> Tensor<Scalar> {
    guard let bias else { return x }
    return try x + reshape(bias, [bias.count] + Array(repeating: 1, count: x.rank - 2))
}
