import Autodiff
import Probability

/// JSON text, written piece by piece in a fixed order: the contract that other programs rely on.
package struct JSON {
    package private(set) var text: String

    package init(_ text: String) { self.text = text }

    package static let null = JSON("null")

    package static func string(_ value: String) -> JSON {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case "\r": text += "\\r"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F || scalar.value == 0x2028 || scalar.value == 0x2029:
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        return JSON(text + "\"")
    }

    /// All digits; what JSON has no number for is a text.
    package static func number(_ value: Double) -> JSON {
        if value.isNaN { return JSON("\"nan\"") }
        if value.isInfinite { return JSON(value < 0 ? "\"-inf\"" : "\"inf\"") }
        if value == value.rounded(), value.magnitude < 1e15, !(value == 0 && value.sign == .minus) { return JSON(String(Int(value))) }
        return JSON("\(value)")
    }

    package static func bool(_ value: Bool) -> JSON { JSON(value ? "true" : "false") }

    static func numbers(_ values: UnsafeBufferPointer<Double>) -> JSON {
        var text = "["
        for (place, value) in values.enumerated() {
            if place > 0 { text += ", " }
            text += number(value).text
        }
        return JSON(text + "]")
    }

    package static func array(_ items: [JSON]) -> JSON { JSON("[" + items.map(\.text).joined(separator: ", ") + "]") }

    package static func object(_ fields: KeyValuePairs<String, JSON>) -> JSON { object(fields.map { ($0.key, $0.value) }) }

    package static func object(_ fields: [(String, JSON)]) -> JSON {
        JSON("{" + fields.map { string($0.0).text + ": " + $0.1.text }.joined(separator: ", ") + "}")
    }
}

extension Value {
    package var json: JSON {
        switch self {
        case .tensor(let x): Self.json(x)
        case .boolean(let flag): .bool(flag)
        case .text(let text): .string(text)
        case .list(let items): .object(["list": .array(items.map(\.json))])
        case .estimate(let estimate):
            .object([
                "estimate": Self.json(estimate.value), "se": Self.json(estimate.standardError), "n": .number(Double(estimate.count)),
            ])
        case .function, .distribution, .object: .object(["type": .string(typeName)])
        case .nothing: .null
        }
    }

    private static func json(_ x: Tensor<Double>) -> JSON {
        if x.rank == 0 { return .number(x.item) }
        return .object([
            "shape": .array(x.shape.sizes.map { .number(Double($0)) }), "data": .numbers(x.buffer),
        ])
    }
}

extension CheckOutcome {
    package var jsonFields: [(String, JSON)] {
        [
            ("label", .string(label)), ("mode", .string(mode.rawValue)), ("measured", measured.json), ("expected", expected.json),
            ("error", error.map(JSON.number) ?? .null), ("tolerance", tolerance.map(JSON.number) ?? .null), ("passed", .bool(passed)),
        ]
    }
}

extension Value {
    /// How many numbers, texts and the like a document with this value holds.
    package var jsonSize: Int {
        switch self {
        case .tensor(let x): x.count
        case .text(let text): 1 + text.utf8.count / 16
        case .estimate(let estimate): 2 * estimate.value.count
        case .list(let items): items.reduce(1) { $0 + $1.jsonSize }
        case .boolean, .function, .distribution, .object, .nothing: 1
        }
    }
}

extension CellOutcome {
    /// A document of more than a few hundred megabytes helps nobody: the cell then counts as one that failed.
    package mutating func refuseValuesTooLargeForJSON(limit: Int = 20_000_000) {
        let values = [result].compactMap(\.self) + bindings.map(\.value) + checks.flatMap { [$0.measured, $0.expected] }
        let size = values.reduce(0) { $0 + $1.jsonSize }
        guard size > limit else { return }
        let error = error ?? CellError("The values of this cell, \(size) numbers in all, are too many to be written as JSON.", at: Span(0, 0), hint: "bind fewer of them, or only a part")
        (result, bindings, checks, self.error) = (nil, [], [], error)
    }

    /// The document of `eval --json`, and of each cell of `run --json`. Errors point into `source`.
    package func jsonFields(source: String) -> [(String, JSON)] {
        [
            ("ok", .bool(succeeded)), ("result", result?.json ?? .null),
            ("bindings", .object(bindings.map { ($0.name, $0.value.json) })), ("output", .string(output)),
            ("checks", .array(checks.map { .object($0.jsonFields) })), ("error", errorJSON(source)),
        ]
    }

    private func errorJSON(_ source: String) -> JSON {
        if interrupted {
            return .object(["message": .string("The cell was interrupted."), "line": .number(1), "column": .number(1), "hint": .null])
        }
        guard let error else { return .null }
        let place = SourcePosition(of: error.span.start, in: source)
        return .object([
            "message": .string(error.message), "line": .number(Double(place.line)), "column": .number(Double(place.column)),
            "hint": error.hint.map(JSON.string) ?? .null,
        ])
    }
}
