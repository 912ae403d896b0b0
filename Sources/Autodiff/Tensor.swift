/// A dense row-major array of numbers of one shape. Its values never change once made; operations on it make
/// new tensors. A tensor that is tracked remembers, through its tape node, how it came about.
///
/// Values may be read from any thread. Gradients are written into the nodes of a graph, so one graph is
/// differentiated by one thread at a time.
public struct Tensor<Scalar: Real>: @unchecked Sendable {
    let storage: Storage<Scalar>
    package var node: Node<Scalar>?

    init(_ storage: Storage<Scalar>, node: Node<Scalar>? = nil) {
        self.storage = storage
        self.node = node
    }

    /// A new tensor whose elements `fill` writes, every one of them.
    @inline(__always)
    package init(
        shape: Shape, filledBy fill: (UnsafeMutablePointer<Scalar>) throws(TensorError) -> Void
    ) throws(TensorError) {
        try shape.refuseIfTooWide()
        let storage = try Storage<Scalar>(shape)
        try fill(storage.pointer)
        self.init(storage)
    }

    public init(_ scalars: [Scalar], shape: Shape) throws(TensorError) {
        guard scalars.count == shape.count else {
            throw .mismatched(
                operation: .reshape, detail: "\(scalars.count) numbers do not fill a tensor of shape \(shape)")
        }
        try self.init(shape: shape) { to in
            scalars.withUnsafeBufferPointer { from in
                if let base = from.baseAddress { to.update(from: base, count: from.count) }
            }
        }
    }

    public init(_ scalars: [Scalar]) throws(TensorError) { try self.init(scalars, shape: [scalars.count]) }

    /// A single number, of shape `[]`.
    public init(_ value: Scalar) {
        // Sixteen bytes are never refused.
        let storage = try! Storage<Scalar>(.scalar)
        storage.pointer[0] = value
        self.init(storage)
    }

    public static func full(_ shape: Shape, _ value: Scalar) throws(TensorError) -> Tensor {
        let count = shape.count
        return try Tensor(shape: shape) { $0.update(repeating: value, count: count) }
    }

    public static func zeros(_ shape: Shape) throws(TensorError) -> Tensor { try full(shape, 0) }
    public static func ones(_ shape: Shape) throws(TensorError) -> Tensor { try full(shape, 1) }

    public var shape: Shape { storage.shape }
    public var count: Int { storage.count }
    public var rank: Int { shape.rank }

    public var scalars: [Scalar] { Array(buffer) }

    /// The only element of a tensor that has just one.
    public var item: Scalar {
        precondition(count == 1, "item of a tensor of shape \(shape)")
        return storage.pointer[0]
    }

    /// The elements in row-major order. Valid while the tensor lives.
    package var buffer: UnsafeBufferPointer<Scalar> { UnsafeBufferPointer(start: storage.pointer, count: storage.count) }
    @inline(__always) package var pointer: UnsafePointer<Scalar> { UnsafePointer(storage.pointer) }

    // MARK: The tape

    public var isTracked: Bool { node != nil }

    /// The same values as a leaf of the tape, by which one can differentiate.
    public func tracked() -> Tensor {
        Tensor(storage, node: Node(.parameter, inputs: [], value: detached, pullback: nil))
    }

    /// The same values, cut off from the tape.
    public var detached: Tensor { Tensor(storage) }

    /// The same elements in the same order under another shape, off the tape.
    package func viewed(as shape: Shape) -> Tensor {
        precondition(shape.count == count)
        return Tensor(Storage(storage.owner ?? storage, as: shape))
    }

    /// Converts each element; off the tape.
    public func converted<Other: Real>(to type: Other.Type) throws(TensorError) -> Tensor<Other> {
        let from = pointer, count = count
        return try Tensor<Other>(shape: shape) { to in
            for i in 0..<count { to[i] = Other(from[i]) }
        }
    }
}

extension Tensor: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    public init(floatLiteral value: Double) { self.init(Scalar(value)) }
    public init(integerLiteral value: Int) { self.init(Scalar(value)) }
}
