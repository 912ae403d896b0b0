import Autoencoders
import FoundationEssentials
import Glibc
import Networks

enum ExportCommand: Command {
    static let name = "export"
    static let summary = "writes a trained model as a program for PyTorch"
    static let options: [Option] = [.value("to"), .value("out")]
    static let help = """
        vaelearn export runs/mnist --to pytorch
        vaelearn export runs/mnist --to pytorch --out mnist-vae

        Writes the model as one readable model.py, which needs PyTorch and NumPy alone, and beside it the weights and
        config.json. In Python, in that folder:

          import model
          net = model.load()              the module with its weights
          mu, logvar = net.encode(x)      x [n, pixels]; of an ae: code, None
          outputs = net.decode(mu)        logits, or a Gaussian's means

        It trains on, by itself or on several machines, and writes the weights back, for sample, encode and the others
        to read:

          python model.py --data mnist/ --epochs 5
          torchrun --nproc-per-node 2 model.py --data mnist/ --epochs 5
          vaelearn sample runs/mnist/pytorch

          --to pytorch       what to write for
          --out DIR          where to; the folder pytorch in the run folder; the run folder itself will do

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        guard let target = arguments.value("to") else {
            throw CommandError.wrongUse("say what to write for.", hint: "vaelearn export runs/mnist --to pytorch")
        }
        guard target == "pytorch" else { throw CommandError.wrongUse("there is no export to \"\(shown(target))\".", hint: "--to pytorch") }
        if arguments.value("out") == "" { throw CommandError.wrongUse("--out needs the name of a folder.") }
        // Read whole: what is taken away must fit together.
        let (model, _) = try ModelFiles.load(arguments)
        let from = RunFolder(arguments.words[0]).path, to = arguments.value("out") ?? from + "/pytorch"
        do {
            try RunFolder(to).create()
            if !isSameFolder(from, to) {
                try copy("model.safetensors", from, to, replacing: false)
                try copy("config.json", from, to, replacing: true)
            }
            try AtomicFile.write(Array(PyTorchModule(model.configuration).source.utf8), to: to + "/model.py")
        } catch let error as RunFolderError {
            throw CommandError.badInput("\(shown(error.description, limit: 600)).", hint: error.hint)
        } catch let error as FileError {
            throw CommandError.badInput("\(error).", hint: "choose another folder with --out")
        }
        writeOut(to + "/model.py\n")
        return ExitCode.good
    }

    /// Weights of another training are not replaced: they may be all that is left of it.
    private static func copy(_ name: String, _ from: String, _ to: String, replacing: Bool) throws {
        let source = from + "/" + name, target = to + "/" + name
        guard let bytes = FileManager.default.contents(atPath: source) else { throw CommandError.badInput("\(shown(source)) cannot be read.") }
        let present = FileManager.default.contents(atPath: target)
        if present == bytes { return }
        guard present == nil || replacing else {
            throw CommandError.wrongUse(
                "\(shown(target)) holds other weights than \(shown(source)), trained on perhaps.", hint: "choose another folder with --out, or remove that file")
        }
        try AtomicFile.write(Array(bytes), to: target)
    }

    private static func isSameFolder(_ a: String, _ b: String) -> Bool {
        var first = stat(), second = stat()
        return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }
}
