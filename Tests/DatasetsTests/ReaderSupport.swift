import CZlib
import Datasets
import FoundationEssentials
import Glibc

/// A folder that goes away with the test.
final class Scratch {
    let path: String

    init() {
        var template = Array("/tmp/vaelearn-readers-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file, with the folders above it; returns its path.
    @discardableResult
    func file(_ name: String, _ bytes: [UInt8]) -> String {
        let target = path + "/" + name
        if let slash = name.lastIndex(of: "/") { folder(String(name[..<slash])) }
        let file = fopen(target, "w")!
        precondition(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        fclose(file)
        return target
    }

    @discardableResult
    func file(_ name: String, _ text: String) -> String { file(name, Array(text.utf8)) }

    @discardableResult
    func folder(_ name: String) -> String {
        try! FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
        return path + "/" + name
    }

    @discardableResult
    func link(_ name: String, to target: String) -> String {
        precondition(symlink(target, path + "/" + name) == 0)
        return path + "/" + name
    }
}

extension FixedWidthInteger {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
    var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}

enum Make {
    static func deflated(_ bytes: [UInt8], windowBits: Int32) -> [UInt8] {
        var stream = z_stream()
        precondition(deflateInit2_(&stream, 6, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
        defer { deflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        var bytes = bytes
        let count = bytes.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { target in
                (stream.next_in, stream.avail_in) = (input.baseAddress, UInt32(input.count))
                (stream.next_out, stream.avail_out) = (target.baseAddress, UInt32(target.count))
                precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
                return target.count - Int(stream.avail_out)
            }
        }
        return Array(output[..<count])
    }

    static func gzip(_ bytes: [UInt8]) -> [UInt8] { deflated(bytes, windowBits: 31) }

    static func crc(_ bytes: [UInt8]) -> UInt32 { UInt32(crc32_z(0, bytes, bytes.count)) }

    static func idx(_ lengths: [UInt32], _ data: [UInt8]) -> [UInt8] { idx(8, lengths, data) }

    static func idx(_ type: UInt8, _ lengths: [UInt32], _ data: [UInt8]) -> [UInt8] {
        [0, 0, type, UInt8(lengths.count)] + lengths.flatMap(\.bigEndianBytes) + data
    }

    static func npy(_ description: String, _ shape: String, _ data: [UInt8], fortran: String = "False", version: UInt8 = 1) -> [UInt8] {
        npy(header: "{'descr': \(description), 'fortran_order': \(fortran), 'shape': \(shape), }\n", data, version: version)
    }

    static func npy(header: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
        let length = version == 1 ? UInt16(header.utf8.count).littleEndianBytes : UInt32(header.utf8.count).littleEndianBytes
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8) + data
    }

    struct Member {
        var name: String
        var data: [UInt8]
        var deflate = false
        var method: Int?
        var crc: UInt32?
        var size: Int?
        var flags = 0
        /// Where the directory says that it lies.
        var offset: Int?
    }

    static func zip(_ members: [Member], count: Int? = nil) -> [UInt8] {
        var bytes: [UInt8] = [], directory: [UInt8] = []
        for member in members {
            let packed = member.deflate ? deflated(member.data, windowBits: -15) : member.data
            let name = Array(member.name.utf8)
            let fields = UInt16(member.flags).littleEndianBytes + UInt16(member.method ?? (member.deflate ? 8 : 0)).littleEndianBytes + [0, 0, 0, 0]
                + (member.crc ?? crc(member.data)).littleEndianBytes + UInt32(packed.count).littleEndianBytes
                + UInt32(member.size ?? member.data.count).littleEndianBytes + UInt16(name.count).littleEndianBytes + [0, 0]
            directory += [0x50, 0x4B, 1, 2, 20, 0, 20, 0] + fields + [UInt8](repeating: 0, count: 10)
            directory += UInt32(member.offset ?? bytes.count).littleEndianBytes + name
            bytes += [0x50, 0x4B, 3, 4, 20, 0] + fields + name + packed
        }
        let counts = UInt16(count ?? members.count).littleEndianBytes
        return bytes + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + counts + counts + UInt32(directory.count).littleEndianBytes
            + UInt32(bytes.count).littleEndianBytes + [0, 0]
    }

    static func npz(_ arrays: [(String, [UInt8])], deflate: Bool = false) -> [UInt8] {
        zip(arrays.map { Member(name: $0.0 + ".npy", data: $0.1, deflate: deflate) })
    }

    static func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(kind.utf8) + data
        return UInt32(data.count).bigEndianBytes + body + crc(body).bigEndianBytes
    }

    static func pngHeader(_ width: Int, _ height: Int, depth: UInt8, colour: UInt8, interlace: UInt8 = 0) -> [UInt8] {
        UInt32(width).bigEndianBytes + UInt32(height).bigEndianBytes + [depth, colour, 0, 0, interlace]
    }

    static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// `rows` are the packed samples. Row r is filtered by `filters[r % count]`, as the specification defines it.
    static func png(
        width: Int, rows: [[UInt8]], depth: UInt8 = 8, colour: UInt8 = 0, palette: [UInt8] = [], filters: [UInt8] = [0], pieces: Int = 1
    ) -> [UInt8] {
        let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][Int(colour)]!
        let left = max(1, channels * Int(depth) / 8)
        var data: [UInt8] = []
        for (number, row) in rows.enumerated() {
            let filter = filters[number % filters.count]
            data.append(filter)
            for (index, value) in row.enumerated() {
                let a = index >= left ? Int(row[index - left]) : 0
                let b = number > 0 ? Int(rows[number - 1][index]) : 0
                let c = index >= left && number > 0 ? Int(rows[number - 1][index - left]) : 0
                let p = a + b - c
                let paeth = abs(p - a) <= abs(p - b) && abs(p - a) <= abs(p - c) ? a : abs(p - b) <= abs(p - c) ? b : c
                data.append(value &- UInt8([0, a, b, (a + b) / 2, paeth][Int(filter)]))
            }
        }
        let packed = deflated(data, windowBits: 15)
        let length = (packed.count + pieces - 1) / pieces
        let parts = stride(from: 0, to: packed.count, by: length).map { chunk("IDAT", Array(packed[$0 ..< min($0 + length, packed.count)])) }
        return pngSignature + chunk("IHDR", pngHeader(width, rows.count, depth: depth, colour: colour))
            + (palette.isEmpty ? [] : chunk("PLTE", palette)) + chunk("tEXt", Array("Title\0x".utf8)) + parts.joined() + chunk("IEND", [])
    }

    static func floats(_ values: [Float]) -> [UInt8] { values.flatMap(\.bitPattern.littleEndianBytes) }
}
