/// A table of text: a row an item, a column a number, and at most one column, called `label` or `class`, of classes. The
/// separator is a comma, a semicolon or a tab, whichever the first line has most of. A first line in which not everything
/// is a number names the columns.
struct CSV {
    private let path: String
    private var separator = UInt8(ascii: ",")
    private var columns: [String]?
    private var columnCount: Int?
    private var labelColumn: Int?
    private var line = 0
    private var items: [Float] = []
    private var labels: [Int] = []
    private var labelTexts: [String] = []
    private var labelNumbers: [String: Int] = [:]
    private let mostBytes: Int

    static func load(file path: String) throws -> LoadedDataset {
        let stream = try ByteStream(DataFile(path))
        var table = CSV(path: path, mostBytes: stream.mostBytes)
        try table.readLines(of: stream)
        return try table.result()
    }

    private init(path: String, mostBytes: Int) { (self.path, self.mostBytes) = (path, mostBytes) }

    private static let longestLine = 16 << 20
    private static let mostColumns = 1_000_000

    private mutating func readLines(of stream: ByteStream) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { buffer.deallocate() }
        var begun: [UInt8] = []
        while case let count = try stream.read(into: buffer), count > 0 {
            var rest = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                let piece = UnsafeRawBufferPointer(rebasing: rest[..<end])
                if begun.isEmpty {
                    try take(piece)
                } else {
                    begun += piece
                    try begun.withUnsafeBytes { try take($0) }
                    begun.removeAll(keepingCapacity: true)
                }
                rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
            }
            begun += rest
            guard begun.count <= Self.longestLine else {
                throw DatasetError(path, "line \(line + 1) is longer than \(Self.longestLine >> 20) MiB: this is no table.")
            }
        }
        if !begun.isEmpty { try begun.withUnsafeBytes { try take($0) } }
    }

    private mutating func take(_ bytes: UnsafeRawBufferPointer) throws {
        line += 1
        var row = bytes
        if row.last == UInt8(ascii: "\r") { row = UnsafeRawBufferPointer(rebasing: row.dropLast()) }
        if line == 1, row.starts(with: [0xEF, 0xBB, 0xBF]) { row = UnsafeRawBufferPointer(rebasing: row.dropFirst(3)) }
        guard row.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { return }
        if columnCount == nil {
            let found = [",", ";", "\t"].map { UInt8(ascii: $0) }.map { mark in (mark, row.lazy.filter { $0 == mark }.count) }
            separator = found.max { $0.1 < $1.1 }!.0
            if try !takeFirst(row) { return }
        }
        try takeNumbers(row)
    }

    /// False where the line names the columns.
    private mutating func takeFirst(_ row: UnsafeRawBufferPointer) throws -> Bool {
        var fields: [String] = []
        var isHeader = false
        try Self.eachField(row, Place(path: path, line: line, separator: separator)) { _, field in
            fields.append(field.text)
            if field.number == nil { isHeader = true }
        }
        columnCount = fields.count
        guard isHeader else { return reserve(row.count) }
        columns = fields
        labelColumn = fields.firstIndex { ["label", "class"].contains($0.lowercased()) }
        guard fields.count > (labelColumn == nil ? 0 : 1) else { throw DatasetError(path, "it has no column of numbers beside \"\(printable(fields[0]))\".") }
        return false
    }

    /// Room for as many rows of this length as the file may have; what is not filled costs nothing.
    @discardableResult
    private mutating func reserve(_ rowBytes: Int) -> Bool {
        let rows = min(mostBytes / max(1, rowBytes), 1 << 30)
        items.reserveCapacity(min(mostBytes / 2 + 1, (rows + rows / 8 + 1) * (columnCount ?? 1), 1 << 28))
        return true
    }

    private mutating func takeNumbers(_ row: UnsafeRawBufferPointer) throws {
        if items.isEmpty, labels.isEmpty { reserve(row.count) }
        var count = 0
        try Self.eachField(row, Place(path: path, line: line, separator: separator)) { column, field in
            count += 1
            if column == labelColumn {
                labels.append(try labelNumber(field.text))
            } else if count > columnCount! {
                return
            } else if let number = field.number {
                items.append(number)
            } else {
                let what = field.text.isEmpty ? "there is nothing" : "\"\(printable(field.text, limit: 30))\" is no number"
                throw DatasetError(
                    path, "line \(line), column \(column + 1): \(what).",
                    hint: labelColumn == nil ? "call the column of the classes \"label\" in the first line" : "write nan where a number is missing")
            }
        }
        guard count == columnCount else {
            throw DatasetError(path, "line \(line) has \(counted(count, "column")), those before it \(columnCount!).", hint: "every row needs the same number of columns")
        }
        if items.count & 0xFFFFF < count { try Limits.check(values: items.count, path) }
    }

    private mutating func labelNumber(_ text: String) throws -> Int {
        if let number = labelNumbers[text] { return number }
        guard labelTexts.count < ClassNumbers.limit else { throw ClassNumbers.tooMany(path) }
        labelTexts.append(text)
        labelNumbers[text] = labelTexts.count - 1
        return labelTexts.count - 1
    }

    private func result() throws -> LoadedDataset {
        let features = (columnCount ?? 0) - (labelColumn == nil ? 0 : 1)
        guard !items.isEmpty else {
            throw DatasetError(path, columns == nil ? "it holds no rows." : "it holds no rows below the names of its columns.", hint: "write one line an item")
        }
        let format = "CSV, \(columns == nil ? "without" : "with") names of columns"
        let count = items.count / features
        var train = Dataset(count: count, shape: [features], items: items)
        guard items.contains(where: \.isFinite) else { throw DatasetError(path, "not one of its numbers is finite: all are NaN or infinite.") }
        if labelColumn != nil {
            let classes = try ClassNumbers(labels, of: labelTexts, path)
            train = Dataset(count: count, shape: [features], items: items, labels: classes.labels, classNames: classes.names)
        }
        return LoadedDataset(train: train, format: format)
    }

    // MARK: One line

    private struct Place {
        let path: String
        let line: Int
        let separator: UInt8
    }

    private struct Field {
        let bytes: UnsafeRawBufferPointer
        let isQuoted: Bool

        var text: String {
            let text = String(decoding: bytes, as: UTF8.self)
            guard isQuoted else { return text }
            var result = "", skip = false
            for character in text {
                // A quote inside is written twice.
                if character == "\"", !skip { skip = true; continue }
                skip = false
                result.append(character)
            }
            return result
        }

        var number: Float? { DecimalNumber.parse(bytes) }
    }

    /// Not a method of the table: rows are added to it while the fields are visited, and a copy would be made of all it holds.
    private static func eachField(_ row: UnsafeRawBufferPointer, _ place: Place, _ body: (Int, Field) throws -> Void) throws {
        let (path, line, separator) = (place.path, place.line, place.separator)
        var (place, column) = (0, 0)
        while true {
            while place < row.count, row[place] == 0x20 { place += 1 }
            var (start, end) = (place, place)
            let isQuoted = place < row.count && row[place] == UInt8(ascii: "\"")
            if isQuoted {
                start += 1
                place += 1
                while place < row.count {
                    if row[place] == UInt8(ascii: "\"") {
                        guard place + 1 < row.count, row[place + 1] == UInt8(ascii: "\"") else { break }
                        place += 1
                    }
                    place += 1
                }
                guard place < row.count else { throw DatasetError(path, "line \(line), column \(column + 1): a quote is not closed on its line.", hint: "close it, or double a quote that is meant") }
                end = place
                place += 1
                while place < row.count, row[place] == 0x20 { place += 1 }
                guard place == row.count || row[place] == separator else {
                    throw DatasetError(path, "line \(line), column \(column + 1): something follows the closing quote.", hint: "double a quote that is meant")
                }
            } else {
                while place < row.count, row[place] != separator { place += 1 }
                end = place
                while end > start, row[end - 1] == 0x20 { end -= 1 }
            }
            try body(column, Field(bytes: UnsafeRawBufferPointer(rebasing: row[start..<end]), isQuoted: isQuoted))
            guard place < row.count else { return }
            place += 1
            column += 1
            guard column < mostColumns else { throw DatasetError(path, "line \(line) has more than \(mostColumns) columns: this is no table.") }
        }
    }
}
