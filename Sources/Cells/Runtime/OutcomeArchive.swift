import Autodiff
import Probability

/// A cell's outcome as bytes, and back: so that a slow cell need not run twice. Only plain values can be kept: a tape, a
/// closure or a model cannot, and a cell that bound one is run again.
extension CellOutcome {
    /// Nil where something of it cannot be kept.
    package func archived() -> [UInt8]? {
        guard succeeded, figures.isEmpty else { return nil }
        var writer = ArchiveWriter()
        writer.write(output)
        guard writer.write(optional: result), writer.write(checks) else { return nil }
        writer.write(bindings.count)
        for (name, value) in bindings {
            writer.write(name)
            guard writer.write(value) else { return nil }
        }
        writer.write(knobs.count)
        for knob in knobs {
            writer.write(knob.name)
            for number in [knob.value, knob.lower, knob.upper] { writer.write(number) }
            writer.write(knob.text)
        }
        return writer.bytes
    }

    /// Nil where the bytes are no outcome.
    package init?(archive: [UInt8]) {
        var reader = ArchiveReader(archive)
        do {
            output = try reader.text()
            result = try reader.optional { try $0.value() }
            checks = try reader.list { try $0.check() }
            bindings = try reader.list { (try $0.text(), try $0.value()) }
            knobs = try reader.list { reader in
                KnobSetting(
                    name: try reader.text(), value: try reader.number(), lower: try reader.number(), upper: try reader.number(),
                    text: try reader.optional { try $0.text() })
            }
            guard reader.isAtEnd else { return nil }
        } catch {
            return nil
        }
        isFromCache = true
    }
}

extension CellState {
    /// The state as a cell with this outcome leaves it.
    package mutating func adopt(_ outcome: CellOutcome) {
        for (name, value) in outcome.bindings { bindings[name] = value }
        for knob in outcome.knobs { knobs[knob.name] = knob }
    }
}

private struct ArchiveWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ value: UInt64) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
    mutating func write(_ value: Int) { write(UInt64(value)) }
    mutating func write(_ value: Double) { write(value.bitPattern) }
    mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func write(_ text: String) {
        write(text.utf8.count)
        bytes += text.utf8
    }

    mutating func write(_ text: String?) {
        write(text != nil)
        if let text { write(text) }
    }

    mutating func write(_ number: Double?) {
        write(number != nil)
        if let number { write(number) }
    }

    mutating func write(_ tensor: Tensor<Double>) -> Bool {
        guard !tensor.isTracked else { return false }
        write(tensor.rank)
        for size in tensor.shape.sizes { write(size) }
        for element in tensor.buffer { write(element) }
        return true
    }

    mutating func write(optional value: Value?) -> Bool {
        write(value != nil)
        return value.map { write($0) } ?? true
    }

    mutating func write(_ value: Value) -> Bool {
        switch value {
        case .tensor(let x):
            bytes.append(1)
            return write(x)
        case .boolean(let flag):
            bytes.append(2)
            write(flag)
        case .text(let text):
            bytes.append(3)
            write(text)
        case .list(let items):
            bytes.append(4)
            write(items.count)
            for item in items { guard write(item) else { return false } }
        case .estimate(let estimate):
            bytes.append(5)
            write(estimate.count)
            return write(estimate.value) && write(estimate.standardError)
        case .nothing: bytes.append(6)
        case .function, .distribution, .object: return false
        }
        return true
    }

    mutating func write(_ checks: [CheckOutcome]) -> Bool {
        write(checks.count)
        for check in checks {
            write(check.label)
            write(check.mode.rawValue)
            // What was measured is only shown: the tape behind it is not needed.
            guard write(check.measured.offTape), write(check.expected.offTape) else { return false }
            for number in [check.error, check.tolerance, check.standardError, check.z, check.limit] { write(number) }
            write(check.passed)
            write(check.note)
            write(check.comparison)
        }
        return true
    }
}

extension Value {
    fileprivate var offTape: Value {
        switch self {
        case .tensor(let x): .tensor(x.detached)
        case .list(let items): .list(items.map(\.offTape))
        case .estimate(let estimate):
            .estimate(Estimate(value: estimate.value.detached, standardError: estimate.standardError, count: estimate.count))
        default: self
        }
    }
}

private struct ArchiveReader {
    struct Broken: Error {}

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func byte() throws -> UInt8 {
        guard position < bytes.count else { throw Broken() }
        position += 1
        return bytes[position - 1]
    }

    mutating func word() throws -> UInt64 {
        guard bytes.count - position >= 8 else { throw Broken() }
        defer { position += 8 }
        return bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt64.self)) }
    }

    mutating func number() throws -> Double { Double(bitPattern: try word()) }
    mutating func flag() throws -> Bool { try byte() != 0 }

    /// A count of things that take at least `size` bytes each: no more than there can be.
    mutating func count(of size: Int = 1) throws -> Int {
        guard let count = Int(exactly: try word()), count <= (bytes.count - position) / size else { throw Broken() }
        return count
    }

    mutating func text() throws -> String {
        let count = try count()
        defer { position += count }
        guard let text = String(validating: bytes[position ..< position + count], as: UTF8.self) else { throw Broken() }
        return text
    }

    mutating func optional<Item>(_ read: (inout ArchiveReader) throws -> Item) throws -> Item? { try flag() ? try read(&self) : nil }

    mutating func list<Item>(_ read: (inout ArchiveReader) throws -> Item) throws -> [Item] {
        var items: [Item] = []
        for _ in 0..<(try count()) { items.append(try read(&self)) }
        return items
    }

    mutating func tensor() throws -> Tensor<Double> {
        let sizes = try list { reader -> Int in
            guard let size = Int(exactly: try reader.word()) else { throw Broken() }
            return size
        }
        let shape = Shape(sizes)
        guard shape.count <= (bytes.count - position) / 8 else { throw Broken() }
        var elements: [Double] = []
        elements.reserveCapacity(shape.count)
        for _ in 0..<shape.count { elements.append(try number()) }
        return try Tensor(elements, shape: shape)
    }

    mutating func value() throws -> Value {
        depth += 1
        defer { depth -= 1 }
        guard depth < 200 else { throw Broken() }
        switch try byte() {
        case 1: return .tensor(try tensor())
        case 2: return .boolean(try flag())
        case 3: return .text(try text())
        case 4: return .list(try list { try $0.value() })
        case 5:
            guard let count = Int(exactly: try word()) else { throw Broken() }
            return .estimate(Estimate(value: try tensor(), standardError: try tensor(), count: count))
        case 6: return .nothing
        default: throw Broken()
        }
    }

    mutating func check() throws -> CheckOutcome {
        let label = try text()
        guard let mode = CheckOutcome.Mode(rawValue: try text()) else { throw Broken() }
        let measured = try value(), expected = try value()
        var numbers: [Double?] = []
        for _ in 0..<5 { numbers.append(try optional { try $0.number() }) }
        var check = CheckOutcome(
            label: label, mode: mode, measured: measured, expected: expected, error: numbers[0], tolerance: numbers[1], passed: try flag(),
            standardError: numbers[2], z: numbers[3], limit: numbers[4], note: try optional { try $0.text() })
        check.comparison = try optional { try $0.text() }
        return check
    }
}
