extension Dataset {
    /// Reads a file or a folder of any kind that is known; what it is, its content tells. Throws `DatasetError`.
    public static func read(_ path: String) throws -> LoadedDataset {
        guard !path.isEmpty else { throw DatasetError("", "a path is missing.") }
        return try isFolder(path) ? readFolder(path) : readFile(path)
    }

    private static func readFile(_ path: String) throws -> LoadedDataset {
        let file = try DataFile(path)
        guard file.size > 0 else { throw DatasetError(path, "the file is empty.", hint: ByteStream.copyHint) }
        let start = try ByteStream(file).read(4096)
        if start.starts(with: NPY.magic) { return try NPY.load(file: path) }
        if start.starts(with: [0x50, 0x4B]) { return try NPZ.load(file: path) }
        if start.starts(with: [0, 0]) || IDX.isHeader(start) { return try IDX.load(file: path) }
        if let (name, hint) = foreign.first(where: { start.starts(with: $0.magic) }).map({ ($0.name, $0.hint) }) {
            throw DatasetError(path, "this is \(name).", hint: hint)
        }
        guard !start.isEmpty else { throw DatasetError(path, "there is nothing in it.", hint: ByteStream.copyHint) }
        guard start.allSatisfy({ $0 >= 0x20 || (0x09...0x0D).contains($0) }) else {
            throw DatasetError(path, "this is none of the kinds of data that are known: IDX, NPY, NPZ, CSV, a folder of PNG pictures.", hint: "save the data with np.save(path, array)")
        }
        return try CSV.load(file: path)
    }

    private static func readFolder(_ path: String) throws -> LoadedDataset {
        let listing = try FolderListing(path)
        let names = IDX.names(in: path, among: listing.files)
        if !names.isEmpty { return try IDX.load(folder: path, names) }
        if let pictures = try PNGFolder.load(path, listing) { return pictures }
        guard listing.files.isEmpty, listing.folders.isEmpty else {
            throw DatasetError(path, "the folder holds neither IDX files nor PNG pictures.", hint: "name the file itself, or a folder with a sub-folder of PNG pictures for each class")
        }
        throw DatasetError(path, "the folder is empty.", hint: "see vaelearn data list for the data that are known by name")
    }

    /// What people have at hand and may try.
    private static let foreign: [(magic: [UInt8], name: String, hint: String)] = [
        (PNG.signature, "a single PNG picture", "name the folder that holds the pictures"),
        ([0xFF, 0xD8, 0xFF], "a JPEG picture", "convert the pictures to PNG, and name their folder"),
        (Array("GIF8".utf8), "a GIF picture", "convert the pictures to PNG, and name their folder"),
        (Array("%PDF".utf8), "a PDF document", "save the data with np.save(path, array)"),
        ([0x89, 0x48, 0x44, 0x46], "an HDF5 file", "save the data with np.save(path, array)"),
        ([0x80, 0x02], "a Python pickle, which may run a program when read", "save the data with np.save(path, array)"),
        ([0x80, 0x03], "a Python pickle, which may run a program when read", "save the data with np.save(path, array)"),
        ([0x80, 0x04], "a Python pickle, which may run a program when read", "save the data with np.save(path, array)"),
        ([0x80, 0x05], "a Python pickle, which may run a program when read", "save the data with np.save(path, array)"),
        (Array("BZh".utf8), "a bzip2 file", "unpack it first: bunzip2 -k"),
        ([0xFD, 0x37, 0x7A, 0x58], "an xz file", "unpack it first: xz -dk"),
        (Array("PAR1".utf8), "a Parquet file", "save the data as CSV or with np.save(path, array)"),
    ]
}
