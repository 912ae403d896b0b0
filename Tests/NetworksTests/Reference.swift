import Autodiff
import Foundation
import Networks
import Testing

/// What PyTorch computed (Fixtures/make_reference.py).
struct Reference: Decodable {
    struct Block: Decodable {
        let shape: [Int]
        let data: [Double]

        func tensor<Scalar: Real>(_ type: Scalar.Type = Scalar.self) throws -> Tensor<Scalar> {
            try Tensor(data.map { Scalar($0) }, shape: Shape(shape))
        }
    }

    struct Named: Decodable {
        let name: String
        let tensor: Block
    }

    struct LayerCase: Decodable {
        let kind: String
        let settings: [String: Int]
        let parameters: [Named]
        let x: Block, start: Block?, output: Block, cotangent: Block, xGradient: Block?
        let gradients: [Named]
    }

    struct OptimiserCase: Decodable {
        let kind: String
        let rates: [Double]
        let clip: Double?, average: Double?
        let start: [Block]
        let gradients: [[Block]], after: [[Block]]
        let norms: [Double], averages: [[Block]]
    }

    let layers: [LayerCase]
    let optimisers: [OptimiserCase]
    let schedules: [String: [Double]]

    static func read() throws -> Reference {
        let url = try #require(Bundle.module.url(forResource: "reference", withExtension: "json", subdirectory: "Fixtures"))
        return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
    }
}

/// Absolute for small numbers, relative for large ones.
func expectClose<Scalar: Real>(
    _ measured: Tensor<Scalar>, _ wanted: Reference.Block, within tolerance: Double, _ label: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(measured.shape == Shape(wanted.shape), "\(label)", sourceLocation: sourceLocation)
    guard measured.count == wanted.data.count else { return }
    for (m, w) in zip(measured.scalars, wanted.data) {
        let close = (Double(m) - w).magnitude <= tolerance * Swift.max(1, w.magnitude)
        #expect(close, "\(label): \(m) against \(w)", sourceLocation: sourceLocation)
    }
}

/// Two tensors with the shapes of the optimisers' cases.
struct TwoTensors<Scalar: Real>: Module {
    var first: Tensor<Scalar>, second: Tensor<Scalar>

    mutating func visitParameters<Failure: Error>(
        _ visit: (_ name: String, _ parameter: inout Tensor<Scalar>) throws(Failure) -> Void
    ) throws(Failure) {
        try visit("first", &first)
        try visit("second", &second)
    }
}

/// A folder of its own, gone with the test.
final class ScratchFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/vaelearn-networks-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func write(_ bytes: [UInt8], _ name: String = "weights.safetensors") throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }
}
