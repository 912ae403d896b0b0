/// Tensors of independent draws, filled in row-major order; off the tape.
extension Tensor where Scalar == Double {
    /// Uniform on [0, 1).
    public static func uniform(_ shape: Shape, from stream: inout RandomStream) throws(TensorError) -> Tensor {
        var copy = stream
        let tensor = try Tensor(shape: shape) { copy.fillUniform(.init(start: $0, count: shape.count)) }
        stream = copy
        return tensor
    }

    /// Standard normal.
    public static func normal(_ shape: Shape, from stream: inout RandomStream) throws(TensorError) -> Tensor {
        var copy = stream
        let tensor = try Tensor(shape: shape) { copy.fillNormal(.init(start: $0, count: shape.count)) }
        stream = copy
        return tensor
    }

    /// `draw` for each element.
    public static func drawn(
        _ shape: Shape, from stream: inout RandomStream, _ draw: (inout RandomStream) -> Double
    ) throws(TensorError) -> Tensor {
        let count = shape.count
        var copy = stream
        let tensor = try Tensor(shape: shape) { for i in 0..<count { $0[i] = draw(&copy) } }
        stream = copy
        return tensor
    }
}

extension Tensor where Scalar == Float {
    /// Uniform on [0, 1).
    public static func uniform(_ shape: Shape, from stream: inout RandomStream) throws(TensorError) -> Tensor {
        var copy = stream
        let tensor = try Tensor(shape: shape) { copy.fillUniform(.init(start: $0, count: shape.count)) }
        stream = copy
        return tensor
    }

    /// Standard normal.
    public static func normal(_ shape: Shape, from stream: inout RandomStream) throws(TensorError) -> Tensor {
        var copy = stream
        let tensor = try Tensor(shape: shape) { copy.fillNormal(.init(start: $0, count: shape.count)) }
        stream = copy
        return tensor
    }
}
