import Autodiff
import FoundationEssentials
import Glibc
import Networks

/// What a run was asked for: all that `config.json` holds.
public struct RunConfiguration: Codable, Sendable, Equatable {
    public var model: String
    public var data: String
    public var shape: [Int]
    public var hidden: [Int]
    /// Channels of a convolutional body.
    public var channels: [Int]?
    public var latent: Int
    public var likelihood: String
    public var beta: Double
    /// The KL rule's other numbers, where they are not those of the plain rule.
    public var warmup: Double?
    public var freeBits: Double?
    public var capacity: Double?
    public var gamma: Double?
    public var expected: Bool?
    /// Components of a mixture prior.
    public var prior: Int?
    /// Of a Gaussian likelihood.
    public var sigma: ModelConfiguration.Sigma?
    public var epochs: Int
    public var batch: Int
    public var learningRate: Double
    public var decay: String?
    public var seed: UInt64

    enum CodingKeys: String, CodingKey {
        case model, data, shape, hidden, channels = "conv", latent, likelihood, beta, warmup, freeBits = "free_bits", capacity, gamma,
            expected, prior, sigma, epochs, batch, learningRate = "lr", decay, seed
    }

    public init(_ configuration: ModelConfiguration, data: String, options: TrainingOptions) {
        model = configuration.kind.rawValue
        self.data = data
        shape = configuration.shape
        hidden = configuration.hidden
        channels = configuration.channels.isEmpty ? nil : configuration.channels
        latent = configuration.latent
        likelihood = configuration.likelihood.rawValue
        let rule = configuration.kl
        beta = rule.beta
        warmup = rule.warmup > 0 ? rule.warmup : nil
        freeBits = rule.freeBits > 0 ? rule.freeBits : nil
        (capacity, gamma) = (rule.capacity, rule.capacity == nil ? nil : rule.gamma)
        expected = configuration.isExpected ? true : nil
        prior = configuration.prior
        sigma = configuration.likelihood == .gaussian ? configuration.sigma : nil
        epochs = options.epochs
        batch = options.batch
        learningRate = options.rate
        decay = options.decay?.rawValue
        seed = options.seed
    }

    /// The first option in which `other` would be another training than this one, and the two values. More epochs are
    /// the same training, unless the learning rate falls over them; and the threads change nothing.
    public func difference(from other: RunConfiguration) -> (option: String, own: String, other: String)? {
        func text(_ sizes: [Int]) -> String { sizes.isEmpty ? "none" : sizes.map(String.init).joined(separator: ",") }
        func text(_ number: Double?) -> String { number.map { "\($0)" } ?? "none" }
        let options = [
            ("model", model, other.model), ("data", data, other.data), ("conv", text(channels ?? []), text(other.channels ?? [])),
            ("hidden", text(hidden), text(other.hidden)),
            ("latent", "\(latent)", "\(other.latent)"), ("batch", "\(batch)", "\(other.batch)"), ("lr", "\(learningRate)", "\(other.learningRate)"),
            ("decay", decay ?? "none", other.decay ?? "none"), ("epochs", decay == nil ? "" : "\(epochs)", decay == nil ? "" : "\(other.epochs)"),
            ("beta", "\(beta)", "\(other.beta)"), ("warmup", text(warmup), text(other.warmup)),
            ("free-bits", text(freeBits), text(other.freeBits)), ("capacity", text(capacity), text(other.capacity)),
            ("prior", prior.map { "\($0)" } ?? "none", other.prior.map { "\($0)" } ?? "none"), ("gamma", text(gamma), text(other.gamma)), ("expected", expected == true ? "yes" : "no", other.expected == true ? "yes" : "no"),
            ("likelihood", likelihood, other.likelihood),
            ("sigma", "\(sigma ?? .fixed(1))", "\(other.sigma ?? .fixed(1))"), ("seed", "\(seed)", "\(other.seed)"),
            ("data", "items of shape \(shape)", "items of shape \(other.shape)"),
        ]
        return options.first { $0.1 != $0.2 }.map { ($0.0, $0.1, $0.2) }
    }

