/// Reads the part of LaTeX's math that the course is written in.
///
/// A formula that cannot be read is an error with its place. A command that is not known is none: it stays in the tree as its source.
public struct MathParser {
    public static func parse(_ latex: String) throws(MathError) -> MathNode {
        var parser = MathParser(text: Array(latex))
        let nodes = try parser.row(until: .end)
        return .row(nodes)
    }

    /// What closes the row that is being read.
    enum Stop { case end, brace, bracket, right, cell }

    /// Deeper nesting is refused: the tree is walked by recursion.
    static let depthLimit = 60

    let text: [Character]
    var position = 0
    var depth = 0

    init(text: [Character]) { self.text = text }

    // MARK: Rows

    /// Reads up to the stop, which is left unread.
    mutating func row(until stop: Stop) throws(MathError) -> [MathNode] {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw error("nested too deep") }
        let start = position
        var builder = MathRowBuilder()
        while true {
            skipSpace()
            guard let character = current else {
                if stop == .end { return builder.finish() }
                throw MathError(offset: max(0, start - 1), message: stop == .right ? "\\left without \\right" : stop == .cell ? "\\begin without \\end" : "{ without }")
            }
            switch character {
            case "}":
                if stop == .brace { return builder.finish() }
                throw error("} without {")
            case "]" where stop == .bracket && !builder.hasOpen: return builder.finish()
            case "&":
                if stop == .cell { return builder.finish() }
                throw error("& outside of an environment with columns")
            case "^", "_", "'": try script(onto: &builder)
            case "\\":
                if let stopped = try isStop(stop) {
                    if stopped { return builder.finish() }
                    throw error("\(peekCommand()) does not belong here")
                }
                if let node = try command() { builder.append(node) }
                if lastLimits != nil, let limits = lastLimits { builder.setLimits(limits); lastLimits = nil }
            default:
                builder.append(try atom(isArgument: false))
            }
        }
    }

    /// Set by `\limits` and `\nolimits` for the row that reads them.
    var lastLimits: Bool?

    /// True at the command that ends this row, false at one that ends another kind, nil at any other.
    private func isStop(_ stop: Stop) throws(MathError) -> Bool? {
        switch peekCommand() {
        case "\\right": stop == .right
        case "\\end", "\\\\", "\\cr": stop == .cell
        default: nil
        }
    }

    /// One character, number or group.
    mutating func atom(isArgument: Bool) throws(MathError) -> MathNode {
        guard let character = current else { throw error("something is missing at the end") }
        position += 1
        if character == "{" {
            let nodes = try row(until: .brace)
            position += 1
            return nodes.count == 1 ? nodes[0] : .row(nodes)
        }
        if character.isASCII, character.isNumber {
            var digits = String(character)
            while !isArgument, let next = current, next.isASCII, next.isNumber || (next == "." && peek(1)?.isNumber == true) {
                digits.append(next)
                position += 1
            }
            return .symbol(MathSymbol(digits))
        }
        if character == ":", current == "=" {
            position += 1
            return .symbol(MathSymbol.command("coloneqq")!)
        }
        if character == ":" { return .symbol(MathSymbol(unicode: ":", ascii: ":", words: "such that", kind: .relation)) }
        if character == "|", current == "|" {
            position += 1
            return .symbol(MathSymbol.command("Vert")!)
        }
        if character == "~" { return .space(1) }
        return .symbol(MathSymbol.character(character))
    }

    private mutating func script(onto builder: inout MathRowBuilder) throws(MathError) {
        let mark = text[position]
        if mark == "'" {
            var primes = 0
            while current == "'" { primes += 1; position += 1 }
            let prime = MathSymbol(unicode: String(repeating: "′", count: primes), ascii: String(repeating: "'", count: primes),
                                   words: Array(repeating: "prime", count: primes).joined(separator: " "))
            guard builder.attach(sup: .symbol(prime), joinsPrime: true) else { throw error("double superscript") }
            return
        }
        let offset = position
        position += 1
        let node = try argument(of: String(mark))
        let attached = mark == "_" ? builder.attach(sub: node) : builder.attach(sup: node)
        guard attached else {
            throw MathError(offset: offset, message: mark == "_" ? "double subscript" : "double superscript")
        }
    }

    /// A command's argument: a group, or the next character or command alone.
    mutating func argument(of command: String) throws(MathError) -> MathNode {
        skipSpace()
        guard let character = current else { throw error("\(command) needs something after it") }
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw error("nested too deep") }
        switch character {
        case "}", "&", "^", "_": throw error("\(command) needs something after it")
        case "\\":
            if ["\\right", "\\end", "\\\\"].contains(peekCommand()) { throw error("\(command) needs something after it") }
            return try self.command() ?? .row([])
        default: return try atom(isArgument: true)
        }
    }

    // MARK: Characters

    var current: Character? { position < text.count ? text[position] : nil }
    func peek(_ offset: Int) -> Character? { position + offset < text.count ? text[position + offset] : nil }
    func error(_ message: String) -> MathError { MathError(offset: position, message: message) }

    mutating func skipSpace() {
        while let character = current {
            if character == "%" {
                while let rest = current, !rest.isNewline { position += 1; _ = rest }
            } else if character.isWhitespace {
                position += 1
            } else {
                return
            }
        }
    }

    /// The command that begins here, with its backslash; nothing is read.
    func peekCommand() -> String {
        guard current == "\\" else { return "" }
        var end = position + 1
        while end < text.count, text[end].isASCII, text[end].isLetter { end += 1 }
        if end == position + 1 { end = min(end + 1, text.count) }
        return String(text[position..<end])
    }

    /// The raw text between braces, as `\text` and `\begin` take it.
    mutating func rawGroup(of command: String) throws(MathError) -> String {
        skipSpace()
        guard current == "{" else { throw error("\(command) needs {...}") }
        let start = position
        position += 1
        var level = 1
        var content = ""
        while let character = current {
            if character == "\\", let next = peek(1) {
                content.append(character)
                content.append(next)
                position += 2
                continue
            }
            if character == "{" { level += 1 }
            if character == "}" { level -= 1 }
            position += 1
            if level == 0 { return content }
            content.append(character)
        }
        throw MathError(offset: start, message: "{ without }")
    }
}

