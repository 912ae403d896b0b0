import Autodiff
import Autoencoders
import Datasets

extension Library {
    /// Models, their training and their use. Models compute in single precision; what comes out is a tensor like any other.
    static let models: [Builtin] = ModelConfiguration.Kind.allCases.map(constructor) + [
        Builtin(
            "train(model, data, epochs=, batch=, lr=, beta=, seed=, warmup=, free_bits=, capacity=, gamma=, expected=, decay=, test=)"
        ) { call in try trained(call) },
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
            let count = try call.count("n")
            let normal = try Tensor<Double>.normal([count, model.configuration.latent], from: &call.evaluator.stream).scalars.map(Float.init)
            let codes = model.configuration.prior == nil ? normal : model.use { $0.priorDraws(count, from: &call.evaluator.stream) }
            return .tensor(try tensor(model.use { $0.decode(codes) }, width: model.configuration.inputs))
        },
        // log p(x|z) − KL(q(z|x) ‖ p(z)) of each item, by one draw of z.
        Builtin("elbo(model, x)") { call in
            let model = try variational(call)
            let q = try encoded(call, model)
            let noise = try Tensor<Double>.normal(q.means.shape, from: &call.evaluator.stream)
            let z = try reparameterize(q.means, logVariance: q.logVariances!, noise: noise)
            guard model.configuration.prior == nil else {
                let codes = z.scalars.map(Float.init)
                // −log q(z|x) = ½ Σ (ε² + v + ln 2π)
                let q = try 0.5 * sum(noise * noise + q.logVariances! + Tensor(Double.log(2 * .pi)), axis: 1)
                return .tensor(try logLikelihood(call, model, z) + Tensor(model.use { $0.logPrior(of: codes) }) + q)
            }
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
        Builtin("\(kind.rawValue)(inputs=, hidden=, conv=, latent=, likelihood=, sigma=, beta=, seed=, prior=)") { call in
            func sizes(_ parameter: String) throws -> [Int]? {
                guard call.has(parameter) else { return nil }
                let sizes = try call.tensor(parameter).scalars.map { try call.evaluator.wholeNumber($0, at: call.span(of: parameter)) }
                guard sizes.allSatisfy({ (1...100_000).contains($0) }) else {
                    throw CellError("\(parameter) has sizes from 1 to 100000.", at: call.span(of: parameter))
                }
                return sizes
            }
            let latent = try call.whole("latent", default: 20), shape = try sizes("inputs") ?? [784], channels = try sizes("conv")
            guard (1...100_000).contains(latent) else { throw CellError("latent must be from 1 to 100000.", at: call.span(of: "latent")) }
            guard (1...4).contains(shape.count), shape.reduce(1, { min($0 * $1, 1 << 30) }) <= 100_000 else {
                throw CellError("inputs is a size up to 100000, or a list of up to four with that product.", at: call.span(of: "inputs"), hint: "write inputs=784 or inputs=[28, 28]")
            }
            guard channels == nil || !call.has("hidden") else {
                throw CellError("conv and hidden exclude each other.", at: call.span(of: "hidden"), hint: "leave one of them out")
            }
            let likelihood = call.has("likelihood") ? try call.text("likelihood") : "bernoulli"
            guard let known = ModelConfiguration.Likelihood(rawValue: likelihood) else {
                throw CellError(
                    "There is no likelihood \"\(likelihood)\".", at: call.span(of: "likelihood"),
                    hint: "there are \(ModelConfiguration.Likelihood.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            var configuration = ModelConfiguration(
                kind: kind, shape: shape, hidden: try sizes("hidden") ?? [400], latent: latent, likelihood: known,
                beta: try call.number("beta", default: 1), body: channels.map { .convolutional($0) })
            guard configuration.beta >= 0 else { throw CellError("beta must not be below 0.", at: call.span(of: "beta")) }
            if call.has("sigma") { configuration.sigma = try sigma(call, known) }
            if call.has("prior") { configuration.prior = try call.whole("prior") }
            if let problem = configuration.objectiveProblem { throw CellError("\(problem.capitalisedFirst).", at: call.span(of: "prior")) }
            if let problem = configuration.problem {
                throw CellError("\(problem).".capitalisedFirst, at: call.span(of: "conv"), hint: "leave conv out, or change its channels")
            }
            let bytes = TrainedModel.bytes(configuration)
            guard bytes <= Double(2 << 30) else {
                throw call.failure("This network needs \(Int((bytes / 1e9).rounded(.up))) GB of memory, and a cell has 2.", hint: "ask for smaller layers")
            }
            let seed = try call.has("seed") ? UInt64(bitPattern: Int64(call.whole("seed"))) : call.evaluator.stream.next()
            return .object(ModelObject(TrainedModel(configuration, seed: seed, threads: 1)))
        }
    }

    private static func sigma(_ call: BuiltinCall, _ likelihood: ModelConfiguration.Likelihood) throws -> ModelConfiguration.Sigma {
        guard likelihood == .gaussian else {
            throw CellError("sigma belongs to the Gaussian likelihood, and this is \"\(likelihood.rawValue)\".", at: call.span(of: "sigma"), hint: "say likelihood=\"gaussian\"")
        }
        let sigma = if case .text(let text) = call.value("sigma") { text == "learned" ? ModelConfiguration.Sigma.learned : nil } else {
            ModelConfiguration.Sigma(try call.number("sigma"))
        }
        guard let sigma else {
            throw CellError("sigma is a number from 1e-6 to 1e6, or \"learned\".", at: call.span(of: "sigma"))
        }
        return sigma
    }

    // MARK: Training

    private static func trained(_ call: BuiltinCall) throws -> Value {
        let model = try model(call)
        let data = try dataset(call, "data")
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
        let configuration = try objective(call, of: model.configuration)
        options.decay = try decay(call)

        // Without a test part of its own the last tenth is held out.
        let given = call.has("test") ? try dataset(call, "test") : nil
        guard given?.featureCount ?? data.featureCount == data.featureCount else {
            throw CellError("The model takes items of \(data.featureCount) numbers, and these have \(given!.featureCount).", at: call.span(of: "test"))
        }
        let (train, test) = given.map { (data, $0) } ?? LoadedDataset(train: data, format: "cell").split()
        let trainer: Trainer
        do {
            trainer = try Trainer(configuration, train: train, test: test, options: options)
        } catch {
            throw CellError("\(error).".capitalisedFirst, at: call.span(of: "data"), hint: hint(error, configuration))
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

    private static func hint(_ error: TrainingError, _ configuration: ModelConfiguration) -> String {
        switch error {
        case .dataOutsideUnitInterval: "say likelihood=\"gaussian\""
        case .dataNotDistributions where configuration.shape.count == 1: "say inputs=[places, classes], and give one-hot rows"
        default: error.hint
        }
    }

    private static func dataset(_ call: BuiltinCall, _ parameter: String) throws -> Dataset {
        if case .object(let object as DatasetObject) = call.value(parameter) { return object.data }
        let x = try call.tensor(parameter)
        guard x.rank >= 2 else { throw call.wrongKind(parameter, "a data set, or a tensor [n, inputs]") }
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
