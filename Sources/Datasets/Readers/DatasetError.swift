/// Why a path cannot be read as a data set, in one sentence, and what to do about it.
public struct DatasetError: Error, Equatable, Sendable, CustomStringConvertible {
    public let path: String
    /// A sentence that does not name the path: "the file ends after 7 of 16 header bytes."
    public let message: String
    public let hint: String?

    public init(_ path: String, _ message: String, hint: String? = nil) {
        (self.path, self.message, self.hint) = (path, message, hint)
    }

    public var description: String { "\(printable(path, limit: 300)): \(message)" }
}

/// Text out of a file as it may stand in a message: short, and with no control characters that a terminal would obey.
func printable(_ text: some StringProtocol, limit: Int = 60) -> String {
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(limit) {
        let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || scalar.properties.generalCategory == .format
        shown.append(isControl ? "\u{FFFD}" : scalar)
    }
    return String(shown) + (text.unicodeScalars.count > limit ? "…" : "")
}

/// "1 item", "3 items".
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
