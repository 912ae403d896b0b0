import Autoencoders
import Cells
import Datasets
import Figures
import Networks

/// What the commands that use a trained model share: a run folder read whole, its data, and a place for the result.
enum ModelFiles {
    static func load(_ arguments: Arguments) throws -> (model: TrainedModel, configuration: RunConfiguration) {
        guard arguments.words.count == 1 else { throw CommandError.wrongUse("name one run folder, or the model.safetensors in it.") }
        let folder = RunFolder(arguments.words[0])
        do {
            return (try folder.model(), try folder.readConfiguration())
        } catch let error as RunFolderError {
            throw CommandError.badInput("\(shown(error.description, limit: 600)).", hint: error.hint)
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
        guard [data.train, data.test].allSatisfy({ $0?.items.allSatisfy(\.isFinite) ?? true }) else {
            throw CommandError.badInput("\(shown(name)): the data hold NaN or infinite numbers.", hint: "clean the data first")
        }
        return data
    }

    /// The part of the data that --split asks for.
    static func part(_ arguments: Arguments, default standard: String) throws -> String {
        let part = arguments.value("split") ?? standard
        guard ["all", "train", "test"].contains(part) else {
            throw CommandError.wrongUse("there is no part \"\(shown(part))\".", hint: "all, train or test")
        }
        return part
    }

    /// An item by its number in the data's order.
    static func item(_ number: Int, of data: LoadedDataset, option: String) throws -> [Float] {
        guard (0..<data.count).contains(number) else {
            throw CommandError.wrongUse("--\(option) must be from 0 to \(data.count - 1), not \(number): the data have \(data.count) items.")
        }
        let first = data.train.count
        return Array(number < first ? data.train.item(number) : data.test!.item(number - first))
    }

    /// Where a command writes to, if its ending is one of those that the command knows.
    static func out(_ arguments: Arguments, default standard: String, endings: [String]) throws -> String {
        let path = arguments.value("out") ?? standard
        guard endings.contains(where: { path.hasSuffix($0) }) else {
            throw CommandError.wrongUse("\(shown(path)) has no ending that is known.", hint: "end it in \(endings.joined(separator: " or "))")
        }
        return path
    }

    /// Items of one shape, by the file's ending: numbers a row an item in a .npy or .csv, pictures in a .png.
    static func write(_ numbers: [Float], shape: [Int], columns: Int, to path: String) throws {
        let size = shape.reduce(1, *)
        do {
            if path.hasSuffix(".npy") {
                try AtomicFile.write(npy(numbers, rows: numbers.count / max(1, size), columns: size), to: path)
            } else if path.hasSuffix(".csv") {
                var text = (0..<size).map { "z\($0)" }.joined(separator: ",") + "\n"
                for row in stride(from: 0, to: numbers.count, by: max(1, size)) {
                    text += numbers[row..<(row + size)].map { "\($0)" }.joined(separator: ",") + "\n"
                }
                try AtomicFile.write(Array(text.utf8), to: path)
            } else {
                try Pictures.write(numbers, shape: shape, columns: columns, to: path)
            }
        } catch let error as FileError {
            throw CommandError.badInput("\(error).", hint: "choose another file with --out")
        }
        writeOut(path + "\n")
    }

    /// The endings of a figure, or of the numbers in it.
    static let figureEndings = [".png", ".pdf", ".svg", ".npy"]

    /// Items of one shape with labels round them, or their numbers, by the file's ending.
    static func write(_ numbers: [Float], shape: [Int], as figure: Figure, to path: String) throws {
        guard !path.hasSuffix(".npy") else { return try write(numbers, shape: shape, columns: 1, to: path) }
        do {
            let bytes = path.hasSuffix(".png") ? try figure.png() : path.hasSuffix(".pdf") ? try figure.pdf() : try figure.svg()
            try AtomicFile.write(bytes, to: path)
        } catch let error as FileError {
            throw CommandError.badInput("\(error).", hint: "choose another file with --out")
        }
        writeOut(path + "\n")
    }

    /// NumPy's format, version 1: a header of a multiple of 64 bytes, then the numbers.
    private static func npy(_ numbers: [Float], rows: Int, columns: Int) -> [UInt8] {
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
        bytes += [UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)] + Array(header.utf8)
        // The machine is little-endian, as the format's '<' says.
        numbers.withUnsafeBytes { bytes += $0 }
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
        let count = try ModelFiles.count(arguments, default: 64), seed = try arguments.seed() ?? 1
        let out = try ModelFiles.out(arguments, default: "samples.png", endings: [".png", ".npy"])
        let (model, configuration) = try ModelFiles.load(arguments)
        // A picture shows 2500 at most, and numbers are held in memory.
        guard count <= (1 << 28) / configuration.shape.reduce(1, *) else { throw CommandError.wrongUse("--n \(count) is more than fits in memory.") }
        let samples = model.sample(out.hasSuffix(".png") ? min(count, 2500) : count, seed: seed)
        try ModelFiles.write(samples, shape: configuration.shape, columns: min(count, 8), to: out)
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
          --n N              how many, 8; a picture shows 50 at most
          --out F            recon.png; a .npy holds the reconstructions' numbers

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        let asked = try ModelFiles.count(arguments, default: 8)
        let out = try ModelFiles.out(arguments, default: "recon.png", endings: [".png", ".npy"])
        let (model, configuration) = try ModelFiles.load(arguments)
        let (train, test) = try ModelFiles.data(arguments, configuration).split()
        let items = test.count > 0 ? test : train
        let count = min(asked, items.count, out.hasSuffix(".png") ? 50 : .max)
        let originals = Array(items.items.prefix(count * items.featureCount))
        let made = model.reconstruct(originals)
        try ModelFiles.write(out.hasSuffix(".png") ? originals + made : made, shape: configuration.shape, columns: count, to: out)
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
        let part = try ModelFiles.part(arguments, default: "all")
        let out = try ModelFiles.out(arguments, default: "z.npy", endings: [".npy", ".csv"])
        let (model, configuration) = try ModelFiles.load(arguments)
        let items = try ModelFiles.data(arguments, configuration).part(part).items
        try ModelFiles.write(model.encode(items).means, shape: [configuration.latent], columns: 1, to: out)
        return ExitCode.good
    }
}
