import Autodiff
import Datasets
import Glibc
import Testing

struct ReaderBrokenTests {
    /// In a process of its own, so that the memory measured is that of one case alone.
    @Test func everyBrokenSetGetsOneSentenceSoonAndWithLittleMemory() async {
        await #expect(processExitsWith: .success) {
            let scratch = Scratch()
            let cases = BrokenCorpus(in: scratch).cases
            #expect(cases.count >= 200)
            for broken in cases {
                resetPeak()
                let before = memory("VmRSS:"), start = clock()
                let error = failure(broken.path)
                let time = Double(clock() - start) / Double(CLOCKS_PER_SEC)
                let peak = memory("VmHWM:") - before
                #expect(time < 1, "\(broken.name): \(time) s")
                #expect(peak < 200_000, "\(broken.name): \(peak) kB")
                guard let error = error as? DatasetError else {
                    Issue.record("\(broken.name): \(error.map { "\($0)" } ?? "no error")")
                    continue
                }
                #expect(isOneSentence(error.message), "\(broken.name): \(error.message)")
                #expect(error.hint.map { !$0.isEmpty && !$0.contains("\n") } ?? true)
                #expect(!error.description.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }, "\(broken.name)")
            }
        }
    }

    /// Whatever the bytes, an answer: data or a DatasetError.
    @Test func randomChangesNeverCrash() throws {
        let scratch = Scratch()
        let x = Make.npy("'<f4'", "(2, 3)", Make.floats([1, 2, 3, 4, 5, 6])), y = Make.npy("'|u1'", "(2,)", [0, 1])
        let good: [[UInt8]] = [
            Make.idx([3, 2, 2], Array(1...12)), Make.gzip(Make.idx([3, 2, 2], Array(1...12))), x, Make.npz([("x", x), ("y", y)]),
            Make.npz([("x", x), ("y", y)], deflate: true), Array("a,b,label\n1,2,x\n3,4,y\n\"5\",6,z\n".utf8),
        ]
        let picture = Make.png(width: 3, rows: [[1, 2, 3], [4, 5, 6]], filters: [4, 1])
        let folder = scratch.folder("pictures/a")
        var stream = RandomStream(seed: 1, name: "changes")
        for round in 0..<3000 {
            let isPicture = round % 7 == 6
            var bytes = isPicture ? picture : good[round % 7]
            for _ in 0 ..< 1 + stream.integer(below: 4) {
                let place = stream.integer(below: bytes.count)
                switch stream.integer(below: 4) {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: stream.next())
                case 1: bytes[place] ^= 1 << UInt8(stream.integer(below: 8))
                case 2: bytes.remove(at: place)
                default: bytes.insert([0, 0xFF, 0x7F, 0x80, 0x2C, 0x0A][stream.integer(below: 6)], at: place)
                }
            }
            let path = isPicture ? folder + "/1.png" : scratch.path + "/changed"
            scratch.file(isPicture ? "pictures/a/1.png" : "changed", bytes)
            do {
                let data = try Dataset.read(isPicture ? scratch.path + "/pictures" : path)
                #expect(data.count > 0)
            } catch is DatasetError {
            } catch {
                Issue.record("\(error)")
            }
        }
    }

    /// What was wrong and where, for the mistakes that people make most.
    @Test(arguments: [
        ("1,2,3\n4,5\n", "line 2 has 2 columns, those before it 3."), ("a,label\n1,x\ntwo,y\n", "line 3, column 1: \"two\" is no number."),
        ("1,2\n3,\n", "line 2, column 2: there is nothing."), ("a,b\n", "it holds no rows below the names of its columns."),
    ])
    func tablesSayTheLine(text: String, message: String) {
        let scratch = Scratch()
        let error = failure(scratch.file("t", text))
        #expect((error as? DatasetError)?.message == message)
    }
}

private func failure(_ path: String) -> (any Error)? {
    do {
        _ = try Dataset.read(path)
        return nil
    } catch {
        return error
    }
}

/// Begins like one, ends like one, and is not too long to be read at a glance.
private func isOneSentence(_ text: String) -> Bool {
    text.last == "." && text.count >= 12 && text.count <= 420 && !text.contains(". ") && !text.contains("\n")
}

/// A line of /proc/self/status, in kB.
private func memory(_ name: String) -> Int {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, 256, file) != nil {
        let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        if text.hasPrefix(name) { return text.split(separator: "\t").last?.split(separator: " ").compactMap { Int($0) }.first ?? 0 }
    }
    return 0
}

/// The peak of resident memory counts from here.
private func resetPeak() {
    guard let file = fopen("/proc/self/clear_refs", "w") else { return }
    fputs("5", file)
    fclose(file)
}
