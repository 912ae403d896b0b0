import Foundation
import Testing

/// A folder of its own for runs and their data, taken away after.
struct RunFixture {
    let folder: String

    static func use(_ body: (RunFixture) throws -> Void) throws {
        let fixture = RunFixture(folder: FileManager.default.temporaryDirectory.path + "/vaelearn-run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(atPath: fixture.folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: fixture.folder) }
        try body(fixture)
    }

    func path(_ name: String) -> String { folder + "/" + name }
    func bytes(_ name: String) -> [UInt8]? { FileManager.default.contents(atPath: path(name)).map(Array.init) }
    func text(_ name: String) -> String { bytes(name).map { String(decoding: $0, as: UTF8.self) } ?? "" }
    func write(_ bytes: [UInt8], _ name: String) throws { try Data(bytes).write(to: URL(filePath: path(name))) }

    /// Random pixels of 8 by 8 in one byte each, as an IDX file: brighter at one of four corners, so that there is
    /// something to learn.
    func writePixels(_ count: Int, _ name: String) throws {
        var state: UInt64 = 88_172_645_463_325_252
        var bytes: [UInt8] = [0, 0, 8, 3, 0, 0, UInt8(count >> 8), UInt8(count & 255), 0, 0, 0, 8, 0, 0, 0, 8]
        for item in 0..<count {
            for pixel in 0..<64 {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                let corner = (pixel / 32) * 2 + (pixel % 8) / 4
                bytes.append(UInt8(state >> 57) + (corner == item % 4 ? 128 : 0))
            }
        }
        try write(bytes, name)
    }

    /// history.csv without its last column, which is the time.
    func history(_ run: String) -> [String] {
        text(run + "/history.csv").split(separator: "\n").map { $0.split(separator: ",").dropLast().joined(separator: ",") }
    }

    func names(_ run: String) -> [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path(run))) ?? []).sorted() }

    /// An array as Python's NumPy would read it: shape and numbers of a version 1 file of little-endian singles.
    func npy(_ name: String) throws -> (shape: [Int], numbers: [Float]) {
        let bytes = try #require(self.bytes(name))
        try #require(bytes.starts(with: [0x93] + Array("NUMPY".utf8) + [1, 0]))
        let length = Int(bytes[8]) | Int(bytes[9]) << 8
        let header = String(decoding: bytes[10..<(10 + length)], as: UTF8.self)
        #expect((10 + length) % 64 == 0 && header.hasSuffix("\n") && header.hasPrefix("{'descr': '<f4', 'fortran_order': False, 'shape': ("))
        let shape = header.split(separator: "(")[1].split(separator: ")")[0].split(separator: ",").compactMap { Int($0.filter { $0 != " " }) }
        let rest = bytes[(10 + length)...]
        try #require(rest.count == 4 * shape.reduce(1, *))
        let numbers = stride(from: rest.startIndex, to: rest.endIndex, by: 4).map { at in
            Float(bitPattern: UInt32(rest[at]) | UInt32(rest[at + 1]) << 8 | UInt32(rest[at + 2]) << 16 | UInt32(rest[at + 3]) << 24)
        }
        return (shape, numbers)
    }
}
