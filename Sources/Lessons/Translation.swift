import Cells

// A translation holds prose and the texts of questions; code, answers and checks live once, in the original.

extension LessonReader {
    /// The original's block with the texts of this one.
    func translation(of block: Frame.Block, _ id: Passage) -> Element? {
        let originals = original?.steps.flatMap(\.elements) ?? []
        guard let element = originals.first(where: { $0.id == id.text }) else { return nil }
        guard element.kind == block.kind else {
            log.report("In the original \"\(id.text)\" is a block of another kind: \(element.kind?.rawValue ?? "").", at: id)
            return nil
        }
        switch element {
        case .cell:
            if !block.body.text.allSatisfy(\.isWhitespace) {
                log.report("A cell's code stands in the original alone.", at: block.body, hint: "leave the block empty; labels are translated by a texts block")
            }
            return element
        case .ask(var question):
            translate(&question, block)
            return .ask(question)
        case .predict(var prediction):
            let fields = Fields(block, known: ["prompt", "choices", "hint", "why"], repeated: ["hint"], log)
            translate(&prediction.talk, fields)
            if let list = fields.all("choices").first?.value {
                let choices = list.split(separator: "|")
                if choices.count == prediction.choices.count {
                    prediction.choices = choices.map { log.prose($0, decimalsAllowed: true) }
                } else {
                    log.report("The original has \(prediction.choices.count) choices, this \(choices.count).", at: list)
                }
            }
            return .predict(prediction)
        case .lab(var lab):
            translate(&lab.talk, Fields(block, known: ["prompt", "hint", "why"], repeated: ["hint"], log))
            return .lab(lab)
        case .prose, .math, .note:
            return nil
        }
    }

    private func translate(_ question: inout Question, _ block: Frame.Block) {
        let keys: [String] = if case .choice = question.kind { ["choice", "choice*"] } else { ["wrong"] }
        let fields = Fields(block, known: ["prompt", "hint", "why"] + keys, repeated: ["hint", "choice", "choice*", "wrong"], log)
        translate(&question.talk, fields)
        switch question.kind {
        case .choice(let choices, let right):
            let given = fields.all("choice", "choice*")
            if given.isEmpty { return }
            guard given.count == choices.count else {
                return log.report("The original has \(choices.count) answers, this \(given.count).", at: given[0].key)
            }
            if let star = given.firstIndex(where: { $0.key.text == "choice*" }), star != right {
                return log.report("In the original answer \(right + 1) is the right one.", at: given[star].key, hint: "keep the original's order")
            }
            question.kind = .choice(given.map { log.prose($0.value, decimalsAllowed: true) }, right: right)
        case .number(let answer, let tolerance, var wrong):
            translate(&wrong, fields)
            question.kind = .number(answer: answer, tolerance: tolerance, wrong: wrong)
        case .expression(let answer, let ranges, var wrong):
            translate(&wrong, fields)
            question.kind = .expression(answer: answer, ranges: ranges, wrong: wrong)
        }
    }

    private func translate(_ talk: inout Talk, _ fields: Fields) {
        if let prompt = fields.required("prompt") { talk.prompt = log.prose(prompt) }
        let hints = fields.all("hint")
        if !hints.isEmpty {
            if hints.count == talk.hints.count {
                talk.hints = hints.map { log.prose($0.value) }
            } else {
                log.report("The original has \(talk.hints.count) hints, this \(hints.count).", at: hints[0].key)
            }
        }
        if let why = fields.all("why").first { talk.why = log.prose(why.value) }
    }

    /// A sentence finds its form by how the original writes it.
    private func translate(_ wrong: inout [WrongForm], _ fields: Fields) {
        for field in fields.all("wrong") {
            guard let (form, sentence) = split(field.value) else { continue }
            if let index = wrong.firstIndex(where: { $0.form.source.text == form.text }) {
                wrong[index].sentence = log.prose(sentence)
            } else {
                log.report("The original has no such wrong form.", at: form, hint: "copy the form as the original writes it")
            }
        }
    }

    // MARK: Texts

