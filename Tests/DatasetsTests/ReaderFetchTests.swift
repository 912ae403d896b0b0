import Autodiff
import Datasets
import Glibc
import Testing

private let hasCurl = access("/usr/bin/curl", X_OK) == 0 || access("/usr/local/bin/curl", X_OK) == 0

@Suite(.serialized, .enabled(if: hasCurl, "there is no curl"), .timeLimit(.minutes(1)))
struct ReaderFetchTests {
    let scratch = Scratch()
    private static let images = Make.idx([300, 28, 28], noise(300 * 784)), labels = Make.idx([300], noise(300).map { $0 % 10 })
    private let files = ["images.gz": Make.gzip(images), "labels.gz": Make.gzip(labels)]

    init() {
        // A proxy would not know this machine's own ports.
        setenv("no_proxy", "*", 1)
    }

    private static func noise(_ count: Int) -> [UInt8] {
        var stream = RandomStream(seed: 9)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: stream.next()) }
    }

    private var set: KnownSet {
        KnownSet(name: "toy", summary: "", classNames: [], mirrors: ["http://127.0.0.1:1"], files: [
            .init("images.gz", size: files["images.gz"]!.count, md5: MD5.hex(files["images.gz"]!), unpackedMD5: MD5.hex(Self.images)),
            .init("labels.gz", size: files["labels.gz"]!.count, md5: MD5.hex(files["labels.gz"]!)),
        ])
    }

    private var folder: String { scratch.path + "/cache/toy" }

    private func bytes(_ name: String) -> [UInt8]? {
        guard let file = fopen(folder + "/" + name, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        return Array(bytes[..<fread(&bytes, 1, bytes.count, file)])
    }

    private func withServer(_ behaviour: LoopbackServer.Behaviour, _ body: (LoopbackServer) throws -> Void) rethrows {
        let server = LoopbackServer(behaviour)
        defer { server.stop() }
        try body(server)
    }

    private func failure(_ address: String) -> DatasetError? {
        do {
            try set.fetch(into: folder, mirror: address)
            return nil
        } catch {
            return error as? DatasetError
        }
    }

    @Test func filesComeWholeAndOnce() throws {
        try withServer(.init(files: files)) { server in
            var reports: [Int] = []
            try set.fetch(into: folder, mirror: server.address) { reports.append($0.done) }
            #expect(bytes("images.gz") == files["images.gz"] && bytes("labels.gz") == files["labels.gz"])
            #expect(reports == reports.sorted() && reports.last == set.size)
            #expect(try Dataset.read(folder).train.count == 300)
            try set.fetch(into: folder, mirror: server.address + "/")
            #expect(server.requests == ["GET images.gz", "GET labels.gz"])
        }
    }

    @Test func aBrokenConnectionIsGoneOnWith() throws {
        try withServer(.init(files: files, breaksAfter: 100_000)) { server in
            #expect(failure(server.address)?.message == "the connection broke off.")
            #expect(bytes("images.gz") == nil)
            #expect(bytes("images.gz.part")?.count == 100_000)
            server.change { $0.breaksAfter = nil }
            try set.fetch(into: folder, mirror: server.address)
            #expect(server.requests == ["GET images.gz", "GET images.gz from 100000", "GET labels.gz"])
            #expect(bytes("images.gz") == files["images.gz"])
            #expect(bytes("images.gz.part") == nil)
        }
    }

    @Test func aMirrorThatCannotGoOnStartsAnew() throws {
        scratch.file("cache/toy/images.gz.part", Array(files["images.gz"]![..<5000]))
        try withServer(.init(files: files, knowsRanges: false)) { server in
            try set.fetch(into: folder, mirror: server.address)
            #expect(bytes("images.gz") == files["images.gz"])
        }
    }

    @Test func aPartOfAnotherFileIsThrownAway() throws {
        scratch.file("cache/toy/images.gz.part", [UInt8](repeating: 7, count: 5000))
        scratch.file("cache/toy/labels.gz.part", [UInt8](repeating: 7, count: 1 << 20))
        try withServer(.init(files: files)) { server in
            try set.fetch(into: folder, mirror: server.address)
            #expect(bytes("images.gz") == files["images.gz"] && bytes("labels.gz") == files["labels.gz"])
        }
    }

    @Test func aWholePartNeedsNoMirror() throws {
        for (name, content) in files { scratch.file("cache/toy/\(name).part", content) }
        try set.fetch(into: folder, mirror: "http://127.0.0.1:1")
        #expect(bytes("labels.gz") == files["labels.gz"])
    }

    @Test func aDamagedFileIsFetchedAnew() throws {
        scratch.file("cache/toy/images.gz", files["images.gz"]!)
        scratch.file("cache/toy/labels.gz", [1, 2, 3])
        try withServer(.init(files: files)) { server in
            try set.fetch(into: folder, mirror: server.address)
            #expect(server.requests == ["GET labels.gz"])
            #expect(bytes("labels.gz") == files["labels.gz"])
        }
    }

    @Test func anotherFileIsRefused() throws {
        var wrong = files
        wrong["labels.gz"] = Make.gzip(Make.idx([300], [UInt8](repeating: 1, count: 300)))
        withServer(.init(files: wrong)) { server in
            let error = failure(server.address)
            #expect(error?.message.hasSuffix("this is not the published file of toy.") == true)
            #expect(error?.path == server.address + "/labels.gz")
            #expect(bytes("labels.gz") == nil)
        }
    }

    @Test func aMirrorMayPackAnewWhereTheContentIsKnown() throws {
        var packed = files
        packed["images.gz"] = Make.gzip(Array(Self.images[..<1000])) + Make.gzip(Array(Self.images[1000...]))
        try withServer(.init(files: packed)) { server in
            try set.fetch(into: folder, mirror: server.address)
            #expect(try Dataset.read(folder).train.count == 300)
        }
    }

    @Test func whatIsWrongIsSaid() {
        withServer(.init()) { server in
            #expect(failure(server.address)?.message == "the mirror does not have this file.")
        }
        #expect(failure("http://127.0.0.1:1")?.message == "the mirror does not answer: it is down, or this machine is offline.")
        #expect(failure("http://no-such-mirror.invalid")?.message == "the mirror's name cannot be found: this machine seems to be offline.")
        #expect(failure("gopher://127.0.0.1")?.message == "this is no address to fetch from.")
        let blocked = scratch.file("file", [1])
        #expect(throws: DatasetError.self) { try set.fetch(into: blocked + "/toy") }
    }

    @Test func aMissingCurlIsSaid() async {
        await #expect(processExitsWith: .success) {
            setenv("PATH", "/nonexistent", 1)
            let scratch = Scratch()
            let error = #expect(throws: DatasetError.self) { try KnownSet.named("mnist")!.fetch(into: scratch.path) }
            #expect(error?.message == "curl, which does the fetching, is not installed.")
        }
    }

    @Test func aReportThatThrowsEndsTheFetch() {
        struct Stop: Error {}
        withServer(.init(files: files)) { server in
            #expect(throws: Stop.self) { try set.fetch(into: folder, mirror: server.address) { _ in throw Stop() } }
        }
    }

    // RFC 1321, appendix A.5.
    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"), ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"),
        ("12345678901234567890123456789012345678901234567890123456789012345678901234567890", "57edf4a22be3c955ac49da2e2107b67a"),
    ])
    func checksumsAreMD5(text: String, sum: String) { #expect(MD5.hex(Array(text.utf8)) == sum) }

    @Test func checksumsDoNotDependOnThePieces() {
        let bytes = Self.noise(300)
        for length in 0..<200 {
            var sum = MD5()
            bytes[..<length].withUnsafeBytes { sum.update(.init(rebasing: $0[..<(length / 3)])) }
            bytes[..<length].withUnsafeBytes { sum.update(.init(rebasing: $0[(length / 3)...])) }
            #expect(sum.finish() == MD5.hex(Array(bytes[..<length])))
        }
    }
}
