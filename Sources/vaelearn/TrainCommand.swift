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
        .flag("conv") { $0.first?.isNumber == true }, .value("batch"), .value("lr"), .value("decay"),
        .value("beta"), .value("warmup"), .value("free-bits"), .value("capacity"), .value("gamma"), .flag("expected"), .value("prior"),
        .value("likelihood"), .value("sigma"), .value("seed"), .value("threads"), .value("out"), .flag("resume"), .flag("quiet"),
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
          --decay cosine     lets the learning rate fall over all the epochs along half a cosine, to 0
          --beta X           weight of the KL term, 1
          --warmup W         epochs over which beta, or the capacity, rises from 0
          --free-bits X      nats of KL below which a unit, on the mean of a batch, pays a flat price
          --capacity X       holds the KL term to X nats: the objective has gamma |KL - X| in place of beta KL
          --gamma X          weight of the capacity term, 20
          --prior K          a learned mixture of K Gaussians for a prior, in place of N(0, 1)
          --expected         linear_vae with a gaussian likelihood: the exact expectation of the reconstruction, no draws
          --likelihood L     bernoulli (the default for data in [0, 1]), gaussian (for others), continuous_bernoulli, or
                             categorical: one-hot along the last axis of the items
          --sigma X          the Gaussian likelihood's standard deviation, 1, or learned: one for all pixels
          --seed S           1
          --threads N        all processors; the result does not depend on it
          --out DIR          the run folder (runs/MODEL-DATE); it may exist
          --resume           goes on where the run in --out stopped, with its options; --epochs may ask for more
          --quiet            prints nothing but errors

        Losses are reported as reconstruction + beta KL, in nats an item, whatever --warmup, --free-bits and --capacity make
        of the gradient.

        Ctrl-C finishes the step, saves, and says how to go on.

        """

    static func run(_ arguments: Arguments) throws -> Int32 {
        guard arguments.words.count == 1 else { throw CommandError.wrongUse("name one model.", hint: "vaelearn train vae") }
        guard let kind = ModelConfiguration.Kind(rawValue: arguments.words[0]) else {
            let known = ModelConfiguration.Kind.allCases.map(\.rawValue)
            throw CommandError.wrongUse("there is no model \"\(shown(arguments.words[0]))\".", hint: "there are \(known.joined(separator: ", "))")
        }
        if kind == .linearVAE, arguments.has("hidden") { throw CommandError.wrongUse("linear_vae has no hidden layers: leave out --hidden.") }
        if let out = arguments.value("out"), out.isEmpty { throw CommandError.wrongUse("--out needs the name of a folder.") }
        let folder = RunFolder(arguments.value("out") ?? "runs/\(kind.rawValue)-\(today())")
        let begun = arguments.has("resume") ? try begun(arguments, folder) : nil

        // What is not said is as it was when the run began.
        var options = TrainingOptions()
        options.epochs = try positive(arguments, "epochs") ?? begun?.epochs ?? options.epochs
        options.batch = try positive(arguments, "batch") ?? begun?.batch ?? options.batch
        options.rate = try number(arguments, "lr", orZero: false) ?? begun?.learningRate ?? options.rate
        options.seed = try arguments.seed() ?? begun?.seed ?? options.seed
        options.threads = try positive(arguments, "threads")
        let latent = try positive(arguments, "latent") ?? begun?.latent ?? 20
        let body = try body(arguments) ?? begun?.modelConfiguration?.body ?? .dense(kind == .linearVAE ? [] : [400])
        let rule = try rule(arguments, begun)
        options.decay = try decay(arguments, begun)
        let prior = try positive(arguments, "prior") ?? begun?.prior
        let isExpected = arguments.has("expected") || begun?.expected == true
        let sigma = try sigma(arguments)
        let likelihood = try likelihood(arguments) ?? begun?.modelConfiguration?.likelihood ?? (sigma == nil ? nil : .gaussian)
        if sigma != nil, let likelihood, likelihood != .gaussian {
            throw CommandError.wrongUse("--sigma belongs to the Gaussian likelihood, and this is \(likelihood.rawValue).", hint: "say --likelihood gaussian")
        }

        func configuration(shape: [Int], _ likelihood: ModelConfiguration.Likelihood) -> ModelConfiguration {
            var model = ModelConfiguration(kind: kind, shape: shape, latent: latent, likelihood: likelihood, body: body)
            model.sigma = sigma ?? begun?.sigma ?? model.sigma
            (model.kl, model.isExpected, model.prior) = (rule, isExpected, prior)
            return model
        }
        let dataName = arguments.value("data") ?? begun?.data ?? "digits"
        func refuseOtherThanBegun(_ shape: [Int]?) throws {
            guard let begun, let likelihood else { return }
            let asked = RunConfiguration(configuration(shape: shape ?? begun.shape, likelihood), data: dataName, options: options)
            guard let (option, was, wanted) = begun.difference(from: asked) else { return }
            throw CommandError.wrongUse(
                "the run in \(shown(folder.path)) was begun with \(option == "model" ? "the model" : "--\(option)") \(shown(was)), not \(shown(wanted)).",
                hint: "vaelearn train \(shown(begun.model)) --out \(shown(folder.path)) --resume goes on as it began")
        }
        // Before the data are loaded, and after.
        try refuseOtherThanBegun(nil)
        let (train, test) = try DataSource.load(dataName).split()
        guard train.count > 0, train.featureCount > 0 else { throw CommandError.badInput("\(shown(dataName)) holds no items to train on.") }
        try refuseOtherThanBegun(train.shape)
        let inUnit = [train, test].allSatisfy { $0.items.allSatisfy { $0 >= 0 && $0 <= 1 } }
        let model = configuration(shape: train.shape, likelihood ?? (inUnit ? .bernoulli : .gaussian))
        if let problem = model.problem { throw CommandError.wrongUse("\(problem).", hint: "leave --conv out, or change its channels") }
        if let problem = model.objectiveProblem { throw CommandError.wrongUse("\(problem).") }
        let trainer: Trainer
        do {
            trainer = try Trainer(model, train: train, test: test, options: options)
        } catch {
            if case .tooLarge = error { throw CommandError.wrongUse("\(error).", hint: error.hint) }
            throw CommandError.badInput("\(shown(dataName)): \(error).", hint: error.hint)
        }
        var session = TrainingSession(
            trainer: trainer, folder: folder, data: dataName, shownItems: test.count > 0 ? test : train, isQuiet: arguments.has("quiet"))
        return try session.run(resume: begun != nil)
    }

    /// What the run to go on with was begun with.
    private static func begun(_ arguments: Arguments, _ folder: RunFolder) throws -> RunConfiguration {
        guard arguments.has("out") else { throw CommandError.wrongUse("--resume needs --out with the folder of the run to go on with.") }
        guard folder.canResume else {
            throw CommandError.badInput("there is no run to go on with in \(shown(folder.path)).", hint: "train without --resume first")
        }
        do {
            return try folder.readConfiguration()
        } catch {
            throw CommandError.badInput("\(shown(error.description, limit: 600)).", hint: error.hint)
        }
    }

    // MARK: Options

    private static func positive(_ arguments: Arguments, _ option: String) throws -> Int? {
        guard let number = try arguments.whole(option) else { return nil }
        guard (1...1_000_000).contains(number) else { throw CommandError.wrongUse("--\(option) must be from 1 to 1000000, not \(number).") }
        return number
    }

    static func number(_ arguments: Arguments, _ option: String, orZero: Bool) throws -> Double? {
        guard let text = arguments.value(option) else { return nil }
        guard let number = Double(text), number.isFinite, orZero ? number >= 0 : number > 0 else {
            throw CommandError.wrongUse("--\(option) needs a number \(orZero ? "that is not below 0" : "above 0"), not \"\(shown(text))\".")
        }
        return number
    }

    /// nil where neither --conv nor --hidden was said.
    private static func body(_ arguments: Arguments) throws -> ModelConfiguration.Body? {
        guard let text = arguments.value("conv") else {
            return try arguments.value("hidden").map { .dense(try sizes($0, "hidden", example: "400,200")) }
        }
        guard !arguments.has("hidden") else { throw CommandError.wrongUse("--conv and --hidden exclude each other.", hint: "leave one of them out") }
        return .convolutional(text.isEmpty ? [32, 64] : try sizes(text, "conv", example: "32,64"))
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

    private static func sigma(_ arguments: Arguments) throws -> ModelConfiguration.Sigma? {
        guard let text = arguments.value("sigma") else { return nil }
        guard let sigma = ModelConfiguration.Sigma(text) else {
            throw CommandError.wrongUse("--sigma needs a number from 1e-6 to 1e6 or the word learned, not \"\(shown(text))\".", hint: "--sigma 0.5 or --sigma learned")
        }
        return sigma
    }

    private static func today() -> String {
        var now = time(nil), parts = tm()
        localtime_r(&now, &parts)
        func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))-\(two(parts.tm_hour))\(two(parts.tm_min))\(two(parts.tm_sec))"
    }
}
