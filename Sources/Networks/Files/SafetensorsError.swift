import Autodiff

/// A file of weights that is not as the format wants it.
public struct SafetensorsError: Error, Equatable, CustomStringConvertible {
    public enum Problem: Error, Equatable {
        case unreadable(reason: String)
        case tooShort(bytes: Int)
        case headerTooLong(length: UInt64, available: Int)
        case headerNotJSON(offset: Int, expected: String)
        case repeatedName(String)
        case unknownField(tensor: String, field: String)
        case missingField(tensor: String, field: String)
        case unknownType(tensor: String, type: String)
        case unreadType(tensor: String, type: String)
        case tooLarge(tensor: String)
        case wrongSize(tensor: String, shape: Shape, type: String, needed: Int, held: Int)
        case reversedOffsets(tensor: String, from: Int, to: Int)
        case misaligned(tensor: String, offset: Int, elementBytes: Int)
        case beyondEnd(tensor: String, to: Int, available: Int)
        case overlap(tensor: String, other: String)
        case gap(from: Int, to: Int)
        case trailing(bytes: Int)
        case noSuchTensor(String)
        case memory(TensorError)
    }

    public let path: String
    public let problem: Problem

    public init(_ path: String, _ problem: Problem) {
        (self.path, self.problem) = (path, problem)
    }

    public var description: String { "\(quoted(path)) \(problem.sentence)" }

    public var hint: String? {
        switch problem {
        case .unreadable, .noSuchTensor: nil
        case .unreadType: "convert the weights to float32 first"
        case .memory: "there is not memory enough for this file's tensors"
        default: "the file is damaged or is no safetensors file: copy or export it again"
        }
    }
}

extension SafetensorsError.Problem {
    /// What follows the file's name.
    fileprivate var sentence: String {
        switch self {
        case let .unreadable(reason):
            "cannot be read: \(reason)"
        case let .tooShort(bytes):
            "is no safetensors file: it has \(bytes) bytes, and its header's length alone takes 8"
        case let .headerTooLong(length, available):
            "is no safetensors file or is cut short: its header would take \(length) bytes, and at most \(available) can be one"
        case let .headerNotJSON(offset, expected):
            "has a broken header: at byte \(offset) of it, \(expected) was expected"
        case let .repeatedName(name):
            "has a broken header: \(quoted(name)) stands there twice"
        case let .unknownField(tensor, field):
            "has a broken header: the tensor \(quoted(tensor)) has a field \(quoted(field)), which the format does not know"
        case let .missingField(tensor, field):
            "has a broken header: the tensor \(quoted(tensor)) has no \(field)"
        case let .unknownType(tensor, type):
            "has a broken header: the tensor \(quoted(tensor)) is of type \(quoted(type)), which the format does not know"
        case let .unreadType(tensor, type):
            "holds \(quoted(tensor)) as \(type), and only F64, F32, F16 and BF16 are read"
        case let .tooLarge(tensor):
            "has a broken header: the tensor \(quoted(tensor)) would have more than 2^63 bytes"
        case let .wrongSize(tensor, shape, type, needed, held):
            "is broken: the tensor \(quoted(tensor)) of shape \(shape) and type \(type) needs \(needed) bytes and has \(held)"
        case let .reversedOffsets(tensor, from, to):
            "is broken: the tensor \(quoted(tensor)) begins at byte \(from) and ends before that, at \(to)"
        case let .misaligned(tensor, offset, elementBytes):
            "is broken: the tensor \(quoted(tensor)) begins at byte \(offset), which is no multiple of \(elementBytes)"
        case let .beyondEnd(tensor, to, available):
            "is cut short or broken: the tensor \(quoted(tensor)) ends at byte \(to) of the data, which has \(available)"
        case let .overlap(tensor, other):
            "is broken: the tensors \(quoted(other)) and \(quoted(tensor)) share bytes"
        case let .gap(from, to):
            "is broken: bytes \(from) to \(to) of the data belong to no tensor"
        case let .trailing(bytes):
            "is broken: \(bytes) bytes after the last tensor belong to none"
        case let .noSuchTensor(name):
            "has no tensor \(quoted(name))"
        case let .memory(error):
            "cannot be loaded: \(error)"
        }
    }
}
