/// A file's bytes, or those of a part of it, from front to back, unpacked on the way.
final class ByteStream {
    enum Packing {
        case none, gzip
        /// A zip archive's member, with what the archive says of it.
        case deflate(size: Int, crc: UInt32)
        case stored(crc: UInt32)
    }

    let file: DataFile
    /// How many bytes come in all, where that is known before they are unpacked.
    let size: Int?
    /// How many bytes they take up in the file.
    let packedSize: Int
    private(set) var position = 0

    private let range: Range<Int>
    private var next: Int
    private let inflater: Inflater?
    private var input: [UInt8] = []
    private var inputStart = 0
    private var isFinished = false
    private let isGzip: Bool
    private let expectedCRC: UInt32?
    private var crc: UInt32 = 0

    init(_ file: DataFile, _ range: Range<Int>, _ packing: Packing) {
        self.file = file
        self.range = range
        next = range.lowerBound
        packedSize = range.count
        switch packing {
        case .none: (size, inflater, isGzip, expectedCRC) = (range.count, nil, false, nil)
        case .gzip: (size, inflater, isGzip, expectedCRC) = (nil, Inflater(.gzip), true, nil)
        case .deflate(let count, let sum): (size, inflater, isGzip, expectedCRC) = (count, Inflater(.raw), false, sum)
        case .stored(let sum): (size, inflater, isGzip, expectedCRC) = (range.count, nil, false, sum)
        }
    }

    /// The whole file, unpacked if it begins as gzip does.
    convenience init(_ file: DataFile) throws {
        let isGzip = try file.bytes(0..<2) == [0x1F, 0x8B]
        self.init(file, 0..<file.size, isGzip ? .gzip : .none)
    }

    /// Deflate makes at most 1,032 bytes of one.
    var mostBytes: Int { size ?? packedSize.multipliedReportingOverflow(by: 1032).partialValue }

    /// Fills `buffer` as far as there are bytes.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var done = 0
        while done < buffer.count, !isFinished {
            done += try readSome(into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
        }
        if expectedCRC != nil { crc = updatedCRC(crc, UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<done])) }
        position += done
        return done
    }

    func read(_ count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
        }
    }

    /// To be called when all that was promised has been read: nothing may follow, and the checksums must agree.
    func finish() throws {
        guard try read(1).isEmpty else { throw DatasetError(file.path, "more bytes follow than the header tells of.", hint: Self.copyHint) }
        if let expectedCRC, crc != expectedCRC { throw broken("its checksum does not agree with its content") }
    }

    static let copyHint = "copy or download the file again"

    private func broken(_ what: String) -> DatasetError { DatasetError(file.path, "the file is broken: \(what).", hint: Self.copyHint) }

    private func readSome(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let inflater else {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, range.upperBound - next)])
            let count = try file.read(into: part, at: next)
            next += count
            isFinished = count < part.count || next == range.upperBound
            return count
        }
        if inputStart == input.count {
            input = try file.bytes(next..<min(next + 1 << 16, range.upperBound))
            inputStart = 0
            next += input.count
        }
        let (consumed, produced, progress) = input.withUnsafeBytes {
            inflater.inflate(UnsafeRawBufferPointer(rebasing: $0[inputStart...]), into: buffer)
        }
        inputStart += consumed
        switch progress {
        case .broken: throw broken("its compressed data cannot be unpacked")
        case .finished: isFinished = try !startNextMember()
        case .running:
            // Only after the last piece: what zlib still held back has come out by then.
            if consumed == 0, produced == 0 { throw broken("it ends in the middle of its compressed data") }
        }
        return produced
    }

    /// gzip files may be joined end to end; whatever else follows the last one is left alone, as gunzip does.
    private func startNextMember() throws -> Bool {
        let place = next - (input.count - inputStart)
        guard isGzip, place + 2 <= range.upperBound, try file.bytes(place..<place + 2) == [0x1F, 0x8B] else { return false }
        inflater?.restart()
        return true
    }
}
