import CZlib

/// zlib's inflate over pieces of input and output.
final class Inflater {
    enum Container: Int32 {
        case zlib = 15
        case gzip = 31
        case raw = -15
    }

    enum Progress {
        case running, finished, broken
    }

    /// On the heap: zlib keeps the address of it.
    private let stream: UnsafeMutablePointer<z_stream>

    init(_ container: Container) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = inflateInit2_(stream, container.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib has no memory, or is of another version than its header")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Takes from `input` and fills `output`, as far as either goes.
    func inflate(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> (consumed: Int, produced: Int, progress: Progress) {
        let most = Int(UInt32.max)
        let (inputCount, outputCount) = (min(input.count, most), min(output.count, most))
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(inputCount)
        stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(outputCount)
        let status = CZlib.inflate(stream, Z_NO_FLUSH)
        let progress: Progress = status == Z_STREAM_END ? .finished : status == Z_OK || status == Z_BUF_ERROR ? .running : .broken
        return (inputCount - Int(stream.pointee.avail_in), outputCount - Int(stream.pointee.avail_out), progress)
    }

    /// Ready for the next member of a gzip file.
    func restart() { inflateReset(stream) }
}

extension [UInt8] {
    func crc32(_ range: Range<Int>) -> UInt32 {
        withUnsafeBytes { updatedCRC(0, UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
}

func updatedCRC(_ crc: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
    // An empty buffer's nil would start the sum anew.
    guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return crc }
    return UInt32(truncatingIfNeeded: CZlib.crc32_z(UInt(crc), base, bytes.count))
}
