/// MD5 (RFC 1321). It tells a broken or other file from the published one, which is all that is asked of it here; it is
/// what the data sets' makers publish.
package struct MD5 {
    private var state: (UInt32, UInt32, UInt32, UInt32) = (0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476)
    private var pending: [UInt8] = []
    private var length: UInt64 = 0

    package init() {}

    package static func hex(_ bytes: [UInt8]) -> String {
        var sum = MD5()
        bytes.withUnsafeBytes { sum.update($0) }
        return sum.finish()
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        length &+= UInt64(bytes.count)
        var rest = bytes
        if !pending.isEmpty {
            let needed = min(64 - pending.count, rest.count)
            pending += rest[..<needed]
            rest = UnsafeRawBufferPointer(rebasing: rest[needed...])
            guard pending.count == 64 else { return }
            let block = pending
            block.withUnsafeBytes { absorb($0) }
            pending.removeAll(keepingCapacity: true)
        }
        while rest.count >= 64 {
            absorb(UnsafeRawBufferPointer(rebasing: rest[..<64]))
            rest = UnsafeRawBufferPointer(rebasing: rest[64...])
        }
        pending += rest
    }

    /// The sum in hexadecimal. Nothing may be added afterwards.
    package mutating func finish() -> String {
        let bits = length &* 8
        var padding = [UInt8](repeating: 0, count: 1 + (119 - pending.count) % 64)
        padding[0] = 0x80
        for byte in 0..<8 { padding.append(UInt8(truncatingIfNeeded: bits >> (8 * UInt64(byte)))) }
        padding.withUnsafeBytes { update($0) }
        var text = ""
        for word in [state.0, state.1, state.2, state.3] {
            for byte in 0..<4 {
                let value = UInt8(truncatingIfNeeded: word >> (8 * UInt32(byte)))
                text += (value < 16 ? "0" : "") + String(value, radix: 16)
            }
        }
        return text
    }

    private mutating func absorb(_ block: UnsafeRawBufferPointer) {
        var (a, b, c, d) = state
        for step in 0..<64 {
            let mixed: UInt32, index: Int
            switch step / 16 {
            case 0: (mixed, index) = ((b & c) | (~b & d), step)
            case 1: (mixed, index) = ((d & b) | (~d & c), (5 * step + 1) & 15)
            case 2: (mixed, index) = (b ^ c ^ d, (3 * step + 5) & 15)
            default: (mixed, index) = (c ^ (b | ~d), (7 * step) & 15)
            }
            let word = UInt32(littleEndian: block.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
            let sum = a &+ mixed &+ Self.constants[step] &+ word
            let turn = Self.turns[step / 16 * 4 + step % 4]
            (a, d, c, b) = (d, c, b, b &+ (sum &<< turn | sum &>> (32 - turn)))
        }
        state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d)
    }

    private static let turns: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
    /// ⌊2³² |sin(step + 1)|⌋.
    private static let constants: [UInt32] = [
        0xD76A_A478, 0xE8C7_B756, 0x2420_70DB, 0xC1BD_CEEE, 0xF57C_0FAF, 0x4787_C62A, 0xA830_4613, 0xFD46_9501,
        0x6980_98D8, 0x8B44_F7AF, 0xFFFF_5BB1, 0x895C_D7BE, 0x6B90_1122, 0xFD98_7193, 0xA679_438E, 0x49B4_0821,
        0xF61E_2562, 0xC040_B340, 0x265E_5A51, 0xE9B6_C7AA, 0xD62F_105D, 0x0244_1453, 0xD8A1_E681, 0xE7D3_FBC8,
        0x21E1_CDE6, 0xC337_07D6, 0xF4D5_0D87, 0x455A_14ED, 0xA9E3_E905, 0xFCEF_A3F8, 0x676F_02D9, 0x8D2A_4C8A,
        0xFFFA_3942, 0x8771_F681, 0x6D9D_6122, 0xFDE5_380C, 0xA4BE_EA44, 0x4BDE_CFA9, 0xF6BB_4B60, 0xBEBF_BC70,
        0x289B_7EC6, 0xEAA1_27FA, 0xD4EF_3085, 0x0488_1D05, 0xD9D4_D039, 0xE6DB_99E5, 0x1FA2_7CF8, 0xC4AC_5665,
        0xF429_2244, 0x432A_FF97, 0xAB94_23A7, 0xFC93_A039, 0x655B_59C3, 0x8F0C_CC92, 0xFFEF_F47D, 0x8584_5DD1,
        0x6FA8_7E4F, 0xFE2C_E6E0, 0xA301_4314, 0x4E08_11A1, 0xF753_7E82, 0xBD3A_F235, 0x2AD7_D2BB, 0xEB86_D391,
    ]
}
