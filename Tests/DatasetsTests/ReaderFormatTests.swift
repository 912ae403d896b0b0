import Autodiff
import Datasets
import Testing

struct ReaderFormatTests {
    let scratch = Scratch()

    // MARK: IDX

    @Test(arguments: [false, true]) func foldersOfIDXFilesAreMNIST(packed: Bool) throws {
        let pack = packed ? Make.gzip : { $0 }, ending = packed ? ".gz" : ""
        scratch.file("train-images-idx3-ubyte" + ending, pack(Make.idx([3, 2, 2], [0, 51, 102, 255] + [1, 2, 3, 4] + [5, 6, 7, 8])))
        scratch.file("train-labels-idx1-ubyte" + ending, pack(Make.idx([3], [7, 0, 3])))
        scratch.file("t10k-images-idx3-ubyte" + ending, pack(Make.idx([1, 2, 2], [255, 0, 0, 0])))
        scratch.file("t10k-labels-idx1-ubyte" + ending, pack(Make.idx([1], [9])))
        scratch.file("README.md", "# MNIST\n")
        let data = try Dataset.read(scratch.path)
        #expect(data.train.shape == [2, 2] && data.train.count == 3)
        #expect(data.train.items.prefix(4) == [0, 0.2, 0.4, 1])
        #expect(data.train.labels == [7, 0, 3])
        #expect(data.train.classNames == (0...9).map(String.init))
        #expect(data.test?.items == [1, 0, 0, 0])
        #expect(data.test?.labels == [9])
        #expect(data.all().labels == [7, 0, 3, 9])
        #expect(data.split().test.count == 1)
    }

    @Test func oneIDXFileHasItemsWithoutLabels() throws {
        let data = try Dataset.read(scratch.file("x", Make.idx(0x0B, [2, 2], [0x7F, 0xFF, 0x80, 0x01, 0, 0, 0x40, 0])))
        #expect(data.train.items == [1, -1, 0, Float(16384) / 32767])
        #expect(data.train.labels == nil && data.test == nil)
    }

    @Test func IDXFloatsAreBigEndian() throws {
        let data = try Dataset.read(scratch.file("x", Make.idx(0x0D, [1, 2], Float(0.25).bitPattern.bigEndianBytes + Float(-3).bitPattern.bigEndianBytes)))
        #expect(data.train.items == [0.25, -3])
    }

    @Test func gzipMembersMayFollowEachOther() throws {
        let bytes = Make.idx([4, 3], Array(0..<12))
        let data = try Dataset.read(scratch.file("x.gz", Make.gzip(Array(bytes[..<9])) + Make.gzip(Array(bytes[9...]))))
        #expect(data.train.items == (0..<12).map { Float($0) / 255 })
    }

    @Test func unpackedFilesBesidePackedOnesAreNoSecondSet() throws {
        scratch.file("train-images-idx3-ubyte", Make.idx([1, 2, 2], [1, 2, 3, 4]))
        scratch.file("train-images-idx3-ubyte.gz", Make.gzip(Make.idx([1, 2, 2], [1, 2, 3, 4])))
        #expect(try Dataset.read(scratch.path).train.count == 1)
    }

    // MARK: NPY

