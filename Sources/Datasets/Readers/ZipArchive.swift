/// The directory of a zip archive (PKWARE's APPNOTE), members stored or deflated.
struct ZipArchive {
    struct Member {
        let name: String
        let method: Int
        let crc: UInt32
        let packedSize: Int
        let size: Int
        /// Of the member's own header.
        let offset: Int
        let isEncrypted: Bool
    }

    let file: DataFile
    let members: [Member]
    private let directoryStart: Int

    init(_ file: DataFile) throws {
        self.file = file
        func broken(_ what: String) -> DatasetError { DatasetError(file.path, "the archive is broken: \(what).", hint: ByteStream.copyHint) }

        // The end record is the last thing in the file but for a comment of at most 65,535 bytes.
        let tailStart = max(0, file.size - 65_557)
        let tail = try file.bytes(tailStart..<file.size)
        guard let end = stride(from: tail.count - 22, through: 0, by: -1).first(where: { tail.number(4, at: $0) == 0x0605_4B50 }) else {
            throw broken("its directory, at the end, is missing")
        }
        var (count, size, start) = (tail.number(2, at: end + 10), tail.number(4, at: end + 12), tail.number(4, at: end + 16))
        if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF, end >= 20, tail.number(4, at: end - 20) == 0x0706_4B50 {
            let place = tail.number(8, at: end - 12)
            guard (0..<file.size).contains(place) else { throw broken("its directory cannot be found") }
            let record = try file.bytes(place ..< place + 56)
            guard record.count == 56, record.number(4, at: 0) == 0x0606_4B50 else { throw broken("its directory cannot be found") }
            (count, size, start) = (record.number(8, at: 32), record.number(8, at: 40), record.number(8, at: 48))
        }
        guard start >= 0, size >= 0, start <= file.size, size <= file.size - start else { throw broken("its directory lies outside of the file") }
        guard (0...4096).contains(count), size <= 4 << 20 else { throw broken("its directory tells of \(count) members") }
        directoryStart = start
        let directory = try file.bytes(start ..< start + size)

        var members: [Member] = []
        var place = 0
        for _ in 0..<count {
            guard place + 46 <= directory.count, directory.number(4, at: place) == 0x0201_4B50 else { throw broken("its directory ends too early") }
            let nameEnd = place + 46 + directory.number(2, at: place + 28)
            let extraEnd = nameEnd + directory.number(2, at: place + 30)
            let next = extraEnd + directory.number(2, at: place + 32)
            guard next <= directory.count else { throw broken("its directory ends too early") }
            var fields = [directory.number(4, at: place + 24), directory.number(4, at: place + 20), directory.number(4, at: place + 42)]
            try Self.widen(&fields, by: directory[nameEnd..<extraEnd]) { broken("a member's size is missing") }
            members.append(Member(
                name: String(decoding: directory[place + 46 ..< nameEnd], as: UTF8.self), method: directory.number(2, at: place + 10),
                crc: UInt32(directory.number(4, at: place + 16)), packedSize: fields[1], size: fields[0], offset: fields[2],
                isEncrypted: directory.number(2, at: place + 8) & 1 == 1))
            place = next
        }
        self.members = members
        try checkNames()
        try checkPlaces()
    }

    /// Sizes and offsets that did not fit 32 bits stand in an extra field, number 1, in this order.
    private static func widen(_ fields: inout [Int], by extra: ArraySlice<UInt8>, _ problem: () -> DatasetError) throws {
        guard fields.contains(0xFFFF_FFFF) else { return }
        let bytes = Array(extra)
        var place = 0
        while place + 4 <= bytes.count {
            let (kind, size) = (bytes.number(2, at: place), bytes.number(2, at: place + 2))
            var value = place + 4
            let end = value + size
            place = end
            guard kind == 1, end <= bytes.count else { continue }
            for index in fields.indices where fields[index] == 0xFFFF_FFFF {
                guard value + 8 <= end else { throw problem() }
                fields[index] = bytes.number(8, at: value)
                value += 8
            }
            return
        }
        throw problem()
    }

    /// Nothing is ever written under a member's name; but an archive whose names leave their folder was made to do harm.
    private func checkNames() throws {
        var seen: Set<String> = []
        for name in members.map(\.name) {
            let parts = name.split(separator: "/", omittingEmptySubsequences: false)
            if name.isEmpty || name.hasPrefix("/") || name.contains("\\") || name.contains(":") || name.utf8.contains(0) || parts.contains("..") {
                throw DatasetError(file.path, "its member \"\(printable(name))\" would leave the archive's folder.", hint: "do not trust this file")
            }
            guard seen.insert(name).inserted else {
                throw DatasetError(file.path, "it holds two members of the name \"\(printable(name))\".", hint: "save the arrays anew under different names")
            }
        }
    }

    /// Members that share their bytes make a small file unpack to a huge one.
    private func checkPlaces() throws {
        var end = 0
        for member in members.sorted(by: { $0.offset < $1.offset }) {
            guard member.offset >= end, member.packedSize >= 0, member.size >= 0, member.offset <= directoryStart - 30,
                member.packedSize <= directoryStart - 30 - member.offset
            else {
                throw DatasetError(file.path, "the archive is broken: its member \"\(printable(member.name))\" overlaps another or lies outside of the file.", hint: ByteStream.copyHint)
            }
            end = member.offset + 30 + member.packedSize
        }
    }

    func stream(_ member: Member) throws -> ByteStream {
        func problem(_ what: String, _ hint: String = ByteStream.copyHint) -> DatasetError {
            DatasetError(file.path, "its member \"\(printable(member.name))\" \(what).", hint: hint)
        }
        guard !member.isEncrypted else { throw problem("is encrypted", "save the arrays without a password") }
        let header = try file.bytes(member.offset ..< member.offset + 30)
        guard header.count == 30, header.number(4, at: 0) == 0x0403_4B50 else { throw problem("is not where the archive's directory says") }
        let start = member.offset + 30 + header.number(2, at: 26) + header.number(2, at: 28)
        guard start + member.packedSize <= directoryStart else { throw problem("lies outside of the file") }
        let range = start ..< start + member.packedSize
        switch member.method {
        case 0 where member.size == member.packedSize: return ByteStream(file, range, .stored(crc: member.crc))
        case 0: throw problem("has two different sizes")
        case 8: return ByteStream(file, range, .deflate(size: member.size, crc: member.crc))
        default: throw problem("is packed by method \(member.method)", "save it with np.savez or np.savez_compressed")
        }
    }
}

extension [UInt8] {
    /// A little-endian number of 2, 4 or 8 bytes; 8 bytes that are no Int become -1.
    func number(_ size: Int, at place: Int) -> Int {
        var value: UInt64 = 0
        for index in (0..<size).reversed() { value = value << 8 | UInt64(self[place + index]) }
        return Int(exactly: value) ?? -1
    }
}
