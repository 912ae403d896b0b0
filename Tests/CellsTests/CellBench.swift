import Autodiff
import Cells
import Testing

/// Runs cells one after the other in one state, `%%` alone on a line between them, and gives the outcome of the last.
func run(
    _ source: String, in state: inout CellState, knobs: [String: Double] = [:], seed: UInt64 = 0,
    _ limit: (inout CellLimits) -> Void = { _ in }
) -> CellOutcome {
    var last = CellOutcome()
    for (index, cell) in source.split(separator: "\n%%\n", omittingEmptySubsequences: false).enumerated() {
        var options = CellOptions(stream: RandomStream(seed: seed, name: "cell \(index)"))
        options.knobs = knobs
        limit(&options.limits)
        last = state.run(String(cell), options)
        if !last.succeeded { break }
    }
    return last
}

func run(_ source: String, knobs: [String: Double] = [:], _ limit: (inout CellLimits) -> Void = { _ in }) -> CellOutcome {
    var state = CellState()
    return run(source, in: &state, knobs: knobs, limit)
}

/// What a cell comes to: its result as JSON, or its error.
func result(_ source: String) -> String {
    let outcome = run(source)
    if let error = outcome.error { return "error: \(error.message)" }
    return outcome.interrupted ? "interrupted" : outcome.result?.json.text ?? "nothing"
}

/// Each source, and its result as JSON.
func expect(_ cases: KeyValuePairs<String, String>, _ location: SourceLocation = #_sourceLocation) {
    for (source, expected) in cases {
        let found = result(source)
        #expect(found == expected, "\(source)", sourceLocation: location)
    }
}

/// Each source gives the same result as the other.
func expectSame(_ cases: KeyValuePairs<String, String>, _ location: SourceLocation = #_sourceLocation) {
    for (source, other) in cases {
        let found = result(source), expected = result(other)
        #expect(found == expected && !expected.hasPrefix("error"), "\(source)   against   \(other)", sourceLocation: location)
    }
}

/// Each source is a comparison by `~=`, or a condition, that must hold.
func expectTrue(_ sources: [String], _ location: SourceLocation = #_sourceLocation) {
    for source in sources {
        let found = result(source)
        #expect(found == "true", "\(source)", sourceLocation: location)
    }
}

/// What each source prints and shows.
func expectOutput(_ cases: KeyValuePairs<String, String>, _ location: SourceLocation = #_sourceLocation) {
    for (source, expected) in cases {
        let outcome = run(source)
        #expect(outcome.error == nil, "\(source)", sourceLocation: location)
        #expect(outcome.output == expected, "\(source)", sourceLocation: location)
    }
}

/// An error: where, and what the sentence and the hint must say.
struct Complaint {
    var source: String, line: Int, column: Int, message: String, hint: String?

    init(_ source: String, _ line: Int, _ column: Int, _ message: String, hint: String? = nil) {
        (self.source, self.line, self.column, self.message, self.hint) = (source, line, column, message, hint)
    }
}

func expect(_ faults: [Complaint], _ location: SourceLocation = #_sourceLocation) {
    for fault in faults {
        guard let error = run(fault.source).error else {
            Issue.record("no error: \(fault.source)", sourceLocation: location)
            continue
        }
        let cell = fault.source.split(separator: "\n%%\n").last.map(String.init) ?? ""
        let place = SourcePosition(of: error.span.start, in: cell)
        #expect(place == SourcePosition(line: fault.line, column: fault.column), "\(fault.source): \(error.message)", sourceLocation: location)
        #expect((fault.message.isEmpty || error.message.contains(fault.message)), "\(fault.source): \(error.message)", sourceLocation: location)
        #expect(error.message.hasSuffix(".") || error.message.hasSuffix(")"), "\(error.message)", sourceLocation: location)
        if let hint = fault.hint { #expect(error.hint?.contains(hint) == true, "\(fault.source): \(error.hint ?? "no hint")", sourceLocation: location) }
    }
}
