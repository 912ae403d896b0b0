/// A PNG picture as grey values (W3C, "Portable Network Graphics (PNG) Specification", third edition). All kinds of colour
/// and depths; Adam7's interlacing is refused. Alpha is left out, as PyTorch's and Pillow's conversions to grey leave it out.
struct PNG {
    let width: Int
    let height: Int
    /// Rows from the top, in [0, 1]: Rec. 601's luma of the stored values.
    let grey: [Float]

    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    static let largestSide = 8192

    enum Colour: UInt8 {
        case grey = 0, rgb = 2, palette = 3, greyAlpha = 4, rgba = 6

        var channels: Int {
            switch self {
            case .grey, .palette: 1
            case .greyAlpha: 2
            case .rgb: 3
            case .rgba: 4
            }
        }

        var depths: [Int] {
            switch self {
            case .grey: [1, 2, 4, 8, 16]
            case .palette: [1, 2, 4, 8]
            default: [8, 16]
            }
        }
    }

    private struct Header {
        let width, height, depth: Int
        let colour: Colour
        var rowBytes: Int { (width * depth * colour.channels + 7) / 8 }
        /// From a byte to the one that belongs to the pixel on the left.
        var pixelBytes: Int { max(1, depth * colour.channels / 8) }
    }

    init(_ bytes: [UInt8], path: String) throws {
        func broken(_ what: String) -> DatasetError { DatasetError(path, "the picture is broken: \(what).", hint: "save it anew as PNG, or take it out of the folder") }
        guard bytes.starts(with: Self.signature) else { throw broken("it does not begin as a PNG file does") }
        var header: Header?
        var palette: [UInt8] = []
        var packed: [UInt8] = []
        var place = 8
        while true {
            guard place + 12 <= bytes.count else { throw broken("it ends too early") }
            let length = bytes.bigEndian(at: place)
            let kind = String(decoding: bytes[place + 4 ..< place + 8], as: UTF8.self)
            guard length <= bytes.count - place - 12 else { throw broken("it ends too early") }
            let data = place + 8 ..< place + 8 + length
            guard bytes.crc32(place + 4 ..< data.upperBound) == UInt32(bytes.bigEndian(at: data.upperBound)) else {
                throw broken("the checksum of its part \(printable(kind)) does not agree")
            }
            place = data.upperBound + 4
            guard header != nil || kind == "IHDR" else { throw broken("it does not begin with its header") }
            switch kind {
            case "IHDR":
                guard header == nil else { throw broken("it has two headers") }
                header = try Self.header(bytes[data], path)
            case "PLTE": palette = Array(bytes[data])
            case "IDAT": packed += bytes[data]
            case "IEND":
                guard let header, !packed.isEmpty else { throw broken("it has no pixels") }
                guard let rows = Self.unfiltered(packed, header) else { throw broken("its pixels cannot be unpacked") }
                guard let grey = Self.grey(rows, header, palette) else { throw broken("a pixel has a colour that its palette does not have") }
                (width, height, self.grey) = (header.width, header.height, grey)
                return
            default:
                // A capital letter marks a part without which the picture cannot be understood.
                guard bytes[data.lowerBound - 4] & 0x20 != 0 else { throw broken("it has an unknown part \(printable(kind))") }
            }
        }
    }

    private static func header(_ data: ArraySlice<UInt8>, _ path: String) throws -> Header {
        let bytes = Array(data)
        guard bytes.count == 13, let colour = Colour(rawValue: bytes[9]), colour.depths.contains(Int(bytes[8])), bytes[10] == 0, bytes[11] == 0, bytes[12] <= 1 else {
            throw DatasetError(path, "the picture is broken: its header makes no sense.", hint: "save it anew as PNG, or take it out of the folder")
        }
        guard bytes[12] == 0 else {
            throw DatasetError(path, "the picture is interlaced, which is not read here.", hint: "save it without interlacing: convert in.png -interlace none out.png")
        }
        let (width, height) = (bytes.bigEndian(at: 0), bytes.bigEndian(at: 4))
        guard (1...largestSide).contains(width), (1...largestSide).contains(height), width * height <= 1 << 24 else {
            throw DatasetError(path, "the picture has \(width) × \(height) pixels: at most \(1 << 24) are read, and no side beyond \(largestSide).", hint: "make the pictures smaller")
        }
        return Header(width: width, height: height, depth: Int(bytes[8]), colour: colour)
    }

