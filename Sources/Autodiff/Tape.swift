/// A place in the graph: an operation and what it was computed from. It knows nothing of numbers, so that walks over
/// the graph, and its release, are compiled once for all precisions.
package class TapeNode {
    package let operation: Operation
    /// The nodes it was computed from; nil for an input that is not tracked.
    package fileprivate(set) final var inputs: [TapeNode?]
    /// Scratch for walks over the graph; `.unseen` between them.
    final var mark = Mark.unseen

    /// How far a walk has come with a node: reached; on a way from a target to the root; a target itself.
    enum Mark: UInt8, Comparable {
        case unseen, seen, needed, target
        static func < (a: Mark, b: Mark) -> Bool { a.rawValue < b.rawValue }
    }

    init(_ operation: Operation, inputs: [TapeNode?]) {
        self.operation = operation
        self.inputs = inputs
    }

    /// Releasing a long chain one node inside the other would overflow the stack, so it is done in a loop:
    /// each node that nobody else holds hands over its inputs before it goes.
    deinit {
        guard !inputs.isEmpty else { return }
        var doomed = inputs
        inputs = []
        while var last = doomed.popLast() {
            guard last != nil, isKnownUniquelyReferenced(&last), let node = last else { continue }
            doomed.append(contentsOf: node.inputs)
            node.inputs = []
        }
    }
}

/// One step of the tape: a value and how a gradient flows back through the operation that made it.
package final class Node<Scalar: Real>: TapeNode {
    /// Adds to the gradient of each input, given the gradient of the value.
    typealias Pullback = (_ gradient: Tensor<Scalar>, _ inputs: Inflow<Scalar>) throws(TensorError) -> Void

    /// What was computed, off the tape: a node never holds on to itself.
    package let value: Tensor<Scalar>
    private(set) var pullback: Pullback?
    /// Left here by the last gradient that was asked to keep the tape.
    package var gradient: Tensor<Scalar>?

    init(_ operation: Operation, inputs: [TapeNode?], value: Tensor<Scalar>, pullback: Pullback?) {
        self.value = value
        self.pullback = pullback
        super.init(operation, inputs: inputs)
    }

    /// All nodes of one graph are of one precision.
    @inline(__always)
    static func of(_ node: TapeNode) -> Node { unsafeDowncast(node, to: Node.self) }

    var isFreed: Bool { pullback == nil && operation != .parameter }

    /// Lets go of everything below; a second gradient through this node is then an error.
    func free() {
        pullback = nil
        inputs = []
    }
}

extension Tensor {
    /// Puts this freshly computed value on the tape if any input is tracked. `pullback` gets the gradient of this
    /// value and adds to those of the inputs, counted as they stand in the call.
    @inline(__always)
    func recorded(
        _ operation: Operation, _ input: Tensor, pullback: @escaping Node<Scalar>.Pullback
    ) throws(TensorError) -> Tensor {
        if FiniteWatch.isOn { try FiniteWatch.check(self, operation, [input]) }
        guard let parent = input.node else { return self }
        return onTape(operation, [parent], pullback)
    }

    @inline(__always)
    func recorded(
        _ operation: Operation, _ a: Tensor, _ b: Tensor, pullback: @escaping Node<Scalar>.Pullback
    ) throws(TensorError) -> Tensor {
        if FiniteWatch.isOn { try FiniteWatch.check(self, operation, [a, b]) }
        guard a.node != nil || b.node != nil else { return self }
        return onTape(operation, [a.node, b.node], pullback)
    }

    func recorded(
        _ operation: Operation, _ inputs: [Tensor], pullback: @escaping Node<Scalar>.Pullback
    ) throws(TensorError) -> Tensor {
        if FiniteWatch.isOn { try FiniteWatch.check(self, operation, inputs) }
        guard inputs.contains(where: \.isTracked) else { return self }
        return onTape(operation, inputs.map(\.node), pullback)
    }

    /// For values that are flat in their input (`sign`, `argmax`): nothing flows back, and the tape ends here.
    func unrecorded(_ operation: Operation, _ input: Tensor) throws(TensorError) -> Tensor {
        if FiniteWatch.isOn { try FiniteWatch.check(self, operation, [input]) }
        return self
    }

    private func onTape(
        _ operation: Operation, _ parents: [TapeNode?], _ pullback: @escaping Node<Scalar>.Pullback
    ) -> Tensor {
        var result = self
        result.node = Node(operation, inputs: parents, value: self, pullback: pullback)
        return result
    }
}
