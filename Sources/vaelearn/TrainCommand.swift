import Autoencoders
import Cells
import Datasets
import FoundationEssentials
import Glibc
import Terminal

enum TrainCommand: Command {
    static let name = "train"
    static let summary = "trains a model"
    static let options: [Option] = [
        .value("data"), .value("epochs"), .value("latent"), .value("hidden"),
        .flag("conv") { $0.first?.isNumber == true }, .value("batch"), .value("lr"), .value("beta"),
        .value("likelihood"), .value("seed"), .value("threads"), .value("out"), .flag("resume"), .flag("quiet"),
    ]
    static let help = """
        vaelearn train vae
        vaelearn train vae --data mnist --epochs 10 --out runs/mnist

        Trains an autoencoder and writes a run folder: history.csv, pictures of every epoch, model.safetensors, config.json.
        Models: \(ModelConfiguration.Kind.allCases.map(\.rawValue).joined(separator: " ")).

          --data D           digits (the default), sprites, faces, ring, two_moons, a fetched set, or a path: an IDX folder
                             or file, .npy, .npz, .csv, a folder of PNGs
          --epochs N         10
          --latent N         latent dimensions, 20
          --hidden 400,200   sizes of the hidden layers, 400
          --conv [32,64]     convolutions instead, halving a picture each time, to this many channels
          --batch N          items a step, 128
          --lr X             Adam's learning rate, 0.001
          --beta X           weight of the KL term, 1
          --likelihood L     bernoulli or gaussian: by default what the data allow
          --seed S           1
          --threads N        all processors; the result does not depend on it
          --out DIR          the run folder (runs/MODEL-DATE); it may exist
          --resume           goes on where the run in --out stopped
          --quiet            prints nothing but errors

        Ctrl-C finishes the step, saves, and says how to go on.

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        guard arguments.words.count == 1 else { throw CommandError.wrongUse("name one model.", hint: "vaelearn train vae") }
        guard let kind = ModelConfiguration.Kind(rawValue: arguments.words[0]) else {
            let known = ModelConfiguration.Kind.allCases.map(\.rawValue)
            throw CommandError.wrongUse("there is no model \"\(shown(arguments.words[0]))\".", hint: "there are \(known.joined(separator: ", "))")
        }
        var options = TrainingOptions()
        options.epochs = try positive(arguments, "epochs") ?? options.epochs
        options.batch = try positive(arguments, "batch") ?? options.batch
        options.rate = try number(arguments, "lr", above: 0) ?? options.rate
        options.seed = try arguments.seed() ?? options.seed
        options.threads = try positive(arguments, "threads")
        let latent = try positive(arguments, "latent") ?? 20
        let body = try body(arguments, kind)
        let beta = try number(arguments, "beta", above: -.leastNonzeroMagnitude) ?? (kind == .betaVAE ? 4 : 1)
        let likelihood = try likelihood(arguments)

        let dataName = arguments.value("data") ?? "digits"
        let data = try DataSource.load(dataName)
        let (train, test) = data.split()
        guard train.count > 0, train.featureCount > 0 else { throw CommandError.badInput("\(shown(dataName)) holds no items to train on.") }
        let inUnit = train.items.allSatisfy { $0 >= 0 && $0 <= 1 }
        let configuration = ModelConfiguration(
            kind: kind, shape: train.shape, latent: latent, likelihood: likelihood ?? (inUnit ? .bernoulli : .gaussian), beta: beta, body: body)
        if let problem = configuration.problem { throw CommandError.wrongUse("\(problem).", hint: "leave --conv out, or change its channels") }
        let trainer: Trainer
        do {
            trainer = try Trainer(configuration, train: train, test: test, options: options)
        } catch {
            throw CommandError.badInput("\(shown(dataName)): \(error).", hint: error.hint)
        }
        let out = arguments.value("out") ?? "runs/\(kind.rawValue)-\(today())"
        var session = TrainingSession(
            trainer: trainer, folder: RunFolder(out), data: dataName, test: test, isQuiet: arguments.has("quiet"))
        return try session.run(resume: arguments.has("resume"))
    }

    // MARK: Options

    private static func positive(_ arguments: Arguments, _ option: String) throws -> Int? {
        guard let number = try arguments.whole(option) else { return nil }
        guard (1...10_000_000).contains(number) else { throw CommandError.wrongUse("--\(option) must be at least 1, not \(number).") }
        return number
    }

    private static func number(_ arguments: Arguments, _ option: String, above limit: Double) throws -> Double? {
        guard let text = arguments.value(option) else { return nil }
        guard let number = Double(text), number.isFinite, number > limit else {
            throw CommandError.wrongUse("--\(option) needs a number above \(limit < 0 ? "or at 0" : "0"), not \"\(shown(text))\".")
        }
        return number
    }

    private static func body(_ arguments: Arguments, _ kind: ModelConfiguration.Kind) throws -> ModelConfiguration.Body {
        if let text = arguments.value("conv") {
            guard !arguments.has("hidden") else {
                throw CommandError.wrongUse("--conv and --hidden exclude each other.", hint: "leave one of them out")
            }
            return .convolutional(text.isEmpty ? [32, 64] : try sizes(text, "conv", example: "32,64"))
        }
        let hidden = try arguments.value("hidden").map { try sizes($0, "hidden", example: "400,200") } ?? [400]
        return .dense(kind == .linearVAE ? [] : hidden)
    }

    private static func sizes(_ text: String, _ option: String, example: String) throws -> [Int] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let size = Int(part), (1...100_000).contains(size) else {
                throw CommandError.wrongUse("--\(option) needs sizes with commas between them, not \"\(shown(text))\".", hint: "--\(option) \(example)")
            }
            return size
        }
    }

    private static func likelihood(_ arguments: Arguments) throws -> ModelConfiguration.Likelihood? {
        guard let name = arguments.value("likelihood") else { return nil }
        guard let likelihood = ModelConfiguration.Likelihood(rawValue: name) else {
            let known = ModelConfiguration.Likelihood.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandError.wrongUse("there is no likelihood \"\(shown(name))\".", hint: "there are \(known)")
        }
        return likelihood
    }

    private static func today() -> String {
        var now = time(nil), parts = tm()
        localtime_r(&now, &parts)
        func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))-\(two(parts.tm_hour))\(two(parts.tm_min))\(two(parts.tm_sec))"
    }
}
