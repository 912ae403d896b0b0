/// Reverse mode. The gradient of a single number y with respect to tracked tensors, each in its own shape.
///
/// With `keepingTape` the graph stays as it is, so that another gradient of the same value can follow, and every
/// node keeps its gradient for printing. Without, each node's buffers are freed as soon as it has been walked.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func gradients<Scalar>(
    of y: Tensor<Scalar>, withRespectTo targets: [Tensor<Scalar>], keepingTape: Bool = true
) throws(TensorError) -> [Tensor<Scalar>] {
    guard y.count == 1 else { throw .notScalar(shape: y.shape) }
    for target in targets where target.node == nil { throw .untracked }
    guard let root = y.node else { throw .independent }

    let walk = GraphWalk(from: root)
    defer { walk.finish() }
    for target in targets where target.node!.mark == .unseen { throw .independent }
    walk.markPaths(to: targets.map { $0.node! })
    for node in walk.order { Node<Scalar>.of(node).gradient = nil }

    root.gradient = try .ones(y.shape)
    for reached in walk.order.reversed() where reached.mark >= .needed {
        let node = Node<Scalar>.of(reached)
        guard let gradient = node.gradient else { continue }
        if let pullback = node.pullback {
            try pullback(gradient, Inflow(node: node))
        } else if node.isFreed {
            throw .tapeFreed(operation: node.operation)
        }
        if !keepingTape {
            node.free()
            if node.mark != .target { node.gradient = nil }
        }
    }
    var results: [Tensor<Scalar>] = []
    for target in targets {
        if let gradient = target.node!.gradient {
            results.append(gradient)
        } else {
            results.append(try .zeros(target.shape))
        }
    }
    if !keepingTape { for target in targets { target.node!.gradient = nil } }
    return results
}

public func gradient<Scalar>(
    of y: Tensor<Scalar>, withRespectTo x: Tensor<Scalar>, keepingTape: Bool = true
) throws(TensorError) -> Tensor<Scalar> {
    try gradients(of: y, withRespectTo: [x], keepingTape: keepingTape)[0]
}

/// The nodes behind a value, inputs before what is made of them, found without recursion.
struct GraphWalk {
    private(set) var order: [TapeNode] = []

    init(from root: TapeNode) {
        var path = [(node: root, next: 0)]
        root.mark = .seen
        while let (node, next) = path.last {
            if next < node.inputs.count {
                path[path.count - 1].next += 1
                if let input = node.inputs[next], input.mark == .unseen {
                    input.mark = .seen
                    path.append((input, 0))
                }
            } else {
                order.append(node)
                path.removeLast()
            }
        }
    }

    /// Only nodes on a way from a target to the root take part: the rest would be work for nobody.
    func markPaths(to targets: [TapeNode]) {
        for target in targets { target.mark = .target }
        for node in order where node.mark == .seen {
            for input in node.inputs where (input?.mark ?? .unseen) >= .needed { node.mark = .needed }
        }
    }

    func finish() { for node in order { node.mark = .unseen } }
}

/// Where a pullback puts the gradients of its inputs.
struct Inflow<Scalar: Real> {
    let node: Node<Scalar>

    /// Whether anybody asks for the gradient of this input: costly work is skipped where nobody does.
    @inline(__always)
    func needs(_ input: Int) -> Bool { (node.inputs[input]?.mark ?? .unseen) >= .needed }

    /// Adds to the gradient of an input; the sum is not even computed where nobody asks for it.
    @inline(__always)
    func add(
        _ input: Int, _ contribution: () throws(TensorError) -> Tensor<Scalar>
    ) throws(TensorError) {
        guard let target = node.inputs[input], target.mark >= .needed else { return }
        try accumulate(contribution(), into: .of(target))
    }

    private func accumulate(_ contribution: Tensor<Scalar>, into target: Node<Scalar>) throws(TensorError) {
        precondition(
            contribution.shape == target.value.shape,
            "the gradient of \(node.operation) has shape \(contribution.shape), its input \(target.value.shape)")
        if FiniteWatch.isOn {
            try FiniteWatch.check(
                contribution, node.operation, node.gradient.map { [$0] } ?? [], inGradient: true)
        }
        guard let sum = target.gradient else {
            target.gradient = contribution
            return
        }
        target.gradient = nil
        target.gradient = try added(contribution, to: sum)
    }

    /// In place if the sum's buffer is ours alone: a first contribution may be shared with another node.
    private func added(_ contribution: Tensor<Scalar>, to sum: consuming Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
        var storage = sum.storage
        _ = consume sum
        let from = contribution.pointer, count = storage.count
        if storage.owner == nil, isKnownUniquelyReferenced(&storage) {
            let to = storage.pointer
            for i in 0..<count { to[i] += from[i] }
            return Tensor(storage)
        }
        let old = UnsafePointer(storage.pointer)
        return try Tensor(shape: contribution.shape) { to in
            for i in 0..<count { to[i] = old[i] + from[i] }
        }
    }
}