    /// nil where it names a model or a likelihood that does not exist, or numbers that make no network and no training.
    public var modelConfiguration: ModelConfiguration? {
        guard let kind = ModelConfiguration.Kind(rawValue: model), let likelihood = ModelConfiguration.Likelihood(rawValue: likelihood) else {
            return nil
        }
        let sizes = shape + hidden + [latent]
        guard !shape.isEmpty, sizes.allSatisfy({ (1...1_000_000).contains($0) }), shape.reduce(1, { min($0 * $1, 1 << 40) }) <= 1 << 26,
            beta.isFinite, beta >= 0, learningRate.isFinite, learningRate > 0, (1...10_000_000).contains(batch), (1...10_000_000).contains(epochs)
        else { return nil }
        var configuration = ModelConfiguration(
            kind: kind, shape: shape, hidden: hidden, latent: latent, likelihood: likelihood, beta: beta,
            body: channels.map { .convolutional($0) })
        configuration.sigma = sigma ?? .fixed(1)
        configuration.kl.warmup = warmup ?? 0
        configuration.kl.freeBits = freeBits ?? 0
        configuration.kl.capacity = capacity
        configuration.kl.gamma = gamma ?? KLRule.standardGamma
        configuration.isExpected = expected ?? false
        configuration.prior = prior
        guard configuration.objectiveProblem == nil, decay.map({ TrainingOptions.Decay(rawValue: $0) != nil }) ?? true else { return nil }
        return configuration.problem == nil ? configuration : nil
    }
}

/// Why a run folder cannot be used.
public struct RunFolderError: Error, CustomStringConvertible {
    public let description: String
    public var hint: String?
}

/// A run's files: `config.json`, `history.csv`, `model.safetensors` for use, and `training.safetensors` to go on from.
/// Each is written beside its place and moved there whole, so whatever stops the program leaves the last good ones.
public struct RunFolder {
    public let path: String

    /// A run folder, or the `model.safetensors` in it.
    public init(_ path: String) {
        self.path = path.hasSuffix("/model.safetensors") ? String(path.dropLast(18)) : path == "model.safetensors" ? "." : path
    }

    private func file(_ name: String) -> String { path + "/" + name }

    // MARK: Writing

    /// Makes the folder where there is none, and takes away what a run that was killed left unfinished in it.
    public func create() throws(RunFolderError) {
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        // Asked once more for the reason.
        if mkdir(path, 0o777) != 0, let names = try? FileManager.default.contentsOfDirectory(atPath: path) {
            for name in names where name.hasSuffix(".part") && Self.isOwn(name) { unlink(file(name)) }
            return
        }
        let reason = errno == EEXIST ? "a file of that name is there" : String(cString: strerror(errno))
        throw RunFolderError(description: "the folder \(path) cannot be made: \(reason)", hint: "choose another with --out")
    }

