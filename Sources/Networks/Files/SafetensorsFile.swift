import Autodiff
import Glibc

/// An open file of named tensors. Opening it reads and checks the header alone, so that names and shapes can be looked at
/// before any tensor is loaded. Half precision is converted.
public final class SafetensorsFile {
    public let path: String
    public let metadata: [String: String]
    private let entries: [SafetensorsHeader.Entry]
    private let descriptor: Int32
    /// Where the data begins.
    private let start: Int

    /// Name and shape of each tensor, in the order of the data.
    public var contents: [(name: String, shape: Shape)] { entries.map { ($0.name, $0.shape) } }

    public init(path: String) throws(SafetensorsError) {
        // Without waiting, should somebody hand over a pipe.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SafetensorsError(path, .unreadable(reason: String(cString: strerror(errno)))) }
        do throws(SafetensorsError.Problem) {
            let size = try Self.size(of: descriptor)
            let length = try Self.headerLength(descriptor, fileSize: size)
            start = 8 + length
            var text = [UInt8](repeating: 0, count: length)
            try text.withUnsafeMutableBytes { Self.read(descriptor, $0, at: 8) }.get()
            let header = try SafetensorsHeader(text, dataCount: size - start)
            (entries, metadata) = (header.entries, header.metadata)
        } catch {
            close(descriptor)
            throw SafetensorsError(path, error)
        }
        (self.path, self.descriptor) = (path, descriptor)
    }

    deinit { close(descriptor) }

    public func tensors<Scalar: Real>(as type: Scalar.Type = Scalar.self) throws(SafetensorsError) -> [NamedTensor<Scalar>] {
        var result: [NamedTensor<Scalar>] = []
        for entry in entries { result.append(NamedTensor(entry.name, try load(entry))) }
        return result
    }

    public func tensor<Scalar: Real>(_ name: String, as type: Scalar.Type = Scalar.self) throws(SafetensorsError) -> Tensor<Scalar> {
        guard let entry = entries.first(where: { $0.name == name }) else { throw SafetensorsError(path, .noSuchTensor(name)) }
        return try load(entry)
    }

    private func load<Scalar: Real>(_ entry: SafetensorsHeader.Entry) throws(SafetensorsError) -> Tensor<Scalar> {
        do throws(SafetensorsError.Problem) {
            return switch entry.type {
            case "F32": try converted(entry, from: Float(0)) { Scalar($0) }
            case "F64": try converted(entry, from: Double(0)) { Scalar($0) }
            case "F16": try converted(entry, from: UInt16(0)) { Scalar(single(half: $0)) }
            case "BF16": try converted(entry, from: UInt16(0)) { Scalar(Float(bitPattern: UInt32($0) << 16)) }
            default: throw .unreadType(tensor: entry.name, type: entry.type)
            }
        } catch { throw SafetensorsError(path, error) }
    }

    /// In pieces, so that nothing of the tensor's own size is held beside it. The machine is little-endian, as the file is.
    @_specialize(where Stored == Float, Scalar == Float)
    @_specialize(where Stored == Float, Scalar == Double)
    @_specialize(where Stored == Double, Scalar == Double)
    private func converted<Stored: BitwiseCopyable, Scalar: Real>(
        _ entry: SafetensorsHeader.Entry, from zero: Stored, _ convert: (Stored) -> Scalar
    ) throws(SafetensorsError.Problem) -> Tensor<Scalar> {
        let result: Tensor<Scalar>
        do { result = try .zeros(entry.shape) } catch { throw .memory(error) }
        // Nobody else holds it yet.
        let to = UnsafeMutablePointer(mutating: result.pointer)
        var piece = [Stored](repeating: zero, count: min(1 << 14, result.count))
        var done = 0
        while done < result.count {
            let part = min(piece.count, result.count - done)
            let place = start + entry.range.lowerBound + done * MemoryLayout<Stored>.stride
            try piece.withUnsafeMutableBytes { bytes in
                Self.read(descriptor, .init(rebasing: bytes[..<(part * MemoryLayout<Stored>.stride)]), at: place)
            }.get()
            for i in 0..<part { to[done + i] = convert(piece[i]) }
            done += part
        }
        return result
    }

    // MARK: The system

    private static func size(of descriptor: Int32) throws(SafetensorsError.Problem) -> Int {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw .unreadable(reason: String(cString: strerror(errno))) }
        guard information.st_mode & S_IFMT == S_IFREG else { throw .unreadable(reason: "it is not a file") }
        return Int(information.st_size)
    }

    private static func headerLength(_ descriptor: Int32, fileSize: Int) throws(SafetensorsError.Problem) -> Int {
        guard fileSize >= 8 else { throw .tooShort(bytes: fileSize) }
        var length: UInt64 = 0
        try withUnsafeMutableBytes(of: &length) { Self.read(descriptor, $0, at: 0) }.get()
        let available = min(fileSize - 8, SafetensorsHeader.longest)
        guard length <= available else { throw .headerTooLong(length: length, available: available) }
        return Int(length)
    }

    private static func read(
        _ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, at offset: Int
    ) -> Result<Void, SafetensorsError.Problem> {
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
            if count > 0 {
                done += count
            } else if count == 0 {
                return .failure(.unreadable(reason: "it ends before its time"))
            } else if errno != EINTR {
                return .failure(.unreadable(reason: String(cString: strerror(errno))))
            }
        }
        return .success(())
    }
}

/// IEEE 754's half precision: sign, 5 bits of exponent biased by 15, 10 bits of fraction.
func single(half: UInt16) -> Float {
    let sign: Float = half & 0x8000 == 0 ? 1 : -1
    let exponent = Int(half >> 10 & 0x1F), fraction = Float(half & 0x3FF)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction * 0x1p-10)
    }
}
