/// A formula as a tree.
public indirect enum MathNode: Equatable, Sendable {
    case row([MathNode])
    case symbol(MathSymbol)
    /// An upright word: `\log`, `\operatorname{KL}`, `\mathrm{SSE}`.
    case name(String)
    /// `\text{...}`, with its spaces.
    case text(String)
    case fraction(MathNode, MathNode)
    /// A fraction without a bar, in parentheses: n choose k.
    case binomial(MathNode, MathNode)
    case root(MathNode, index: MathNode?)
    /// With `limits` the scripts stand below and above the base.
    case scripts(MathNode, sub: MathNode?, sup: MathNode?, limits: Bool)
    case accent(MathAccent, MathNode)
    case overset(MathNode, over: MathNode)
    case underset(MathNode, under: MathNode)
    case brace(MathNode, label: MathNode?, isOver: Bool)
    /// Delimiters that grow with what they enclose; nil is `\left.`.
    case fence(MathSymbol?, MathNode, MathSymbol?)
    case table(MathTableKind, rows: [[MathNode]])
    /// A space as wide as this many characters.
    case space(Int)
    /// A command that is not known, as it was written.
    case unknown(String)
}

public enum MathAccent: Equatable, Sendable {
    case hat, bar, tilde, vec, dot, doubleDot, underline
}

public enum MathTableKind: Equatable, Sendable {
    /// Columns are right- and left-aligned in turn, so that the signs after `&` stand in line.
    case aligned
    /// Every row centred.
    case gathered
    case cases
    case matrix(open: MathSymbol?, close: MathSymbol?)
    /// One letter a column: `l`, `c` or `r`.
    case array(columns: String)
    /// The lines of `\substack`, below a sum.
    case stack
}

public struct MathError: Error, Equatable, Sendable {
    /// Where, in characters from the formula's first.
    public var offset: Int
    public var message: String

    public init(offset: Int, message: String) {
        self.offset = offset
        self.message = message
    }
}

extension MathNode {
    /// The commands that were not understood, in reading order.
    public var unknownCommands: [String] {
        switch self {
        case .unknown(let name): [name]
        case .symbol, .name, .text, .space: []
        case .row(let nodes): nodes.flatMap(\.unknownCommands)
        case .fraction(let first, let second), .binomial(let first, let second), .overset(let first, let second), .underset(let first, let second):
            first.unknownCommands + second.unknownCommands
        case .root(let inner, let other), .brace(let inner, let other, _): inner.unknownCommands + (other?.unknownCommands ?? [])
        case .scripts(let base, let sub, let sup, _):
            base.unknownCommands + (sub?.unknownCommands ?? []) + (sup?.unknownCommands ?? [])
        case .accent(_, let inner), .fence(_, let inner, _): inner.unknownCommands
        case .table(_, let rows): rows.flatMap { $0.flatMap(\.unknownCommands) }
        }
    }

    /// The nodes of a row, or the node alone.
    public var children: [MathNode] {
        if case .row(let nodes) = self { nodes } else { [self] }
    }
}
