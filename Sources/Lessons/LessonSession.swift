import Autodiff
import Cells
import Glibc

/// A lesson under way: the state that lives across its cells, the knobs as they are turned, the cells as they are edited.
/// A cell that changes makes itself and all below it run again.
public struct LessonSession: Sendable {
    public let lesson: Lesson
    public let seed: UInt64
    public private(set) var knobs: [String: Double]
    /// Ids of the cells that have run, in order, with what they did.
    public private(set) var outcomes: [(id: String, outcome: CellOutcome)] = []
    public var limits = CellLimits()
    public var cancellation = Cancellation()
    public var gauge: ProgressGauge?
    public var data: [String: String] = [:]
    public var provesChecks = false
    /// Where outcomes of slow cells are kept; nil where every cell must run.
    public var cache: CellCache?

    private let cells: [Cell]
    private var edits: [String: String] = [:]
    /// The state before each cell that has run, and after the last.
    private var states = [CellState()]

    public init(_ lesson: Lesson, seed: UInt64? = nil, knobs: [String: Double] = [:]) {
        self.lesson = lesson
        self.seed = seed ?? lesson.front.seed
        self.knobs = knobs
        cells = lesson.cells
    }

    public var state: CellState { states[states.count - 1] }

    /// A cell's source as it stands now.
    public func source(of id: String) -> String { edits[id] ?? cells.first { $0.id == id }?.code.source.text ?? "" }
    public func isEdited(_ id: String) -> Bool { edits[id] != nil }

    public func outcome(of id: String) -> CellOutcome? { outcomes.first { $0.id == id }?.outcome }

    /// The number that stands at `In [n]`.
    public func number(of id: String) -> Int { (cells.firstIndex { $0.id == id } ?? 0) + 1 }

    /// Where a cell's draws come from: the lesson's seed and the cell's id, so that editing one cell leaves the draws of
    /// the others alone.
    private func options(_ name: String) -> CellOptions {
        var options = CellOptions(stream: RandomStream(seed: seed, name: name))
        options.knobs = knobs
        options.limits = limits
        options.cancellation = cancellation
        options.gauge = gauge
        options.provesChecks = provesChecks
        options.texts = lesson.texts
        options.data = data
        return options
    }

    // MARK: Running

    /// Runs a cell if it has not run yet; cells above it that have not run come first.
    @discardableResult
    public mutating func run(_ id: String) -> CellOutcome {
        if let done = outcome(of: id) { return done }
        guard let index = cells.firstIndex(where: { $0.id == id }) else { return CellOutcome() }
        var last = CellOutcome()
        for cell in cells[...index] where outcome(of: cell.id) == nil {
            last = runNext(cell.id)
            // Nothing of an interrupted cell stays: it will run when it is asked for again.
            if last.interrupted { break }
        }
        return last
    }

    /// Runs a cell although cells above it were left out.
    @discardableResult
    public mutating func runAlone(_ id: String) -> CellOutcome { runNext(id) }

    private mutating func runNext(_ id: String, mayReadCache: Bool = true) -> CellOutcome {
        var state = state
        let outcome = outcome(of: id, in: &state, mayReadCache: mayReadCache)
        if !outcome.interrupted {
            outcomes.append((id, outcome))
            states.append(state)
        }
        return outcome
    }

    private func outcome(of id: String, in state: inout CellState, mayReadCache: Bool) -> CellOutcome {
        guard let cache, !provesChecks else { return state.run(source(of: id), options(id)) }
        let name = cache.name(of: cacheKey(of: id))
        if mayReadCache, let kept = cache.outcome(named: name) {
            state.adopt(kept)
            return kept
        }
        let start = secondsNow()
        let outcome = state.run(source(of: id), options(id))
        if secondsNow() - start > cache.patience { cache.keep(outcome, named: name) }
        return outcome
    }

    /// All that a cell's outcome depends on: the seed, the knobs, the data, and the cells that have run above it.
    private func cacheKey(of id: String) -> [String] {
        var parts = ["\(seed)", id, source(of: id)]
        for (above, _) in outcomes { parts += [above, source(of: above)] }
        for (name, value) in knobs.sorted(by: { $0.key < $1.key }) { parts += [name, "\(value)"] }
        for (name, path) in data.sorted(by: { $0.key < $1.key }) { parts += [name, path, fileStamp(path)] }
        for (text, translation) in lesson.texts.sorted(by: { $0.key < $1.key }) { parts += [text, translation] }
        return parts
    }

