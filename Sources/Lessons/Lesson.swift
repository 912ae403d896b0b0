import Cells

/// A lesson as its file tells it; a translated one has the texts of its translation and the code of the original.
public struct Lesson: Sendable {
    public var path: String
    public var front = FrontMatter()
    public var steps: [Step] = []
    /// Translations of the labels, titles, captions and knob texts in code. Texts with values in braces are written as in
    /// the source, `at {k}`, on both sides.
    public var texts: [String: String] = [:]

    public init(path: String) { self.path = path }
}

public struct FrontMatter: Sendable, Hashable {
    public var id = ""
    public var version = 1
    public var title = ""
    public var seed: UInt64 = 0
    public var minutes: Int?
    /// Ids of lessons that come before.
    public var needs: [String] = []
    public var sources: [String] = []
    /// The teacher's plan of the lesson, in Markdown.
    public var plan: String?

    public init() {}
}

public struct Step: Sendable {
    public var title: Prose
    /// Passed over in class.
    public var isDeeper: Bool
    public var elements: [Element] = []

    public var line: Int { title.passage.line }
}

public enum Element: Sendable {
    case prose(Prose)
    /// LaTeX between `$$`.
    case math(Passage)
    case cell(Cell)
    case ask(Question)
    case predict(Prediction)
    case lab(Lab)
    /// For the teacher alone.
    case note(Passage)
}

/// Markdown with inline values.
public struct Prose: Sendable {
    public var passage: Passage
    /// In the order of the text.
    public var values: [InlineValue]

    public var text: String { passage.text }

    /// The text with each value written out by `show`.
    public func filled(_ show: (InlineValue) throws -> String) rethrows -> String {
        let bytes = Array(passage.text.utf8)
        var result: [UInt8] = []
        var start = 0
        for value in values {
            result += bytes[start..<value.span.start]
            result += Array(try show(value).utf8)
            start = value.span.end
        }
        result += bytes[start...]
        return String(decoding: result, as: UTF8.self)
    }
}

/// `` `= expr : .3f` `` in prose.
public struct InlineValue: Sendable {
    /// In the prose, backticks included.
    public var span: Span
    public var formula: Formula
    package var format: Format?
}

/// An expression with its source.
public struct Formula: Sendable {
    public var source: Passage
    public var expression: Expression
}

/// Statements with their source.
public struct Code: Sendable {
    public var source: Passage
    public var program: Program
}

public struct Cell: Sendable {
    public var id: String
    public var code: Code
    /// Whether `check --quick` runs it.
    public var isQuick = true
    /// Seconds that it may take.
    public var budget: Double?
    public var line: Int
}

public struct Question: Sendable {
    public var id: String
    public var kind: Kind
    public var talk: Talk
    public var line: Int

    public enum Kind: Sendable {
        case choice([Prose], right: Int)
        case number(answer: Formula, tolerance: Double, wrong: [WrongForm])
        case expression(answer: Formula, ranges: [VariableRange], wrong: [WrongForm])
    }
}

/// What is said around a question.
public struct Talk: Sendable {
    public var prompt: Prose
    public var hints: [Prose]
    public var why: Prose?
}

/// A wrong answer that is known, and the sentence for it.
public struct WrongForm: Sendable {
    public var form: Formula
    public var sentence: Prose
}

public struct VariableRange: Sendable, Hashable {
    public var name: String
    public var lower: Double
    public var upper: Double

    public init(name: String, lower: Double, upper: Double) {
        (self.name, self.lower, self.upper) = (name, lower, upper)
    }
}

public struct Prediction: Sendable {
    public var id: String
    /// The id of the cell that stays closed until the guess.
    public var cell: String
    public var talk: Talk
    public var choices: [Prose]
    /// Evaluated after the cell has run, to the text of one of the choices as the original file writes them.
    public var answer: Formula
    /// The choices as the original file writes them.
    public var keys: [String]
    public var line: Int
}

public struct Lab: Sendable {
    public var id: String
    public var talk: Talk
    public var start: Code
    public var solution: Code
    public var check: Code
    public var line: Int
}

extension Element {
    /// Of a cell or a question.
    public var id: String? {
        switch self {
        case .cell(let cell): cell.id
        case .ask(let question): question.id
        case .predict(let prediction): prediction.id
        case .lab(let lab): lab.id
        case .prose, .math, .note: nil
        }
    }

    var kind: BlockKind? {
        switch self {
        case .cell: .cell
        case .ask: .ask
        case .predict: .predict
        case .lab: .lab
        case .prose, .math, .note: nil
        }
    }
}

extension Lesson {
    public var cells: [Cell] {
        steps.flatMap(\.elements).compactMap { if case .cell(let cell) = $0 { cell } else { nil } }
    }
}

enum BlockKind: String, CaseIterable, Sendable {
    case cell, ask, predict, lab, texts
}
