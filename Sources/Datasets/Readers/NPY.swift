/// NumPy's format for one array, versions 1 to 3: magic, version, the length of the header, the header, the numbers
/// (numpy.lib.format).
enum NPY {
    static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

    static func load(file path: String) throws -> LoadedDataset {
        let array = try open(ByteStream(DataFile(path)))
        let part = RawPart(shape: array.itemShape, items: try array.floats(), labels: nil, path: path)
        return try RawPart.load(train: part, test: nil, format: "NPY, \(array.type.description)")
    }

    /// Reads the header. `name` is that of the array in an archive.
    static func open(_ stream: ByteStream, name: String? = nil) throws -> NumberArray {
        let path = stream.file.path
        let subject = name.map { "the array \"\(printable($0))\"" } ?? "the file"
        func header(_ count: Int) throws -> [UInt8] {
            let bytes = try stream.read(count)
            guard bytes.count == count else { throw DatasetError(path, "\(subject) ends in the middle of its header.", hint: ByteStream.copyHint) }
            return bytes
        }
        guard try header(6) == magic else { throw DatasetError(path, "\(subject) does not begin as NumPy's arrays do.", hint: saveHint) }
        let version = try header(2)
        guard (1...3).contains(version[0]) else {
            throw DatasetError(path, "\(subject) is of NPY version \(version[0]).\(version[1]): known are 1 to 3.", hint: saveHint)
        }
        let length = try header(version[0] == 1 ? 2 : 4).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= 1 << 20 else { throw DatasetError(path, "\(subject) tells of a header of \(length) bytes.", hint: ByteStream.copyHint) }
        guard case .dictionary(let fields)? = PythonLiteral.parse(try header(length)), case .list(let axes)? = fields["shape"],
            case .bool(let isColumnMajor)? = fields["fortran_order"], let description = fields["descr"]
        else { throw DatasetError(path, "the header of \(subject) cannot be understood.", hint: saveHint) }
        let shape = try axes.map { axis in
            guard case .whole(let length) = axis, length >= 0 else {
                throw DatasetError(path, "\(subject) has a shape that is not made of whole numbers.", hint: saveHint)
            }
            return length
        }
        return try NumberArray(type(description, path, subject), shape: shape, isColumnMajor: isColumnMajor, stream: stream)
    }

    private static let saveHint = "save it with np.save(path, array)"

    private static func type(_ description: PythonLiteral, _ path: String, _ subject: String) throws -> ScalarType {
        guard case .text(let text) = description else {
            throw DatasetError(path, "\(subject) holds records of several fields, not numbers.", hint: "save one plain array of numbers")
        }
        let isBigEndian = text.hasPrefix(">")
        let letters = text.drop { "<>|=".contains($0) }
        let size = Int(letters.dropFirst())
        switch (letters.first, size) {
        case ("b", 1), ("?", nil): return ScalarType(.bool, 1)
        case ("i", 1), ("i", 2), ("i", 4), ("i", 8): return ScalarType(.signed, size!, isBigEndian: isBigEndian)
        case ("u", 1), ("u", 2), ("u", 4), ("u", 8): return ScalarType(.unsigned, size!, isBigEndian: isBigEndian)
        case ("f", 2), ("f", 4), ("f", 8): return ScalarType(.float, size!, isBigEndian: isBigEndian)
        case ("O", _):
            throw DatasetError(
                path, "\(subject) holds Python objects, which may run a program when read.", hint: "save numbers: np.save(path, np.stack(list).astype(\"float32\"))")
        case ("U", _), ("S", _), ("a", _): throw DatasetError(path, "\(subject) holds text, not numbers.", hint: "save the numbers of the classes")
        case ("c", _): throw DatasetError(path, "\(subject) holds complex numbers.", hint: "save the real and imaginary parts as columns")
        default:
            throw DatasetError(path, "\(subject) holds numbers of a kind that is not known here: \"\(printable(text, limit: 20))\".", hint: "save it as float32: array.astype(\"float32\")")
        }
    }
}
