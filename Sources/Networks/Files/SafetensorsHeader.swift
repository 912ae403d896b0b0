import Autodiff

/// What a safetensors file holds, checked: its tensors fill its data from end to end, none over another. The format:
///
///     8 bytes: n, little-endian | n bytes: JSON, padded with spaces | data: the tensors, little-endian, row-major
///     {"__metadata__": {"key": "text"}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}
struct SafetensorsHeader {
    typealias Problem = SafetensorsError.Problem

    struct Entry {
        let name: String
        let type: String
        let shape: Shape
        /// In bytes of the data.
        let range: Range<Int>
    }

    /// The format itself allows 100 MB. A header of this size names some hundred thousand tensors.
    static let longest = 16 << 20
    private static let deepest = 32

    /// The format's types and their bytes an element; those of less than a byte are not among them.
    private static let elementBytes = [
        "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "F8_E8M0": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2,
        "I32": 4, "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8, "C64": 8,
    ]

    /// In the order of the data.
    let entries: [Entry]
    let metadata: [String: String]

    init(_ text: [UInt8], dataCount: Int) throws(Problem) {
        var reader = JSONReader(text)
        var entries: [Entry] = [], metadata: [String: String]?
        guard text.first == UInt8(ascii: "{") else { throw .headerNotJSON(offset: 0, expected: "an opening brace") }
        try reader.object(orElse: Self.notJSON) { (name, reader) throws(Problem) in
            guard name == "__metadata__" else { return entries.append(try Self.entry(name, &reader)) }
            guard metadata == nil else { throw .repeatedName(name) }
            metadata = try Self.metadata(&reader)
        }
        do { try reader.end() } catch { throw Self.notJSON(error) }
        var names: Set<String> = []
        for entry in entries where !names.insert(entry.name).inserted { throw .repeatedName(entry.name) }
        entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        try Self.checkTiling(entries, dataCount: dataCount)
        (self.entries, self.metadata) = (entries, metadata ?? [:])
    }

    private static func notJSON(_ failure: JSONReader.Failure) -> Problem {
        .headerNotJSON(offset: failure.offset, expected: failure.expected)
    }

    private static func metadata(_ reader: inout JSONReader) throws(Problem) -> [String: String] {
        var result: [String: String] = [:]
        try reader.object(orElse: notJSON) { (key, reader) throws(Problem) in
            do throws(JSONReader.Failure) {
                let value = try reader.string()
                if result.updateValue(value, forKey: key) == nil { return }
            } catch { throw notJSON(error) }
            throw .repeatedName(key)
        }
        return result
    }

    private static func entry(_ name: String, _ reader: inout JSONReader) throws(Problem) -> Entry {
        var type: String?, sizes: [Int]?, offsets: [Int]?
        try reader.object(orElse: notJSON) { (field, reader) throws(Problem) in
            do throws(JSONReader.Failure) {
                switch field {
                case "dtype" where type == nil: return type = try reader.string()
                case "shape" where sizes == nil: return sizes = try reader.wholeNumbers(atMost: deepest)
                case "data_offsets" where offsets == nil:
                    let pair = try reader.wholeNumbers(atMost: 2)
                    guard pair.count == 2 else { throw reader.fail("two offsets") }
                    return offsets = pair
                default: break
                }
            } catch { throw notJSON(error) }
            let isKnown = ["dtype", "shape", "data_offsets"].contains(field)
            throw isKnown ? .repeatedName(field) : .unknownField(tensor: name, field: field)
        }
        guard let type else { throw .missingField(tensor: name, field: "dtype") }
        guard let sizes else { throw .missingField(tensor: name, field: "shape") }
        guard let offsets else { throw .missingField(tensor: name, field: "data_offsets") }
        guard let width = elementBytes[type] else { throw .unknownType(tensor: name, type: type) }
        // A size of 0 does not excuse the others: strides are products of those.
        var bytes = width
        for size in sizes where size > 0 {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
            if overflow { throw .tooLarge(tensor: name) }
            bytes = product
        }
        if sizes.contains(0) { bytes = 0 }
        let (from, to) = (offsets[0], offsets[1])
        guard from <= to else { throw .reversedOffsets(tensor: name, from: from, to: to) }
        guard from % width == 0 else { throw .misaligned(tensor: name, offset: from, elementBytes: width) }
        guard bytes == to - from else {
            throw .wrongSize(tensor: name, shape: Shape(sizes), type: type, needed: bytes, held: to - from)
        }
        return Entry(name: name, type: type, shape: Shape(sizes), range: from..<to)
    }

    private static func checkTiling(_ entries: [Entry], dataCount: Int) throws(Problem) {
        var end = 0
        var last = ""
        for entry in entries {
            if entry.range.upperBound > dataCount {
                throw .beyondEnd(tensor: entry.name, to: entry.range.upperBound, available: dataCount)
            }
            if entry.range.lowerBound < end { throw .overlap(tensor: entry.name, other: last) }
            if entry.range.lowerBound > end { throw .gap(from: end, to: entry.range.lowerBound) }
            (end, last) = (entry.range.upperBound, entry.name)
        }
        if end < dataCount { throw .trailing(bytes: dataCount - end) }
    }
}
