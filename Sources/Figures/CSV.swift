/// The data behind a figure as one table: a row a point, with its panel, mark and label.
enum CSV {
    /// All digits: the shortest text that reads back as the same number.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Quoted where RFC 4180 asks for it.
    static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 34 || $0 == 44 || $0 == 10 || $0 == 13 }) else { return text }
        var quoted = "\""
        for character in text.unicodeScalars { quoted += character == "\"" ? "\"\"" : String(character) }
        return quoted + "\""
    }
}

extension Figure {
    public var csv: String {
        struct Row { let panel: Int, mark: any MarkContent, label: String, columns: [(name: String, values: [String])] }
        var tables: [Row] = []
        var names: [String] = []
        for (number, panel) in panels.joined().enumerated() {
            for mark in panel.marks {
                let columns = mark.content.csvColumns
                for column in columns where !names.contains(column.name) { names.append(column.name) }
                tables.append(Row(panel: number + 1, mark: mark.content, label: mark.content.legendLabel, columns: columns))
            }
        }
        var text = (["panel", "mark", "label"] + names).map(CSV.field).joined(separator: ",") + "\n"
        for table in tables {
            let start = "\(table.panel),\(table.mark.name),\(CSV.field(table.label))"
            let ordered = names.map { name in table.columns.first { $0.name == name }?.values }
            for row in 0..<(table.columns.map(\.values.count).max() ?? 0) {
                text += start
                for values in ordered {
                    text += ","
                    if let values, row < values.count { text += CSV.field(values[row]) }
                }
                text += "\n"
            }
        }
        return text
    }
}

extension MarkContent {
    /// The name that a reader of the table finds in the figure's legend.
    var legendLabel: String { legendEntries(MarkContext(color: .black, index: 0)).first?.label ?? "" }
}
