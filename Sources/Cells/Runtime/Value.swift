import Autodiff
import Probability

/// What a name can stand for. Values never change.
public enum Value: Sendable {
    /// Numbers of any shape; a single one has shape `[]`.
    case tensor(Tensor<Double>)
    case boolean(Bool)
    case text(String)
    case list([Value])
    case function(any Callable)
    case distribution(any Distribution)
    case estimate(Estimate)
    case object(any CellObject)
    /// What a statement without a value leaves, such as `print`.
    case nothing

    public static func number(_ value: Double) -> Value { .tensor(Tensor(value)) }
}

/// Something that can be called: a closure of the language or a function of the library.
public protocol Callable: Sendable {
    var displayName: String { get }
}

/// A value of a kind that the language only passes around: a figure, a model, a data set.
public protocol CellObject: Sendable {
    /// One word for messages and JSON: `figure`, `model`.
    var typeName: String { get }
    var summary: String { get }
    func field(_ name: String) -> Value?
    var fieldNames: [String] { get }
}

extension CellObject {
    public var summary: String { "<\(typeName)>" }
    public var fieldNames: [String] { [] }
    public func field(_ name: String) -> Value? { nil }
}

extension Value {
    /// For messages: "a matrix of shape [2, 3]" and the like.
    package var kind: String {
        switch self {
        case .tensor(let x): x.rank == 0 ? "a number" : "a tensor of shape \(x.shape)"
        case .boolean: "a truth value"
        case .text: "a text"
        case .list: "a list"
        case .function: "a function"
        case .distribution: "a distribution"
        case .estimate: "an estimate"
        case .object(let object): "a \(object.typeName)"
        case .nothing: "nothing"
        }
    }

    /// One word for JSON.
    package var typeName: String {
        switch self {
        case .tensor: "tensor"
        case .boolean: "boolean"
        case .text: "text"
        case .list: "list"
        case .function: "function"
        case .distribution: "distribution"
        case .estimate: "estimate"
        case .object(let object): object.typeName
        case .nothing: "nothing"
        }
    }

    /// Numbers, with true and false as 1 and 0.
    package var tensor: Tensor<Double>? {
        switch self {
        case .tensor(let x): x
        case .boolean(let flag): Tensor(flag ? 1 : 0)
        default: nil
        }
    }

    /// A single number.
    package var number: Double? {
        guard let x = tensor, x.count == 1 else { return nil }
        return x.item
    }
}
