/// A formula as it stands in a text: its LaTeX, and where it was found.
public struct Formula: Equatable, Sendable {
    public var source: String
    public var isDisplay: Bool
    /// Line of the opening dollar within the prose, counted from 1.
    public var line: Int

    public init(_ source: String, isDisplay: Bool = false, line: Int = 1) {
        self.source = source
        self.isDisplay = isDisplay
        self.line = line
    }
}

public indirect enum Inline: Equatable, Sendable {
    case text(String)
    case emphasis([Inline])
    case strong([Inline])
    case code(String)
    case link([Inline], destination: String)
    case image([Inline], source: String)
    case math(Formula)
    case lineBreak
}

public indirect enum Block: Equatable, Sendable {
    case paragraph([Inline])
    case heading(level: Int, [Inline])
    /// `start` is nil for bullets. A tight list stands without empty lines between its items.
    case list(start: Int?, isTight: Bool, items: [[Block]])
    case quote([Block])
    case code(language: String, String)
    case table(Table)
    case math(Formula)
    case rule
}

public struct Table: Equatable, Sendable {
    public enum Alignment: Equatable, Sendable { case left, center, right }
    public var alignments: [Alignment]
    public var header: [[Inline]]
    public var rows: [[[Inline]]]

    public init(alignments: [Alignment], header: [[Inline]], rows: [[[Inline]]]) {
        self.alignments = alignments
        self.header = header
        self.rows = rows
    }
}

/// Markdown prose with LaTeX math as a tree of blocks.
public struct Prose: Equatable, Sendable {
    public var blocks: [Block]

    public init(blocks: [Block]) { self.blocks = blocks }

    /// Any text is some prose: what is no Markdown is text. Indented code is not recognised (only fences are),
    /// so that the lines of a list or a formula may be indented freely.
    public init(markdown: String) { blocks = MarkdownReader.blocks(of: markdown) }

    /// Every formula in reading order.
    public var formulas: [Formula] {
        var found: [Formula] = []
        visitInlines { if case .math(let formula) = $0 { found.append(formula) } }
            block: { if case .math(let formula) = $0 { found.append(formula) } }
        return found
    }

    /// The code spans in reading order; those that begin with `=` are numbers to be computed.
    public var codeSpans: [String] {
        var found: [String] = []
        visitInlines { if case .code(let text) = $0 { found.append(text) } } block: { _ in }
        return found
    }

    /// The same prose with code spans replaced where `replacement` gives something, as for computed numbers.
    public func replacingCode(_ replacement: (String) throws -> Inline?) rethrows -> Prose {
        func inlines(_ list: [Inline]) throws -> [Inline] {
            try list.map { inline in
                switch inline {
                case .code(let text): try replacement(text) ?? inline
                case .emphasis(let inner): .emphasis(try inlines(inner))
                case .strong(let inner): .strong(try inlines(inner))
                case .link(let inner, let destination): .link(try inlines(inner), destination: destination)
                case .image(let inner, let source): .image(try inlines(inner), source: source)
                case .text, .math, .lineBreak: inline
                }
            }
        }
        func blocks(_ list: [Block]) throws -> [Block] {
            try list.map { block in
                switch block {
                case .paragraph(let inner): .paragraph(try inlines(inner))
                case .heading(let level, let inner): .heading(level: level, try inlines(inner))
                case .list(let start, let isTight, let items):
                    .list(start: start, isTight: isTight, items: try items.map(blocks))
                case .quote(let inner): .quote(try blocks(inner))
                case .table(let table):
                    .table(Table(alignments: table.alignments, header: try table.header.map(inlines),
                                 rows: try table.rows.map { try $0.map(inlines) }))
                case .code, .math, .rule: block
                }
            }
        }
        return Prose(blocks: try blocks(self.blocks))
    }

    private func visitInlines(_ visit: (Inline) -> Void, block visitBlock: (Block) -> Void) {
        func walk(_ list: [Inline]) {
            for inline in list {
                visit(inline)
                switch inline {
                case .emphasis(let inner), .strong(let inner), .link(let inner, _), .image(let inner, _): walk(inner)
                case .text, .code, .math, .lineBreak: break
                }
            }
        }
        func walk(_ list: [Block]) {
            for block in list {
                visitBlock(block)
                switch block {
                case .paragraph(let inner), .heading(_, let inner): walk(inner)
                case .list(_, _, let items): for item in items { walk(item) }
                case .quote(let inner): walk(inner)
                case .table(let table):
                    for cell in table.header { walk(cell) }
                    for row in table.rows { for cell in row { walk(cell) } }
                case .code, .math, .rule: break
                }
            }
        }
        walk(blocks)
    }
}
