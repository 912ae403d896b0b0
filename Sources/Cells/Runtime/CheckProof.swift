import Autodiff
import Probability

// A check that cannot fail proves nothing. Here each is shown a wrong measurement, and has to refuse it.

extension Evaluator {
    /// Whether `~=` refuses a measurement that is off by its own size (by 1, where it is 0).
    func canFail(_ measured: Value, _ expected: Value, _ tolerance: CheckTolerance, at span: Span) -> Bool {
        guard let wrong = perturbed(measured).first else { return false }
        return (try? closeness(wrong, expected, tolerance, at: span).passed) == false
    }

    /// Whether a condition turns false when one of the values in it is another: the left side of a comparison, or what a
    /// name in it stands for.
    func canFail(_ condition: Expression) -> Bool {
        // What is tried here leaves no trace: no draws, no lines.
        let before = (stream, outcome)
        defer { (stream, outcome) = before }
        if case .operation(let left, let rest) = condition.form, rest.count == 1, let value = try? evaluate(left) {
            for wrong in perturbed(value) {
                guard let right = try? evaluate(rest[0].value), let verdict = try? apply(rest[0].sign, wrong, right, at: condition.span) else { continue }
                if isFalse(verdict) { return true }
            }
        }
        for name in condition.freeNames {
            guard let value = scope.value(of: name) else { continue }
            for wrong in perturbed(value) {
                let outer = scope
                scope = Scope(.closed, in: outer)
                scope.define(name, wrong)
                let verdict = try? evaluate(condition)
                scope = outer
                if let verdict, isFalse(verdict) { return true }
            }
        }
        if case .all(let parts) = condition.form { return parts.allSatisfy(canFail) }
        if case .any(let parts) = condition.form { return parts.allSatisfy(canFail) }
        if case .not(let part) = condition.form { return canFail(part) }
        return false
    }

    private func isFalse(_ verdict: Value) -> Bool {
        switch verdict {
        case .boolean(let flag): !flag
        case .tensor(let x): x.buffer.contains { $0 == 0 || $0.isNaN }
        default: false
        }
    }

    /// Wrong values in place of a right one, the nearest first.
    private func perturbed(_ value: Value) -> [Value] {
        switch value {
        case .boolean(let flag): return [.boolean(!flag)]
        case .text(let text): return [.text(text + "?")]
        case .estimate(let estimate):
            return perturbed(.tensor(estimate.value)).compactMap { wrong in
                wrong.tensor.map { .estimate(Estimate(value: $0, standardError: estimate.standardError, count: estimate.count)) }
            }
        case .list(let items):
            let wrong = items.map(perturbed)
            return (0..<(wrong.map(\.count).min() ?? 0)).map { k in .list(wrong.map { $0[k] }) }
        case .tensor(let x):
            let size = x.buffer.map(\.magnitude).filter(\.isFinite).max() ?? 0
            let step = Tensor(size == 0 ? 1 : size)
            let factors: [Double] = [1, -2, 1000, -1000]
            let shifted = factors.compactMap { factor in (try? x.detached + Tensor(factor) * step).map(Value.tensor) }
            guard !x.buffer.allSatisfy(\.isFinite) else { return shifted }
            // An infinity moved by any step is one still.
            let tamed = try? Tensor(x.scalars.map { $0.isFinite ? $0 : 0 }, shape: x.shape)
            return (tamed.map { [.tensor($0)] } ?? []) + shifted
        default: return []
        }
    }
}
