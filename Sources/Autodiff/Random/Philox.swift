/// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy
/// as 1, 2, 3" (SC11): ten rounds of a keyed bijection on 128-bit counters. There is no state to carry along, so any
/// block of any stream can be computed anywhere, by any thread, in any order.
package enum Philox {
    package typealias Block = SIMD4<UInt32>
    package typealias Key = SIMD2<UInt32>

    static let multiplier0: UInt64 = 0xD251_1F53
    static let multiplier1: UInt64 = 0xCD9E_8D57
    /// The key's step from round to round: the golden ratio and √3 - 1 in units of 2⁻³².
    static let keyStep0: UInt32 = 0x9E37_79B9
    static let keyStep1: UInt32 = 0xBB67_AE85

    package static func block(counter: Block, key: Key) -> Block {
        var (c0, c1, c2, c3) = (counter.x, counter.y, counter.z, counter.w)
        var (k0, k1) = (key.x, key.y)
        for _ in 0..<10 {
            let product0 = multiplier0 &* UInt64(c0)
            let product1 = multiplier1 &* UInt64(c2)
            c0 = UInt32(truncatingIfNeeded: product1 >> 32) ^ c1 ^ k0
            c1 = UInt32(truncatingIfNeeded: product1)
            c2 = UInt32(truncatingIfNeeded: product0 >> 32) ^ c3 ^ k1
            c3 = UInt32(truncatingIfNeeded: product0)
            k0 &+= keyStep0
            k1 &+= keyStep1
        }
        return Block(c0, c1, c2, c3)
    }

    /// Eight 32-bit words a vector, each in the low half of a 64-bit lane: the shape in which a processor multiplies
    /// 32 by 32 bits into 64.
    typealias Lanes = SIMD8<UInt64>

    /// Blocks `first ..< first + 8` (a counter's low 64 bits; its high ones are `high`), word by word.
    @inline(__always)
    static func eightBlocks(first: UInt64, high: Key, key: Key) -> (Lanes, Lanes, Lanes, Lanes) {
        let low = Lanes(repeating: 0xFFFF_FFFF)
        let counters = Lanes(repeating: first) &+ Lanes(0, 1, 2, 3, 4, 5, 6, 7)
        var c0 = counters & low
        var c1 = counters &>> Lanes(repeating: 32)
        var c2 = Lanes(repeating: UInt64(high.x))
        var c3 = Lanes(repeating: UInt64(high.y))
        var (k0, k1) = (key.x, key.y)
        for _ in 0..<10 {
            // The high halves of c1 and c3 hold rubbish between rounds; the masks drop it where a product needs that.
            let product0 = Lanes(repeating: multiplier0) &* (c0 & low)
            let product1 = Lanes(repeating: multiplier1) &* (c2 & low)
            c0 = (product1 &>> Lanes(repeating: 32)) ^ c1 ^ Lanes(repeating: UInt64(k0))
            c2 = (product0 &>> Lanes(repeating: 32)) ^ c3 ^ Lanes(repeating: UInt64(k1))
            c1 = product1
            c3 = product0
            k0 &+= keyStep0
            k1 &+= keyStep1
        }
        return (c0 & low, c1 & low, c2 & low, c3 & low)
    }
}