    @Test(arguments: [
        ("|b1", [0, 1, 7, 0], [0, 1, 1, 0]), ("|u1", [0, 255, 51, 102], [0, 1, 0.2, 0.4]), ("|i1", [0, 127, 0x81, 0], [0, 1, -1, 0]),
        ("<u2", [0xFF, 0xFF, 0, 0], [1, 0]), (">u2", [0x00, 0x01, 0x33, 0x33], [1 / 65535, 0.2]), ("<i2", [0xFF, 0x7F, 1, 0x80], [1, -1]),
        (">i4", [0x7F, 0xFF, 0xFF, 0xFF, 0x80, 0, 0, 1], [1, -1]), ("<u4", [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], [1, 0]),
        ("<i8", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0, 0, 0, 0, 0], [1, 0]),
        (">u8", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0], [1, 0]),
        // 1.5, 2⁻²⁴ (the least), −65504 (the greatest), infinity.
        ("<f2", [0x00, 0x3E, 0x01, 0x00, 0xFF, 0xFB, 0x00, 0x7C], [1.5, 0x1p-24, -65504, .infinity]), (">f2", [0x3C, 0x00, 0xC0, 0x00], [1, -2]),
        ("<f4", [0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC0], [1, -2.5]), (">f4", [0x3F, 0x80, 0, 0, 0xC0, 0x20, 0, 0], [1, -2.5]),
        ("<f8", [0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 4, 0xC0], [1, -2.5]), (">f8", [0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0xC0, 4, 0, 0, 0, 0, 0, 0], [1, -2.5]),
    ] as [(String, [UInt8], [Float])])
    func numbersOfEveryKind(type: String, bytes: [UInt8], values: [Float]) throws {
        for version: UInt8 in [1, 2, 3] {
            let data = try Dataset.read(scratch.file("\(version).npy", Make.npy("'\(type)'", "(\(values.count), 1)", bytes, version: version)))
            #expect(data.train.items == values)
            #expect(data.train.shape == [1] && data.train.count == values.count)
        }
    }

    @Test func fortranOrderIsTurnedRound() throws {
        // Value 100 i + 10 j + k at [i, j, k]; the first index runs fastest in the file.
        var bytes: [UInt8] = []
        for k in 0..<4 {
            for j in 0..<2 {
                for i in 0..<3 { bytes += Make.floats([Float(100 * i + 10 * j + k)]) }
            }
        }
        let data = try Dataset.read(scratch.file("f.npy", Make.npy("'<f4'", "(3, 2, 4)", bytes, fortran: "True")))
        let expected: [Float] = [0, 1, 2, 3, 10, 11, 12, 13, 100, 101, 102, 103, 110, 111, 112, 113, 200, 201, 202, 203, 210, 211, 212, 213]
        #expect(data.train.shape == [2, 4])
        #expect(data.train.items == expected)
    }

    @Test func singleChannelsAreLeftOut() throws {
        let data = try Dataset.read(scratch.file("c.npy", Make.npy("'|u1'", "(2, 1, 2, 3)", Array(0..<12))))
        #expect(data.train.shape == [2, 3])
    }

    // MARK: NPZ

    @Test(arguments: [false, true]) func arraysAreFoundByTheirNames(packed: Bool) throws {
        let bytes = Make.npz([
            ("X_train", Make.npy("'|u1'", "(2, 3)", [0, 51, 255, 1, 2, 3])), ("y_train", Make.npy("'<i8'", "(2,)", Int64(4).littleEndianBytes + Int64(-2).littleEndianBytes)),
            ("X_test", Make.npy("'|u1'", "(1, 3)", [255, 255, 0])), ("y_test", Make.npy("'<i8'", "(1, 1)", Int64(30).littleEndianBytes)),
            ("metadata", Make.npy("'|O'", "()", [1, 2, 3])),
        ], deflate: packed)
        let data = try Dataset.read(scratch.file("any.name", bytes))
        #expect(data.train.items.prefix(3) == [0, 0.2, 1])
        #expect(data.train.classNames == ["-2", "4", "30"])
        #expect(data.train.labels == [1, 0] && data.test?.labels == [2])
    }

    @Test func theOnlyArrayIsTheItems() throws {
        #expect(try Dataset.read(scratch.file("a", Make.npz([("whatever", Make.npy("'<f4'", "(1, 2)", Make.floats([3, 4])))]))).train.items == [3, 4])
    }

    // MARK: CSV

    @Test func tablesWithNamesAndClasses() throws {
        let text = "\u{FEFF}a, \"b \"\"x\"\"\",Label\r\n1,2.5,cat\r\n\r\n-3e2,\"4\",\"a, dog\"\r\n.5,nan,cat"
        let data = try Dataset.read(scratch.file("t", text)).train
        #expect(data.count == 3 && data.shape == [2])
        #expect(data.items[..<5] == [1, 2.5, -300, 4, 0.5] && data.items[5].isNaN)
        #expect(data.classNames == ["a, dog", "cat"] && data.labels == [1, 0, 1])
    }

    @Test(arguments: [",", ";", "\t"]) func tablesWithoutNames(separator: String) throws {
        let data = try Dataset.read(scratch.file("t", ["1", "2", "3"].joined(separator: separator) + "\n" + ["4", "5", "6"].joined(separator: separator) + "\n")).train
        #expect(data.items == [1, 2, 3, 4, 5, 6] && data.shape == [3] && data.labels == nil)
    }

    @Test func numericClassesAreInOrder() throws {
        let data = try Dataset.read(scratch.file("t", "class,v\n10,1\n2,1\n")).train
        #expect(data.labels == [10, 2] && data.classNames.count == 11)
    }

    @Test func numbersAreReadToTheNearest() throws {
        let texts = [
            "0.1", "123456789012345678901234567890", "1e-45", "3.4028235e38", "-0.000001234567890123456789", "9007199254740993", "1E+2", "00012.50",
            "2.2250738585072014e-308", "16777217", "0.333333333333333333333", "1.17549435e-38", "+7",
        ]
        let data = try Dataset.read(scratch.file("t", texts.joined(separator: ",") + "\n")).train
        for (text, value) in zip(texts, data.items) { #expect(value == Float(Double(text)!), "\(text)") }
    }

    // MARK: Pictures

    @Test func everyKindOfPixelAndFilter() throws {
        for filters: [UInt8] in [[0], [1], [2], [3], [4], [4, 3, 2, 1, 0]] {
            let grey: [[UInt8]] = [[0, 51, 255, 9], [7, 200, 13, 90], [255, 254, 253, 1]]
            let name = filters.map(String.init).joined()
            scratch.file("\(name)-8/a.png", Make.png(width: 4, rows: grey, filters: filters, pieces: 3))
            scratch.file("\(name)-ga/a.png", Make.png(width: 4, rows: grey.map { $0.flatMap { [$0, 77] } }, colour: 4, filters: filters))
            scratch.file("\(name)-rgb/a.png", Make.png(width: 4, rows: grey.map { $0.flatMap { [$0, $0, $0] } }, colour: 2, filters: filters))
            scratch.file("\(name)-rgba/a.png", Make.png(width: 4, rows: grey.map { $0.flatMap { [$0, $0, $0, 3] } }, colour: 6, filters: filters))
            // v in 16 bits is 257 v of 65,535.
            scratch.file("\(name)-16/a.png", Make.png(width: 4, rows: grey.map { $0.flatMap { [$0, $0] } }, depth: 16, filters: filters))
        }
        let data = try Dataset.read(scratch.path).train
        #expect(data.shape == [3, 4] && data.count == 30)
        let expected = [0, 51, 255, 9, 7, 200, 13, 90, 255, 254, 253, 1].map { Float($0) / 255 }
        for index in 0..<30 { #expect(Array(data.item(index)) == expected, "\(data.classNames[data.labels![index]])") }
    }

    @Test func bitsAndPalettes() throws {
        func one(_ name: String, _ bytes: [UInt8]) throws -> [Float] {
            let folder = scratch.folder(name)
            scratch.file(name + "/a.png", bytes)
            return try Dataset.read(folder).train.items
        }
        #expect(try one("1", Make.png(width: 9, rows: [[0b1010_0000, 0x80]], depth: 1)) == [1, 0, 1, 0, 0, 0, 0, 0, 1])
        #expect(try one("2", Make.png(width: 4, rows: [[0b00_01_10_11]], depth: 2)) == [0, Float(1.0 / 3), Float(2.0 / 3), 1])
        #expect(try one("4", Make.png(width: 3, rows: [[0x0F, 0x30]], depth: 4)) == [0, 1, 0.2])
        #expect(try one("p", Make.png(width: 3, rows: [[0, 1, 2]], colour: 3, palette: [255, 0, 0, 0, 255, 0, 0, 0, 255])) == [0.299, 0.587, 0.114])
        #expect(try one("p2", Make.png(width: 2, rows: [[0b1000_0000]], depth: 1, colour: 3, palette: [0, 0, 0, 255, 255, 255])) == [1, 0])
    }

    @Test func classesAreFoldersEvenlyMixed() throws {
        for (name, count) in [("10", 20), ("9", 10)] {
            for index in 0..<count { scratch.file("\(name)/\(100 + index).png", Make.png(width: 1, rows: [[UInt8(name)!]])) }
            scratch.file("\(name)/notes.txt", "not a picture")
        }
        let data = try Dataset.read(scratch.path)
        #expect(data.train.classNames == ["9", "10"])
        let (train, test) = data.split()
        #expect(train.count == 27 && test.count == 3)
        #expect(test.labels?.sorted() == [0, 1, 1])
        #expect(zip(test.items, test.labels!).allSatisfy { $0 == ($1 == 0 ? 9 : 10) / 255 })
    }

    @Test func trainAndTestFoldersArePartsWithTheSameClasses() throws {
        scratch.file("train/a/1.png", Make.png(width: 1, rows: [[0]]))
        scratch.file("train/c/1.png", Make.png(width: 1, rows: [[1]]))
        scratch.file("test/b/1.png", Make.png(width: 1, rows: [[2]]))
        let data = try Dataset.read(scratch.path)
        #expect(data.train.classNames == ["a", "b", "c"])
        #expect(data.train.labels == [0, 2] && data.test?.labels == [1])
    }

    // MARK: Parts and draws

    @Test(arguments: [(1, 0), (2, 1), (9, 1), (10, 1), (19, 1), (20, 2), (1000, 100)]) func theLastTenthIsHeldOut(count: Int, held: Int) {
        let data = LoadedDataset(train: Dataset(count: count, shape: [1], items: (0..<count).map(Float.init), labels: Array(repeating: 0, count: count), classNames: ["x"]), format: "")
        let (train, test) = data.split()
        #expect(test.count == held && train.count == count - held)
        #expect(train.items + test.items == data.train.items)
        #expect(data.all().count == count)
    }

    @Test func binarisedValuesAreDrawnWithTheirProbability() {
        let values: [Float] = [0, 1, 0.25, .nan, -1, 2]
        let n = 20_000
        let data = Dataset(count: n, shape: [6], items: (0..<n).flatMap { _ in values })
        let drawn = data.binarised(RandomStream(seed: 5))
        #expect(drawn.items.allSatisfy { $0 == 0 || $0 == 1 })
        let means = (0..<6).map { column in stride(from: column, to: 6 * n, by: 6).reduce(0.0) { $0 + Double(drawn.items[$1]) } / Double(n) }
        #expect(means[0] == 0 && means[1] == 1 && means[3] == 0 && means[4] == 0 && means[5] == 1)
        // Five standard errors.
        #expect(abs(means[2] - 0.25) < 5 * (0.25 * 0.75 / Double(n)).squareRoot())
        #expect(drawn.items == data.binarised(RandomStream(seed: 5)).items)
        #expect(drawn.items != data.binarised(RandomStream(seed: 6)).items)
    }

    @Test func dynamicDrawsDoNotDependOnTheBatches() {
        let values = (0..<500).map { Float($0 % 10) / 10 }
        let stream = RandomStream(seed: 1).split(3)
        func draw(_ pieces: [Range<Int>]) -> [Float] {
            pieces.flatMap { piece in
                [Float](unsafeUninitializedCapacity: piece.count) { target, filled in
                    values.withUnsafeBufferPointer { Binarisation.draw(.init(rebasing: $0[piece]), into: .init(rebasing: target[..<piece.count]), from: stream, at: piece.lowerBound) }
                    filled = piece.count
                }
            }
        }
        #expect(draw([0..<500]) == draw([0..<7, 7..<64, 64..<65, 65..<500]))
    }

    // MARK: Names

    @Test func knownNames() throws {
        #expect(throws: DatasetError("mnist", "this set has not been fetched yet.", hint: "vaelearn data fetch mnist")) {
            try Dataset.named("mnist", cache: scratch.path)
        }
        for file in KnownSet.named("fashion-mnist")!.files {
            scratch.file("fashion-mnist/" + file.name, Make.gzip(file.name.contains("images") ? Make.idx([2, 1, 1], [1, 2]) : Make.idx([2], [0, 9])))
        }
        let data = try Dataset.named("fashion-mnist", cache: scratch.path)
        #expect(data.train.classNames[9] == "Ankle boot" && data.test?.classNames[0] == "T-shirt/top")
        let moons = try Dataset.named("two_moons", cache: nil, seed: 3)
        #expect(moons.train.count == 10_000 && moons.test?.count == 2_000)
    }
}
