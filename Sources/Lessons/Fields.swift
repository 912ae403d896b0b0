import Cells

/// A line `key: value`, or `key: |` with the indented lines below it, or `key:` with items `- item` below it.
struct Field {
    var key: Passage
    var value: Passage
    var items: [Passage] = []
    /// Whether the value came from indented lines.
    var isBlock = false

    static func parse(_ body: Passage, takesItems: Bool, _ log: ProblemLog) -> [Field] {
        var fields: [Field] = []
        let lines = SourceLines(body.text).lines
        var index = 0
        func place(_ column: Int) -> (line: Int, column: Int) { (body.line + index, body.column + column) }
        while index < lines.count {
            let line = lines[index]
            if line.allSatisfy(\.isWhitespace) {
                index += 1
                continue
            }
            guard line.first != " ", line.first != "\t" else {
                log.report("An indented line belongs below \"key: |\".", line: place(0).line, column: place(0).column, hint: "write key: value from the line's start")
                // The rest of the indented lines is the same mistake.
                while index < lines.count, lines[index].first == " " || lines[index].first == "\t" { index += 1 }
                continue
            }
            let key = line.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" || $0 == "*") }
            guard !key.isEmpty, line.dropFirst(key.count).first == ":" else {
                log.report("This line is no \"key: value\".", line: place(0).line, column: place(0).column)
                index += 1
                continue
            }
            let start = key.count + 1
            var field = Field(
                key: Passage(String(key), line: place(0).line, column: place(0).column),
                value: Passage(String(line.dropFirst(start)), line: place(0).line, column: place(start).column).trimmed)
            index += 1
            if field.value.text == "|" {
                let first = index
                while index < lines.count, lines[index].isEmpty || lines[index].first == " " || lines[index].first == "\t" { index += 1 }
                field.value = indented(lines[first..<index], line: body.line + first, column: body.column)
                field.isBlock = true
                if field.value.text.isEmpty { log.report("Nothing stands below \"\(key): |\".", at: field.key, hint: "indent the lines that belong to it") }
            } else if field.value.text.isEmpty {
                while takesItems, index < lines.count {
                    let item = lines[index].drop { $0 == " " }
                    guard item.hasPrefix("- ") else { break }
                    let column = lines[index].count - item.count + 2
                    field.items.append(Passage(String(item.dropFirst(2)), line: place(0).line, column: place(column).column).trimmed)
                    index += 1
                }
                if field.items.isEmpty { log.report("\"\(key)\" has no value.", at: field.key) }
            }
            fields.append(field)
        }
        return fields
    }

    /// The lines without their common indentation and without empty ones at the ends.
    private static func indented(_ lines: ArraySlice<Substring>, line: Int, column: Int) -> Passage {
        func isBlank(_ line: Substring) -> Bool { line.allSatisfy(\.isWhitespace) }
        guard let first = lines.firstIndex(where: { !isBlank($0) }), let last = lines.lastIndex(where: { !isBlank($0) }) else {
            return Passage("", line: line, column: column)
        }
        let kept = lines[first...last]
        let indent = kept.filter { !isBlank($0) }.map { $0.prefix { $0 == " " || $0 == "\t" }.count }.min() ?? 0
        let text = kept.map { $0.dropFirst(indent) }.joined(separator: "\n")
        return Passage(text, line: line + first - lines.startIndex, column: column + indent)
    }
}

/// The `key=value` and `key="value with spaces"` behind a fence's word.
struct Attributes {
    private(set) var values: [String: Passage] = [:]
    let info: Passage

    init(_ info: Passage, known: [String], _ log: ProblemLog) {
        self.info = info
        var seen: [Range<Int>] = []
        for (key, value) in Self.pairs(info, log) { seen += [key, value] }
        let parts = info.parts(seen)
        for index in stride(from: 0, to: parts.count, by: 2) {
            let (key, value) = (parts[index], parts[index + 1])
            if !known.contains(key.text) {
                log.unknown("attribute", key, known: known)
            } else if values[key.text] != nil {
                log.report("The attribute \"\(key.text)\" stands twice.", at: key)
            } else {
                values[key.text] = value
            }
        }
    }

    private static func pairs(_ info: Passage, _ log: ProblemLog) -> [(key: Range<Int>, value: Range<Int>)] {
        let bytes = Array(info.text.utf8)
        let space = UInt8(ascii: " "), quote = UInt8(ascii: "\"")
        var pairs: [(Range<Int>, Range<Int>)] = []
        var place = 0
        while true {
            while place < bytes.count, bytes[place] == space { place += 1 }
            guard place < bytes.count else { return pairs }
            let start = place
            while place < bytes.count, bytes[place] != space, bytes[place] != UInt8(ascii: "=") { place += 1 }
            guard place < bytes.count, bytes[place] == UInt8(ascii: "=") else {
                let key = info.part(start..<place)
                log.report("\"\(key.text.prefix(40))\" is no key=value.", at: key, hint: "write id=a-word")
                return pairs
            }
            let key = start..<place
            place += 1
            if place < bytes.count, bytes[place] == quote {
                let end = bytes[(place + 1)...].firstIndex(of: quote)
                if end == nil { log.report("This quote is never closed.", at: info.part(place..<place + 1), hint: "close it with \"") }
                pairs.append((key, place + 1..<(end ?? bytes.count)))
                place = min((end ?? bytes.count) + 1, bytes.count)
            } else {
                let first = place
                while place < bytes.count, bytes[place] != space { place += 1 }
                pairs.append((key, first..<place))
            }
        }
    }

    subscript(_ key: String) -> Passage? { values[key] }

    /// A word of letters, digits, - and _, starting with a letter.
    func identifier(_ key: String, line: Int, _ log: ProblemLog) -> Passage? {
        guard let value = values[key] else {
            log.report("The attribute \"\(key)\" is missing.", line: line, hint: "write \(key)=a-word on the fence's line")
            return nil
        }
        guard isIdentifier(value.text) else {
            log.report("\"\(value.text)\" is no \(key).", at: value, hint: "it is made of letters, digits, - and _ and starts with a letter")
            return nil
        }
        return value
    }
}

func isIdentifier(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, first.isASCII, first.properties.isAlphabetic else { return false }
    return text.unicodeScalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "-" || $0 == "_") }
}
