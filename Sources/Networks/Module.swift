import Autodiff

/// A tensor and what it is called, as in a file of weights.
public struct NamedTensor<Scalar: Real>: Sendable {
    public let name: String
    public let tensor: Tensor<Scalar>

    public init(_ name: String, _ tensor: Tensor<Scalar>) {
        (self.name, self.tensor) = (name, tensor)
    }
}

/// A network or a part of one: a value that holds parameters. It says one thing, which parameters it has; everything
/// else follows from that.
public protocol Module<Scalar>: Sendable {
    associatedtype Scalar: Real

    /// Shows every parameter to `visit`, which may put another tensor in its place. The names, the order and the layouts
    /// are those of PyTorch's `state_dict`.
    mutating func visitParameters<Failure: Error>(
        _ visit: (_ name: String, _ parameter: inout Tensor<Scalar>) throws(Failure) -> Void
    ) throws(Failure)
}

extension Module {
    /// The same for a part of a larger module: its parameters are called `part.weight` and so on.
    public mutating func visitParameters<Failure: Error>(
        under part: String, _ visit: (_ name: String, _ parameter: inout Tensor<Scalar>) throws(Failure) -> Void
    ) throws(Failure) {
        try visitParameters { (name, parameter) throws(Failure) in try visit("\(part).\(name)", &parameter) }
    }

    public var parameters: [NamedTensor<Scalar>] {
        var copy = self
        var result: [NamedTensor<Scalar>] = []
        copy.visitParameters { name, parameter in result.append(NamedTensor(name, parameter)) }
        return result
    }

    /// How many numbers there are to learn.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.tensor.count } }

    /// The same network with its parameters as leaves of the tape.
    public func tracked() -> Self {
        var copy = self
        copy.visitParameters { _, parameter in parameter = parameter.tracked() }
        return copy
    }

    /// Puts other tensors in the parameters' places, in their order; each must have the shape of the one it replaces.
    public mutating func replaceParameters(with tensors: [Tensor<Scalar>]) {
        var next = 0
        visitParameters { name, parameter in
            precondition(next < tensors.count && tensors[next].shape == parameter.shape, "\(name) is replaced by a tensor of its own shape")
            parameter = tensors[next]
            next += 1
        }
        precondition(next == tensors.count, "\(tensors.count) tensors for \(next) parameters")
    }

    /// Takes over the tensors of the same names, in whatever order: all of them, and no others.
    public mutating func load(_ tensors: [NamedTensor<Scalar>]) throws(ParameterError) {
        replaceParameters(with: try matched(tensors, to: parameters))
    }
}

/// The loss of a network and its gradient by each parameter, in their order.
public func lossAndGradients<Network: Module>(
    of network: Network, _ loss: (_ tracked: Network) throws(TensorError) -> Tensor<Network.Scalar>
) throws(TensorError) -> (loss: Tensor<Network.Scalar>, gradients: [Tensor<Network.Scalar>]) {
    let leaves = network.tracked()
    let value = try loss(leaves)
    let slopes = try gradients(of: value, withRespectTo: leaves.parameters.map(\.tensor), keepingTape: false)
    return (value.detached, slopes)
}

/// Named tensors that do not fit what they are loaded into.
public enum ParameterError: Error, Equatable, CustomStringConvertible {
    case missing(name: String)
    case unexpected(name: String)
    case repeated(name: String)
    case wrongShape(name: String, found: Shape, expected: Shape)
    case noCount(name: String)

    public var description: String {
        switch self {
        case let .missing(name): "there is no tensor \(quoted(name))"
        case let .unexpected(name): "the tensor \(quoted(name)) has no place in this network"
        case let .repeated(name): "the tensor \(quoted(name)) is there twice"
        case let .wrongShape(name, found, expected): "the tensor \(quoted(name)) has shape \(found), and \(expected) is wanted"
        case let .noCount(name): "the tensor \(quoted(name)) holds no count of steps"
        }
    }

    public var hint: String? { "take the weights of a network with the same layers and sizes" }
}

/// The given tensors in the order in which they are wanted: each one there once, in its shape, and none besides.
func matched<Scalar>(
    _ given: [NamedTensor<Scalar>], to wanted: [NamedTensor<Scalar>]
) throws(ParameterError) -> [Tensor<Scalar>] {
    var byName: [String: Tensor<Scalar>] = [:]
    for item in given {
        if byName.updateValue(item.tensor, forKey: item.name) != nil { throw .repeated(name: item.name) }
    }
    var result: [Tensor<Scalar>] = []
    for place in wanted {
        guard let tensor = byName.removeValue(forKey: place.name) else { throw .missing(name: place.name) }
        guard tensor.shape == place.tensor.shape else {
            throw .wrongShape(name: place.name, found: tensor.shape, expected: place.tensor.shape)
        }
        result.append(tensor.detached)
    }
    if let stranger = byName.keys.min() { throw .unexpected(name: stranger) }
    return result
}
