import Autodiff
import Autoencoders
import Datasets

extension Library {
    /// Models, their training and their use. Models compute in single precision; what comes out is a tensor like any other.
    static let models: [Builtin] = ModelConfiguration.Kind.allCases.map(constructor) + [
        Builtin("train(model, data, epochs=, batch=, lr=, beta=, seed=)") { call in try trained(call) },
        Builtin("encode(model, x)") { call in
            let model = try model(call)
            let codes = try encoded(call, model)
            guard let logVariances = codes.logVariances else { return .tensor(codes.means) }
            return .list([.tensor(codes.means), .tensor(logVariances)])
        },
        Builtin("decode(model, z)") { call in
            let model = try model(call)
            let z = try rows(call, "z", width: model.configuration.latent)
            return .tensor(try tensor(model.use { $0.decode(z) }, width: model.configuration.inputs))
        },
        Builtin("reconstruct(model, x)") { call in
            let model = try model(call)
            let x = try rows(call, "x", width: model.configuration.inputs)
            return .tensor(try tensor(model.use { $0.reconstruct(x) }, width: model.configuration.inputs))
        },
        // Decoder means of n codes drawn from the prior.
        Builtin("generate(model, n)") { call in
            let model = try model(call)
            let z = try Tensor<Double>.normal([call.count("n"), model.configuration.latent], from: &call.evaluator.stream)
            let codes = z.scalars.map(Float.init)
            return .tensor(try tensor(model.use { $0.decode(codes) }, width: model.configuration.inputs))
        },
        // log p(x|z) − KL(q(z|x) ‖ p(z)) of each item, by one draw of z.
        Builtin("elbo(model, x)") { call in
            let model = try variational(call)
            let q = try encoded(call, model)
            let z = try reparameterize(q.means, logVariance: q.logVariances!, noise: .normal(q.means.shape, from: &call.evaluator.stream))
            let kl = try sum(gaussianKL(q.means, logVariance: q.logVariances!), axis: 1)
            return .tensor(try logLikelihood(call, model, z) - kl)
        },
        // −log p(x) of each item by importance sampling from q(z|x): −log mean p(x|z) p(z)/q(z|x).
        Builtin("nll(model, x, samples=)") { call in
            let model = try variational(call)
            let x = try rows(call, "x", width: model.configuration.inputs)
            let count = try call.whole("samples", default: 100)
            guard (1...100_000_000).contains(count) else { throw CellError("samples must be from 1 to 100000000.", at: call.span(of: "samples")) }
            let draws = RandomStream(seed: call.evaluator.stream.next(), name: "nll")
            let estimates = try model.use { model in
                try model.importanceEstimates(of: x, samples: count, draws: draws) { fraction, _ in
                    try call.evaluator.step(at: call.span)
                    call.evaluator.options.gauge?.set(fraction)
                }
            }
            return .tensor(try Tensor(estimates.map(\.nll)))
        },
        Builtin("parameters(model)") { call in
            let weights = try model(call).use { $0.weights }
            return .list(try weights.map { name, shape, numbers in
                .list([.text(name), .tensor(try Tensor(numbers.map(Double.init), shape: Shape(shape)))])
            })
        },
    ]

