/// What a user of tensors can do wrong: what happened, with the shapes, and what to do about it.
public enum TensorError: Error, Equatable, CustomStringConvertible {
    case cannotBroadcast(operation: Operation, left: Shape, right: Shape, axis: Int)
    case mismatched(operation: Operation, detail: String)
    case axisOutOfRange(operation: Operation, axis: Int, shape: Shape)
    case indexOutOfRange(index: Int, axis: Int, size: Int)
    case emptyReduction(operation: Operation, shape: Shape)
    case notScalar(shape: Shape)
    case untracked
    case independent
    case tapeFreed(operation: Operation)
    case singular(operation: Operation, detail: String)
    case outOfMemory(requested: Int, limit: Int)
    case nonFinite(operation: Operation, inGradient: Bool, shape: Shape)

    public var description: String {
        switch self {
        case let .cannotBroadcast(operation, left, right, axis):
            "\(operation): shapes \(left) and \(right) do not broadcast: axis \(axis), counted from the end, "
                + "is \(left[left.rank + axis]) in one and \(right[right.rank + axis]) in the other"
        case let .mismatched(operation, detail):
            "\(operation): \(detail)"
        case let .axisOutOfRange(operation, axis, shape):
            shape.rank == 0
                ? "\(operation): a single number has no axis \(axis)"
                : "\(operation): there is no axis \(axis) in shape \(shape); its axes are 0 to \(shape.rank - 1)"
        case let .indexOutOfRange(index, axis, size):
            size == 0
                ? "index \(index) on axis \(axis), which is empty"
                : "index \(index) is out of range: axis \(axis) has \(size) entries, \(-size) to \(size - 1)"
        case let .emptyReduction(operation, shape):
            "\(operation) of no elements, shape \(shape), has no value"
        case let .notScalar(shape):
            "the gradient is taken of a single number, and this has shape \(shape)"
        case .untracked:
            "the value to differentiate by is not tracked"
        case .independent:
            "the value does not depend on what it is to be differentiated by"
        case let .tapeFreed(operation):
            "the tape behind this \(operation) was freed by an earlier gradient; ask that one to keep it"
        case let .singular(operation, detail):
            "\(operation): \(detail)"
        case let .outOfMemory(requested, limit):
            "a tensor of \(byteCount(requested)) does not fit: the limit is \(byteCount(limit)) for all tensors together"
        case let .nonFinite(operation, inGradient, shape):
            "\(inGradient ? "the gradient of " : "")\(operation) was the first to make a NaN or an infinity (shape \(shape))"
        }
    }

    /// What to do about it, where that can be said.
    public var hint: String? {
        switch self {
        case .cannotBroadcast: "axes are aligned from the right; two sizes fit when they are equal or one of them is 1"
        case .notScalar: "reduce it first, for example with sum or mean"
        case .untracked: "mark it with param"
        case .independent: "look for a detach, a rounding or a draw that cuts the path between them"
        case .outOfMemory: "use fewer samples, or work through them in parts"
        default: nil
        }
    }
}

private func byteCount(_ bytes: Int) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 1024, unit < units.count - 1 {
        value /= 1024
        unit += 1
    }
    let tenths = Int((value * 10).rounded())
    return (tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)") + " " + units[unit]
}
