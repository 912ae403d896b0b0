import Autoencoders
import Cells
import Datasets
import Networks

/// What `sample`, `reconstruct` and `encode` share: a run folder read whole, and a place for the result.
enum ModelFiles {
    static func load(_ arguments: Arguments) throws -> (model: TrainedModel, configuration: RunConfiguration) {
        guard arguments.words.count == 1 else { throw CommandError.wrongUse("name one run folder, or the model.safetensors in it.") }
        let folder = RunFolder(arguments.words[0])
        do {
            return (try folder.model(), try folder.readConfiguration())
        } catch let error as RunFolderError {
            throw CommandError.badInput("\(error).", hint: error.hint)
        } catch let error as SafetensorsError {
            throw CommandError.badInput("\(error)", hint: error.hint)
        }
    }

    /// The data asked for, or those that the model was trained on; they must fit the model.
    static func data(_ arguments: Arguments, _ configuration: RunConfiguration) throws -> LoadedDataset {
        let name = arguments.value("data") ?? configuration.data
        let data = try DataSource.load(name)
        guard data.train.featureCount == configuration.shape.reduce(1, *) else {
            throw CommandError.badInput(
                "\(shown(name)) has items of shape \(data.train.shape), and the model was trained on \(configuration.shape).")
        }
        return data
    }

    /// Numbers [rows, columns] by the file's ending: .npy, .csv, or pictures in a .png.
    static func write(_ numbers: [Float], shape: [Int], columns: Int, to path: String, csv: Bool) throws {
        let size = shape.reduce(1, *)
        do {
            if path.hasSuffix(".npy") {
                try AtomicFile.write(npy(numbers, rows: numbers.count / max(1, size), columns: size), to: path)
            } else if path.hasSuffix(".csv"), csv {
                var text = (0..<size).map { "z\($0)" }.joined(separator: ",") + "\n"
                for row in stride(from: 0, to: numbers.count, by: max(1, size)) {
                    text += numbers[row..<(row + size)].map { "\($0)" }.joined(separator: ",") + "\n"
                }
                try AtomicFile.write(Array(text.utf8), to: path)
            } else if path.hasSuffix(".png"), !csv {
                try Pictures.write(numbers, shape: shape, columns: columns, to: path)
            } else {
                throw CommandError.wrongUse("\(shown(path)) has no ending that is known.", hint: csv ? "end it in .npy or .csv" : "end it in .png or .npy")
            }
        } catch let error as FileError {
            throw CommandError.badInput("\(error).")
        }
        writeOut(path + "\n")
    }

    /// NumPy's format, version 1: a header of a multiple of 64 bytes, then the numbers.
    private static func npy(_ numbers: [Float], rows: Int, columns: Int) -> [UInt8] {
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
        bytes += [UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)] + Array(header.utf8)
        for number in numbers { withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += $0 } }
        return bytes
    }

    static func count(_ arguments: Arguments, default standard: Int) throws -> Int {
        let count = try arguments.whole("n") ?? standard
        guard (1...1_000_000).contains(count) else { throw CommandError.wrongUse("--n must be from 1 to 1000000, not \(count).") }
        return count
    }
}

enum SampleCommand: Command {
    static let name = "sample"
    static let summary = "draws from a trained model"
    static let options: [Option] = [.value("n"), .value("seed"), .value("out")]
    static let help = """
        vaelearn sample runs/mnist
        vaelearn sample runs/mnist --n 1000 --out samples.npy

        Draws codes from the prior and writes the decoder's means for them.

          --n N              how many, 64
          --seed S           1
          --out F            samples.png; a .npy holds the numbers

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        let (model, configuration) = try ModelFiles.load(arguments)
        let count = try ModelFiles.count(arguments, default: 64)
        let samples = model.sample(count, seed: try arguments.seed() ?? 1)
        try ModelFiles.write(samples, shape: configuration.shape, columns: min(count, 8), to: arguments.value("out") ?? "samples.png", csv: false)
        return ExitCode.good
    }
}

enum ReconstructCommand: Command {
    static let name = "reconstruct"
    static let summary = "shows items and what a trained model makes of them"
    static let options: [Option] = [.value("data"), .value("n"), .value("out")]
    static let help = """
        vaelearn reconstruct runs/mnist
        vaelearn reconstruct runs/mnist --data mnist --n 8 --out pairs.png

        Writes items of the test part above their reconstructions (the decoder's means at the posterior's means).

          --data D           other data than the model was trained on
          --n N              how many, 8
          --out F            recon.png; a .npy holds the reconstructions' numbers

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        let (model, configuration) = try ModelFiles.load(arguments)
        let test = try ModelFiles.data(arguments, configuration).split().test
        let count = min(try ModelFiles.count(arguments, default: 8), test.count)
        let originals = Array(test.items.prefix(count * test.featureCount))
        let out = arguments.value("out") ?? "recon.png"
        let made = model.reconstruct(originals)
        try ModelFiles.write(out.hasSuffix(".png") ? originals + made : made, shape: configuration.shape, columns: max(1, count), to: out, csv: false)
        return ExitCode.good
    }
}

enum EncodeCommand: Command {
    static let name = "encode"
    static let summary = "writes the codes of data"
    static let options: [Option] = [.value("data"), .value("split"), .value("out")]
    static let help = """
        vaelearn encode runs/mnist --out z.npy
        vaelearn encode runs/mnist --split test --out z.csv

        Writes posterior means, a row an item, in the data's order.

          --data D           other data than the model was trained on
          --split P          all (the default), train or test
          --out F            z.npy, or a .csv

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        let (model, configuration) = try ModelFiles.load(arguments)
        let data = try ModelFiles.data(arguments, configuration)
        let items: [Float]
        switch arguments.value("split") ?? "all" {
        case "all": items = data.all().items
        case "train": items = data.split().train.items
        case "test": items = data.split().test.items
        case let other: throw CommandError.wrongUse("there is no part \"\(shown(other))\".", hint: "all, train or test")
        }
        try ModelFiles.write(model.encode(items).means, shape: [configuration.latent], columns: 1, to: arguments.value("out") ?? "z.npy", csv: true)
        return ExitCode.good
    }
}
