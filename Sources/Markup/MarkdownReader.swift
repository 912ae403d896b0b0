import CMD4C

/// Builds the tree from MD4C's callbacks. One open node for each block or span that was entered and not yet left.
final class MarkdownReader {
    static func blocks(of markdown: String) -> [Block] {
        let (text, formulas) = FormulaScanner.scan(markdown)
        let reader = MarkdownReader(formulas: formulas)
        var parser = MD_PARSER()
        parser.flags = UInt32(MD_FLAG_TABLES | MD_FLAG_NOINDENTEDCODEBLOCKS)
        parser.enter_block = { type, detail, context in openReader(context).enter(block: type, detail); return 0 }
        parser.leave_block = { type, _, context in openReader(context).leave(block: type); return 0 }
        parser.enter_span = { type, detail, context in openReader(context).enter(span: type, detail); return 0 }
        parser.leave_span = { type, _, context in openReader(context).leave(span: type); return 0 }
        parser.text = { type, text, size, context in
            openReader(context).text(type, String(decoding: UnsafeRawBufferPointer(start: text, count: Int(size)), as: UTF8.self))
            return 0
        }
        let status = text.withUnsafeBytes { bytes in
            withExtendedLifetime(reader) {
                md_parse(bytes.bindMemory(to: CChar.self).baseAddress, UInt32(bytes.count), &parser,
                         Unmanaged.passUnretained(reader).toOpaque())
            }
        }
        // MD4C fails only when memory runs out; the text itself is then still worth showing.
        return status == 0 ? reader.root.blocks : [.paragraph([.text(markdown)])]
    }

    /// Deeper nesting is flattened: a tree is released and drawn by recursion.
    private static let depthLimit = 40

    private struct Node {
        var blocks: [Block] = []
        var inlines: [Inline] = []
        var items: [[Block]] = []
        var rows: [[[Inline]]] = []
        var cells: [[Inline]] = []
        var alignments: [Table.Alignment] = []
        var text = ""
        var detail = ""
        var number: Int?
        var isTight = false
    }

    private let formulas: [Formula]
    private var open: [Node] = [Node()]
    private var flattened = 0
    private var pendingSoftBreak = false
    private var isInHTMLBlock = false
    private var root: Node { open[0] }

    private init(formulas: [Formula]) { self.formulas = formulas }

    private func push(_ node: Node) {
        if open.count >= Self.depthLimit { flattened += 1 } else { open.append(node) }
    }

    /// Nil where the node was flattened into its parent.
    private func pop() -> Node? {
        if flattened > 0 { flattened -= 1; return nil }
        var node = open.removeLast()
        node.blocks += Self.paragraphs(node.inlines)
        return node
    }

    private var top: Node {
        get { open[open.count - 1] }
        _modify { yield &open[open.count - 1] }
    }

    // MARK: Blocks

    private func enter(block type: MD_BLOCKTYPE, _ detail: UnsafeMutableRawPointer?) {
        pendingSoftBreak = false
        if flattened == 0, !top.inlines.isEmpty {
            // A tight item's own text ends where an inner block begins.
            top.blocks += Self.paragraphs(top.inlines)
            top.inlines = []
        }
        var node = Node()
        switch type {
        case MD_BLOCK_DOC, MD_BLOCK_HR, MD_BLOCK_THEAD, MD_BLOCK_TBODY: return
        case MD_BLOCK_UL:
            node.isTight = detail!.load(as: MD_BLOCK_UL_DETAIL.self).is_tight != 0
        case MD_BLOCK_OL:
            let list = detail!.load(as: MD_BLOCK_OL_DETAIL.self)
            node.isTight = list.is_tight != 0
            node.number = Int(list.start)
        case MD_BLOCK_H: node.number = Int(detail!.load(as: MD_BLOCK_H_DETAIL.self).level)
        case MD_BLOCK_CODE: node.detail = Self.string(detail!.load(as: MD_BLOCK_CODE_DETAIL.self).lang)
        case MD_BLOCK_TH where flattened == 0:
            let align = detail!.load(as: MD_BLOCK_TD_DETAIL.self).align
            // The table is the row's parent: document ... table, row.
            if open.count >= 2 {
                open[open.count - 2].alignments.append(align == MD_ALIGN_RIGHT ? .right : align == MD_ALIGN_CENTER ? .center : .left)
            }
        case MD_BLOCK_HTML: isInHTMLBlock = true
        default: break
        }
        push(node)
    }

    private func leave(block type: MD_BLOCKTYPE) {
        pendingSoftBreak = false
        switch type {
        case MD_BLOCK_DOC:
            let rest = Self.paragraphs(top.inlines)
            top.blocks += rest
            top.inlines = []
            return
        case MD_BLOCK_THEAD, MD_BLOCK_TBODY: return
        case MD_BLOCK_HR:
            top.blocks.append(.rule)
            return
        case MD_BLOCK_HTML: isInHTMLBlock = false
        default: break
        }
        guard let node = pop() else { return }
        switch type {
        case MD_BLOCK_QUOTE: top.blocks.append(.quote(node.blocks))
        case MD_BLOCK_UL, MD_BLOCK_OL: top.blocks.append(.list(start: node.number, isTight: node.isTight, items: node.items))
        case MD_BLOCK_LI: top.items.append(node.blocks)
        case MD_BLOCK_H: top.blocks.append(.heading(level: node.number ?? 1, node.inlines))
        case MD_BLOCK_CODE: top.blocks.append(.code(language: node.detail, node.text))
        case MD_BLOCK_HTML:
            // A comment is for the author; other HTML is shown as it is written.
            if !node.text.hasPrefix("<!--") { top.blocks.append(.paragraph([.text(node.text)])) }
        case MD_BLOCK_P: top.blocks += node.blocks
        case MD_BLOCK_TABLE:
            top.blocks.append(.table(Table(alignments: node.alignments, header: node.rows.first ?? [], rows: Array(node.rows.dropFirst()))))
        case MD_BLOCK_TR: top.rows.append(node.cells)
        case MD_BLOCK_TH, MD_BLOCK_TD: top.cells.append(node.inlines)
        default: top.blocks += node.blocks
        }
    }

