import Autoencoders

/// What `train` is to minimise, and how its learning rate falls.
extension Library {
    static func objective(_ call: BuiltinCall, of model: ModelConfiguration) throws -> ModelConfiguration {
        var configuration = model
        var rule = KLRule(beta: try call.number("beta", default: model.beta))
        rule.warmup = try call.number("warmup", default: 0)
        rule.freeBits = try call.number("free_bits", default: 0)
        // A model made with another beta may still be trained with a capacity, which takes beta's place.
        if call.has("capacity") {
            rule.capacity = try call.number("capacity")
            if !call.has("beta") { rule.beta = 1 }
        }
        guard rule.capacity != nil || !call.has("gamma") else {
            throw CellError("gamma is the weight of a capacity, and there is none.", at: call.span(of: "gamma"), hint: "give capacity= too, or beta= instead")
        }
        rule.gamma = try call.number("gamma", default: KLRule.standardGamma)
        configuration.kl = rule
        configuration.isExpected = false
        if let value = call.optional("expected") {
            guard case .boolean(let isExpected) = value else { throw call.wrongKind("expected", "true or false") }
            configuration.isExpected = isExpected
        }
        if let problem = configuration.objectiveProblem { throw call.failure("\(problem.capitalisedFirst).") }
        return configuration
    }

    static func decay(_ call: BuiltinCall) throws -> TrainingOptions.Decay? {
        guard call.has("decay") else { return nil }
        let name = try call.text("decay")
        guard let decay = TrainingOptions.Decay(rawValue: name) else {
            throw CellError("There is no decay \"\(name)\".", at: call.span(of: "decay"), hint: "write decay=\"cosine\"")
        }
        return decay
    }
}