/// Collects the nodes of a row: scripts go to the node before them, and brackets that match become fences.
struct MathRowBuilder {
    private var nodes: [MathNode] = []
    private var openings: [Int] = []

    var hasOpen: Bool { !openings.isEmpty }

    mutating func append(_ node: MathNode) {
        if case .symbol(let symbol) = node {
            if symbol.kind == .open {
                openings.append(nodes.count)
            } else if symbol.kind == .close, symbol.unicode != "!", symbol.unicode != "?", let opening = openings.popLast() {
                guard case .symbol(let left) = nodes[opening] else { preconditionFailure("an opening is a symbol") }
                let inner = Self.pairingBars(Array(nodes[(opening + 1)...]))
                nodes.removeSubrange(opening...)
                nodes.append(.fence(left, .row(inner), symbol))
                return
            }
        }
        nodes.append(node)
    }

    mutating func finish() -> [MathNode] { Self.pairingBars(nodes) }

    mutating func setLimits(_ limits: Bool) {
        guard let last = nodes.last, openings.last != nodes.count - 1 else { return }
        if case .scripts(let base, let sub, let sup, _) = last {
            nodes[nodes.count - 1] = .scripts(base, sub: sub, sup: sup, limits: limits)
        } else {
            nodes[nodes.count - 1] = .scripts(last, sub: nil, sup: nil, limits: limits)
        }
    }

    /// False where the place is taken. A power after a prime (`f'^2`) goes beside it.
    mutating func attach(sub: MathNode? = nil, sup: MathNode? = nil, joinsPrime: Bool = false) -> Bool {
        var base: MathNode = .row([])
        var oldSub: MathNode?, oldSup: MathNode?
        var limits: Bool?
        // A script after an opening bracket or at the beginning has an empty base.
        if let last = nodes.last, openings.last != nodes.count - 1 {
            nodes.removeLast()
            if case .scripts(let inner, let innerSub, let innerSup, let innerLimits) = last {
                (base, oldSub, oldSup, limits) = (inner, innerSub, innerSup, innerLimits)
            } else {
                base = last
            }
        }
        if sub != nil, oldSub != nil { return false }
        if let sup, let old = oldSup {
            guard joinsPrime || Self.isPrime(old) else { return false }
            oldSup = .row([old, sup])
        } else if let sup {
            oldSup = sup
        }
        nodes.append(.scripts(base, sub: sub ?? oldSub, sup: oldSup, limits: limits ?? Self.takesLimits(base)))
        return true
    }

    private static func isPrime(_ node: MathNode) -> Bool {
        if case .symbol(let symbol) = node { symbol.unicode.allSatisfy { $0 == "′" } } else { false }
    }

    private static func takesLimits(_ base: MathNode) -> Bool {
        switch base {
        case .symbol(let symbol): symbol.kind == .largeOperator
        case .name(let name): MathParser.limitNames.contains(name)
        case .brace: true
        default: false
        }
    }

    /// Bars in even number enclose (`|x|`, `\|x\|`), a single one parts (`z|x`, `q\|p`).
    private static func pairingBars(_ nodes: [MathNode]) -> [MathNode] {
        var result = nodes
        for bar in ["|", "‖"] {
            let places = result.indices.filter { Self.bar(result[$0]) == bar }
            guard !places.isEmpty else { continue }
            if places.count % 2 == 1 {
                guard bar == "‖" else { continue }
                for place in places {
                    result[place] = replacingBase(of: result[place], by: .symbol(MathSymbol(unicode: "‖", ascii: "||", words: "from", kind: .relation)))
                }
                continue
            }
            for pair in stride(from: places.count - 2, through: 0, by: -2) {
                let (first, last) = (places[pair], places[pair + 1])
                guard case .symbol = result[first] else { continue }
                let name = bar == "|" ? "vert" : "Vert"
                let fence = MathNode.fence(MathSymbol.command("l" + name)!, .row(Array(result[(first + 1)..<last])), MathSymbol.command("r" + name)!)
                result.replaceSubrange(first...last, with: [replacingBase(of: result[last], by: fence)])
            }
        }
        return result
    }

    private static func bar(_ node: MathNode) -> String? {
        switch node {
        case .symbol(let symbol) where symbol.kind == .ordinary && (symbol.unicode == "|" || symbol.unicode == "‖"): symbol.unicode
        case .scripts(let base, _, _, _): bar(base)
        default: nil
        }
    }

    private static func replacingBase(of node: MathNode, by base: MathNode) -> MathNode {
        if case .scripts(_, let sub, let sup, let limits) = node { .scripts(base, sub: sub, sup: sup, limits: limits) } else { base }
    }
}
