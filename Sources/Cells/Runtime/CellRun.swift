import Autodiff
import Figures

/// What cells leave behind for the cells below them.
public struct CellState: Sendable {
    public internal(set) var bindings: [String: Value] = [:]
    public internal(set) var knobs: [String: KnobSetting] = [:]

    public init() {}
    /// Names that were assigned only inside a block and are gone: so that a hint can say so.
    var vanished: Set<String> = []
}

/// A knob as its cell declared it.
public struct KnobSetting: Sendable {
    public let name: String
    public let value: Double
    public let lower: Double
    public let upper: Double
    public let text: String?
}

public struct CellOptions: Sendable {
    /// Where the cell's draws come from.
    public var stream: RandomStream
    /// Values that the learner gave to knobs.
    public var knobs: [String: Double] = [:]
    public var limits = CellLimits()
    public var cancellation = Cancellation()
    /// Told how far a loop at the top level has come.
    public var gauge: ProgressGauge?
    /// Whether each check is also shown a wrong measurement, to see that it can fail.
    public var provesChecks = false
    /// Translations of texts in the code, as they are written there.
    public var texts: [String: String] = [:]
    /// Data sets that the user bound to a name.
    public var data: [String: String] = [:]

    public init(stream: RandomStream = RandomStream(seed: 0)) { self.stream = stream }
}

/// All that a cell did.
public struct CellOutcome: Sendable {
    /// The value of the last expression statement.
    public var result: Value?
    /// Every name bound at the top level, in order.
    public var bindings: [(name: String, value: Value)] = []
    /// Lines that the cell printed and values that it showed.
    public var output = ""
    public var checks: [CheckOutcome] = []
    public var knobs: [KnobSetting] = []
    /// Figures that the cell showed, in order.
    public var figures: [Figure] = []
    public var error: CellError?
    /// Stopped from outside: neither good nor wrong.
    public var interrupted = false
    /// Taken from an earlier run of the same cell.
    public var isFromCache = false

    public init(error: CellError? = nil) { self.error = error }

    public var succeeded: Bool { error == nil && !interrupted }
}

extension CellState {
    /// Runs a cell. If it ends well, its bindings join the state; otherwise the state is as it was.
    public mutating func run(_ source: String, _ options: CellOptions) -> CellOutcome {
        let program: Program
        do throws(CellError) {
            program = try Program.parse(source)
        } catch {
            return CellOutcome(error: error)
        }
        let before = self
        let (outcome, after) = onLargeStack {
            TensorMemory.$limit.withValue(options.limits.memory) {
                let evaluator = Evaluator(state: before, options: options, source: source)
                let outcome = evaluator.run(program)
                return (outcome, evaluator.finalState)
            }
        }
        if outcome.succeeded { self = after }
        return outcome
    }

    /// The value of one expression in this state, which it cannot change. `bindings` hide names of the state.
    package func evaluate(
        _ expression: Expression, source: String, _ options: CellOptions, bindings: [String: Value] = [:]
    ) throws -> Value {
        try evaluateEach([bindings], expression, source: source, options)[0]
    }

    /// The values of one expression under several bindings.
    package func evaluateEach(
        _ cases: [[String: Value]], _ expression: Expression, source: String, _ options: CellOptions
    ) throws -> [Value] {
        let state = self
        return try onLargeStack {
            Result {
                try TensorMemory.$limit.withValue(options.limits.memory) {
                    try cases.map { bindings in
                        var state = state
                        state.bindings.merge(bindings) { $1 }
                        return try Evaluator(state: state, options: options, source: source).runAlone(expression)
                    }
                }
            }
        }.get()
    }
}
