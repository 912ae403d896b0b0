/// Reads JSON (RFC 8259) piece by piece, as the caller expects it, and nothing that is not JSON. It builds no tree, so
/// that a hostile text costs no more memory than its own length.
struct JSONReader {
    /// What is wrong, and at which byte.
    struct Failure: Error, Equatable {
        let offset: Int
        let expected: String
    }

    private let text: [UInt8]
    private(set) var offset = 0

    init(_ text: [UInt8]) { self.text = text }

    /// The members of an object in their order. `member` reads the value of the key it is given.
    mutating func object<Problem: Error>(
        orElse wrap: (Failure) -> Problem, _ member: (_ key: String, _ reader: inout JSONReader) throws(Problem) -> Void
    ) throws(Problem) {
        func checked<Result>(_ body: () throws(Failure) -> Result) throws(Problem) -> Result {
            do { return try body() } catch { throw wrap(error) }
        }
        try checked { () throws(Failure) in try take("{", "an object") }
        if takes("}") { return }
        repeat {
            let key = try checked { () throws(Failure) in
                let key = try string("a name in quotes")
                try take(":", "a colon")
                return key
            }
            try member(key, &self)
        } while takes(",")
        try checked { () throws(Failure) in try take("}", "a comma or the end of the object") }
    }

    /// An array of whole numbers from 0.
    mutating func wholeNumbers(atMost limit: Int) throws(Failure) -> [Int] {
        try take("[", "a list of whole numbers")
        if takes("]") { return [] }
        var numbers: [Int] = []
        repeat {
            guard numbers.count < limit else { throw fail("at most \(limit) numbers") }
            numbers.append(try wholeNumber())
        } while takes(",")
        try take("]", "a comma or the end of the list")
        return numbers
    }

    mutating func wholeNumber() throws(Failure) -> Int {
        skipSpace()
        let start = offset
        var value = 0
        while let digit = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) {
            let (tens, overflow1) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow2) = tens.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
            guard !overflow1, !overflow2 else { throw Failure(offset: start, expected: "a number below 2^63") }
            value = sum
            offset += 1
        }
        let isWhole = offset > start && (text[start] != UInt8(ascii: "0") || offset == start + 1)
        guard isWhole, peek.map({ ![UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains($0) }) ?? true else {
            throw Failure(offset: start, expected: "a whole number from 0")
        }
        return value
    }

    mutating func string(_ expected: String = "a text in quotes") throws(Failure) -> String {
        try take("\"", expected)
        var bytes: [UInt8] = []
        while let byte = peek {
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: bytes, as: UTF8.self) else {
                    throw Failure(offset: offset - 1, expected: "UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): bytes.append(contentsOf: try escape())
            case 0..<0x20: throw Failure(offset: offset - 1, expected: "no control character inside quotes")
            default: bytes.append(byte)
            }
        }
        throw fail("the closing quote")
    }

    /// What stands after a backslash, in UTF-8.
    private mutating func escape() throws(Failure) -> [UInt8] {
        let start = offset - 1
        let bad = Failure(offset: start, expected: "one of JSON's escapes")
        guard let byte = peek else { throw bad }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            guard var value = fourHexDigits() else { throw bad }
            if (0xD800..<0xDC00).contains(value) {
                // The second half of a pair follows.
                guard offset + 1 < text.count, text[offset] == UInt8(ascii: "\\"), text[offset + 1] == UInt8(ascii: "u") else { throw bad }
                offset += 2
                guard let low = fourHexDigits(), (0xDC00..<0xE000).contains(low) else { throw bad }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(value) else { throw bad }
            return Array(String(Character(scalar)).utf8)
        default: throw bad
        }
    }

    private mutating func fourHexDigits() -> UInt32? {
        guard offset + 4 <= text.count else { return nil }
        var value: UInt32 = 0
        for digit in text[offset..<(offset + 4)] {
            guard let number = Character(Unicode.Scalar(digit)).hexDigitValue, digit < 0x80 else { return nil }
            value = value << 4 | UInt32(number)
        }
        offset += 4
        return value
    }

    /// Nothing may follow but space.
    mutating func end() throws(Failure) {
        skipSpace()
        guard offset == text.count else { throw fail("nothing more") }
    }

    func fail(_ expected: String) -> Failure { Failure(offset: offset, expected: expected) }

    private var peek: UInt8? { offset < text.count ? text[offset] : nil }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { offset += 1 }
    }

    private mutating func takes(_ mark: Character) -> Bool {
        skipSpace()
        guard peek == mark.asciiValue else { return false }
        offset += 1
        return true
    }

    private mutating func take(_ mark: Character, _ expected: String) throws(Failure) {
        guard takes(mark) else { throw fail(expected) }
    }
}

/// A text as JSON writes it, in quotes.
func jsonString(_ text: String) -> String {
    var written = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": written += "\\\""
        case "\\": written += "\\\\"
        case "\u{8}": written += "\\b"
        case "\u{C}": written += "\\f"
        case "\n": written += "\\n"
        case "\r": written += "\\r"
        case "\t": written += "\\t"
        case _ where scalar.value < 0x20:
            let hex = String(scalar.value, radix: 16)
            written += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        default: written.unicodeScalars.append(scalar)
        }
    }
    return written + "\""
}
