/// The few words of Python in which NumPy writes an array's header: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
indirect enum PythonLiteral: Equatable {
    case text(String), whole(Int), bool(Bool), none
    /// A tuple or a list.
    case list([PythonLiteral])
    case dictionary([String: PythonLiteral])

    /// Nil where `bytes` are anything else.
    static func parse(_ bytes: some Collection<UInt8>) -> PythonLiteral? {
        var parser = Parser(rest: Array(bytes)[...])
        guard let value = parser.value(depth: 0) else { return nil }
        parser.skipSpace()
        return parser.rest.isEmpty ? value : nil
    }

    private struct Parser {
        var rest: ArraySlice<UInt8>

        mutating func skipSpace() { rest = rest.drop { $0 == 0x20 || (0x09...0x0D).contains($0) } }

        mutating func take(_ character: Character) -> Bool {
            skipSpace()
            guard rest.first == character.asciiValue else { return false }
            rest.removeFirst()
            return true
        }

        mutating func value(depth: Int) -> PythonLiteral? {
            guard depth < 8 else { return nil }
            skipSpace()
            switch rest.first {
            case UInt8(ascii: "'"), UInt8(ascii: "\""): return text().map(PythonLiteral.text)
            case UInt8(ascii: "("): return list("(", ")", depth)
            case UInt8(ascii: "["): return list("[", "]", depth)
            case UInt8(ascii: "{"): return dictionary(depth)
            default: return word()
            }
        }

        private mutating func text() -> String? {
            guard let quote = rest.popFirst(), let end = rest.firstIndex(of: quote) else { return nil }
            defer { rest = rest[(end + 1)...] }
            return rest[..<end].contains(UInt8(ascii: "\\")) ? nil : String(decoding: rest[..<end], as: UTF8.self)
        }

        private mutating func list(_ open: Character, _ close: Character, _ depth: Int) -> PythonLiteral? {
            _ = take(open)
            var members: [PythonLiteral] = []
            while !take(close) {
                guard let member = value(depth: depth + 1) else { return nil }
                members.append(member)
                guard take(",") else { return take(close) ? .list(members) : nil }
            }
            return .list(members)
        }

        private mutating func dictionary(_ depth: Int) -> PythonLiteral? {
            _ = take("{")
            var members: [String: PythonLiteral] = [:]
            while !take("}") {
                guard case .text(let key)? = value(depth: depth + 1), take(":"), let member = value(depth: depth + 1),
                    members.updateValue(member, forKey: key) == nil
                else { return nil }
                guard take(",") else { return take("}") ? .dictionary(members) : nil }
            }
            return .dictionary(members)
        }

        private mutating func word() -> PythonLiteral? {
            let word = rest.prefix { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || Character(UnicodeScalar($0)).isLetter || (0x30...0x39).contains($0) }
            rest = rest[word.endIndex...]
            switch String(decoding: word, as: UTF8.self) {
            case "True": return .bool(true)
            case "False": return .bool(false)
            case "None": return PythonLiteral.none
            // Python 2 wrote long integers with an L.
            case let digits: return Int(digits.hasSuffix("L") ? String(digits.dropLast()) : digits).map(PythonLiteral.whole)
            }
        }
    }
}
