import Autodiff
import Foundation
import Networks
import Testing

/// Python with the packages `safetensors` and `numpy`: the one that VAELEARN_PYTHON names, else python3.
private enum Python {
    static let path: String? = [ProcessInfo.processInfo.environment["VAELEARN_PYTHON"], "python3"].compactMap(\.self)
        .first { (try? run($0, "import safetensors.numpy, numpy"))?.status == 0 }

    static func run(_ python: String, _ code: String, _ arguments: String...) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python, "-c", code] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}

@Suite(.enabled(if: Python.path != nil, "Passed over: no Python with the packages safetensors and numpy (VAELEARN_PYTHON may name one)."))
struct SafetensorsInteropTests {
    private let folder: ScratchFolder
    init() throws { folder = try ScratchFolder() }

    private func python(_ code: String, _ arguments: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let (status, output) = try Python.run(try #require(Python.path), code, arguments)
        #expect(status == 0, "\(output)", sourceLocation: sourceLocation)
        return output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test func pythonReadsOursAndWritesTheSameBytes() throws {
        let path = folder.file("ours.safetensors")
        let tensors = [
            NamedTensor("fc1.weight", try Tensor<Float>([1.5, -2, 1 / 3, 0, .infinity, .leastNonzeroMagnitude * 71_362], shape: [2, 3])),
            NamedTensor("fc1.bias", try Tensor<Float>([7, 8])), NamedTensor("empty", try .zeros([0, 4])),
            NamedTensor("scale é \"q\"", Tensor<Float>(0.25)),
        ]
        try writeSafetensors(tensors, metadata: ["model": "vae \u{1}\\"], to: path)
        let code = """
            import sys, numpy, safetensors, safetensors.numpy
            path = sys.argv[1]
            t = safetensors.numpy.load_file(path)
            for name in sorted(t): print(name, t[name].dtype, list(t[name].shape), [x.hex() for x in t[name].reshape(-1).tolist()])
            with safetensors.safe_open(path, "np") as f: metadata = f.metadata()
            print([ord(c) for c in metadata["model"]])
            print(safetensors.numpy.save(t, metadata) == open(path, "rb").read())
            """
        #expect(try python(code, path) == """
            empty float32 [0, 4] []
            fc1.bias float32 [2] ['0x1.c000000000000p+2', '0x1.0000000000000p+3']
            fc1.weight float32 [2, 3] ['0x1.8000000000000p+0', '-0x1.0000000000000p+1', '0x1.5555560000000p-2', '0x0.0p+0', 'inf', '0x1.16c2000000000p-133']
            scale é "q" float32 [] ['0x1.0000000000000p-2']
            [118, 97, 101, 32, 1, 92]
            True
            """)
    }

    @Test func oursReadsPythons() throws {
        let path = folder.file("python.safetensors")
        let code = """
            import sys, numpy, safetensors.numpy
            safetensors.numpy.save_file({
                "double": numpy.arange(6, dtype=numpy.float64).reshape(2, 3) / 7, "single": numpy.float32([0.1, -1e-42]),
                "half": numpy.float16([1 / 3, 65504, 6e-8, -numpy.inf]), "ganz é": numpy.float32(2.5), "none": numpy.zeros((3, 0), numpy.float32)},
                sys.argv[1], {"model": "gan", "note": "two words"})
            """
        _ = try python(code, path)
        let file = try SafetensorsFile(path: path)
        #expect(file.metadata == ["model": "gan", "note": "two words"])
        #expect(try file.tensor("double", as: Double.self).scalars == (0..<6).map { Double($0) / 7 })
        #expect(try file.tensor("double", as: Double.self).shape == [2, 3])
        #expect(try file.tensor("single", as: Float.self).scalars == [0.1, -Float("1e-42")!])
        #expect(try file.tensor("half", as: Double.self).scalars == [0.333251953125, 65504, 0x1p-24, -.infinity])
        #expect(try file.tensor("ganz é", as: Float.self).item == 2.5)
        #expect(try file.tensor("none", as: Float.self).shape == [3, 0])
    }
}
