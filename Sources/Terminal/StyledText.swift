/// What a piece of text is for; a theme decides how that looks.
public enum TextRole: Hashable, Sendable, CaseIterable {
    case body, title, heading, code, math, pass, fail, warning, dim, accent
}

public struct TextStyle: Hashable, Sendable {
    public var role: TextRole
    public var isBold: Bool
    public var isItalic: Bool
    public var isUnderlined: Bool

    public init(_ role: TextRole = .body, isBold: Bool = false, isItalic: Bool = false, isUnderlined: Bool = false) {
        self.role = role
        self.isBold = isBold
        self.isItalic = isItalic
        self.isUnderlined = isUnderlined
    }
}

/// Text in one style. Control characters are made visible here, once for all: no text can steer the terminal.
public struct StyledSpan: Hashable, Sendable {
    public let text: String
    public let style: TextStyle

    public init(_ text: String, _ style: TextStyle = TextStyle()) {
        self.text = Visible.text(text)
        self.style = style
    }

    public init(_ text: String, _ role: TextRole) { self.init(text, TextStyle(role)) }
}

public struct StyledLine: Hashable, Sendable {
    public private(set) var spans: [StyledSpan]

    public init(_ spans: [StyledSpan] = []) {
        self.spans = []
        for span in spans { append(span) }
    }

    public init(_ text: String, _ role: TextRole = .body) { self.init([StyledSpan(text, role)]) }

    public var width: Int { spans.reduce(0) { $0 + DisplayWidth.of($1.text) } }

    /// The text without its styles.
    public var text: String { spans.map(\.text).joined() }

    public mutating func append(_ span: StyledSpan) {
        guard !span.text.isEmpty else { return }
        if let last = spans.last, last.style == span.style {
            spans[spans.count - 1] = StyledSpan(last.text + span.text, span.style)
        } else {
            spans.append(span)
        }
    }

    public static func + (left: StyledLine, right: StyledLine) -> StyledLine { StyledLine(left.spans + right.spans) }
}
