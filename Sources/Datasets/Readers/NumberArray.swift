import Glibc

/// An array in a file: its header is read and makes sense, its numbers are still to come.
struct NumberArray {
    let type: ScalarType
    /// The first is the number of items.
    let shape: [Int]
    /// Fortran's order: the first index runs fastest.
    let isColumnMajor: Bool
    /// Stands at the first number.
    let stream: ByteStream

    init(_ type: ScalarType, shape: [Int], isColumnMajor: Bool = false, stream: ByteStream) throws {
        (self.type, self.shape, self.isColumnMajor, self.stream) = (type, shape, isColumnMajor, stream)
        let path = stream.file.path
        guard !shape.isEmpty else { throw DatasetError(path, "it holds a single number, no items.", hint: "save an array with a row for each item") }
        guard !shape.contains(0) else { throw DatasetError(path, "it holds no items: its header tells of \(shapeText).") }
        var bytes = type.size
        for length in shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
            guard length > 0, !overflow else { throw tooShort }
            bytes = product
        }
        let (end, overflow) = bytes.addingReportingOverflow(stream.position)
        guard !overflow, end <= stream.mostBytes else { throw tooShort }
        if let size = stream.size, size > end {
            throw DatasetError(
                path, "\(counted(size - end, "byte")) more than the header tells of (\(shapeText)).", hint: ByteStream.copyHint)
        }
        try Limits.check(values: bytes / type.size, path)
        guard bytes <= 64 << 20 || bytes / 400 <= stream.packedSize else {
            throw DatasetError(
                path, "it would unpack to \(bytes / max(1, stream.packedSize)) times its size: this is no data set but a trap.",
                hint: "make the file anew without compression if it is good")
        }
    }

    private var shapeText: String { shape.map(String.init).joined(separator: " × ") + (shape.count == 1 ? " numbers" : "") }

    private var tooShort: DatasetError {
        DatasetError(stream.file.path, "the file is too short for what its header tells of: \(shapeText).", hint: ByteStream.copyHint)
    }

    /// The shape of one item; axes of length 1, such as a single channel's, are left out.
    var itemShape: [Int] {
        let axes = shape.dropFirst().filter { $0 != 1 }
        return axes.isEmpty ? [1] : Array(axes)
    }

    func floats() throws -> [Float] {
        let count = shape.reduce(1, *)
        // Pages that are not reached cost no memory: a file that ends early does not fill what its header promised.
        return try [Float](unsafeUninitializedCapacity: count) { target, filled in
            var done = 0
            if isColumnMajor, shape.count > 1 {
                let items = shape[0], features = count / items
                var offsets = columnMajorOffsets(features).makeIterator()
                var (item, offset) = (0, offsets.next() ?? 0)
                var piece = [Float](repeating: 0, count: Self.chunk)
                try eachChunk(count) { bytes in
                    piece.withUnsafeMutableBufferPointer { type.decode(bytes, into: $0.baseAddress!) }
                    for index in 0 ..< bytes.count / type.size {
                        target[item * features + offset] = piece[index]
                        item += 1
                        if item == items { (item, offset) = (0, offsets.next() ?? 0) }
                    }
                }
            } else {
                try eachChunk(count) { bytes in
                    type.decode(bytes, into: target.baseAddress! + done)
                    done += bytes.count / type.size
                }
            }
            filled = count
        }
    }

    /// The numbers as labels, one an item.
    func labels() throws -> [Int] {
        guard shape.dropFirst().allSatisfy({ $0 == 1 }) else {
            throw DatasetError(stream.file.path, "its labels are not one number an item but \(shapeText).", hint: "save the number of each item's class")
        }
        var labels: [Int] = []
        labels.reserveCapacity(min(shape[0], 1 << 20))
        try eachChunk(shape[0]) { bytes in
            guard let numbers = type.wholeNumbers(bytes) else {
                throw DatasetError(stream.file.path, "its labels are not whole numbers.", hint: "save the number of each item's class")
            }
            labels += numbers
        }
        return labels
    }

    /// Numbers read at a time.
    private static let chunk = 1 << 14

    private func eachChunk(_ count: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var left = count
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunk * type.size, alignment: 64)
        defer { buffer.deallocate() }
        while left > 0 {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(min(left, Self.chunk) * type.size)])
            guard try stream.read(into: part) == part.count else { throw tooShort }
            try body(UnsafeRawBufferPointer(part))
            left -= part.count / type.size
        }
        try stream.finish()
    }

    /// Where in a row-major item the features lie that come one after another in column-major order.
    private func columnMajorOffsets(_ features: Int) -> some Sequence<Int> {
        let axes = Array(shape.dropFirst())
        return (0..<features).lazy.map { number in
            var (rest, offset, stride) = (number, 0, features)
            for length in axes {
                stride /= length
                offset += rest % length * stride
                rest /= length
            }
            return offset
        }
    }
}

enum Limits {
    /// The items stay in memory as Float, beside a model and its gradients: half of the machine's memory is theirs at most.
    static func check(values: Int, _ path: String) throws {
        let memory = max(1 << 30, sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)))
        guard values <= memory / 8 else {
            throw DatasetError(
                path, "its \(values) numbers need \(values / (1 << 28) + 1) GB of memory, more than this machine can spare.", hint: "make a smaller set of it")
        }
    }
}
