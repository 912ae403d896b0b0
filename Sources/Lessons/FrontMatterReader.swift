import Cells

extension FrontMatter {
    /// The lines between the first two `---`; `next` is the index of the line behind them. A translation repeats only
    /// what it must: its original's id and version, and its own title.
    static func read(_ lines: [Substring], isTranslation: Bool, _ log: ProblemLog) -> (front: FrontMatter, next: Int) {
        func isRule(_ line: Substring) -> Bool { line.utf8.elementsEqual("---".utf8) }
        guard let first = lines.first, isRule(first) else {
            log.report("The front matter is missing.", line: 1, hint: "start the file with ---, then format: 1, id: ..., title: ..., ---")
            return (FrontMatter(), 0)
        }
        guard let end = lines.dropFirst().firstIndex(where: { isRule($0) || $0.hasPrefix("## ") || $0.hasPrefix("```") }) else {
            log.report("The front matter is never closed.", line: 1, hint: "end it with a line ---")
            return (FrontMatter(), lines.count)
        }
        if !isRule(lines[end]) { log.report("The front matter is never closed.", line: 1, hint: "end it with a line --- before line \(end + 1)") }
        let body = Passage(lines[1..<end].joined(separator: "\n"), line: 2)
        var reader = FrontMatterReader(log: log)
        reader.read(Field.parse(body, takesItems: true, log), isTranslation: isTranslation)
        return (reader.front, isRule(lines[end]) ? end + 1 : end)
    }
}

private struct FrontMatterReader {
    var front = FrontMatter()
    let log: ProblemLog

    init(log: ProblemLog) { self.log = log }

    mutating func read(_ fields: [Field], isTranslation: Bool) {
        let required = isTranslation ? ["format", "id", "version", "title"] : ["format", "id", "version", "title", "seed"]
        let known = isTranslation ? required + ["plan"] : required + ["minutes", "needs", "sources", "plan"]
        var seen: Set<String> = []
        for field in fields {
            let key = field.key.text
            guard known.contains(key) else {
                if isTranslation, ["seed", "minutes", "needs", "sources"].contains(key) {
                    log.report("\"\(key)\" stands in the original file alone.", at: field.key, hint: "delete it here")
                } else {
                    log.unknown("key", field.key, known: known)
                }
                continue
            }
            guard seen.insert(key).inserted else {
                log.report("The key \"\(key)\" stands twice.", at: field.key)
                continue
            }
            let isList = ["needs", "sources", "plan"].contains(key)
            if !isList && !field.items.isEmpty || key != "plan" && field.isBlock {
                log.report("\"\(key)\" stands on one line.", at: field.key)
            } else {
                read(field)
            }
        }
        for key in required where !seen.contains(key) {
            log.report("The front matter has no \"\(key)\".", line: 1, hint: "add a line \(key): ...")
        }
    }

    private mutating func read(_ field: Field) {
        let value = field.value
        switch field.key.text {
        case "format":
            if let format = integer(field), format != 1 { log.report("Format \(format) cannot be read.", at: value, hint: "this program reads format 1") }
        case "id":
            front.id = value.text
            if !isIdentifier(value.text) { log.report("\"\(value.text)\" is no id.", at: value, hint: "it is made of letters, digits, - and _ and starts with a letter") }
        case "version": front.version = integer(field) ?? 1
        case "title": front.title = unquoted(value.text)
        case "seed":
            if let seed = UInt64(value.text) { front.seed = seed } else { log.report("The seed is no whole number from 0 up.", at: value) }
        case "minutes": front.minutes = integer(field)
        case "needs":
            front.needs = list(field, separator: ",").map(\.text)
            for need in list(field, separator: ",") where !isIdentifier(need.text) { log.report("\"\(need.text)\" is no lesson's id.", at: need) }
        case "sources": front.sources = list(field, separator: ";").map { unquoted($0.text) }
        default: front.plan = field.items.isEmpty ? value.text : field.items.map { "- " + $0.text }.joined(separator: "\n")
        }
    }

    private func integer(_ field: Field) -> Int? {
        if let number = Int(field.value.text), number > 0 { return number }
        log.report("\"\(field.key.text)\" is no whole number above 0.", at: field.value)
        return nil
    }

    /// `[a, b]`, `a`, or items below. A source holds commas, so sources are separated by semicolons.
    private func list(_ field: Field, separator: Character) -> [Passage] {
        if !field.items.isEmpty { return field.items }
        var value = field.value
        if value.text.hasPrefix("["), value.text.hasSuffix("]"), value.text.utf8.count > 1 {
            value = value.part(1..<value.text.utf8.count - 1)
        }
        return value.split(separator: separator).filter { !$0.text.isEmpty }
    }

    private func unquoted(_ text: String) -> String {
        text.count > 1 && text.first == "\"" && text.last == "\"" ? String(text.dropFirst().dropLast()) : text
    }
}
