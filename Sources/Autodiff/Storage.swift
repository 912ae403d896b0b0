import Glibc
import Synchronization

/// The numbers of one tensor and their shape. Written once, by the operation that makes it, and read-only from then on.
package final class Storage<Scalar: Real>: @unchecked Sendable {
    let shape: Shape
    let pointer: UnsafeMutablePointer<Scalar>
    let count: Int
    /// Whose numbers these are, where they are seen under another shape.
    let owner: Storage?

    init(_ shape: Shape) throws(TensorError) {
        self.shape = shape
        count = shape.count
        owner = nil
        let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Scalar>.stride)
        pointer = try TensorMemory.take(overflow ? Int.max : bytes).assumingMemoryBound(to: Scalar.self)
    }

    /// The same numbers under another shape.
    init(_ owner: Storage, as shape: Shape) {
        self.shape = shape
        self.owner = owner
        pointer = owner.pointer
        count = owner.count
    }

    deinit {
        if owner == nil { TensorMemory.give(back: pointer, bytes: count * MemoryLayout<Scalar>.stride) }
    }
}

/// Where tensors live. Large buffers are recycled by size, since fresh pages from the system cost more
/// than most operations on them; small ones are left to malloc, which recycles those itself.
public enum TensorMemory {
    /// All tensors together may take this many bytes while `withValue` runs.
    @TaskLocal public static var limit = Int.max

    /// Bytes held by living tensors.
    public static var live: Int { liveBytes.load(ordering: .relaxed) }

    /// How many large buffers have been asked of the system so far: in a steady training loop it stands still.
    public static var freshBuffers: Int { fresh.load(ordering: .relaxed) }

    private static let liveBytes = Atomic<Int>(0)
    private static let fresh = Atomic<Int>(0)
    private static let idle = Mutex(Idle())

    private struct Block: @unchecked Sendable { let pointer: UnsafeMutableRawPointer }

    /// Buffers nobody holds at the moment, by size.
    private struct Idle: Sendable {
        var blocks: [Int: [Block]] = [:]
        var bytes = 0

        mutating func take(_ size: Int) -> Block? {
            guard let block = blocks[size]?.popLast() else { return nil }
            bytes -= size
            return block
        }

        /// Past half a gibibyte the system gets its memory back.
        mutating func keep(_ block: Block, _ size: Int) -> Bool {
            guard bytes + size <= 1 << 29 else { return false }
            blocks[size, default: []].append(block)
            bytes += size
            return true
        }
    }

    private static let smallest = 4096
    private static let alignment = 64

    static func take(_ bytes: Int) throws(TensorError) -> UnsafeMutableRawPointer {
        if bytes < smallest {
            liveBytes.add(bytes, ordering: .relaxed)
            return malloc(max(bytes, 16))!
        }
        guard bytes <= limit, live <= limit - bytes, bytes < 1 << 46 else {
            throw .outOfMemory(requested: bytes, limit: min(limit, 1 << 46))
        }
        let size = roundedUp(bytes)
        if let block = idle.withLock({ $0.take(size) }) {
            liveBytes.add(bytes, ordering: .relaxed)
            return block.pointer
        }
        var pointer: UnsafeMutableRawPointer?
        guard posix_memalign(&pointer, alignment, size) == 0, let pointer else {
            throw .outOfMemory(requested: bytes, limit: live)
        }
        liveBytes.add(bytes, ordering: .relaxed)
        fresh.add(1, ordering: .relaxed)
        return pointer
    }

    static func give(back pointer: UnsafeMutableRawPointer, bytes: Int) {
        liveBytes.subtract(bytes, ordering: .relaxed)
        guard bytes >= smallest else { return free(pointer) }
        let size = roundedUp(bytes)
        let block = Block(pointer: pointer)
        let kept = idle.withLock { $0.keep(block, size) }
        if !kept { free(pointer) }
    }

    /// Sizes in quarter steps between powers of two, so that nearly equal shapes share their buffers.
    private static func roundedUp(_ bytes: Int) -> Int {
        let step = max(1 << (Int.bitWidth - bytes.leadingZeroBitCount - 3), alignment)
        return (bytes + step - 1) / step * step
    }
}