    /// Takes an earlier run's files away, so that none of them is taken for this one's.
    public func clear() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] where Self.isOwn(name) { unlink(file(name)) }
    }

    private static let fileNames = ["config.json", "history.csv", "model.safetensors", "training.safetensors"]

    /// A file that a run writes, whole or unfinished.
    private static func isOwn(_ name: String) -> Bool {
        let isPicture = (name.hasPrefix("samples_epoch_") || name.hasPrefix("recon_epoch_")) && name.contains(".png")
        let isEvaluation = name.hasPrefix("evaluation.png") || name.hasPrefix("evaluation.pdf")
        return isPicture || isEvaluation || fileNames.contains(name) || name.hasSuffix(".part") && fileNames.contains { name.hasPrefix($0 + ".") }
    }

    public func write(_ configuration: RunConfiguration) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try AtomicFile.write(Array(encoder.encode(configuration)) + [10], to: file("config.json"))
    }

    public func write(_ history: [EpochRecord]) throws {
        var text = "epoch,train_loss,train_recon,train_kl,test_loss,test_recon,test_kl,seconds\n"
        for r in history {
            text += "\(r.epoch),\(r.trainLoss),\(r.trainReconstruction),\(r.trainKL),\(r.testLoss),\(r.testReconstruction),\(r.testKL),\(r.seconds)\n"
        }
        try AtomicFile.write(Array(text.utf8), to: file("history.csv"))
    }

    /// Weights alone, and weights with all that training needs to go on.
    public func writeCheckpoint(of trainer: Trainer) throws {
        func named(_ tensors: [(name: String, shape: [Int], numbers: [Float])]) throws -> [NamedTensor<Float>] {
            try tensors.map { NamedTensor($0.name, try Tensor($0.numbers, shape: Shape($0.shape))) }
        }
        let p = trainer.position
        let position = [
            "epochs": "\(p.epochs)", "batches": "\(p.batches)", "steps": "\(p.steps)", "seconds": "\(p.seconds)",
            "reconstruction": "\(p.reconstruction)", "kl": "\(p.kl)",
        ]
        try writeSafetensors(named(trainer.tensors), metadata: position, to: file("training.safetensors"))
        try writeSafetensors(named(trainer.weights), to: file("model.safetensors"))
    }

    // MARK: Reading

    public func readConfiguration() throws(RunFolderError) -> RunConfiguration {
        var information = stat()
        guard stat(file("config.json"), &information) == 0, information.st_mode & S_IFMT == S_IFREG, information.st_size < 1 << 20,
            let data = FileManager.default.contents(atPath: file("config.json"))
        else {
            throw RunFolderError(description: "\(file("config.json")) cannot be read", hint: "name a run folder that vaelearn train made, or the model.safetensors in it")
        }
        guard let configuration = try? JSONDecoder().decode(RunConfiguration.self, from: data), configuration.modelConfiguration != nil else {
            throw RunFolderError(description: "\(file("config.json")) is not the configuration of a model", hint: "train the model again: vaelearn train vae")
        }
        return configuration
    }

    public func readHistory() -> [EpochRecord] {
        guard let data = FileManager.default.contents(atPath: file("history.csv")) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").dropFirst().compactMap { line in
            let parts = line.split(separator: ",")
            let numbers = parts.dropFirst().compactMap { Double($0) }
            guard let epoch = parts.first.flatMap({ Int($0) }), numbers.count == 7 else { return nil }
            return EpochRecord(
                epoch: epoch, trainLoss: numbers[0], trainReconstruction: numbers[1], trainKL: numbers[2],
                testLoss: numbers[3], testReconstruction: numbers[4], testKL: numbers[5], seconds: numbers[6])
        }
    }

    public var canResume: Bool { FileManager.default.fileExists(atPath: file("training.safetensors")) }

    /// Puts a trainer where the run stopped.
    public func restore(_ trainer: Trainer) throws {
        let stored = try SafetensorsFile(path: file("training.safetensors"))
        func number<N>(_ name: String, _ parse: (String) -> N?) throws(RunFolderError) -> N {
            guard let number = stored.metadata[name].flatMap(parse) else {
                throw RunFolderError(description: "\(file("training.safetensors")) does not say how far training had come")
            }
            return number
        }
        var position = Trainer.Position()
        position.epochs = try number("epochs") { Int($0) }
        position.batches = try number("batches") { Int($0) }
        position.steps = try number("steps") { Int($0) }
        position.seconds = try number("seconds") { Double($0) }
        position.reconstruction = try number("reconstruction") { Double($0) }
        position.kl = try number("kl") { Double($0) }
        guard trainer.restore(try tensors(stored), position: position) else {
            throw RunFolderError(
                description: "\(file("training.safetensors")) does not fit config.json and the data", hint: "train anew without --resume")
        }
    }

    public func model(threads: Int? = nil) throws -> TrainedModel {
        let configuration = try readConfiguration().modelConfiguration!
        let stored = try SafetensorsFile(path: file("model.safetensors"))
        guard let model = TrainedModel(configuration, weights: try tensors(stored), threads: threads) else {
            throw RunFolderError(description: "\(file("model.safetensors")) does not hold the network that config.json describes", hint: "the two files belong to different runs, or one is damaged")
        }
        return model
    }

    private func tensors(_ file: SafetensorsFile) throws -> [String: (shape: [Int], numbers: [Float])] {
        var result: [String: (shape: [Int], numbers: [Float])] = [:]
        for named in try file.tensors(as: Float.self) { result[named.name] = (named.tensor.shape.sizes, named.tensor.scalars) }
        return result
    }
}
