// The tree as an S-expression, every operator with its operands in brackets: what tests compare, and what settles a doubt
// about precedence.

extension Program: CustomStringConvertible {
    public var description: String { statements.map(\.description).joined(separator: "\n") }
}

extension Statement: CustomStringConvertible {
    package var description: String {
        switch form {
        case .expression(let expression):
            return "\(expression)"
        case .assignment(let name, let value):
            return "(= \(name.text) \(value))"
        case .loop(let names, let sequence, let body):
            return "(for (\(names.map(\.text).joined(separator: " "))) \(sequence) \(body))"
        case .knob(let knob):
            return "(knob \(knob.name.text) \(knob.value) \(knob.lower) \(knob.upper)\(knob.text.map { " \(quoted($0))" } ?? ""))"
        case .check(let check):
            let label = check.label.map { " \($0)" } ?? ""
            switch check.claim {
            case .condition(let condition):
                return "(check\(label) \(condition))"
            case .close(let measured, let expected, let tolerance, _):
                var bounds = ""
                for (word, bound) in [("tol", tolerance.absolute), ("rtol", tolerance.relative), ("se", tolerance.standardErrors)] {
                    if let bound { bounds += " (\(word) \(bound))" }
                }
                return "(check\(label) (~= \(measured) \(expected))\(bounds))"
            }
        }
    }
}

extension Block: CustomStringConvertible {
    package var description: String { "{\(statements.map(\.description).joined(separator: " "))}" }
}

extension Expression: CustomStringConvertible {
    public var description: String {
        switch form {
        case .number(let value):
            return "\(value)"
        case .boolean(let value):
            return "\(value)"
        case .text(let parts):
            guard literalText == nil else { return quoted(literalText!) }
            return "(text \(parts.map(\.description).joined(separator: " ")))"
        case .name(let name):
            return name
        case .list(let items):
            return form("list", items)
        case .negation(let operand):
            return "(- \(operand))"
        case .not(let operand):
            return "(not \(operand))"
        case .operation(let first, let rest):
            let heads = rest.reversed().map { "(\($0.sign.rawValue) " }.joined()
            return heads + first.description + rest.map { " \($0.value))" }.joined()
        case .all(let items):
            return form("and", items)
        case .any(let items):
            return form("or", items)
        case .call(let callee, let arguments):
            return "(call \(callee)\(arguments.map { " " + ($0.label.map { "\($0.text)=" } ?? "") + $0.value.description }.joined()))"
        case .index(let base, let subscripts):
            return "(index \(base) \(subscripts.map(\.description).joined(separator: " ")))"
        case .field(let base, let name):
            return "(. \(base) \(name.text))"
        case .function(let function):
            return "\(function)"
        case .block(let block):
            return "\(block)"
        case .conditional(let branches, let otherwise):
            let parts = branches.map { "\($0.condition) \($0.body)" } + (otherwise.map { ["\($0)"] } ?? [])
            return "(if \(parts.joined(separator: " ")))"
        }
    }

    private func form(_ head: String, _ items: [Expression]) -> String {
        "(\(([head] + items.map(\.description)).joined(separator: " ")))"
    }
}

extension TextPart: CustomStringConvertible {
    package var description: String {
        switch self {
        case .literal(let literal): quoted(literal)
        case .value(let expression, nil): "\(expression)"
        case .value(let expression, let format?): "(format \(expression) \(format))"
        }
    }
}

extension Format: CustomStringConvertible {
    package var description: String {
        (width.map { "\($0)" } ?? "") + (precision.map { ".\($0)" } ?? "") + String(style.rawValue)
    }
}

extension Subscript: CustomStringConvertible {
    package var description: String {
        switch form {
        case .item(let expression): "\(expression)"
        case .slice(let from, let to, let step):
            "(slice \(from.map(\.description) ?? "_") \(to.map(\.description) ?? "_")\(step.map { " \($0)" } ?? ""))"
        }
    }
}

extension Function: CustomStringConvertible {
    package var description: String {
        let list = parameters.map { $0.name.text + ($0.standard.map { "=\($0)" } ?? "") }
        return "(-> (\(list.joined(separator: " "))) \(body))"
    }
}

private func quoted(_ text: String) -> String {
    var result = "\""
    for character in text {
        switch character {
        case "\n": result += "\\n"
        case "\t": result += "\\t"
        case "\"", "\\": result += "\\\(character)"
        default: result.append(character)
        }
    }
    return result + "\""
}
