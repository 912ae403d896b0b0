import Autodiff
import Autoencoders
import Probability
import Synchronization

/// A model as a value of the language: training it gives another one.
final class ModelObject: CellObject {
    let configuration: ModelConfiguration
    /// One thread at a time works with the network's buffers.
    private let model: Mutex<TrainedModel>

    init(_ model: sending TrainedModel) {
        configuration = model.configuration
        self.model = Mutex(model)
    }

    func use<Result: Sendable>(_ body: (TrainedModel) throws -> Result) rethrows -> Result {
        try model.withLock { try body($0) }
    }

    var typeName: String { "model" }

    var summary: String {
        let c = configuration
        return "<\(c.kind.rawValue) \(c.sizes), \(c.likelihood.rawValue), \(parameterCount) parameters>"
    }

    var parameterCount: Int { use { $0.weights.reduce(0) { $0 + $1.numbers.count } } }
    var fieldNames: [String] { ["latent", "inputs", "beta", "prior", "size"] + (configuration.likelihood == .gaussian ? ["sigma"] : []) }

    /// N(0, 1) of each unit, or the mixture that was learned.
    private var prior: (any Distribution)? {
        guard let components = configuration.prior else { return configuration.kind == .ae ? nil : try? Normal(mu: 0, sigma: 1) }
        let latent = configuration.latent
        let parts = Dictionary(uniqueKeysWithValues: use { $0.weights }.map { ($0.name, $0.numbers.map(Double.init)) })
        guard let means = parts["prior.mean"], let logVariances = parts["prior.logvar"], let logits = parts["prior.logits"] else { return nil }
        return try? Mixture(
            weights: softmax(Tensor(logits)),
            components: (0..<components).map { k in
                let own = (k * latent)..<((k + 1) * latent)
                let variances = try Tensor(logVariances[own].map { Double.exp($0) }, shape: [latent, 1])
                let mask = try Tensor<Double>(shape: [latent, latent]) { to in
                    to.update(repeating: 0, count: latent * latent)
                    for j in 0..<latent { to[j * (latent + 1)] = 1 }
                }
                return try MultivariateNormal(mu: Tensor(Array(means[own])), covariance: mask * variances)
            })
    }

    func field(_ name: String) -> Value? {
        switch name {
        case "latent": .number(Double(configuration.latent))
        case "inputs": .number(Double(configuration.inputs))
        case "beta": .number(configuration.beta)
        case "prior": prior.map(Value.distribution)
        case "size": .number(Double(parameterCount))
        // Of the Gaussian likelihood, fixed or learned.
        case "sigma" where configuration.likelihood == .gaussian: .number(Double.exp(use { $0.logSigma }))
        default: nil
        }
    }
}

/// What `train` gives: the trained model, and how it went.
struct RunObject: CellObject {
    let model: ModelObject
    let history: [EpochRecord]

    var typeName: String { "run" }
    var summary: String {
        guard let last = history.last else { return "<run of 0 epochs>" }
        return "<run of \(history.count) epochs: train loss \(shortNumber(last.trainLoss, digits: 5)), test loss \(shortNumber(last.testLoss, digits: 5))>"
    }

    var fieldNames: [String] { ["model", "history"] }

    func field(_ name: String) -> Value? {
        switch name {
        case "model": .object(model)
        case "history": .object(HistoryObject(records: history))
        default: nil
        }
    }
}

/// Each column of a history as a vector, an entry an epoch.
struct HistoryObject: CellObject {
    let records: [EpochRecord]

    var typeName: String { "history" }
    var summary: String { "<history of \(records.count) epochs: \(fieldNames.joined(separator: ", "))>" }
    var fieldNames: [String] {
        ["epoch", "train_loss", "train_recon", "train_kl", "test_loss", "test_recon", "test_kl", "seconds"]
    }

    func field(_ name: String) -> Value? {
        let column: [Double]
        switch name {
        case "epoch": column = records.map { Double($0.epoch) }
        case "train_loss": column = records.map(\.trainLoss)
        case "train_recon": column = records.map(\.trainReconstruction)
        case "train_kl": column = records.map(\.trainKL)
        case "test_loss": column = records.map(\.testLoss)
        case "test_recon": column = records.map(\.testReconstruction)
        case "test_kl": column = records.map(\.testKL)
        case "seconds": column = records.map(\.seconds)
        default: return nil
        }
        return (try? Tensor(column)).map(Value.tensor)
    }
}