    /// Runs a cell and all that have run below it once more.
    public mutating func rerun(from id: String) -> [(id: String, outcome: CellOutcome)] {
        guard let index = outcomes.firstIndex(where: { $0.id == id }) else { return [(id, run(id))] }
        let again = outcomes[index...].map(\.id)
        let before = self
        forget(from: index)
        var results: [(id: String, outcome: CellOutcome)] = []
        for cell in again {
            // Who asks for a run gets one.
            let outcome = runNext(cell, mayReadCache: cell != id)
            results.append((cell, outcome))
            if outcome.interrupted {
                self = before
                break
            }
        }
        return results
    }

    private mutating func forget(from index: Int) {
        outcomes.removeSubrange(index...)
        states.removeSubrange((index + 1)...)
    }

    /// Everything as the lesson's file has it.
    public mutating func reset() {
        forget(from: 0)
        edits = [:]
        knobs = [:]
    }

    /// Puts another text in a cell's place; it runs when asked.
    public mutating func edit(_ id: String, to source: String) {
        edits[id] = source == cells.first(where: { $0.id == id })?.code.source.text ? nil : source
    }

    /// The cell that declares a knob, and its setting, once it has run.
    public func knob(_ name: String) -> (cell: String, setting: KnobSetting)? {
        for (id, outcome) in outcomes {
            if let setting = outcome.knobs.first(where: { $0.name == name }) { return (id, setting) }
        }
        return nil
    }

    public mutating func turn(_ name: String, to value: Double) { knobs[name] = value }

    // MARK: Values

    /// An expression that the learner typed, in a fork of the state that it cannot spoil.
    public func evaluate(typed source: String) -> CellOutcome {
        var fork = state
        return fork.run(source, options("typed"))
    }

    /// Prose with its inline values computed in the state as it is now.
    public func filled(_ prose: Prose) -> String {
        prose.filled { value in
            do {
                return try text(of: value)
            } catch let error as CellError {
                return "⟨\(error.message)⟩"
            } catch {
                return "⟨interrupted⟩"
            }
        }
    }

    package func text(of value: InlineValue) throws -> String {
        let found = try state.evaluate(value.formula.expression, source: value.formula.source.text, options("inline"))
        return value.format?.text(found) ?? found.description
    }

    package func value(of formula: Formula, bindings: [String: Value] = [:]) throws -> Value {
        try state.evaluate(formula.expression, source: formula.source.text, options("inline"), bindings: bindings)
    }

    package func values(of expression: Expression, source: String, under cases: [[String: Value]]) throws -> [Value] {
        try state.evaluateEach(cases, expression, source: source, options("inline"))
    }

    // MARK: Questions

    /// What the right guess is; the predicted cell must have run.
    public func rightChoice(of prediction: Prediction) -> Int? {
        guard let value = try? value(of: prediction.answer), case .text(let key) = value else { return nil }
        return prediction.keys.firstIndex(of: key)
    }

    /// A lab's attempt: the learner's cell, then the lab's check in the state it leaves.
    public func attempt(_ lab: Lab, _ source: String) -> LabOutcome {
        var fork = state
        let outcome = fork.run(source, options("lab " + lab.id))
        guard outcome.succeeded else { return LabOutcome(cell: outcome, check: nil) }
        return LabOutcome(cell: outcome, check: fork.run(lab.check.source.text, options("lab " + lab.id + " check")))
    }
}

public struct LabOutcome: Sendable {
    public var cell: CellOutcome
    /// nil where the cell itself raised an error.
    public var check: CellOutcome?

    public var passed: Bool {
        guard let check, check.succeeded else { return false }
        return (cell.checks + check.checks).allSatisfy(\.passed)
    }

    public var interrupted: Bool { cell.interrupted || check?.interrupted ?? false }
}

/// Changes when a file does.
public func fileStamp(_ path: String) -> String {
    var information = stat()
    guard stat(path, &information) == 0 else { return "none" }
    return "\(information.st_size) \(information.st_mtim.tv_sec).\(information.st_mtim.tv_nsec)"
}
