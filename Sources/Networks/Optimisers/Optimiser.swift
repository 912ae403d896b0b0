import Autodiff

/// A rule at work on one network: it counts the steps and keeps the slots. A value; its state, saved and restored,
/// lets a training go on bit for bit.
public struct Optimiser<Scalar: Real>: Sendable {
    public let rule: any UpdateRule
    /// How many steps were taken.
    public private(set) var steps = 0
    /// For each parameter its slots, named `slot.parameter`.
    private var slots: [[NamedTensor<Scalar>]]

    public init(_ rule: any UpdateRule, for network: some Module<Scalar>) throws(TensorError) {
        self.rule = rule
        slots = []
        for parameter in network.parameters {
            var own: [NamedTensor<Scalar>] = []
            for slot in rule.slots { own.append(NamedTensor("\(slot).\(parameter.name)", try .zeros(parameter.tensor.shape))) }
            slots.append(own)
        }
    }

    /// Moves the network's parameters, given the gradient by each in their order.
    public mutating func step(
        _ network: inout some Module<Scalar>, gradients: [Tensor<Scalar>], learningRate: Double
    ) throws(TensorError) {
        let parameters = network.parameters
        precondition(parameters.count == slots.count && gradients.count == slots.count, "one gradient for each parameter")
        var moved: [Tensor<Scalar>] = [], remembered: [[NamedTensor<Scalar>]] = []
        for (position, parameter) in parameters.enumerated() {
            let gradient = gradients[position]
            precondition(gradient.shape == parameter.tensor.shape, "the gradient by \(parameter.name) has another shape")
            // Copies that nobody else holds yet may be written to.
            let next = try copied(parameter.tensor)
            var own: [NamedTensor<Scalar>] = []
            for slot in slots[position] { own.append(NamedTensor(slot.name, try copied(slot.tensor))) }
            rule.update(
                ParameterPiece(
                    count: next.count, parameter: UnsafeMutablePointer(mutating: next.pointer), gradient: gradient.pointer,
                    slots: own.map { UnsafeMutablePointer(mutating: $0.tensor.pointer) }),
                step: steps + 1, learningRate: learningRate)
            moved.append(next)
            remembered.append(own)
        }
        network.replaceParameters(with: moved)
        slots = remembered
        steps += 1
    }

    // MARK: Saving

    /// Everything to go on from. The count is in two parts, so that single precision holds it exactly.
    public var state: [NamedTensor<Scalar>] {
        let count = Tensor<Scalar>(Scalar(steps >> 20)), rest = Tensor<Scalar>(Scalar(steps & 0xF_FFFF))
        return [NamedTensor("step.high", count), NamedTensor("step.low", rest)] + slots.flatMap { $0 }
    }

    public mutating func restore(_ state: [NamedTensor<Scalar>]) throws(ParameterError) {
        let wanted = self.state
        let found = try matched(state, to: wanted)
        // What is no count, in a file that was tampered with, must not trap.
        guard let high = Int(exactly: found[0].item), let low = Int(exactly: found[1].item),
            (0..<(1 << 20)).contains(low), (0..<(1 << 24)).contains(high)
        else { throw .noCount(name: wanted[0].name) }
        steps = high << 20 | low
        var next = 2
        for position in slots.indices {
            for slot in slots[position].indices {
                slots[position][slot] = NamedTensor(wanted[next].name, found[next])
                next += 1
            }
        }
    }
}

private func copied<Scalar: Real>(_ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    try Tensor(shape: x.shape) { $0.update(from: x.pointer, count: x.count) }
}
