import Autoencoders

/// The options of `train` that say what is minimised, and how the learning rate falls. What is not said is as it was when
/// the run began.
extension TrainCommand {
    static func rule(_ arguments: Arguments, _ begun: RunConfiguration?) throws -> KLRule {
        var rule = KLRule(beta: try number(arguments, "beta", orZero: true) ?? begun?.beta ?? 1)
        rule.warmup = try number(arguments, "warmup", orZero: true) ?? begun?.warmup ?? 0
        rule.freeBits = try number(arguments, "free-bits", orZero: true) ?? begun?.freeBits ?? 0
        rule.capacity = try number(arguments, "capacity", orZero: true) ?? begun?.capacity
        rule.gamma = try number(arguments, "gamma", orZero: false) ?? begun?.gamma ?? KLRule.standardGamma
        guard rule.capacity != nil || !arguments.has("gamma") else {
            throw CommandError.wrongUse("--gamma is the weight of a capacity, and there is none.", hint: "give --capacity too, or --beta instead")
        }
        if let problem = rule.problem { throw CommandError.wrongUse("\(problem).", hint: "leave one of the options out") }
        return rule
    }

    static func decay(_ arguments: Arguments, _ begun: RunConfiguration?) throws -> TrainingOptions.Decay? {
        guard let name = arguments.value("decay") else { return begun?.decay.flatMap(TrainingOptions.Decay.init) }
        guard let decay = TrainingOptions.Decay(rawValue: name) else {
            throw CommandError.wrongUse("there is no decay \"\(shown(name))\".", hint: "--decay cosine")
        }
        return decay
    }
}