    /// A paragraph is parted at its displayed formulas, which are blocks of their own.
    private static func paragraphs(_ inlines: [Inline]) -> [Block] {
        var result: [Block] = []
        var current: [Inline] = []
        func close() {
            if case .text(let last)? = current.last {
                let trimmed = last.trimmingSpaces(leading: false)
                current[current.count - 1] = .text(trimmed)
                if trimmed.isEmpty { current.removeLast() }
            }
            if !current.isEmpty { result.append(.paragraph(current)) }
            current = []
        }
        for inline in inlines {
            if case .math(let formula) = inline, formula.isDisplay {
                close()
                result.append(.math(formula))
            } else if current.isEmpty, case .text(let text) = inline {
                let trimmed = text.trimmingSpaces(trailing: false)
                if !trimmed.isEmpty { current.append(.text(trimmed)) }
            } else {
                current.append(inline)
            }
        }
        close()
        return result
    }

    // MARK: Spans

    private func enter(span type: MD_SPANTYPE, _ detail: UnsafeMutableRawPointer?) {
        flushSoftBreak(before: nil)
        var node = Node()
        switch type {
        case MD_SPAN_A: node.detail = Self.string(detail!.load(as: MD_SPAN_A_DETAIL.self).href)
        case MD_SPAN_IMG: node.detail = Self.string(detail!.load(as: MD_SPAN_IMG_DETAIL.self).src)
        default: break
        }
        push(node)
    }

    private func leave(span type: MD_SPANTYPE) {
        flushSoftBreak(before: nil)
        if flattened > 0 { flattened -= 1; return }
        let node = open.removeLast()
        switch type {
        case MD_SPAN_EM: top.inlines.append(.emphasis(node.inlines))
        case MD_SPAN_STRONG: top.inlines.append(.strong(node.inlines))
        case MD_SPAN_CODE: top.inlines.append(.code(node.text))
        case MD_SPAN_A: top.inlines.append(.link(node.inlines, destination: node.detail))
        case MD_SPAN_IMG: top.inlines.append(.image(node.inlines, source: node.detail))
        default: top.inlines += node.inlines
        }
    }

    // MARK: Text

    private func text(_ type: MD_TEXTTYPE, _ text: String) {
        switch type {
        case MD_TEXT_CODE:
            flushSoftBreak(before: nil)
            top.text += restored(text)
        case MD_TEXT_HTML:
            if isInHTMLBlock { top.text += restored(text) } else if !text.hasPrefix("<!--") { append(text) }
        case MD_TEXT_BR:
            pendingSoftBreak = false
            top.inlines.append(.lineBreak)
        case MD_TEXT_SOFTBR: pendingSoftBreak = true
        case MD_TEXT_NULLCHAR: append("\u{FFFD}")
        case MD_TEXT_ENTITY: append(Entity.text(of: text))
        default: append(text)
        }
    }

    private func append(_ text: String) {
        flushSoftBreak(before: text.unicodeScalars.first)
        var run = ""
        for scalar in text.unicodeScalars {
            if let formula = formula(for: scalar) {
                appendText(run)
                run = ""
                top.inlines.append(.math(formula))
            } else {
                run.unicodeScalars.append(scalar)
            }
        }
        appendText(run)
    }

    private func appendText(_ text: String) {
        guard !text.isEmpty else { return }
        if case .text(let last)? = top.inlines.last {
            top.inlines[top.inlines.count - 1] = .text(last + text)
        } else {
            top.inlines.append(.text(text))
        }
    }

    /// A line's end is a space, but not between two Chinese characters.
    private func flushSoftBreak(before next: Unicode.Scalar?) {
        guard pendingSoftBreak else { return }
        pendingSoftBreak = false
        if let next, next.isIdeographic, case .text(let last)? = top.inlines.last, let previous = last.unicodeScalars.last, previous.isIdeographic { return }
        appendText(" ")
    }

    private func formula(for scalar: Unicode.Scalar) -> Formula? {
        guard scalar.value >= FormulaScanner.firstPlaceholder else { return nil }
        let index = Int(scalar.value - FormulaScanner.firstPlaceholder)
        return index < formulas.count ? formulas[index] : nil
    }

    /// Text that takes no formulas, with their source put back.
    private func restored(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { formula(for: $0) != nil }) else { return text }
        return text.unicodeScalars.map { scalar in
            guard let formula = formula(for: scalar) else { return String(Character(scalar)) }
            return formula.isDisplay ? "$$" + formula.source + "$$" : "$" + formula.source + "$"
        }.joined()
    }

    private static func string(_ attribute: MD_ATTRIBUTE) -> String {
        guard let text = attribute.text else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: text, count: Int(attribute.size)), as: UTF8.self)
    }
}

/// The reader behind MD4C's context pointer; a free function, because C callbacks capture nothing.
private func openReader(_ context: UnsafeMutableRawPointer?) -> MarkdownReader {
    Unmanaged<MarkdownReader>.fromOpaque(context!).takeUnretainedValue()
}
