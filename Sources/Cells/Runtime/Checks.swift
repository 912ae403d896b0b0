import Autodiff
import Probability

/// What a `check` found.
public struct CheckOutcome: Sendable {
    public enum Mode: String, Sendable { case exact, estimate, boolean }

    public var label: String
    public var mode: Mode
    public var measured: Value
    public var expected: Value
    /// Of a condition that compares two numbers: both, as in `0.0138 < 0.05`.
    public var comparison: String?
    /// The largest over the elements; nil for a condition.
    public var error: Double?
    public var tolerance: Double?
    public var passed: Bool
    /// For an estimate: the standard error, how many of them apart the sides are, and how many are allowed.
    public var standardError: Double?
    public var z: Double?
    public var limit: Double?
    /// Why it failed, where more can be said than the numbers do.
    public var note: String?
    /// Whether a wrong measurement made it fail; nil where that was not tried.
    public var canFail: Bool?
}

struct CheckTolerance {
    var absolute: Double?
    var relative: Double?
    var standardErrors: Double?
}

struct Closeness {
    var mode = CheckOutcome.Mode.exact
    var error = 0.0
    var tolerance = 0.0
    var passed = true
    var standardError: Double?
    var z: Double?
    var limit: Double?
    var hasNaN = false
}

extension Evaluator {
    func run(_ check: Check, at span: Span) throws -> CheckOutcome {
        var label: String?
        if let expression = check.label, case .text(let text) = try evaluate(expression) { label = text }
        switch check.claim {
        case .condition(let expression):
            let (value, comparison) = try compared(expression)
            let passed: Bool
            switch value {
            case .boolean(let flag): passed = flag
            case .tensor(let x): passed = x.count > 0 && x.buffer.allSatisfy { $0 != 0 && !$0.isNaN }
            default: throw CellError("A check needs a condition, and this is \(value.kind).", at: expression.span)
            }
            return CheckOutcome(
                label: label ?? sourceText(expression.span), mode: .boolean, measured: value, expected: .boolean(true), comparison: comparison, passed: passed,
                canFail: options.provesChecks ? canFail(expression) : nil)
        case .close(let left, let right, let bounds, let whole):
            let measured = try evaluate(left), expected = try evaluate(right)
            let tolerance = CheckTolerance(
                absolute: try bounds.absolute.map(bound), relative: try bounds.relative.map(bound),
                standardErrors: try bounds.standardErrors.map(bound))
            let found = try closeness(measured, expected, tolerance, at: whole)
            return CheckOutcome(
                label: label ?? sourceText(whole), mode: found.mode, measured: measured, expected: expected,
                error: found.error, tolerance: found.tolerance, passed: found.passed,
                standardError: found.standardError, z: found.z, limit: found.limit,
                note: found.hasNaN ? originOfNaN([left, right]) : nil,
                canFail: options.provesChecks
                    ? sourceText(left.span) != sourceText(right.span) && canFail(measured, expected, tolerance, at: whole) : nil)
        }
    }

    /// A condition's value, and the two numbers that it compares where it does no more.
    private func compared(_ condition: Expression) throws -> (value: Value, comparison: String?) {
        guard case .operation(let first, let rest) = condition.form, rest.count == 1, let operand = rest.first, operand.sign.compares, operand.sign != .close else {
            return (try evaluate(condition), nil)
        }
        let left = try evaluate(first), right = try evaluate(operand.value)
        let value = try apply(operand.sign, left, right, at: operand.signSpan)
        guard let a = left.shown, let b = right.shown, case .boolean(let holds) = value else { return (value, nil) }
        return (value, holds ? "\(a) \(operand.sign.rawValue) \(b)" : "not \(a) \(operand.sign.rawValue) \(b)")
    }

    private func bound(_ expression: Expression) throws -> Double {
        guard let number = try evaluate(expression).number, number >= 0 else {
            throw CellError("A tolerance is a number, and not negative.", at: expression.span)
        }
        return number
    }

    func sourceText(_ span: Span) -> String {
        let source = text.source.utf8
        let start = source.index(source.startIndex, offsetBy: span.start)
        return String(decoding: source[start..<source.index(start, offsetBy: span.end - span.start)], as: UTF8.self)
    }