    /// Inflates the rows, each behind the number of its filter, and undoes the filters; nil where that fails.
    private static func unfiltered(_ packed: [UInt8], _ header: Header) -> [UInt8]? {
        let stride = header.rowBytes + 1, total = stride * header.height
        guard total / 1032 <= packed.count else { return nil }
        var rows = [UInt8](repeating: 0, count: total)
        let isWhole = rows.withUnsafeMutableBytes { output in
            packed.withUnsafeBytes { input in
                let (_, produced, progress) = Inflater(.zlib).inflate(input, into: output)
                return produced == total && progress != .broken
            }
        }
        guard isWhole else { return nil }
        let left = header.pixelBytes
        for row in 0..<header.height {
            let start = row * stride + 1
            let filter = rows[start - 1]
            guard filter <= 4 else { return nil }
            if filter == 0 { continue }
            for index in start ..< start + header.rowBytes {
                let a = index - left >= start ? Int(rows[index - left]) : 0
                let b = row > 0 ? Int(rows[index - stride]) : 0
                let prediction: Int
                switch filter {
                case 1: prediction = a
                case 2: prediction = b
                case 3: prediction = (a + b) / 2
                default:
                    // Paeth: whichever neighbour is nearest to a + b - c.
                    let c = row > 0 && index - left >= start ? Int(rows[index - left - stride]) : 0
                    let (da, db, dc) = (abs(b - c), abs(a - c), abs(a + b - 2 * c))
                    prediction = da <= db && da <= dc ? a : db <= dc ? b : c
                }
                rows[index] &+= UInt8(prediction)
            }
        }
        return rows
    }

    private static func grey(_ rows: [UInt8], _ header: Header, _ palette: [UInt8]) -> [Float]? {
        let channels = header.colour.channels, depth = header.depth
        let most = Double(1 << depth - 1)
        var grey: [Float] = []
        grey.reserveCapacity(header.width * header.height)
        for row in 0..<header.height {
            let start = row * (header.rowBytes + 1) + 1
            func sample(_ index: Int) -> Int {
                switch depth {
                case 8: return Int(rows[start + index])
                case 16: return Int(rows[start + 2 * index]) << 8 | Int(rows[start + 2 * index + 1])
                default:
                    let bit = index * depth
                    return Int(rows[start + bit / 8]) >> (8 - depth - bit % 8) & (1 << depth - 1)
                }
            }
            for x in 0..<header.width {
                switch header.colour {
                case .grey, .greyAlpha: grey.append(Float(Double(sample(x * channels)) / most))
                case .rgb, .rgba: grey.append(luma(sample(x * channels), sample(x * channels + 1), sample(x * channels + 2), most))
                case .palette:
                    let entry = 3 * sample(x)
                    guard entry + 2 < palette.count else { return nil }
                    grey.append(luma(Int(palette[entry]), Int(palette[entry + 1]), Int(palette[entry + 2]), 255))
                }
            }
        }
        return grey
    }

    /// In whole thousandths, so that grey in RGB is the same grey.
    private static func luma(_ red: Int, _ green: Int, _ blue: Int, _ most: Double) -> Float {
        Float(Double(299 * red + 587 * green + 114 * blue) / (1000 * most))
    }
}

extension [UInt8] {
    /// A 32-bit number.
    fileprivate func bigEndian(at place: Int) -> Int {
        self[place ..< place + 4].reduce(0) { $0 << 8 | Int($1) }
    }
}
