/// How many colours the screen has; `none` is plain text without any escape code.
public enum ColorDepth: Int, Comparable, Sendable {
    /// No escape codes at all.
    case none
    /// Bold and underline only (NO_COLOR).
    case monochrome
    case sixteen, palette256, trueColor

    public static func < (left: ColorDepth, right: ColorDepth) -> Bool { left.rawValue < right.rawValue }
}

public enum ScreenBackground: Sendable { case dark, light, unknown }

/// Turns roles into escape codes. Every role also reads without colour: passes and failures carry their own signs.
public struct Theme: Sendable {
    public var depth: ColorDepth
    public var background: ScreenBackground

    public init(depth: ColorDepth, background: ScreenBackground) {
        self.depth = depth
        self.background = background
    }

    /// For output that is no terminal.
    public static let plain = Theme(depth: .none, background: .unknown)

    public func text(_ line: StyledLine) -> String { line.spans.map(text).joined() }

    public func text(_ span: StyledSpan) -> String {
        let codes = codes(span.style)
        return codes.isEmpty ? span.text : "\u{1B}[" + codes + "m" + span.text + "\u{1B}[0m"
    }

    /// The parameters of the SGR code, parted by semicolons.
    func codes(_ style: TextStyle) -> String {
        guard depth > .none else { return "" }
        var codes: [String] = []
        if style.isBold || style.role == .title || style.role == .heading { codes.append("1") }
        if style.isItalic { codes.append("3") }
        if style.isUnderlined { codes.append("4") }
        if depth > .monochrome {
            if depth >= .palette256, let color = paletteColor(style.role) { codes.append("38;5;\(color)") }
            else if let code = basicColor(style.role), depth == .sixteen || background == .unknown { codes.append(code) }
        }
        return codes.joined(separator: ";")
    }

    /// Colours of the 256 with a contrast of at least 4.5 against black or white.
    package func paletteColor(_ role: TextRole) -> Int? {
        guard background != .unknown else { return nil }
        let isDark = background == .dark
        return switch role {
        case .body, .math: nil
        case .title, .accent: isDark ? 117 : 25
        case .heading: isDark ? 153 : 24
        case .code: isDark ? 180 : 94
        case .pass: isDark ? 114 : 22
        case .fail: isDark ? 210 : 124
        case .warning: isDark ? 221 : 130
        case .dim: isDark ? 246 : 241
        }
    }

    /// The first sixteen colours are the reader's own; these read on both backgrounds.
    private func basicColor(_ role: TextRole) -> String? {
        switch role {
        case .body, .math, .title, .heading, .code: nil
        case .accent: "36"
        case .pass: "32"
        case .fail: "31"
        case .warning: "35"
        case .dim: "2"
        }
    }
}
