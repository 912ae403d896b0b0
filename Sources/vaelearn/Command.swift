import Cells

/// One word of the command line.
protocol Command: Sendable {
    static var name: String { get }
    /// One line for the overview.
    static var summary: String { get }
    /// Begins with an example.
    static var help: String { get }
    static var options: [Option] { get }
    static func run(_ arguments: Arguments) throws -> Int32
}

struct Option: Sendable {
    let name: String
    let takesValue: Bool
    /// Whether the next word is the value, where it may be left out.
    var isValue: (@Sendable (String) -> Bool)?

    static func flag(_ name: String) -> Option { Option(name: name, takesValue: false) }
    static func value(_ name: String) -> Option { Option(name: name, takesValue: true) }
    /// A flag that may have a value, which is told from a word of its own by its look.
    static func flag(_ name: String, value isValue: @escaping @Sendable (String) -> Bool) -> Option {
        Option(name: name, takesValue: false, isValue: isValue)
    }
}

/// What went wrong, what to do, and the exit code that says so.
struct CommandError: Error {
    let message: String
    var hint: String?
    var code = ExitCode.wrongUse

    static func wrongUse(_ message: String, hint: String? = nil) -> CommandError { CommandError(message: message, hint: hint) }
    static func badInput(_ message: String, hint: String? = nil) -> CommandError {
        CommandError(message: message, hint: hint, code: ExitCode.badInput)
    }
}

/// The words and options after the command's name, in any order. A value may begin with `-`; `--` ends the options.
struct Arguments {
    private(set) var words: [String] = []
    private var values: [String: [String]] = [:]

    init(_ arguments: [String], for command: any Command.Type) throws {
        let known = command.options + [.flag("help")]
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--"), argument.count > 2 else {
                if argument == "--" {
                    words += rest
                    return
                }
                if argument == "-h" { values["help", default: []].append("") } else { words.append(argument) }
                continue
            }
            let text = argument.dropFirst(2)
            let name = String(text.prefix { $0 != "=" })
            let attached = text.count > name.count ? String(text.dropFirst(name.count + 1)) : nil
            guard let option = known.first(where: { $0.name == name }) else {
                let near = closest(name, among: known.map(\.name))
                throw CommandError.wrongUse(
                    "there is no option --\(shown(name)).", hint: near.map { "did you mean --\($0)?" } ?? "see vaelearn \(command.name) --help")
            }
            if option.takesValue {
                guard let value = attached ?? rest.popFirst() else { throw CommandError.wrongUse("--\(name) needs a value.") }
                values[name, default: []].append(value)
            } else if let isValue = option.isValue {
                let next = rest.first.flatMap { isValue($0) ? $0 : nil }
                if attached == nil, next != nil { rest.removeFirst() }
                values[name, default: []].append(attached ?? next ?? "")
            } else {
                guard attached == nil else { throw CommandError.wrongUse("--\(name) takes no value.") }
                values[name, default: []].append("")
            }
        }
    }

    func has(_ option: String) -> Bool { values[option] != nil }
    func value(_ option: String) -> String? { values[option]?.last }
    func all(_ option: String) -> [String] { values[option] ?? [] }

    /// An option's value as a whole number.
    func whole(_ option: String) throws -> Int? {
        guard let text = value(option) else { return nil }
        guard let number = Int(text) else { throw CommandError.wrongUse("--\(option) needs a whole number, not \"\(shown(text))\".") }
        return number
    }

    func seed() throws -> UInt64? {
        guard let text = value("seed") else { return nil }
        guard let seed = UInt64(text) else {
            throw CommandError.wrongUse("--seed needs a whole number from 0 to \(UInt64.max), not \"\(shown(text))\".")
        }
        return seed
    }

    /// Options of the form name=value, such as `--set samples=1e6`.
    func pairs(_ option: String) throws -> [(name: String, value: String)] {
        try all(option).map { text in
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                throw CommandError.wrongUse("--\(option) needs name=value, not \"\(shown(text))\".")
            }
            return (String(text[..<equals]), String(text[text.index(after: equals)...]))
        }
    }
}

func closest(_ word: String, among known: [String]) -> String? { nearestNames(to: word, among: known).first }

/// Text from outside as it may be printed: control characters are shown, not obeyed.
func shown(_ text: String, limit: Int = 200) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit).map { scalar in
        scalar.value < 0x20 || scalar.value == 0x7F || (0x80..<0xA0).contains(scalar.value) ? "\u{FFFD}" : scalar
    }))
}
