enum DecimalNumber {
    /// A number as programs write it; nil for anything else. Up to 15 digits times or by a power of ten up to 22 is one
    /// exact product or quotient of doubles (W. Clinger, "How to read floating point numbers accurately", 1990); the rest
    /// goes to the standard library.
    static func parse(_ bytes: UnsafeRawBufferPointer) -> Float? {
        var place = 0
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { place = 1 }
        var digits: UInt64 = 0
        var (digitCount, exponent, significant) = (0, 0, 0)
        var isFraction = false
        scan: while place < bytes.count {
            switch bytes[place] {
            case let byte where byte &- 0x30 < 10:
                digitCount += 1
                if significant > 0 || byte != 0x30 { significant += 1 }
                if significant <= 18 { digits = digits &* 10 &+ UInt64(byte &- 0x30) }
                if isFraction { exponent -= 1 }
            case UInt8(ascii: ".") where !isFraction: isFraction = true
            default: break scan
            }
            place += 1
        }
        if place < bytes.count, digitCount > 0, bytes[place] | 0x20 == UInt8(ascii: "e") {
            guard let power = wholeExponent(bytes, from: place + 1) else { return nil }
            exponent += power
        } else if place < bytes.count || digitCount == 0 {
            return special(bytes)
        }
        guard significant <= 15, abs(exponent) <= 22 else { return Double(String(decoding: bytes, as: UTF8.self)).map { Float($0) } }
        let magnitude = exponent < 0 ? Double(digits) / powers[-exponent] : Double(digits) * powers[exponent]
        return Float(isNegative ? -magnitude : magnitude)
    }

    private static let powers: [Double] = (0...22).map { number in (0..<number).reduce(1.0) { power, _ in power * 10 } }

    private static func wholeExponent(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard bytes.count - start <= 8 else { return nil }
        return Int(String(decoding: bytes[start...], as: UTF8.self))
    }

    private static func special(_ bytes: UnsafeRawBufferPointer) -> Float? {
        guard (3...9).contains(bytes.count) else { return nil }
        switch String(decoding: bytes, as: UTF8.self).lowercased() {
        case "nan", "+nan", "-nan": return .nan
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        default: return nil
        }
    }
}
