import Foundation
import Networks
import Testing

@Suite struct AtomicFileTests {
    private let folder: ScratchFolder
    init() throws { folder = try ScratchFolder() }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
    private func bytes(_ path: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) }

    @Test func replacesTheWholeFileAndLeavesNothingBeside() throws {
        let path = folder.file("a")
        try AtomicFile.write([1, 2, 3], to: path)
        try AtomicFile.write([], to: path)
        #expect(try bytes(path) == [])
        let large = [UInt8](repeating: 7, count: 3_000_001)
        try AtomicFile.write(large, to: path)
        #expect(try bytes(path) == large)
        #expect(try names() == ["a"])
    }

    @Test func aReaderSeesTheOldFileOrTheNewOne() throws {
        let path = folder.file("a")
        try AtomicFile.write([1, 2, 3], to: path)
        let reader = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        try AtomicFile.write([4], to: path)
        #expect(try reader.readToEnd().map { [UInt8]($0) } == [1, 2, 3])
    }

    @Test func failuresLeaveWhatWasThere() throws {
        let inner = folder.file("taken")
        try FileManager.default.createDirectory(atPath: inner + "/full", withIntermediateDirectories: true)
        let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: inner) }
        #expect(error?.description == "\"\(inner)\" cannot be written: Is a directory")
        #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder.file("missing/a")) }
        #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder.file(String(repeating: "n", count: 300))) }
        #expect(throws: FileError.self) { try AtomicFile.write([1], to: "") }
        #expect(try names() == ["taken"])
    }

    @Test func anUnfinishedFileOfADeadProgramIsNotInTheWay() throws {
        let path = folder.file("a")
        try Data([9]).write(to: URL(fileURLWithPath: "\(path).\(getpid())-0.part"))
        try AtomicFile.write([1], to: path)
        #expect(try bytes(path) == [1])
    }

    @Test func writersAtTheSameTimeDoNotMix() async throws {
        let path = folder.file("a")
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask { for _ in 0..<5 { try? AtomicFile.write([UInt8](repeating: UInt8(number), count: 10_000), to: path) } }
            }
        }
        let found = try bytes(path)
        #expect(found.count == 10_000 && Set(found).count == 1)
        #expect(try names() == ["a"])
    }
}
