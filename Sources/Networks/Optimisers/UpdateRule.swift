import Autodiff

/// How a parameter follows its gradient. A rule holds settings only; what it has to remember stands in slots.
public protocol UpdateRule: Sendable {
    /// What is kept beside each parameter, under PyTorch's names. All of it begins as 0.
    var slots: [String] { get }

    /// One step, number `step` counted from 1, of one parameter or a piece of one: each element goes by itself.
    func update<Scalar: Real>(_ piece: ParameterPiece<Scalar>, step: Int, learningRate: Double)
}

/// Memory that an update works on in place: so many elements of a parameter, its gradient and each slot. A fast training
/// step can hand over slices of a parameter while they are still in cache.
public struct ParameterPiece<Scalar: Real> {
    public let count: Int
    public let parameter: UnsafeMutablePointer<Scalar>
    public let gradient: UnsafePointer<Scalar>
    public let slots: [UnsafeMutablePointer<Scalar>]

    public init(
        count: Int, parameter: UnsafeMutablePointer<Scalar>, gradient: UnsafePointer<Scalar>, slots: [UnsafeMutablePointer<Scalar>]
    ) {
        (self.count, self.parameter, self.gradient, self.slots) = (count, parameter, gradient, slots)
    }
}