    /// `"closed form = samples" => "闭式解 = 采样"`, a line each.
    mutating func takeTexts(_ block: Frame.Block) {
        guard let original else {
            return log.report("A texts block belongs to a translation.", line: block.line, hint: "labels of the original stand in its code")
        }
        if !block.info.text.isEmpty { log.report("A texts block has no attributes.", at: block.info) }
        let known = original.textsInCode
        for (index, line) in SourceLines(block.body.text).lines.enumerated() {
            let line = Passage(String(line), line: block.body.line + index, column: block.body.column).trimmed
            if line.text.isEmpty || line.text.hasPrefix("#") { continue }
            guard let (key, value) = pair(line) else {
                log.report("This line is no \"text\" => \"translation\".", at: line)
                continue
            }
            if !known.contains(key) {
                let nearest = nearestNames(to: key, among: known).first
                log.report("No cell of the original holds the text \"\(key.prefix(80))\".", at: line, hint: nearest.map { "did you mean \"\($0)\"?" })
            } else if lesson.texts.updateValue(value, forKey: key) != nil {
                log.report("The text \"\(key.prefix(80))\" is translated twice.", at: line)
            }
        }
    }

    /// Both sides are texts of the cell language.
    private func pair(_ line: Passage) -> (key: String, value: String)? {
        var start = line.text.startIndex
        // A text may hold an arrow itself; a few tries settle where the line's own stands.
        for _ in 0..<8 {
            guard let arrow = line.text[start...].firstRange(of: "=>") else { break }
            let (left, right) = (Passage(String(line.text[..<arrow.lowerBound]), line: 1).trimmed.text, Passage(String(line.text[arrow.upperBound...]), line: 1).trimmed.text)
            if let key = textKey(left), let value = textKey(right) { return (key, value) }
            start = arrow.upperBound
        }
        return nil
    }

    private func textKey(_ source: String) -> String? {
        guard let expression = try? Expression.parse(source), case .text = expression.form else { return nil }
        return expression.textKey(in: source)
    }

    // MARK: The frame

    /// Same id and version, same steps, and in each the same blocks in the same order.
    mutating func finishTranslation() {
        guard let original else { return }
        if !lesson.front.id.isEmpty, lesson.front.id != original.front.id {
            log.report("The original's id is \"\(original.front.id)\".", line: 1, hint: "write id: \(original.front.id)")
        }
        if lesson.front.version != original.front.version {
            log.report("The original is version \(original.front.version), this translates version \(lesson.front.version).", line: 1, hint: "bring the text up to date, then write version: \(original.front.version)")
        }
        if lesson.steps.count != original.steps.count {
            log.report("The original has \(original.steps.count) steps, this \(lesson.steps.count).", line: lesson.steps.last?.line ?? 1)
        }
        for (index, (step, other)) in zip(lesson.steps, original.steps).enumerated() {
            if step.isDeeper != other.isDeeper {
                log.report("In the original this step stands \(other.isDeeper ? "below" : "above") \"# Going deeper\".", at: step.title.passage)
            }
            compare(outline[index], other.elements.compactMap(\.id), step)
        }
        let front = lesson.front
        lesson.front = original.front
        lesson.front.title = front.title
        lesson.front.plan = front.plan ?? original.front.plan
    }

    private func compare(_ blocks: [(id: String, line: Int)], _ ids: [String], _ step: Step) {
        for (block, id) in zip(blocks, ids) where block.id != id {
            return log.report("The original has the block \"\(id)\" here, this \"\(block.id)\".", line: block.line, hint: "keep the original's blocks, in its order")
        }
        if blocks.count < ids.count {
            log.report("The block \"\(ids[blocks.count])\" of the original is missing in this step.", at: step.title.passage, hint: "name it by an empty block with its id")
        } else if blocks.count > ids.count {
            log.report("The original has no block \"\(blocks[ids.count].id)\" in this step.", line: blocks[ids.count].line)
        }
    }
}

extension Expression {
    /// How a text is known to translations: its words, or its source where it holds values.
    package func textKey(in source: String) -> String {
        literalText ?? String(decoding: Array(source.utf8)[span.start + 1..<span.end - 1], as: UTF8.self)
    }
}

extension Lesson {
    /// Every text that stands in the code of cells and labs.
    var textsInCode: Set<String> {
        var texts: Set<String> = []
        func gather(_ code: Code) {
            func walk(_ expression: Expression) {
                if case .text = expression.form { texts.insert(expression.textKey(in: code.source.text)) }
                expression.form.forEachChild(walk)
            }
            for statement in code.program.statements {
                if case .knob(let knob) = statement.form, let text = knob.text { texts.insert(text) }
                statement.form.forEachChild(walk)
            }
        }
        for element in steps.flatMap(\.elements) {
            switch element {
            case .cell(let cell): gather(cell.code)
            case .lab(let lab): [lab.start, lab.solution, lab.check].forEach(gather)
            default: break
            }
        }
        return texts
    }
}
