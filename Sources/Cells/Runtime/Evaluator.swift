import Autodiff
import Figures

/// Walks a cell's tree. One evaluator runs one cell, on one thread.
final class Evaluator {
    let options: CellOptions
    /// Whose code is running: the cell's own, or that of a function which a cell above defined.
    var text: CellText
    /// The cell's own text, which the places of its errors point into.
    let ownText: CellText
    let globals: Scope
    var scope: Scope
    var stream: RandomStream
    var outcome = CellOutcome()
    /// How many `grad` of a function are under way: gradients are of first order.
    var openGradients = 0

    private var state: CellState
    private var callDepth = 0
    private var steps = 0
    private let deadline: Double
    private let residentAtStart: Int
    private let watch: StopWatch
    private var boundAtTop: [String] = []
    private var namesBoundAtTop: Set<String> = []

    init(state: CellState, options: CellOptions, source: String) {
        self.state = state
        self.options = options
        text = CellText(source)
        ownText = text
        globals = Scope(.closed, names: state.bindings)
        scope = globals
        stream = options.stream
        deadline = secondsNow() + options.limits.seconds
        watch = StopWatch(options.cancellation, deadline: deadline)
        residentAtStart = residentMemory()
    }

    var finalState: CellState {
        var state = state
        state.bindings = globals.names
        return state
    }

    func run(_ program: Program) -> CellOutcome {
        do {
            try watched {
                for statement in program.statements {
                    let value = try located(statement.span) { try run(statement) }
                    if case .expression(let expression) = statement.form {
                        if case .nothing = value {} else { outcome.result = value }
                        try show(value, named: expression)
                    }
                }
            }
        } catch let error as CellError {
            outcome.error = error
        } catch is Interrupted {
            outcome.interrupted = true
        } catch {
            outcome.error = CellError("\(error)", at: Span(0, 0))
        }
        outcome.bindings = boundAtTop.map { ($0, globals.value(of: $0)!) }
        return outcome
    }

    /// One expression by itself.
    func runAlone(_ expression: Expression) throws -> Value {
        try watched { try located(expression.span) { try evaluate(expression) } }
    }

    /// Long work of the engine inside `body` asks whether to go on.
    private func watched<Result>(_ body: () throws -> Result) rethrows -> Result {
        try Stop.when({ [watch] in watch.asksToStop() }, body)
    }

    private func noteBound(_ name: String) {
        if namesBoundAtTop.insert(name).inserted { boundAtTop.append(name) }
    }

    // MARK: Statements

    /// The value of a statement: that of its expression, of what it assigns, or nothing.
    @discardableResult
    func run(_ statement: Statement) throws -> Value {
        try step(at: statement.span)
        switch statement.form {
        case .expression(let expression):
            return try evaluate(expression)
        case .assignment(let name, let expression):
            let value = try evaluate(expression)
            if case .nothing = value {
                throw CellError("There is no value here to give to \(name.text).", at: expression.span)
            }
            let target = scope.assign(name.text, value)
            if target === globals { noteBound(name.text) }
            if target.kind == .open { state.vanished.insert(name.text) }
            return value
        case .loop(let names, let sequence, let body):
            try loop(names, sequence, body)
            return .nothing
        case .knob(let knob):
            let setting = try setting(of: knob, at: statement.span)
            outcome.knobs.append(setting)
            state.knobs[setting.name] = setting
            scope.define(setting.name, .number(setting.value))
            noteBound(setting.name)
            return .nothing
        case .check(let check):
            outcome.checks.append(try run(check, at: statement.span))
            return .nothing
        }
    }

    private func loop(_ names: [Name], _ sequence: Expression, _ body: Block) throws {
        let items = try evaluate(sequence)
        let outer = scope
        defer { scope = outer }
        let gauge = outer === globals ? options.gauge : nil
        let total = Double(max(1, gauge == nil ? 1 : count(of: items))), start = gauge?.fraction ?? 0
        var done = 0.0
        try forEachItem(of: items, at: sequence.span) { item in
            try step(at: sequence.span)
            done += 1
            gauge?.set(start + (1 - start) * (done - 1) / total)
            scope = Scope(.open, in: outer)
            if names.count == 1 {
                scope.define(names[0].text, item)
            } else {
                let parts = try self.items(of: item, at: sequence.span)
                guard parts.count == names.count else {
                    throw CellError(
                        "Each item has \(parts.count) parts, and there are \(names.count) names for them.",
                        at: names[0].span.through(names[names.count - 1].span))
                }
                for (name, part) in zip(names, parts) { scope.define(name.text, part) }
            }
            for statement in body.statements { try run(statement) }
        }
    }

    private func count(of items: Value) -> Int {
        switch items {
        case .list(let items): items.count
        case .tensor(let x) where x.rank > 0: x.shape[0]
        default: 1
        }
    }

    func evaluate(_ block: Block, _ kind: Scope.Kind) throws -> Value {
        let outer = scope
        scope = Scope(kind, in: outer)
        defer { scope = outer }
        var value = Value.nothing
        for statement in block.statements { value = try run(statement) }
        return value
    }

