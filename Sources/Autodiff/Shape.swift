/// The sizes of a tensor's axes, outermost first (row-major). `[]` is the shape of a single number.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
    public let sizes: [Int]

    public init(_ sizes: [Int]) {
        precondition(sizes.allSatisfy { $0 >= 0 }, "an axis cannot have a negative size: \(sizes)")
        self.sizes = sizes
    }

    public init(arrayLiteral sizes: Int...) { self.init(sizes) }

    public static let scalar = Shape([])

    public var rank: Int { sizes.count }

    /// How many elements a tensor of this shape has. Saturates, so that an absurd shape is refused by
    /// the memory limit instead of overflowing.
    public var count: Int {
        var product = 1
        for size in sizes {
            if size == 0 { return 0 }
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            product = overflow ? Int.max : next
        }
        return product
    }

    /// A shape without elements takes no memory, but loops still run along its other axes.
    func refuseIfTooWide() throws(TensorError) {
        guard rank > 1, count == 0 else { return }
        let width = Shape(sizes.filter { $0 > 0 }).count
        guard width <= 1 << 28 else {
            throw .outOfMemory(requested: width > Int.max / 8 ? Int.max : 8 * width, limit: Swift.min(TensorMemory.limit, 1 << 31))
        }
    }

    public subscript(axis: Int) -> Int { sizes[axis] }

    /// `[2, 3]`
    public var description: String { "[" + sizes.map(String.init).joined(separator: ", ") + "]" }

    /// The step between neighbours along each axis of a dense row-major tensor.
    package var strides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        var step = 1
        for axis in stride(from: rank - 1, through: 0, by: -1) {
            strides[axis] = step
            // A shape without elements may be absurdly wide elsewhere; its strides are never used.
            step &*= sizes[axis]
        }
        return strides
    }

    /// The shape cut in three round `axis`: everything before it, the axis, everything after it.
    package func split(at axis: Int) -> (outer: Int, length: Int, inner: Int) {
        (sizes[..<axis].reduce(1, *), sizes[axis], sizes[(axis + 1)...].reduce(1, *))
    }

    /// An axis as users count it, `-1` being the last; an error where there is no such axis.
    package func axis(_ axis: Int, for operation: Operation) throws(TensorError) -> Int {
        let resolved = axis < 0 ? axis + rank : axis
        guard resolved >= 0, resolved < rank else {
            throw .axisOutOfRange(operation: operation, axis: axis, shape: self)
        }
        return resolved
    }

    package func removing(_ axis: Int) -> Shape {
        var sizes = sizes
        sizes.remove(at: axis)
        return Shape(sizes)
    }

    package func replacing(_ axis: Int, with size: Int) -> Shape {
        var sizes = sizes
        sizes[axis] = size
        return Shape(sizes)
    }
}
