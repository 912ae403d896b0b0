import Cells

// Cells and questions of an original file.

extension LessonReader {
    func element(of block: Frame.Block, _ id: String, _ attributes: Attributes) -> Element? {
        switch block.kind {
        case .cell: cell(block, id, attributes).map(Element.cell)
        case .ask: question(block, id, attributes).map(Element.ask)
        case .predict: prediction(block, id, attributes).map(Element.predict)
        case .lab: lab(block, id).map(Element.lab)
        case .texts: nil
        }
    }

    private func cell(_ block: Frame.Block, _ id: String, _ attributes: Attributes) -> Cell? {
        var isQuick = true
        if let quick = attributes["quick"] {
            if quick.text != "true" && quick.text != "false" { log.report("\"quick\" is true or false.", at: quick) }
            isQuick = quick.text != "false"
        }
        let budget = attributes["budget"].flatMap(seconds)
        if block.body.text.allSatisfy(\.isWhitespace) {
            log.report("The cell is empty.", line: block.line)
            return nil
        }
        guard let code = log.code(block.body) else { return nil }
        return Cell(id: id, code: code, isQuick: isQuick, budget: budget, line: block.line)
    }

    /// `10s`, `500ms`, `2m`
    private func seconds(_ value: Passage) -> Double? {
        for (unit, factor) in [("ms", 0.001), ("s", 1), ("m", 60)] where value.text.hasSuffix(unit) {
            if let number = Double(value.text.dropLast(unit.count)), number > 0, number.isFinite { return number * factor }
        }
        log.report("\"\(value.text)\" is no time.", at: value, hint: "write 10s, 500ms or 2m")
        return nil
    }

    // MARK: Questions

    private func question(_ block: Frame.Block, _ id: String, _ attributes: Attributes) -> Question? {
        guard let kind = attributes["kind"] else {
            log.report("The attribute \"kind\" is missing.", line: block.line, hint: "kind=choice, kind=number or kind=expression")
            return nil
        }
        let keys: [String]
        let uses: [String]
        switch kind.text {
        case "choice": (keys, uses) = (["choice", "choice*"], [])
        case "number": (keys, uses) = (["answer", "wrong"], ["tol"])
        case "expression": (keys, uses) = (["answer", "wrong"], ["vars"])
        default:
            log.unknown("kind", kind, known: ["choice", "number", "expression"])
            return nil
        }
        for key in ["tol", "vars"] {
            if let value = attributes[key], !uses.contains(key) { log.report("\"\(key)\" does not belong to a question of kind \(kind.text).", at: value) }
        }
        let fields = Fields(block, known: ["prompt", "hint", "why"] + keys, repeated: ["hint", "choice", "choice*", "wrong"], log)
        let talk = talk(fields)
        let form: Question.Kind?
        switch kind.text {
        case "choice":
            form = choices(fields)
        case "number":
            let answer = fields.required("answer").flatMap(log.formula)
            let tolerance = tolerance(attributes, line: block.line)
            let wrong = wrongForms(fields)
            form = answer.flatMap { answer in tolerance.map { .number(answer: answer, tolerance: $0, wrong: wrong) } }
        default:
            let answer = fields.required("answer").flatMap(log.formula)
            let ranges = ranges(attributes, line: block.line)
            let wrong = wrongForms(fields)
            form = answer.flatMap { answer in ranges.map { .expression(answer: answer, ranges: $0, wrong: wrong) } }
        }
        guard let talk, let form else { return nil }
        return Question(id: id, kind: form, talk: talk, line: block.line)
    }

    func talk(_ fields: Fields) -> Talk? {
        let hints = fields.all("hint").map { log.prose($0.value) }
        let why = fields.all("why").first.map { log.prose($0.value) }
        return fields.required("prompt").map { Talk(prompt: log.prose($0), hints: hints, why: why) }
    }

    private func choices(_ fields: Fields) -> Question.Kind? {
        let given = fields.all("choice", "choice*")
        let right = given.indices.filter { given[$0].key.text == "choice*" }
        if given.count < 2 {
            log.report("A choice needs at least two answers.", line: fields.line, hint: "write choice: ... and choice*: ... for the right one")
        } else if right.count != 1 {
            let place = right.count > 1 ? given[right[1]].key : Passage("", line: fields.line)
            log.report(right.isEmpty ? "No answer is marked as right." : "Two answers are marked as right.", at: place, hint: "write choice*: for the right one, and for it alone")
        } else if Set(given.map(\.value.text)).count < given.count {
            log.report("Two answers are equal.", line: fields.line)
        } else {
            return .choice(given.map { log.prose($0.value, decimalsAllowed: true) }, right: right[0])
        }
        return nil
    }

    private func tolerance(_ attributes: Attributes, line: Int) -> Double? {
        guard let value = attributes["tol"] else {
            log.report("The attribute \"tol\" is missing.", line: line, hint: "write tol=0.01 on the fence's line")
            return nil
        }
        if let number = Double(value.text), number >= 0, number.isFinite { return number }
        log.report("\"\(value.text)\" is no tolerance.", at: value, hint: "write a number from 0 up")
        return nil
    }

