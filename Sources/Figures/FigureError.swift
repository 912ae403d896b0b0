/// What can go wrong between a figure and its files, with what to do about it.
public enum FigureError: Error, Equatable, Sendable {
    case identifier(String)
    case data(mark: String, problem: String)
    case folder(path: String, reason: String)
    case file(path: String, reason: String)
    case diskFull(path: String)
    case drawing(String)

    public var message: String {
        switch self {
        case .identifier(let id): "\"\(MathText(id, limit: 60).plain)\" cannot name a figure"
        case .data(let mark, let problem): "\(mark): \(problem)"
        case .folder(let path, let reason): "cannot create the folder \(path): \(reason)"
        case .file(let path, let reason): "cannot write \(path): \(reason)"
        case .diskFull(let path): "cannot write \(path): no space left on the device"
        case .drawing(let reason): "the figure could not be drawn: \(reason)"
        }
    }

    public var hint: String {
        switch self {
        case .identifier: "use small letters a to z, digits and hyphens, as in \"kl-landscape\""
        case .data: "give lists that belong together the same length"
        case .folder, .file: "choose a folder that you may write to, with --out or --figures"
        case .diskFull: "free some space, or choose another folder with --out or --figures"
        case .drawing: "try fewer panels or a smaller figure"
        }
    }
}

extension FigureError: CustomStringConvertible {
    public var description: String { "\(message) (\(hint))" }
}
