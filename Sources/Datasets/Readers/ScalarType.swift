/// How one number lies in a file.
struct ScalarType: Equatable, Sendable {
    enum Kind: Sendable {
        case bool, signed, unsigned, float
    }

    let kind: Kind
    /// Bytes.
    let size: Int
    let isBigEndian: Bool

    init(_ kind: Kind, _ size: Int, isBigEndian: Bool = false) {
        (self.kind, self.size, self.isBigEndian) = (kind, size, isBigEndian)
    }

    /// "unsigned 8-bit integers, divided by 255".
    var description: String {
        switch kind {
        case .bool: "booleans"
        case .float: "\(8 * size)-bit floating point"
        case .signed: "signed \(8 * size)-bit integers, divided by \(Int64.max >> (64 - 8 * size))"
        case .unsigned: "unsigned \(8 * size)-bit integers, divided by \(UInt64.max >> (64 - 8 * size))"
        }
    }

    /// The numbers of `bytes` as data: integers divided by their type's maximum.
    func decode(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutablePointer<Float>) {
        switch (kind, size) {
        case (.bool, _): each(bytes, UInt8.self) { target[$0] = $1 == 0 ? 0 : 1 }
        case (.unsigned, 1): each(bytes, UInt8.self) { target[$0] = Float($1) / 255 }
        case (.signed, 1): each(bytes, Int8.self) { target[$0] = Float($1) / 127 }
        case (.unsigned, 2): each(bytes, UInt16.self) { target[$0] = Float($1) / 65535 }
        case (.signed, 2): each(bytes, Int16.self) { target[$0] = Float($1) / 32767 }
        case (.unsigned, 4): each(bytes, UInt32.self) { target[$0] = Float(Double($1) / 4_294_967_295) }
        case (.signed, 4): each(bytes, Int32.self) { target[$0] = Float(Double($1) / 2_147_483_647) }
        case (.unsigned, _): each(bytes, UInt64.self) { target[$0] = Float(Double($1) / Double(UInt64.max)) }
        case (.signed, _): each(bytes, Int64.self) { target[$0] = Float(Double($1) / Double(Int64.max)) }
        case (.float, 2): each(bytes, UInt16.self) { target[$0] = single(halfBits: $1) }
        case (.float, 4): each(bytes, UInt32.self) { target[$0] = Float(bitPattern: $1) }
        case (.float, _): each(bytes, UInt64.self) { target[$0] = Float(Double(bitPattern: $1)) }
        }
    }

    /// The numbers of `bytes` as they are, for labels; nil where one is not whole.
    func wholeNumbers(_ bytes: UnsafeRawBufferPointer) -> [Int]? {
        var numbers: [Int] = []
        numbers.reserveCapacity(bytes.count / size)
        var isWhole = true
        func take<Number: FixedWidthInteger>(_ type: Number.Type) {
            each(bytes, type) { _, number in
                if let whole = Int(exactly: number) { numbers.append(whole) } else { isWhole = false }
            }
        }
        func take(_ number: Double) {
            if let whole = Int(exactly: number) { numbers.append(whole) } else { isWhole = false }
        }
        switch (kind, size) {
        case (.bool, _): each(bytes, UInt8.self) { numbers.append($1 == 0 ? 0 : 1) }
        case (.unsigned, 1): take(UInt8.self)
        case (.signed, 1): take(Int8.self)
        case (.unsigned, 2): take(UInt16.self)
        case (.signed, 2): take(Int16.self)
        case (.unsigned, 4): take(UInt32.self)
        case (.signed, 4): take(Int32.self)
        case (.unsigned, _): take(UInt64.self)
        case (.signed, _): take(Int64.self)
        case (.float, 2): each(bytes, UInt16.self) { take(Double(single(halfBits: $1))) }
        case (.float, 4): each(bytes, UInt32.self) { take(Double(Float(bitPattern: $1))) }
        case (.float, _): each(bytes, UInt64.self) { take(Double(bitPattern: $1)) }
        }
        return isWhole ? numbers : nil
    }

    @inline(__always)
    private func each<Word: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _ type: Word.Type, _ body: (Int, Word) -> Void) {
        let count = bytes.count / MemoryLayout<Word>.size
        if isBigEndian {
            for index in 0..<count {
                body(index, Word(bigEndian: bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self)))
            }
        } else {
            for index in 0..<count {
                body(index, Word(littleEndian: bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self)))
            }
        }
    }
}

/// IEEE 754 half precision: sign, 5 bits of exponent (bias 15), 10 of fraction. By hand, since `Float16` is not on every machine.
private func single(halfBits: UInt16) -> Float {
    let (exponent, fraction) = (UInt32(halfBits >> 10 & 31), UInt32(halfBits & 1023))
    let magnitude: Float =
        switch exponent {
        case 0: Float(fraction) * 0x1p-24
        case 31: Float(bitPattern: 0x7F80_0000 | fraction << 13)
        default: Float(bitPattern: (exponent + 112) << 23 | fraction << 13)
        }
    return halfBits >> 15 == 0 ? magnitude : -magnitude
}