    private func setting(of knob: Knob, at span: Span) throws -> KnobSetting {
        func number(_ expression: Expression) throws -> Double {
            guard let number = try evaluate(expression).number, number.isFinite else {
                throw CellError("A knob needs a single finite number here.", at: expression.span)
            }
            return number
        }
        let lower = try number(knob.lower), upper = try number(knob.upper)
        guard lower <= upper else {
            throw CellError("The range \(shortNumber(lower))..\(shortNumber(upper)) is empty.", at: knob.lower.span.through(knob.upper.span))
        }
        let name = knob.name.text
        let given = options.knobs[name]
        let value = try given ?? number(knob.value)
        guard value >= lower, value <= upper else {
            throw CellError(
                "\(name) = \(shortNumber(value)) is out of range: it goes from \(shortNumber(lower)) to \(shortNumber(upper)).",
                at: given == nil ? knob.value.span : span,
                hint: given == nil ? nil : "set it within the range, as in :set \(name)=\(shortNumber((lower + upper) / 2))")
        }
        return KnobSetting(name: name, value: value, lower: lower, upper: upper, text: knob.text)
    }

    // MARK: What a learner sees

    func show(_ value: Value, named expression: Expression) throws {
        switch value {
        case .nothing: return
        case .object(let object):
            // A figure is shown as such, not told of.
            guard let figure = (object as? FigureObject)?.figure else { return try print(object.summary, at: expression.span) }
            outcome.figures.append(figure)
        default:
            if case .name(let name) = expression.form {
                let indent = String(repeating: " ", count: name.count + 3)
                try print("\(name) = " + value.description.replacingNewlines(with: "\n" + indent), at: expression.span)
            } else {
                try print(value.description, at: expression.span)
            }
        }
    }

    func print(_ line: String, at span: Span) throws {
        guard outcome.output.utf8.count + line.utf8.count <= options.limits.textLength else {
            throw CellError("The cell shows more than \(options.limits.textLength) bytes.", at: span, hint: "print less often, or only a part")
        }
        outcome.output += line + "\n"
    }

    // MARK: Limits

    /// Called once a statement, an iteration and a call: where a running cell can be stopped.
    @inline(__always)
    func step(at span: Span) throws {
        steps &+= 1
        if options.cancellation.isCancelled { throw Interrupted() }
        if steps & 15 == 0 { try checkTime(at: span) }
        if steps & 255 == 0 { try checkMemory(at: span) }
    }

    /// Called after each operation of the engine: one that was asked to stop has left its work unfinished.
    func refuseUnfinished(at span: Span) throws {
        guard watch.wasRaised else { return }
        if options.cancellation.isCancelled { throw Interrupted() }
        try checkTime(at: span)
    }

    private func checkTime(at span: Span) throws {
        if secondsNow() > deadline {
            throw CellError(
                "The cell ran for longer than \(shortNumber(options.limits.seconds)) seconds and was stopped.", at: span,
                hint: "use fewer steps or samples")
        }
    }

    /// Tensors are counted by the engine; lists, texts and tapes show in what the process takes in all.
    func checkMemory(at span: Span) throws {
        if TensorMemory.live > options.limits.memory {
            throw CellError(
                "The tensors take more than \(options.limits.memory >> 20) MiB.", at: span,
                hint: "a tape that grows in a loop is cut with detach")
        }
        if residentMemory() - residentAtStart > options.limits.residentMemory {
            throw CellError(
                "The cell takes more than \(options.limits.residentMemory >> 20) MiB for its tensors, tapes, lists and texts.", at: span,
                hint: "a tape that grows in a loop is cut with detach")
        }
    }

    func checkLength(_ count: Int, at span: Span) throws {
        guard count <= options.limits.listLength else {
            throw CellError("A list of \(count) items is too long: the limit is \(options.limits.listLength).", at: span, hint: "work on a tensor as a whole")
        }
    }

    /// Runs a function's body one level deeper.
    func deeper<Result>(at span: Span, _ body: () throws -> Result) throws -> Result {
        guard callDepth < options.limits.callDepth else {
            throw CellError(
                "Calls are nested more than \(options.limits.callDepth) deep.", at: span,
                hint: "a function that calls itself needs an end: if n == 0 { … } else { … }")
        }
        callDepth += 1
        defer { callDepth -= 1 }
        try step(at: span)
        return try body()
    }

    // MARK: Names

    func value(of name: String, at span: Span) throws -> Value {
        if let value = scope.value(of: name) ?? globals.value(of: name) { return value }
        if let value = Library.value(of: name) { return value }
        if state.vanished.contains(name) {
            throw CellError(
                "\(name) was bound inside a block and is gone after it.", at: span,
                hint: "bind it before the block, as in \(name) = 0")
        }
        let near = nearestNames(to: name, among: scope.allNames + globals.allNames + Library.names)
        throw CellError(
            "There is no \(name).", at: span,
            hint: near.isEmpty ? nil : "did you mean \(near.joined(separator: ", "))?")
    }
}

extension String {
    func replacingNewlines(with separator: String) -> String {
        split(separator: "\n", omittingEmptySubsequences: false).joined(separator: separator)
    }
}
