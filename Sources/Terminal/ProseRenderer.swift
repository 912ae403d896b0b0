import Markup

/// Prose as lines for a screen of some width, or as plain words in reading order.
public struct ProseRenderer: Sendable {
    public var width: Int
    public var style: MathStyle
    /// Without any drawing: math in words, tables row by row. It is meant to be read aloud.
    public var isPlain: Bool

    public init(width: Int, style: MathStyle = .unicode, isPlain: Bool = false) {
        self.width = max(width, 4)
        self.style = style
        self.isPlain = isPlain
    }

    public func lines(_ prose: Prose) -> [StyledLine] { lines(prose.blocks, isTight: false) }

    // MARK: Blocks

    private func lines(_ blocks: [Block], isTight: Bool) -> [StyledLine] {
        var result: [StyledLine] = []
        for block in blocks {
            let drawn = lines(block)
            if drawn.isEmpty { continue }
            if !result.isEmpty, !isTight || drawn.count > 1 && isMath(block) { result.append(StyledLine()) }
            result += drawn
        }
        return result
    }

    private func isMath(_ block: Block) -> Bool { if case .math = block { true } else { false } }

    private func lines(_ block: Block) -> [StyledLine] {
        switch block {
        case .paragraph(let inlines):
            return LineWrapper(width: width).lines(spans(inlines))
        case .heading(let level, let inlines):
            return LineWrapper(width: width).lines(spans(inlines, TextStyle(level == 1 ? .title : .heading)))
        case .list(let start, let isTight, let items):
            return list(start: start, isTight: isTight, items: items)
        case .quote(let blocks):
            if isPlain || width < 6 { return [StyledLine("Quote:")] + lines(blocks, isTight: false) }
            let bar = StyledLine([StyledSpan(style == .unicode ? "│ " : "| ", .dim)])
            return indented(2).lines(blocks, isTight: false).map { bar + $0 }
        case .code(_, let text):
            return code(text)
        case .table(let table):
            return self.table(table)
        case .math(let formula):
            return math(formula)
        case .rule:
            return isPlain ? [] : [StyledLine(String(repeating: style == .unicode ? "─" : "-", count: width), .dim)]
        }
    }

    func indented(_ columns: Int) -> ProseRenderer {
        ProseRenderer(width: width - columns, style: style, isPlain: isPlain)
    }

    private func list(start: Int?, isTight: Bool, items: [[Block]]) -> [StyledLine] {
        var result: [StyledLine] = []
        let last = (start ?? 0) &+ items.count - 1
        for (index, item) in items.enumerated() {
            let mark = start.map { "\($0 &+ index). " } ?? (isPlain ? "- " : style == .unicode ? "• " : "* ")
            let column = start == nil ? 2 : "\(last). ".count
            if width - column < 4 {
                // No room to indent: the item's text goes below its mark.
                result.append(StyledLine(mark.trimmingEnds(), .accent))
                result += lines(item, isTight: isTight)
                continue
            }
            if !result.isEmpty, !isTight { result.append(StyledLine()) }
            let inner = indented(column).lines(item, isTight: isTight)
            for (number, line) in (inner.isEmpty ? [StyledLine()] : inner).enumerated() {
                let prefix = number == 0 ? String(repeating: " ", count: max(0, column - mark.count)) + mark : String(repeating: " ", count: column)
                result.append(line.spans.isEmpty && number > 0 ? line : StyledLine([StyledSpan(prefix, number == 0 && !isPlain ? .accent : .body)]) + line)
            }
        }
        return result
    }

    private func code(_ text: String) -> [StyledLine] {
        let indent = isPlain ? 0 : 4
        var rows = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if rows.last == "" { rows.removeLast() }
        return rows.flatMap { row -> [StyledLine] in
            let shown = own(Visible.text(row.replacing("\t", with: "    ")))
            return chunks(shown, width: max(4, width - indent)).map { StyledLine([StyledSpan(String(repeating: " ", count: indent)), StyledSpan($0, .code)]) }
        }
    }

    /// Code keeps its columns: what does not fit goes on below, cut where the line is full.
    private func chunks(_ text: String, width: Int) -> [String] {
        var result = [""]
        var used = 0
        for character in text {
            let step = DisplayWidth.of(character)
            if used + step > width { result.append(""); used = 0 }
            result[result.count - 1].append(character)
            used += step
        }
        return result
    }

    private func math(_ formula: Formula) -> [StyledLine] {
        if isPlain { return LineWrapper(width: width).lines([StyledSpan(SpokenMath.words(latex: formula.source) + ".", .math)]) }
        let indent = width >= 30 ? 2 : 0
        return MathLayout.lines(formula.source, width: width - indent, style: style).map {
            $0.isEmpty ? StyledLine() : StyledLine([StyledSpan(String(repeating: " ", count: indent)), StyledSpan($0, .math)])
        }
    }

    // MARK: Spans

    /// Text that the screen can show.
    func own(_ text: String) -> String { style == .ascii ? ASCII.text(text) : text }

    func spans(_ inlines: [Inline], _ style: TextStyle = TextStyle()) -> [StyledSpan] {
        inlines.flatMap { inline -> [StyledSpan] in
            switch inline {
            case .text(let text): return [StyledSpan(own(text), style)]
            case .emphasis(let inner):
                var slanted = style
                slanted.isItalic = true
                return spans(inner, slanted)
            case .strong(let inner):
                var bold = style
                bold.isBold = true
                return spans(inner, bold)
            case .code(let text):
                var code = style
                code.role = .code
                return [StyledSpan(own(text), code)]
            case .link(let inner, let destination):
                var underlined = style
                underlined.isUnderlined = true
                let label = spans(inner, underlined)
                let isShown = destination.isEmpty || label.map(\.text).joined() == destination || destination.hasPrefix("#")
                return isShown ? label : label + [StyledSpan(own(" (" + destination + ")"), TextStyle(.dim))]
            case .image(let inner, _):
                return [StyledSpan(own(isPlain ? "Image: " : "[")), ] + spans(inner, style) + (isPlain ? [] : [StyledSpan("]")])
            case .math(let formula): return [StyledSpan(inlineMath(formula.source), TextStyle(.math, isBold: style.isBold))]
            case .lineBreak: return [LineWrapper.lineBreak]
            }
        }
    }

    /// A formula in a sentence stays on one line; a long one may break after a relation sign, a very long one at any space.
    private func inlineMath(_ latex: String) -> String {
        if isPlain { return SpokenMath.words(latex: latex) }
        guard let node = try? MathParser.parse(Visible.text(latex.replacingNewlines())) else { return own("$" + latex.replacingNewlines() + "$") }
        let text = MathLine(style: style).text(node)
        let size = DisplayWidth.of(text)
        guard size <= width * 2 / 3 else { return text }
        var result = "", previous: Character?
        for character in text {
            let mayBreak = size > 12 && previous.map { "=≤≥≈∼≠≔⇒→<>".contains($0) } ?? false
            result.append(character == " " && !mayBreak ? "\u{A0}" : character)
            previous = character
        }
        return result
    }
}
