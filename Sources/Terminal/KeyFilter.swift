/// Takes a terminal's late answers out of the keys: over a slow line they come after we have stopped waiting for them.
struct KeyFilter {
    /// Keys read ahead.
    private var waiting: [UInt8] = []
    /// No reply is longer.
    private static let longest = 512

    init() {}

    /// `wait` reads a byte whenever it comes, `soon` only one that is there at once, as the rest of a sequence is.
    mutating func next(wait: () -> UInt8?, soon: () -> UInt8?) -> UInt8? {
        if !waiting.isEmpty { return waiting.removeFirst() }
        while let first = wait() {
            guard first == 0x1B, let kind = soon() else { return first }
            var sequence = [first, kind]
            let isString = [UInt8(ascii: "]"), UInt8(ascii: "_"), UInt8(ascii: "P")].contains(kind)
            if isString || kind == UInt8(ascii: "[") {
                while !Self.isComplete(sequence, isString), sequence.count < Self.longest, let byte = soon() { sequence.append(byte) }
            }
            if Self.isComplete(sequence, isString), Self.isReply(sequence, isString) { continue }
            waiting = Array(sequence.dropFirst())
            return first
        }
        return nil
    }

    private static func isComplete(_ sequence: [UInt8], _ isString: Bool) -> Bool {
        guard sequence.count > 2, let last = sequence.last else { return false }
        if isString { return last == 0x07 || last == UInt8(ascii: "\\") && sequence[sequence.count - 2] == 0x1B }
        return (0x40...0x7E).contains(last)
    }

    /// Strings come from terminals only; of the rest, attributes `ESC [ ? ... c` and sizes `ESC [ 6 ; h ; w t`.
    private static func isReply(_ sequence: [UInt8], _ isString: Bool) -> Bool {
        guard !isString else { return true }
        return sequence.last == UInt8(ascii: "c") && sequence[2] == UInt8(ascii: "?") || sequence.last == UInt8(ascii: "t") && sequence.contains(UInt8(ascii: ";"))
    }
}
