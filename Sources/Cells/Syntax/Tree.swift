// The tree of a cell. Chains of operators of one rank are flat (`a + b - c` is one node), and so are `if … else if …`:
// a program is as deep as its brackets, never as deep as it is long, and `Expression.heightLimit` bounds that depth.

/// One cell.
public struct Program: Sendable {
    package let statements: [Statement]

    public var isEmpty: Bool { statements.isEmpty }
}

/// A name where it stands in the source. `π` reads as `pi`, and the micro sign as the letter μ.
package struct Name: Sendable, Hashable {
    package let text: String
    package let span: Span
}

package struct Statement: Sendable {
    package let form: Form
    package let span: Span

    package enum Form: Sendable {
        /// An expression alone: its value is shown.
        case expression(Expression)
        /// `x = value`; `f(x, k=1) = body` is the assignment of a function (whose `name` is then set).
        case assignment(Name, Expression)
        /// `for x in xs { … }`; with several names each item is taken apart: `for (i, x) in enumerate(xs) { … }`.
        case loop(names: [Name], sequence: Expression, body: Block)
        /// Only at the top level of a cell.
        case knob(Knob)
        case check(Check)
    }
}

/// Statements with a scope of their own; the value is that of the last one.
package struct Block: Sendable {
    package let statements: [Statement]
    package let span: Span
}

/// `knob name = value in lower..upper "text"`
package struct Knob: Sendable {
    package let name: Name
    package let value: Expression
    package let lower: Expression
    package let upper: Expression
    package let text: String?
}

/// `check ["label":] a ~= b [tol T] [rtol R] [within K se]` or `check ["label":] condition`
package struct Check: Sendable {
    /// A `.text` expression: it may hold `{values}`.
    package let label: Expression?
    package let claim: Claim

    package enum Claim: Sendable {
        /// `span` is that of the whole comparison.
        case close(measured: Expression, expected: Expression, tolerance: Tolerance, span: Span)
        case condition(Expression)
    }

    package struct Tolerance: Sendable {
        package var absolute: Expression?
        package var relative: Expression?
        package var standardErrors: Expression?
    }
}

/// A node of an expression: a reference, so that trees are shared and closures may keep their body for nothing.
public final class Expression: Sendable {
    package let form: Form
    package let span: Span
    /// 1 for a leaf; never above `heightLimit`, so that walks may recurse.
    package let height: Int

    package static let heightLimit = 100

    package enum Form: Sendable {
        case number(Double)
        case boolean(Bool)
        /// `"text {expr} text"`; a text without values has at most one part.
        case text([TextPart])
        /// Also `pi`, `inf` and `nan`, which the library binds.
        case name(String)
        /// `[a, b, c]`: a tensor or a list, as its values decide.
        case list([Expression])
        case negation(Expression)
        case not(Expression)
        /// `a op b op c`, to be taken from the left; operators of one rank only, and just one where it is a comparison or `^`.
        case operation(Expression, [Operand])
        /// `a and b and …`: stops at the first that decides.
        case all([Expression])
        /// `a or b or …`: stops at the first that decides.
        case any([Expression])
        case call(Expression, [Argument])
        case index(Expression, [Subscript])
        case field(Expression, Name)
        case function(Function)
        case block(Block)
        /// `if … { } else if … { } else { }`
        case conditional([Branch], otherwise: Block?)
    }

    package init(_ form: Form, span: Span) {
        self.form = form
        self.span = span
        var tallest = 0
        form.forEachChild { tallest = max(tallest, $0.height) }
        height = tallest + 1
    }
}

package enum TextPart: Sendable {
    case literal(String)
    case value(Expression, Format?)
}

/// The right side of an operator in a chain.
package struct Operand: Sendable {
    package let sign: Operator
    /// Where the operator itself stands.
    package let signSpan: Span
    package let value: Expression
}

