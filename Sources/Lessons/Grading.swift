import Autodiff
import Cells

/// What an answer is worth.
public enum Verdict: Sendable {
    case right
    /// Wrong in a way that is known, with the sentence for it.
    case known(Prose)
    case wrong
    /// It cannot be read or evaluated: nothing is held against the learner.
    case unreadable(CellError, source: String)
}

extension LessonSession {
    /// Grades an answer as the learner typed it: the number or letter of a choice, a number, an expression.
    public func grade(_ answer: String, to question: Question) -> Verdict {
        switch question.kind {
        case .choice(let choices, let right):
            guard let picked = choiceIndex(answer, among: choices.map(\.text)) else {
                return .unreadable(CellError("Type the number of a choice, 1 to \(choices.count).", at: Span(0, answer.utf8.count)), source: answer)
            }
            return picked == right ? .right : .wrong
        case .number(let formula, let tolerance, let wrong):
            return graded(answer, formula, wrong) { try numbersAgree($0, $1, tolerance) }
        case .expression(let formula, let ranges, let wrong):
            let points = samplePoints(ranges, name: question.id)
            return graded(answer, formula, wrong) { try formsAgree($0, $1, points) }
        }
    }

    private typealias Side = (expression: Expression, source: String)

    private func graded(
        _ answer: String, _ formula: Formula, _ wrong: [WrongForm], agree: (Side, Side) throws -> Bool
    ) -> Verdict {
        do {
            let given = (try Expression.parse(answer), answer)
            if try agree(given, (formula.expression, formula.source.text)) { return .right }
            for form in wrong where try agree(given, (form.form.expression, form.form.source.text)) { return .known(form.sentence) }
            return .wrong
        } catch let error as CellError {
            return .unreadable(error, source: answer)
        } catch {
            return .unreadable(CellError("The answer could not be evaluated.", at: Span(0, answer.utf8.count)), source: answer)
        }
    }

    private func numbersAgree(_ a: Side, _ b: Side, _ tolerance: Double) throws -> Bool {
        let given = try values(of: a.expression, source: a.source, under: [[:]])[0]
        guard let x = given.number else {
            throw CellError("A number is asked for, and this is \(given.kind).", at: Span(0, a.source.utf8.count))
        }
        guard let y = try values(of: b.expression, source: b.source, under: [[:]])[0].number else { return false }
        return x == y || abs(x - y) <= tolerance
    }

    /// Two forms are one if they have the same value wherever it was tried: at random points of the ranges and at all
    /// their corners. Where neither has a value nothing is learnt.
    private func formsAgree(_ a: Side, _ b: Side, _ points: [[String: Value]]) throws -> Bool {
        let left = try values(of: a.expression, source: a.source, under: points)
        let right = try values(of: b.expression, source: b.source, under: points)
        var compared = 0
        for (x, y) in zip(left, right) {
            guard let x = x.tensor, let y = y.tensor, x.shape == y.shape else { return false }
            for (p, q) in zip(x.scalars, y.scalars) {
                if p.isNaN, q.isNaN { continue }
                if p == q {
                    compared += 1
                    continue
                }
                guard p.isFinite, q.isFinite, abs(p - q) <= 1e-9 * max(1, abs(q)) else { return false }
                compared += 1
            }
        }
        return compared > 0
    }

    private func samplePoints(_ ranges: [VariableRange], name: String) -> [[String: Value]] {
        var stream = RandomStream(seed: seed, name: "question " + name)
        var points = (0..<32).map { _ in
            Dictionary(uniqueKeysWithValues: ranges.map { range in
                (range.name, Value.number(range.lower + stream.uniform() * (range.upper - range.lower)))
            })
        }
        // All corners while they are few; the two outermost in any case.
        let corners = ranges.count <= 6 ? Array(0..<(1 << ranges.count)) : [0, -1]
        for corner in corners {
            points.append(Dictionary(uniqueKeysWithValues: ranges.enumerated().map { position, range in
                (range.name, Value.number(corner >> position & 1 == 0 ? range.lower : range.upper))
            }))
        }
        return points
    }
}

/// A choice by its number, its letter, or its own words.
public func choiceIndex(_ answer: String, among choices: [String]) -> Int? {
    let typed = answer.filter { !$0.isWhitespace }.lowercased()
    if let number = Int(typed), choices.indices.contains(number - 1) { return number - 1 }
    if typed.count == 1, let scalar = typed.unicodeScalars.first, ("a"..."z").contains(scalar) {
        let index = Int(scalar.value) - 97
        if choices.indices.contains(index) { return index }
    }
    return choices.firstIndex { $0.filter { !$0.isWhitespace }.lowercased() == typed }
}
