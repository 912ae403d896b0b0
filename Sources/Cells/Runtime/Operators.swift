import Autodiff
import Probability

extension Evaluator {
    /// `a op b op c`, from the left.
    func operation(_ first: Expression, _ rest: [Operand]) throws -> Value {
        var result = try evaluate(first)
        for operand in rest {
            let right = try evaluate(operand.value)
            result = try apply(operand.sign, result, right, at: operand.signSpan)
        }
        return result
    }

    func negated(_ operand: Expression, at span: Span) throws -> Value {
        let value = try evaluate(operand)
        if case .estimate(let estimate) = value { return .estimate(try located(span) { try -estimate }) }
        guard let x = value.tensor else { throw CellError("\(value.kind.capitalisedFirst) cannot be negated.", at: operand.span) }
        return .tensor(try located(span) { try -x })
    }

    func apply(_ sign: Operator, _ left: Value, _ right: Value, at span: Span) throws -> Value {
        switch sign {
        case .equal, .notEqual:
            if let same = sameness(left, right) { return .boolean(same == (sign == .equal)) }
        case .close:
            let comparison = try closeness(left, right, CheckTolerance(), at: span)
            return .boolean(comparison.passed)
        default: break
        }
        if let a = left.tensor, let b = right.tensor { return try located(span) { try apply(sign, a, b) } }
        if let value = try located(span, { try applyToEstimates(sign, left, right) }) { return value }
        throw CellError(
            "\"\(sign.rawValue)\" does not join \(left.kind) and \(right.kind).", at: span, hint: hint(sign, left, right))
    }

    private func apply(_ sign: Operator, _ a: Tensor<Double>, _ b: Tensor<Double>) throws -> Value {
        switch sign {
        case .add: .tensor(try a + b)
        case .subtract: .tensor(try a - b)
        case .multiply: .tensor(try a * b)
        case .divide: .tensor(try a / b)
        case .power: .tensor(try pow(a, b))
        case .matrixProduct: .tensor(try matrixProduct(a, b))
        case .equal: try comparison(a, b, .equal)
        case .notEqual: try comparison(a, b, .notEqual)
        case .less: try comparison(a, b, .less)
        case .lessOrEqual: try comparison(a, b, .lessOrEqual)
        case .greater: try comparison(a, b, .greater)
        case .greaterOrEqual: try comparison(a, b, .greaterOrEqual)
        case .close: .nothing
        }
    }

    /// Two numbers compare to true or false; tensors, element by element, to ones and zeros.
    private func comparison(_ a: Tensor<Double>, _ b: Tensor<Double>, _ comparison: Comparison) throws -> Value {
        let result = try compare(a, b, comparison)
        return result.rank == 0 ? .boolean(result.item != 0) : .tensor(result)
    }

    private func applyToEstimates(_ sign: Operator, _ left: Value, _ right: Value) throws -> Value? {
        switch (left, right) {
        case (.estimate(let a), .estimate(let b)):
            switch sign {
            case .add: .estimate(try a + b)
            case .subtract: .estimate(try a - b)
            case .multiply: .estimate(try a * b)
            case .divide: .estimate(try a / b)
            default: nil
            }
        case (.estimate(let a), _):
            switch (sign, right.tensor) {
            case (.add, let b?): .estimate(try a + b)
            case (.subtract, let b?): .estimate(try a - b)
            case (.multiply, let b?): .estimate(try a * b)
            case (.divide, let b?): .estimate(try a / b)
            default: nil
            }
        case (_, .estimate(let b)):
            switch (sign, left.tensor) {
            case (.add, let a?): .estimate(try a + b)
            case (.subtract, let a?): .estimate(try a - b)
            case (.multiply, let a?): .estimate(try a * b)
            case (.divide, let a?): .estimate(try a / b)
            default: nil
            }
        default: nil
        }
    }

    /// Equality of things that are not numbers; nil where both are.
    private func sameness(_ a: Value, _ b: Value) -> Bool? {
        switch (a, b) {
        case (.text(let a), .text(let b)): a == b
        case (.boolean(let a), .boolean(let b)): a == b
        case (.text, _), (_, .text): false
        case (.list(let a), .list(let b)):
            a.count == b.count && zip(a, b).allSatisfy { x, y in
                if let same = sameness(x, y) { return same }
                guard let x = x.tensor, let y = y.tensor else { return false }
                return x.shape == y.shape && x.scalars == y.scalars
            }
        default: nil
        }
    }

    private func hint(_ sign: Operator, _ left: Value, _ right: Value) -> String? {
        switch (left, right) {
        case (.estimate, _), (_, .estimate): "take the value alone with .value"
        case (.text, _), (_, .text): sign == .add ? "put values into a text with {}: \"{a}{b}\"" : nil
        case (.list, _), (_, .list): "a list is no tensor: its items are of different shapes or kinds"
        case (.function, _), (_, .function): "call it first, with ( )"
        default: nil
        }
    }

    /// Runs an operation of the engine; what it refuses is an error at this place.
    func located<Result>(_ span: Span, _ body: () throws -> Result) throws -> Result {
        do {
            let result = try body()
            try refuseUnfinished(at: span)
            return result
        } catch let error as TensorError {
            throw CellError(error.description.capitalisedFirst + ".", at: span, hint: error.hint)
        } catch let error as ProbabilityError {
            throw CellError(error.description.capitalisedFirst + ".", at: span, hint: error.hint)
        }
    }
}
