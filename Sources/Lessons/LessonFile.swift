import Cells

/// Reads lesson files. What is broken is left out of the lesson and told in the problems, all of them.
public enum LessonFile {
    public static func parse(_ text: String, path: String) -> (lesson: Lesson, problems: [Problem]) {
        var reader = LessonReader(path: path, original: nil)
        return reader.read(text)
    }

    /// A translation such as `lesson.zh.md`: its prose, with the code and the answers of the original.
    public static func parseTranslation(_ text: String, path: String, of original: Lesson) -> (lesson: Lesson, problems: [Problem]) {
        var reader = LessonReader(path: path, original: original)
        return reader.read(text)
    }

    /// Bytes of a file as text; the problem says where they are no UTF-8.
    public static func decode(_ bytes: some Sequence<UInt8>, path: String) throws(Problem) -> String {
        let bytes = Array(bytes)
        do throws(CellError) { return try Program.source(decoding: bytes) } catch {
            let place = Passage(String(decoding: bytes[..<error.span.start], as: UTF8.self), line: 1).position(of: error.span.start)
            throw Problem(path: path, line: place.line, column: place.column, message: error.message, hint: error.hint)
        }
    }
}

struct LessonReader {
    let log: ProblemLog
    let original: Lesson?
    var lesson: Lesson
    private var isDeeper = false
    private var saidEarly = false
    /// Every block's id, and the line of its fence.
    private var lineOfID: [String: Int] = [:]
    /// In the order of the file, those of broken blocks too.
    private var cellIDs: [String: Int] = [:]
    private var predictions: [(of: Passage, order: Int)] = []
    private var order = 0
    /// The blocks of each step, for the comparison with the original.
    var outline: [[(id: String, line: Int)]] = []

    init(path: String, original: Lesson?) {
        log = ProblemLog(path: path)
        self.original = original
        lesson = Lesson(path: path)
    }

    mutating func read(_ text: String) -> (lesson: Lesson, problems: [Problem]) {
        let lines = SourceLines(text).lines
        refuseControls(lines)
        let (front, next) = FrontMatter.read(lines, isTranslation: original != nil, log)
        lesson.front = front
        let (frames, problems) = FrameScanner.scan(lines, from: next, path: log.path)
        log.add(problems)
        for frame in frames { take(frame) }
        if lesson.steps.isEmpty { log.report("The lesson has no step.", line: max(1, min(next + 1, lines.count)), hint: "a step starts with ## and its title") }
        for (step, blocks) in zip(lesson.steps, outline) where step.elements.isEmpty && blocks.isEmpty {
            log.report("This step is empty.", at: step.title.passage)
        }
        if original == nil { checkPredictions() } else { finishTranslation() }
        return (lesson, log.sorted)
    }

    /// Shown, they would move the reader's cursor.
    private func refuseControls(_ lines: [Substring]) {
        for (index, line) in lines.enumerated() {
            guard let place = line.utf8.firstIndex(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) else { continue }
            let offset = line.utf8.distance(from: line.startIndex, to: place)
            let position = Passage(String(line), line: index + 1).position(of: offset)
            log.report("A control character stands here.", line: position.line, column: position.column, hint: "delete it")
        }
    }

    // MARK: Frames

    private mutating func take(_ frame: Frame) {
        switch frame {
        case .heading(level: 1, let title):
            if original == nil, title.text != "Going deeper" {
                log.report("A heading of one # is \"# Going deeper\" alone.", at: title, hint: "the lesson's title stands in the front matter, a step starts with ##")
            } else if isDeeper {
                log.report("\"# Going deeper\" stands twice.", at: title)
            }
            isDeeper = true
        case .heading(_, let title):
            if title.text.isEmpty { log.report("The step has no title.", at: title, hint: "write ## and a few words") }
            lesson.steps.append(Step(title: log.prose(title), isDeeper: isDeeper))
            outline.append([])
        case .prose(let passage):
            if inStep(passage) { append(.prose(log.prose(passage))) }
        case .math(let passage):
            if passage.text.isEmpty { log.report("The formula is empty.", at: passage) }
            if inStep(passage) { append(.math(passage)) }
        case .comment(let passage):
            take(comment: passage)
        case .block(let block):
            if inStep(Passage("", line: block.line)) { take(block) }
        }
    }

    private mutating func inStep(_ passage: Passage) -> Bool {
        if !lesson.steps.isEmpty { return true }
        if !saidEarly { log.report("This stands before the first step.", at: passage, hint: "a step starts with ## and its title") }
        saidEarly = true
        return false
    }

    private mutating func append(_ element: Element) { lesson.steps[lesson.steps.count - 1].elements.append(element) }

    private mutating func take(comment passage: Passage) {
        let inside = passage.trimmed
        let word = inside.text.prefix { $0.isLetter }
        guard !word.isEmpty, inside.text.dropFirst(word.count).first == ":" else { return }
        guard word == "note" else { return log.unknown("comment", inside.part(0..<word.utf8.count), known: ["note"]) }
        let note = inside.part(word.utf8.count + 1..<inside.text.utf8.count).trimmed
        if inStep(passage) { append(.note(note)) }
    }

    private mutating func take(_ block: Frame.Block) {
        if block.kind == .texts { return takeTexts(block) }
        let attributes = Attributes(block.info, known: original == nil ? Self.attributes[block.kind] ?? [] : ["id"], log)
        guard let id = attributes.identifier("id", line: block.line, log) else { return }
        if let line = lineOfID[id.text] {
            return log.report("The id \"\(id.text)\" is taken by the block of line \(line).", at: id, hint: "every block has an id of its own")
        }
        lineOfID[id.text] = block.line
        order += 1
        outline[outline.count - 1].append((id.text, block.line))
        if block.kind == .cell { cellIDs[id.text] = order }
        if block.kind == .predict, original == nil, let cell = attributes.identifier("of", line: block.line, log) { predictions.append((cell, order)) }
        if let element = original == nil ? element(of: block, id.text, attributes) : translation(of: block, id) { append(element) }
    }

    private static let attributes: [BlockKind: [String]] = [
        .cell: ["id", "quick", "budget"], .ask: ["id", "kind", "vars", "tol"], .predict: ["id", "of"], .lab: ["id"],
    ]

    private func checkPredictions() {
        for (cell, order) in predictions {
            guard let place = cellIDs[cell.text] else {
                let nearest = nearestNames(to: cell.text, among: cellIDs.keys).first
                log.report("There is no cell \"\(cell.text)\".", at: cell, hint: nearest.map { "did you mean \($0)?" })
                continue
            }
            if place < order { log.report("The cell \"\(cell.text)\" stands before its prediction.", at: cell, hint: "a guess comes before what it guesses") }
        }
    }
}