    /// `mu in -2..2, logvar in -3..1`
    private func ranges(_ attributes: Attributes, line: Int) -> [VariableRange]? {
        let hint = "write vars=\"mu in -2..2, logvar in -3..1\""
        guard let value = attributes["vars"] else {
            log.report("The attribute \"vars\" is missing.", line: line, hint: hint)
            return nil
        }
        var ranges: [VariableRange] = []
        for part in value.split(separator: ",") {
            guard let range = range(part.text) else {
                log.report("\"\(part.text)\" is no range of a variable.", at: part, hint: hint)
                return nil
            }
            if ranges.contains(where: { $0.name == range.name }) {
                log.report("The variable \"\(range.name)\" stands twice.", at: part)
                return nil
            }
            ranges.append(range)
        }
        return ranges
    }

    private func range(_ text: String) -> VariableRange? {
        guard let word = text[...].firstRange(of: " in "), let dots = text[word.upperBound...].firstRange(of: "..") else { return nil }
        func trimmed(_ text: Substring) -> String { Passage(String(text), line: 1).trimmed.text }
        guard let name = try? Expression.parse(trimmed(text[..<word.lowerBound])), case .name(let variable) = name.form,
            let lower = Double(trimmed(text[word.upperBound..<dots.lowerBound])), let upper = Double(trimmed(text[dots.upperBound...])),
            lower.isFinite, upper.isFinite, lower < upper
        else { return nil }
        return VariableRange(name: variable, lower: lower, upper: upper)
    }

    /// `form => sentence`
    private func wrongForms(_ fields: Fields) -> [WrongForm] {
        fields.all("wrong").compactMap { field in
            guard let (form, sentence) = split(field.value) else { return nil }
            guard let formula = log.formula(form) else { return nil }
            return WrongForm(form: formula, sentence: log.prose(sentence))
        }
    }

    func split(_ value: Passage) -> (form: Passage, sentence: Passage)? {
        let text = value.text
        if let arrow = text[...].firstRange(of: "=>") {
            let form = value.part(0..<text.utf8.distance(from: text.startIndex, to: arrow.lowerBound)).trimmed
            let sentence = value.part(text.utf8.distance(from: text.startIndex, to: arrow.upperBound)..<text.utf8.count).trimmed
            if !form.text.isEmpty, !sentence.text.isEmpty { return (form, sentence) }
        }
        log.report("A wrong answer has no sentence.", at: value, hint: "write wrong: form => what is wrong about it")
        return nil
    }

    // MARK: Predictions and labs

    private func prediction(_ block: Frame.Block, _ id: String, _ attributes: Attributes) -> Prediction? {
        let fields = Fields(block, known: ["prompt", "choices", "answer", "hint", "why"], repeated: ["hint"], log)
        let talk = talk(fields)
        let answer = fields.required("answer").flatMap(log.formula)
        guard let list = fields.required("choices") else { return nil }
        let choices = list.split(separator: "|")
        if choices.count < 2 || choices.contains(where: { $0.text.isEmpty }) || Set(choices.map(\.text)).count < choices.count {
            log.report("A prediction needs at least two choices, each another one.", at: list, hint: "write choices: up | down | neither")
            return nil
        }
        guard let talk, let answer, let cell = attributes["of"] else { return nil }
        return Prediction(
            id: id, cell: cell.text, talk: talk, choices: choices.map { log.prose($0, decimalsAllowed: true) }, answer: answer,
            keys: choices.map(\.text), line: block.line)
    }

    private func lab(_ block: Frame.Block, _ id: String) -> Lab? {
        let fields = Fields(block, known: ["prompt", "start", "solution", "check", "hint", "why"], repeated: ["hint"], log)
        let talk = talk(fields)
        let start = fields.required("start").flatMap(log.code)
        let solution = fields.required("solution").flatMap(log.code)
        let check = fields.required("check").flatMap(log.code)
        if let check, !check.program.hasCheck { log.report("The lab's check holds no check.", at: check.source, hint: "write check \"label\": ...") }
        guard let talk, let start, let solution, let check else { return nil }
        return Lab(id: id, talk: talk, start: start, solution: solution, check: check, line: block.line)
    }
}

extension Program {
    fileprivate var hasCheck: Bool {
        func has(_ statements: [Statement]) -> Bool {
            statements.contains {
                switch $0.form {
                case .check: true
                case .loop(_, _, let body): has(body.statements)
                default: false
                }
            }
        }
        return has(statements)
    }
}

/// The fields of a block, unknown and doubled keys reported.
struct Fields {
    let line: Int
    private let fields: [Field]
    private let log: ProblemLog

    init(_ block: Frame.Block, known: [String], repeated: Set<String>, _ log: ProblemLog) {
        line = block.line
        self.log = log
        var seen: Set<String> = []
        fields = Field.parse(block.body, takesItems: false, log).filter { field in
            let key = field.key.text
            guard known.contains(key) else {
                log.unknown("key", field.key, known: known)
                return false
            }
            if seen.insert(key).inserted || repeated.contains(key) { return true }
            log.report("The key \"\(key)\" stands twice.", at: field.key)
            return false
        }
    }

    func all(_ keys: String...) -> [Field] { fields.filter { keys.contains($0.key.text) } }

    func required(_ key: String) -> Passage? {
        guard let field = all(key).first else {
            log.report("The key \"\(key)\" is missing.", line: line, hint: "add a line \(key): ...")
            return nil
        }
        return field.value.text.isEmpty ? nil : field.value
    }
}
