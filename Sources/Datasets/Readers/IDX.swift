/// The format of MNIST's files: two zero bytes, the type, the number of axes, each axis' length in 32 bits, then the numbers,
/// all big-endian (Y. LeCun, C. Cortes, C. Burges, "The MNIST database").
enum IDX {
    static func isHeader(_ bytes: some Collection<UInt8>) -> Bool {
        let start = Array(bytes.prefix(4))
        return start.count == 4 && start[0] == 0 && start[1] == 0 && types[start[2]] != nil && (1...8).contains(start[3])
    }

    private static let types: [UInt8: ScalarType] = [
        0x08: ScalarType(.unsigned, 1), 0x09: ScalarType(.signed, 1), 0x0B: ScalarType(.signed, 2, isBigEndian: true),
        0x0C: ScalarType(.signed, 4, isBigEndian: true), 0x0D: ScalarType(.float, 4, isBigEndian: true), 0x0E: ScalarType(.float, 8, isBigEndian: true),
    ]

    static func open(_ path: String) throws -> NumberArray {
        let stream = try ByteStream(DataFile(path))
        let start = try stream.read(4)
        guard start.count == 4 else {
            throw DatasetError(path, start.isEmpty ? "the file is empty." : "the file ends after \(start.count) of an IDX header's bytes.", hint: ByteStream.copyHint)
        }
        guard isHeader(start), let type = types[start[2]] else {
            throw DatasetError(
                path, "this is no IDX file: it begins with the bytes \(start.map(hex).joined(separator: " ")).", hint: "an IDX file of bytes begins with 00 00 08")
        }
        let lengths = try stream.read(4 * Int(start[3]))
        guard lengths.count == 4 * Int(start[3]) else {
            throw DatasetError(path, "the file ends after \(4 + lengths.count) of \(4 + 4 * Int(start[3])) header bytes.", hint: ByteStream.copyHint)
        }
        let shape = stride(from: 0, to: lengths.count, by: 4).map { place in
            lengths[place ..< place + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        return try NumberArray(type, shape: shape, stream: stream)
    }

    private static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    /// One file of items, by itself.
    static func load(file path: String) throws -> LoadedDataset {
        let array = try open(path)
        guard array.shape.count > 1 else {
            throw DatasetError(path, "it holds one number an item: these are labels, not items.", hint: "name the folder that holds the items' file too")
        }
        return try RawPart.load(train: RawPart(shape: array.itemShape, items: array.floats(), labels: nil, path: path), test: nil, format: format(array))
    }

    private static func format(_ array: NumberArray) -> String { "IDX, \(array.type.description)" }

    // MARK: A folder

    /// The IDX files among `names`: those that begin like one, and those that are called like one.
    static func names(in folder: String, among names: [String]) -> [String] {
        let found = names.filter { name in
            if name.contains("-idx") { return true }
            guard !name.hasSuffix(".png"), let stream = try? ByteStream(DataFile(folder + "/" + name)) else { return false }
            return isHeader((try? stream.read(4)) ?? [])
        }
        // Unpacked beside packed: the unpacked one is faster.
        return found.filter { !($0.hasSuffix(".gz") && found.contains(String($0.dropLast(3)))) }
    }

    static func load(folder: String, _ names: [String]) throws -> LoadedDataset {
        let isTest = { (name: String) in name.hasPrefix("t10k") || name.contains("test") }
        var train = try Part(folder, names.filter { !isTest($0) })
        var test = try Part(folder, names.filter(isTest))
        if train == nil { (train, test) = (test, nil) }
        guard let train else {
            throw DatasetError(folder, "its IDX files hold labels but no items.", hint: "put the file of the images beside them")
        }
        return try RawPart.load(train: train.read(), test: test?.read(), format: format(train.items))
    }

    /// A file of items and that of their labels, headers read.
    private struct Part {
        let items: NumberArray
        let labels: NumberArray?

        /// Nil where there are no items.
        init?(_ folder: String, _ names: [String]) throws {
            let arrays = try names.map { try IDX.open(folder + "/" + $0) }
            let items = arrays.filter { $0.shape.count > 1 }, labels = arrays.filter { $0.shape.count == 1 }
            guard items.count <= 1, labels.count <= 1 else {
                let several = (items.count > 1 ? items : labels).map { $0.stream.file.path.split(separator: "/").last.map { printable($0) } ?? "" }
                throw DatasetError(
                    folder, "it holds several IDX files of \(items.count > 1 ? "items" : "labels"): \(several.prefix(4).joined(separator: ", ")).",
                    hint: "give each data set a folder of its own, or name one file")
            }
            guard let items = items.first else { return nil }
            (self.items, self.labels) = (items, labels.first)
            if let labels = labels.first, labels.shape[0] != items.shape[0] {
                throw DatasetError(
                    labels.stream.file.path, "\(counted(labels.shape[0], "label")) for \(counted(items.shape[0], "item")).", hint: "these two files do not belong together")
            }
        }

        /// The labels first: they are few, and a broken file of them is found before the items take their memory.
        func read() throws -> RawPart {
            let labels = try labels?.labels()
            return RawPart(shape: items.itemShape, items: try items.floats(), labels: labels, path: items.stream.file.path)
        }
    }
}
