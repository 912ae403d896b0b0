/// An endless row of random 64-bit words, named by a seed and a path of names. A value: a copy goes its own way.
///
/// Word number `p` of a stream depends on the stream's identity and on `p` alone. So a fill may be cut into pieces,
/// drawn by several threads in any order, and has the same bits; and drawing more in one place changes nothing in
/// another, as long as each place draws from a stream of its own (`split`).
///
/// The identity is 128 bits wide, hashed from seed and names: half of it keys Philox, half is the high part of the
/// counter, whose low part is the number of a block. Two streams meet with a probability of about 2⁻¹²⁸.
public struct RandomStream: RandomNumberGenerator, Sendable, Hashable {
    private let identity: Philox.Block

    /// The number of the next word. Every single draw, of whatever distribution, moves it on by exactly one.
    public var position: UInt64 = 0

    public init(seed: UInt64, name: String = "") {
        let root = Philox.Block(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32), 0x7661_656C, 0x6561_726E)
        identity = Self.absorb(name, into: root)
    }

    private init(identity: Philox.Block) {
        self.identity = identity
    }

    /// The stream named `name` below this one, at position 0. It does not depend on this one's position.
    public func split(_ name: String) -> RandomStream {
        RandomStream(identity: Self.absorb(name, into: identity))
    }

    /// The stream numbered `number` below this one, at position 0. Numbers and names never meet.
    public func split(_ number: UInt64) -> RandomStream {
        RandomStream(identity: Self.absorb(number, kind: 2, into: identity))
    }

    public mutating func next() -> UInt64 {
        let result = word(at: position)
        position &+= 1
        return result
    }

    /// Word number `position`. Sixteen words in a row come from eight blocks: first the eight low halves, then the
    /// eight high ones, which is the order in which eight SIMD lanes make them.
    public func word(at position: UInt64) -> UInt64 {
        let number = (position >> 4) << 3 | position & 7
        let block = Philox.block(
            counter: Philox.Block(UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: number >> 32), identity.z, identity.w),
            key: key)
        return position & 8 == 0
            ? UInt64(block.x) | UInt64(block.y) << 32
            : UInt64(block.z) | UInt64(block.w) << 32
    }

    var key: Philox.Key { Philox.Key(identity.x, identity.y) }
    var counterHigh: Philox.Key { Philox.Key(identity.z, identity.w) }

    // MARK: Names

    /// A Merkle-Damgård hash of the name's UTF-8, eight bytes a step, closed by its length, with Philox in
    /// Davies-Meyer form as its compression: state ← Philox(key: bytes, counter: state) xor state.
    private static func absorb(_ name: String, into identity: Philox.Block) -> Philox.Block {
        var state = identity
        var (chunk, count) = (UInt64(0), UInt64(0))
        for byte in name.utf8 {
            chunk |= UInt64(byte) << (8 * (count & 7))
            count += 1
            if count & 7 == 0 {
                state = absorb(chunk, kind: 0, into: state)
                chunk = 0
            }
        }
        if count & 7 != 0 { state = absorb(chunk, kind: 0, into: state) }
        return absorb(count, kind: 1, into: state)
    }

    private static func absorb(_ word: UInt64, kind: UInt32, into state: Philox.Block) -> Philox.Block {
        let counter = state ^ Philox.Block(0, 0, 0, kind)
        let key = Philox.Key(UInt32(truncatingIfNeeded: word), UInt32(truncatingIfNeeded: word >> 32))
        return Philox.block(counter: counter, key: key) ^ state
    }
}
