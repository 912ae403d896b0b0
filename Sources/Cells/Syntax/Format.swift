extension Format {
    /// `[width][.precision][f|e|g|%|d]`, spaces around it allowed.
    package init?(_ text: String) {
        var rest = text.utf8.drop { $0 == UInt8(ascii: " ") }
        while rest.last == UInt8(ascii: " ") { rest.removeLast() }
        guard !rest.isEmpty else { return nil }

        func digits() -> Int?? {
            let run = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            guard run.count <= 2 else { return nil }
            rest = rest.dropFirst(run.count)
            return .some(Int(String(decoding: run, as: UTF8.self)))
        }
        guard let width = digits() else { return nil }
        var precision: Int?
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard let found = digits(), let found, found <= 20 else { return nil }
            precision = found
        }
        var style = Style.general
        if let letter = rest.first {
            guard let known = Style(rawValue: Character(Unicode.Scalar(letter))) else { return nil }
            style = known
            rest = rest.dropFirst()
        }
        guard rest.isEmpty, style != .integer || precision == nil else { return nil }
        self.init(width: width, precision: precision, style: style)
    }
}
