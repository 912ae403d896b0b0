/// One line of a printed tape.
public struct TapeLine<Scalar: Real>: Sendable {
    public let name: String
    public let operation: Operation
    /// Names of the inputs, `·` for one that is not tracked.
    public let inputs: [String]
    public let value: Tensor<Scalar>
    /// The gradient left by the last one taken through this node, if its tape was kept.
    public let gradient: Tensor<Scalar>?
}

/// The tape behind a value, inputs before what is made of them.
public func tapeLines<Scalar>(of y: Tensor<Scalar>) -> [TapeLine<Scalar>] {
    guard let root = y.node else { return [] }
    let walk = GraphWalk(from: root)
    defer { walk.finish() }
    var names: [ObjectIdentifier: String] = [:]
    for (position, node) in walk.order.enumerated() { names[ObjectIdentifier(node)] = "%\(position + 1)" }
    return walk.order.map { reached in
        let node = Node<Scalar>.of(reached)
        return TapeLine(
            name: names[ObjectIdentifier(node)]!, operation: node.operation,
            inputs: node.inputs.map { $0.map { names[ObjectIdentifier($0)]! } ?? "·" },
            value: node.value, gradient: node.gradient)
    }
}

/// The printed tape: name, operation with its inputs, shape, value, and gradient where there is one.
public func printedTape<Scalar>(of y: Tensor<Scalar>) -> String {
    tapeLines(of: y).map { line in
        let call = line.operation == .parameter ? "param" : "\(line.operation)(\(line.inputs.joined(separator: ", ")))"
        let gradient = line.gradient.map { "   gradient \(summary($0))" } ?? ""
        return "\(line.name) = \(call)   \(line.value.shape)   \(summary(line.value))\(gradient)"
    }.joined(separator: "\n")
}

/// Up to six elements, each with four digits after the point.
private func summary<Scalar: Real>(_ x: Tensor<Scalar>) -> String {
    let shown = x.buffer.prefix(6).map { value -> String in
        let number = Double(value)
        guard number.isFinite, number.magnitude < 1e9, number == 0 || number.magnitude >= 1e-4 else { return "\(number)" }
        let scaled = (number * 1e4).rounded() / 1e4
        return "\(scaled)"
    }
    let body = shown.joined(separator: ", ") + (x.count > 6 ? ", …" : "")
    return x.rank == 0 ? body : "[\(body)]"
}
