import Glibc

/// A learning rate that changes with the step, counted from 0: `rate(at: step)`.
public indirect enum LearningRate: Sendable {
    case constant(Double)
    /// Up from rate/steps in equal stairs, then on as the other says, its steps counted from there (Goyal et al. 2017,
    /// arXiv 1706.02677).
    case warmUp(steps: Int, then: LearningRate)
    /// end + (start − end)·(1 + cos(π·step/steps))/2, and `end` from then on (Loshchilov & Hutter, "SGDR",
    /// arXiv 1608.03983, without restarts).
    case cosine(from: Double, to: Double = 0, steps: Int)
    /// Multiplied by `factor` after every so many steps.
    case stairs(from: Double, factor: Double, every: Int)

    public func rate(at step: Int) -> Double {
        switch self {
        case let .constant(rate):
            return rate
        case let .warmUp(steps, then):
            guard step < steps else { return then.rate(at: step - max(steps, 0)) }
            return then.rate(at: 0) * Double(step + 1) / Double(steps)
        case let .cosine(start, end, steps):
            guard step < steps else { return end }
            return end + (start - end) * (1 + cos(.pi * Double(step) / Double(steps))) / 2
        case let .stairs(start, factor, every):
            return start * pow(factor, Double(step / max(every, 1)))
        }
    }
}
