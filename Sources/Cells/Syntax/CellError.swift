/// A stretch of source text: offsets in UTF-8 bytes, `end` not included.
public struct Span: Sendable, Hashable {
    public var start: Int
    public var end: Int

    public init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }

    /// The stretch from the start of this one to the end of `other`.
    package func through(_ other: Span) -> Span { Span(start, max(end, other.end)) }
}

/// What a learner meets: where, one sentence, and what to do about it.
public struct CellError: Error, Sendable, Hashable {
    public var message: String
    public var span: Span
    public var hint: String?

    public init(_ message: String, at span: Span, hint: String? = nil) {
        self.message = message
        self.span = span
        self.hint = hint
    }
}