package enum Operator: String, Sendable {
    case add = "+", subtract = "-"
    case multiply = "*", divide = "/", matrixProduct = "@"
    case power = "^"
    case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">=", close = "~="

    package var compares: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .close: true
        default: false
        }
    }
}

/// `value` or `label=value`; labelled ones come last and no label twice.
package struct Argument: Sendable {
    package let label: Name?
    package let value: Expression
}

/// One place between the commas of `x[…]`.
package struct Subscript: Sendable {
    package let form: Form
    package let span: Span

    package enum Form: Sendable {
        case item(Expression)
        /// `from:to:step`, each may be left out.
        case slice(from: Expression?, to: Expression?, step: Expression?)
    }
}

/// `(x, k=1) -> body`, or the right side of `f(x, k=1) = body`.
package final class Function: Sendable {
    /// The name it was defined under; nil for `x -> body`.
    package let name: String?
    /// Those with a default come last, no name twice.
    package let parameters: [Parameter]
    package let body: Expression

    package init(name: String?, parameters: [Parameter], body: Expression) {
        self.name = name
        self.parameters = parameters
        self.body = body
    }
}

package struct Parameter: Sendable {
    package let name: Name
    package let standard: Expression?
}

package struct Branch: Sendable {
    package let condition: Expression
    package let body: Block
}

/// How a value is written into a text: `{x: 8.3f}`, and `= x : .3f` in prose.
package struct Format: Sendable, Hashable {
    /// At least this many characters, spaces before.
    package var width: Int?
    package var precision: Int?
    package var style: Style

    package enum Style: Character, Sendable {
        case fixed = "f", scientific = "e", general = "g", percent = "%", integer = "d"
    }
}

// MARK: - Walking

extension Expression.Form {
    /// The expressions right below, in the order of the source (statements inside blocks included).
    package func forEachChild(_ visit: (Expression) -> Void) {
        switch self {
        case .number, .boolean, .name:
            break
        case .text(let parts):
            for case .value(let expression, _) in parts { visit(expression) }
        case .list(let items), .all(let items), .any(let items):
            items.forEach(visit)
        case .negation(let operand), .not(let operand), .field(let operand, _):
            visit(operand)
        case .operation(let first, let rest):
            visit(first)
            for operand in rest { visit(operand.value) }
        case .call(let callee, let arguments):
            visit(callee)
            for argument in arguments { visit(argument.value) }
        case .index(let base, let subscripts):
            visit(base)
            for place in subscripts { place.form.forEachChild(visit) }
        case .function(let function):
            for parameter in function.parameters { parameter.standard.map(visit) }
            visit(function.body)
        case .block(let block):
            block.forEachChild(visit)
        case .conditional(let branches, let otherwise):
            for branch in branches {
                visit(branch.condition)
                branch.body.forEachChild(visit)
            }
            otherwise?.forEachChild(visit)
        }
    }
}

extension Subscript.Form {
    package func forEachChild(_ visit: (Expression) -> Void) {
        switch self {
        case .item(let expression):
            visit(expression)
        case .slice(let from, let to, let step):
            for bound in [from, to, step] { bound.map(visit) }
        }
    }
}

extension Block {
    package func forEachChild(_ visit: (Expression) -> Void) {
        for statement in statements { statement.form.forEachChild(visit) }
    }
}

extension Statement.Form {
    package func forEachChild(_ visit: (Expression) -> Void) {
        switch self {
        case .expression(let expression), .assignment(_, let expression):
            visit(expression)
        case .loop(_, let sequence, let body):
            visit(sequence)
            body.forEachChild(visit)
        case .knob(let knob):
            [knob.value, knob.lower, knob.upper].forEach(visit)
        case .check(let check):
            check.label.map(visit)
            switch check.claim {
            case .condition(let expression):
                visit(expression)
            case .close(let measured, let expected, let tolerance, _):
                visit(measured)
                visit(expected)
                for bound in [tolerance.absolute, tolerance.relative, tolerance.standardErrors] { bound.map(visit) }
            }
        }
    }
}
