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
    /// The text that `span` lies in, where that may be another than that of the cell at work.
    package var home: ObjectIdentifier?

    public init(_ message: String, at span: Span, hint: String? = nil) {
        self.message = message
        self.span = span
        self.hint = hint
    }
}

extension CellError {
    /// The line, a caret under the place, the sentence, and the hint:
    ///
    ///     2 | y = (x + 1
    ///       |     ^
    ///     The "(" is never closed.
    ///     Hint: close it with ")".
    public func rendered(source: String) -> String {
        let place = LinePlace(of: span.start, in: source)
        var shown = ""
        var under = ""
        let characters = Array(place.text)
        let first = place.text.characterCount(before: place.offset)
        let last = max(place.text.characterCount(before: place.offset + span.end - span.start), first + 1)
        // A long line is shown around the place.
        let window = max(0, first - 60)..<min(characters.count, max(0, first - 60) + 120)
        if window.lowerBound > 0 {
            shown += "..."
            under += "   "
        }
        for index in window {
            let character = characters[index]
            let cells = character == "\t" ? 1 : character.visible.cellCount
            shown.append(character == "\t" ? "\t" : character.visible)
            if index < first {
                under += character == "\t" ? "\t" : String(repeating: " ", count: cells)
            } else if index < last {
                under += String(repeating: "^", count: index == first ? max(1, cells) : cells)
            }
        }
        if window.upperBound < characters.count { shown += "..." }
        if first >= window.upperBound { under += "^" }

        let number = String(place.number)
        let margin = String(repeating: " ", count: number.count)
        var text = "\(number) | \(shown)\n\(margin) | \(under)\n\(message)"
        if let hint { text += "\nHint: \(hint)" }
        return text
    }
}
