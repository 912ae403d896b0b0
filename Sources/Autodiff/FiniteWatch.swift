import Synchronization

/// The debug switch that finds where a NaN came from: while it is on, the first operation that makes a NaN or an
/// infinity out of finite inputs is an error that names it, on the way forward and on the way back.
public enum FiniteWatch {
    @TaskLocal private static var isWatching = false
    /// How many watches are open anywhere; while none is, an operation pays for one relaxed load only.
    private static let open = Atomic<Int>(0)

    public static func run<Result>(_ body: () throws -> Result) rethrows -> Result {
        open.add(1, ordering: .relaxed)
        defer { open.subtract(1, ordering: .relaxed) }
        return try $isWatching.withValue(true, operation: body)
    }

    @inline(__always)
    static var isOn: Bool { open.load(ordering: .relaxed) > 0 && isWatching }

    static func check<Scalar>(
        _ value: Tensor<Scalar>, _ operation: Operation, _ inputs: [Tensor<Scalar>], inGradient: Bool = false
    ) throws(TensorError) {
        guard !value.buffer.allSatisfy(\.isFinite) else { return }
        guard inputs.allSatisfy({ $0.buffer.allSatisfy(\.isFinite) }) else { return }
        throw .nonFinite(operation: operation, inGradient: inGradient, shape: value.shape)
    }
}
