import Autodiff

/// The bytes of a file of named tensors, the same for the same contents: tensors and metadata are sorted by name, the
/// header is padded with spaces so that the data begins at a multiple of 8, as Python's `safetensors` does it.
public func safetensorsBytes<Scalar: Real>(_ tensors: [NamedTensor<Scalar>], metadata: [String: String] = [:]) -> [UInt8] {
    precondition(Set(tensors.map(\.name)).count == tensors.count, "two tensors of one name")
    let sorted = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    var members: [String] = []
    if !metadata.isEmpty {
        let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        members.append("\"__metadata__\":{" + pairs.map { "\(jsonString($0.key)):\(jsonString($0.value))" }.joined(separator: ",") + "}")
    }
    let width = MemoryLayout<Scalar>.stride
    var end = 0
    for (name, tensor) in sorted.map({ ($0.name, $0.tensor) }) {
        precondition(name != "__metadata__", "this name means something else in the format")
        let start = end
        end += tensor.count * width
        let sizes = tensor.shape.sizes.map(String.init).joined(separator: ",")
        members.append("\(jsonString(name)):{\"dtype\":\"F\(8 * width)\",\"shape\":[\(sizes)],\"data_offsets\":[\(start),\(end)]}")
    }
    var header = Array(("{" + members.joined(separator: ",") + "}").utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }

    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + end)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: header)
    for item in sorted { bytes.append(contentsOf: UnsafeRawBufferPointer(item.tensor.buffer)) }
    return bytes
}

/// Writes named tensors to a file that is whole or as it was.
public func writeSafetensors<Scalar: Real>(
    _ tensors: [NamedTensor<Scalar>], metadata: [String: String] = [:], to path: String
) throws(FileError) {
    try AtomicFile.write(safetensorsBytes(tensors, metadata: metadata), to: path)
}