    /// |a − b| ≤ tol + rtol·|b| for every element; for estimates |a − b| ≤ K standard errors, both in quadrature.
    func closeness(_ a: Value, _ b: Value, _ tolerance: CheckTolerance, at span: Span) throws -> Closeness {
        let isEstimate = [a, b].contains { if case .estimate = $0 { true } else { false } }
        switch (a, b) {
        case (.list(let left), .list(let right)): return try closeness(left, right, tolerance, at: span)
        // `grad(y, [a, b]) ~= [1, 2]`: a literal of numbers is a tensor.
        case (.list(let left), .tensor(let right)) where right.rank > 0: return try closeness(left, items(of: .tensor(right), at: span), tolerance, at: span)
        case (.tensor(let left), .list(let right)) where left.rank > 0: return try closeness(items(of: .tensor(left), at: span), right, tolerance, at: span)
        default: break
        }
        guard let (left, leftError) = parts(a), let (right, rightError) = parts(b) else {
            throw CellError(
                "\"~=\" compares numbers, and here are \(a.kind) and \(b.kind).", at: span, hint: "compare texts and truth values with ==")
        }
        if !isEstimate, tolerance.standardErrors != nil {
            throw CellError(
                "\"within … se\" needs an estimate on one side.", at: span, hint: "make one with estimate(samples), or say tol 1e-9")
        }
        if isEstimate, tolerance.absolute != nil || tolerance.relative != nil {
            throw CellError(
                "An estimate is compared within standard errors, not within a tolerance.", at: span, hint: "say within 4 se, or take .value")
        }
        let shape = try located(span) { try (left + right).shape }
        guard shape.count > 0 || left.count == right.count else {
            throw CellError("There is nothing to compare: one side has no elements.", at: span)
        }
        let (a, b, ea, eb) = try located(span) {
            (try broadcast(left, to: shape), try broadcast(right, to: shape), try broadcast(leftError, to: shape), try broadcast(rightError, to: shape))
        }
        let neither = tolerance.absolute == nil && tolerance.relative == nil
        let absolute = tolerance.absolute ?? (neither ? 1e-9 : 0), relative = tolerance.relative ?? (neither ? 1e-9 : 0)
        let limit = tolerance.standardErrors ?? 4

        var found = Closeness(mode: isEstimate ? .estimate : .exact)
        if isEstimate { (found.limit, found.z, found.standardError) = (limit, 0, 0) }
        for i in 0..<shape.count {
            let (p, q) = (a.buffer[i], b.buffer[i])
            let error = p == q ? 0 : (p - q).magnitude
            var bound = q.isInfinite ? absolute : absolute + relative * q.magnitude
            if isEstimate {
                let (sp, sq) = (ea.buffer[i], eb.buffer[i])
                let se = (sp * sp + sq * sq).squareRoot()
                bound = limit * se
                let z = error == 0 ? 0 : error / se
                if z.isNaN || z >= found.z! { (found.z, found.standardError) = (z, se) }
            }
            let holds = p == q || (error.isFinite && error <= bound)
            if p.isNaN || q.isNaN { found.hasNaN = true }
            found.passed = found.passed && holds
            if error.isNaN || error > found.error { found.error = error }
            if bound.isNaN || bound > found.tolerance { found.tolerance = bound }
        }
        return found
    }

    private func closeness(_ a: [Value], _ b: [Value], _ tolerance: CheckTolerance, at span: Span) throws -> Closeness {
        guard a.count == b.count else {
            throw CellError("The lists have \(a.count) and \(b.count) items.", at: span)
        }
        var total = Closeness()
        for (x, y) in zip(a, b) {
            let one = try closeness(x, y, tolerance, at: span)
            if one.mode == .estimate { total.mode = .estimate }
            total.passed = total.passed && one.passed
            total.error = one.error.isNaN ? .nan : max(total.error, one.error)
            total.tolerance = max(total.tolerance, one.tolerance)
            if let z = one.z, z >= total.z ?? 0 { (total.z, total.standardError, total.limit) = (z, one.standardError, one.limit) }
            total.hasNaN = total.hasNaN || one.hasNaN
        }
        return total
    }

    private func parts(_ value: Value) -> (Tensor<Double>, Tensor<Double>)? {
        if case .estimate(let estimate) = value { return (estimate.value.detached, estimate.standardError.detached) }
        return value.tensor.map { ($0.detached, Tensor(0)) }
    }

    /// The first operation that makes a NaN when the claim is worked out once more under the engine's watch.
    private func originOfNaN(_ expressions: [Expression]) -> String {
        // Neither its draws nor its lines count a second time.
        let before = (stream, outcome)
        defer { (stream, outcome) = before }
        for expression in expressions {
            do {
                _ = try FiniteWatch.run { try evaluate(expression) }
            } catch let error as CellError {
                return "NaN is never close to anything. \(error.message)"
            } catch {}
        }
        return "NaN is never close to anything: it came in with a name of this check."
    }
}

extension Value {
    /// A single number, or an estimate of one, in a few digits.
    fileprivate var shown: String? {
        switch self {
        case .tensor(let x) where x.rank == 0: return shortNumber(x.item, digits: 4)
        case .estimate(let estimate) where estimate.value.rank == 0:
            let (value, error) = roundedTogether(estimate.value.item, estimate.standardError.item)
            return "\(value) ± \(error)"
        default: return nil
        }
    }
}