    private static func constructor(_ kind: ModelConfiguration.Kind) -> Builtin {
        Builtin("\(kind.rawValue)(inputs=, hidden=, latent=, likelihood=, sigma=, beta=, seed=)") { call in
            func size(_ parameter: String, _ standard: Int) throws -> Int {
                let size = try call.whole(parameter, default: standard)
                guard (1...100_000).contains(size) else { throw CellError("\(parameter) must be from 1 to 100000.", at: call.span(of: parameter)) }
                return size
            }
            let hidden = try call.optional("hidden")?.tensor.map { sizes in
                try sizes.scalars.map { try call.evaluator.wholeNumber($0, at: call.span(of: "hidden")) }
            } ?? [400]
            guard hidden.allSatisfy({ (1...100_000).contains($0) }) else {
                throw CellError("Layers have sizes from 1 to 100000.", at: call.span(of: "hidden"))
            }
            let likelihood = call.has("likelihood") ? try call.text("likelihood") : "bernoulli"
            guard let known = ModelConfiguration.Likelihood(rawValue: likelihood) else {
                throw CellError(
                    "There is no likelihood \"\(likelihood)\".", at: call.span(of: "likelihood"),
                    hint: "there are \(ModelConfiguration.Likelihood.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            var configuration = ModelConfiguration(
                kind: kind, shape: [try size("inputs", 784)], hidden: hidden, latent: try size("latent", 20), likelihood: known,
                beta: try call.number("beta", default: 1))
            configuration.sigma = try call.number("sigma", default: 1)
            guard configuration.sigma > 0, configuration.beta >= 0 else { throw call.failure("sigma must be above 0, and beta not below.") }
            let seed = try call.has("seed") ? UInt64(bitPattern: Int64(call.whole("seed"))) : call.evaluator.stream.next()
            return .object(ModelObject(TrainedModel(configuration, seed: seed, threads: 1)))
        }
    }

    // MARK: Training

    private static func trained(_ call: BuiltinCall) throws -> Value {
        let model = try model(call)
        let data = try dataset(call)
        guard data.featureCount == model.configuration.inputs else {
            throw CellError("The model takes items of \(model.configuration.inputs) numbers, and these have \(data.featureCount).", at: call.span(of: "data"))
        }
        guard data.count > 0 else { throw CellError("There is nothing to train on.", at: call.span(of: "data")) }
        var options = TrainingOptions()
        options.epochs = try call.whole("epochs", default: 10)
        options.batch = try call.whole("batch", default: 128)
        options.rate = try call.number("lr", default: 1e-3)
        options.seed = try call.has("seed") ? UInt64(bitPattern: Int64(call.whole("seed"))) : call.evaluator.stream.next()
        guard options.epochs >= 0, options.batch >= 1, options.rate > 0 else {
            throw call.failure("train needs epochs of 0 or more, a batch of 1 or more, and a learning rate above 0.")
        }
        var configuration = model.configuration
        configuration.beta = try call.number("beta", default: configuration.beta)

        let (train, test) = LoadedDataset(train: data, format: "cell").split()
        let trainer: Trainer
        do {
            trainer = try Trainer(configuration, train: train, test: test, options: options)
        } catch {
            throw CellError("\(error).".capitalisedFirst, at: call.span(of: "data"), hint: error == .dataOutsideUnitInterval ? "say likelihood=\"gaussian\"" : error.hint)
        }
        model.use { trainer.begin(with: $0) }
        var history: [EpochRecord] = []
        let evaluator = call.evaluator
        while trainer.position.epochs < options.epochs {
            let record: EpochRecord?
            do throws(TrainingError) {
                record = try trainer.finishEpoch(shouldStop: { evaluator.options.cancellation.isCancelled }) { position in
                    let done = Double(position.epochs) + Double(position.batches) / Double(trainer.batchesPerEpoch)
                    evaluator.options.gauge?.set(done / Double(options.epochs))
                }
            } catch {
                throw CellError("\(error).".capitalisedFirst, at: call.span, hint: "lower the learning rate")
            }
            guard let record else { throw Interrupted() }
            history.append(record)
            try evaluator.step(at: call.span)
        }
        let weights = Dictionary(uniqueKeysWithValues: trainer.weights.map { ($0.name, (shape: $0.shape, numbers: $0.numbers)) })
        return .object(RunObject(model: ModelObject(TrainedModel(configuration, weights: weights, threads: 1)!), history: history))
    }

    private static func dataset(_ call: BuiltinCall) throws -> Dataset {
        if case .object(let object as DatasetObject) = call.value("data") { return object.data }
        let x = try call.tensor("data")
        guard x.rank >= 2 else { throw call.wrongKind("data", "a data set, or a tensor [n, inputs]") }
        return Dataset(count: x.shape[0], shape: Array(x.shape.sizes.dropFirst()), items: x.scalars.map(Float.init))
    }

    // MARK: Arguments and results

    private static func model(_ call: BuiltinCall) throws -> ModelObject {
        switch call.value("model") {
        case .object(let model as ModelObject): return model
        case .object(let run as RunObject): return run.model
        default: throw call.wrongKind("model", "a model")
        }
    }

    private static func variational(_ call: BuiltinCall) throws -> ModelObject {
        let model = try model(call)
        guard model.configuration.kind != .ae else {
            throw call.failure("An autoencoder has no posterior, and so no ELBO.", hint: "compare reconstructions instead")
        }
        return model
    }

    /// A batch [n, width], or a single item [width], in single precision.
    private static func rows(_ call: BuiltinCall, _ parameter: String, width: Int) throws -> [Float] {
        let x = try call.tensor(parameter)
        guard x.rank >= 1, x.count == width * (x.rank == 1 ? 1 : x.shape[0]) else {
            throw CellError("The model takes rows of \(width) numbers here, and this is \(call.value(parameter).kind).", at: call.span(of: parameter))
        }
        return x.scalars.map(Float.init)
    }

    private static func tensor(_ numbers: [Float], width: Int) throws -> Tensor<Double> {
        try Tensor(numbers.map(Double.init), shape: [numbers.count / width, width])
    }

    private static func encoded(
        _ call: BuiltinCall, _ model: ModelObject
    ) throws -> (means: Tensor<Double>, logVariances: Tensor<Double>?) {
        let x = try rows(call, "x", width: model.configuration.inputs)
        let codes = model.use { $0.encode(x) }
        let latent = model.configuration.latent
        return (try tensor(codes.means, width: latent), codes.logVariances.isEmpty ? nil : try tensor(codes.logVariances, width: latent))
    }

    /// log p(x|z) of each item.
    private static func logLikelihood(_ call: BuiltinCall, _ model: ModelObject, _ z: Tensor<Double>) throws -> Tensor<Double> {
        let x = try rows(call, "x", width: model.configuration.inputs), codes = z.scalars.map(Float.init)
        return try Tensor(model.use { $0.logLikelihoods(of: x, from: codes) })
    }
}
