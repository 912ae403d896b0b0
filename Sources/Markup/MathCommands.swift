/// What each command reads and makes.
extension MathParser {
    public static let limitNames: Set<String> = ["max", "min", "sup", "inf", "lim", "arg max", "arg min", "lim sup", "lim inf"]

    /// Names that take what follows as their argument, as `\log` does; a word in roman letters does not.
    public static let functionNames: Set<String> = [
        "log", "ln", "exp", "sin", "cos", "tan", "cot", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "det", "dim", "ker", "deg", "gcd",
        "max", "min", "arg", "sup", "inf", "lim", "Pr", "lg", "hom",
    ]
    private static let doubleNames = ["argmax": "arg max", "argmin": "arg min", "limsup": "lim sup", "liminf": "lim inf"]
    private static let accents: [String: MathAccent] = [
        "hat": .hat, "widehat": .hat, "bar": .bar, "overline": .bar, "tilde": .tilde, "widetilde": .tilde, "vec": .vec,
        "overrightarrow": .vec, "dot": .dot, "ddot": .doubleDot, "underline": .underline,
    ]
    private static let alphabets: [String: MathAlphabet] = [
        "mathbb": .blackboard, "mathbbm": .blackboard, "mathds": .blackboard, "mathcal": .calligraphic, "mathscr": .calligraphic,
        "mathbf": .bold, "boldsymbol": .bold, "bm": .bold, "bf": .bold, "mathrm": .roman, "mathit": .roman, "mathsf": .roman, "mathtt": .roman,
        "mathfrak": .roman, "mathnormal": .roman,
    ]
    private static let spaces = [",": 1, ":": 1, ">": 1, ";": 1, " ": 1, "quad": 2, "qquad": 4, "enspace": 1, "thinspace": 1]
    /// Commands that only steer TeX's looks.
    private static let silent: Set<String> = [
        "!", "displaystyle", "textstyle", "scriptstyle", "scriptscriptstyle", "nonumber", "notag", "allowbreak", "nobreak", "negthinspace", "relax", "/", "hline",
    ]
    private static let bigs: Set<String> = Set(["big", "Big", "bigg", "Bigg"].flatMap { size in ["", "l", "r", "m"].map { size + $0 } })

    /// Nil for a command that leaves nothing behind.
    mutating func command() throws(MathError) -> MathNode? {
        let source = peekCommand()
        let start = position
        guard source.count > 1 else { throw error("a backslash at the end") }
        position += source.count
        let name = String(source.dropFirst())

        if let width = Self.spaces[name] { return .space(width) }
        if Self.silent.contains(name) { return nil }
        if let accent = Self.accents[name] { return .accent(accent, try argument(of: source)) }
        if let alphabet = Self.alphabets[name] { return Self.applying(alphabet, to: try argument(of: source)) }
        if let double = Self.doubleNames[name] { return .name(double) }
        if Self.functionNames.contains(name) { return .name(name) }
        if Self.bigs.contains(name) { return try bigDelimiter(side: name.last == "l" ? .open : name.last == "r" ? .close : nil) }

        switch name {
        case "frac", "dfrac", "tfrac", "cfrac":
            let numerator = try argument(of: source)
            return .fraction(numerator, try argument(of: source))
        case "binom", "dbinom", "tbinom":
            let upper = try argument(of: source)
            return .binomial(upper, try argument(of: source))
        case "sqrt":
            var index: MathNode?
            skipSpace()
            if current == "[" {
                position += 1
                index = .row(try row(until: .bracket))
                position += 1
            }
            return .root(try argument(of: source), index: index)
        case "text", "textrm", "textnormal", "mbox", "textbf", "textit", "textsf", "texttt", "emph":
            return try textNode(try rawGroup(of: source), at: start)
        case "operatorname":
            if current == "*" {
                position += 1
                return .scripts(Self.merged(try argument(of: source)), sub: nil, sup: nil, limits: true)
            }
            return Self.merged(try argument(of: source))
        case "limits", "nolimits":
            lastLimits = name == "limits"
            return nil
        case "left": return try fence(at: start)
        case "middle": return .symbol(try delimiter(of: source) ?? MathSymbol("|"))
        case "underbrace", "overbrace":
            return .brace(try argument(of: source), label: nil, isOver: name == "overbrace")
        case "underset":
            let under = try argument(of: source)
            return .underset(try argument(of: source), under: under)
        case "overset", "stackrel":
            let over = try argument(of: source)
            return .overset(try argument(of: source), over: over)
        case "xrightarrow":
            return .overset(.symbol(MathSymbol.command("longrightarrow")!), over: try argument(of: source))
        case "substack": return try substack(at: start)
        case "begin": return try environment(at: start)
        case "not": return try negated(try argument(of: source))
        case "mathop": return .scripts(try argument(of: source), sub: nil, sup: nil, limits: true)
        case "mathrel", "mathbin", "mathord", "mathopen", "mathclose", "mathstrut", "boxed", "ensuremath":
            return try argument(of: source)
        case "phantom", "hphantom", "vphantom", "label": _ = try rawGroup(of: source); return nil
        case "tag": return .row([.space(2), .text("(" + (try rawGroup(of: source)) + ")")])
        case "bmod": return .row([.space(1), .name("mod"), .space(1)])
        case "pmod": return .fence(MathSymbol.character("("), .row([.name("mod"), .space(1), try argument(of: source)]), MathSymbol.character(")"))
        default: break
        }
        if let symbol = MathSymbol.command(name) { return .symbol(symbol) }
        return .unknown(source)
    }

    // MARK: Delimiters

    private mutating func fence(at start: Int) throws(MathError) -> MathNode {
        let left = try delimiter(of: "\\left")
        let inner: [MathNode]
        do { inner = try row(until: .right) } catch {
            throw error.message == "\\left without \\right" ? MathError(offset: start, message: error.message) : error
        }
        position += "\\right".count
        let right = try delimiter(of: "\\right")
        return .fence(left, .row(inner), right)
    }

    /// The sign after `\left`, `\right` or `\big`; nil is the dot.
    private mutating func delimiter(of command: String) throws(MathError) -> MathSymbol? {
        skipSpace()
        guard let character = current else { throw error("\(command) needs a delimiter") }
        if character == "\\" {
            let source = peekCommand()
            guard let symbol = MathSymbol.command(String(source.dropFirst())) else { throw error("\(source) is no delimiter") }
            position += source.count
            return symbol
        }
        guard "()[]|/<>.".contains(character) else { throw error("\(character) is no delimiter") }
        position += 1
        switch character {
        case ".": return nil
        case "<": return MathSymbol.command("langle")
        case ">": return MathSymbol.command("rangle")
        case "|": return MathSymbol.command("vert")
        default: return MathSymbol.character(character)
        }
    }

    private mutating func bigDelimiter(side: MathKind?) throws(MathError) -> MathNode? {
        guard var symbol = try delimiter(of: "\\big") else { return nil }
        if let side { symbol.kind = side }
        return .symbol(symbol)
    }

    // MARK: Environments

    private mutating func environment(at start: Int) throws(MathError) -> MathNode {
        let name = try rawGroup(of: "\\begin")
        let plain = name.last == "*" ? String(name.dropLast()) : name
        func symbol(_ name: String) -> MathSymbol? { MathSymbol.command(name) }
        let kind: MathTableKind
        switch plain {
        case "aligned", "align", "split", "alignat", "eqnarray": kind = .aligned
        case "gathered", "gather", "equation", "multline": kind = .gathered
        case "cases", "dcases": kind = .cases
        case "matrix", "smallmatrix": kind = .matrix(open: nil, close: nil)
        case "pmatrix": kind = .matrix(open: MathSymbol.character("("), close: MathSymbol.character(")"))
        case "bmatrix": kind = .matrix(open: symbol("lbrack"), close: symbol("rbrack"))
        case "Bmatrix": kind = .matrix(open: symbol("lbrace"), close: symbol("rbrace"))
        case "vmatrix": kind = .matrix(open: symbol("lvert"), close: symbol("rvert"))
        case "Vmatrix": kind = .matrix(open: symbol("lVert"), close: symbol("rVert"))
        case "array": kind = .array(columns: try rawGroup(of: "\\begin{array}").filter { "lcr".contains($0) })
        default: throw MathError(offset: start, message: "unknown environment \(name)")
        }
        skipOptional()
        var rows: [[MathNode]] = [[]]
        while true {
            let cell: [MathNode]
            do { cell = try row(until: .cell) } catch {
                throw error.message == "\\begin without \\end" ? MathError(offset: start, message: "\\begin{\(name)} without \\end{\(name)}") : error
            }
            rows[rows.count - 1].append(.row(cell))
            if current == "&" {
                position += 1
            } else if peekCommand() == "\\end" {
                let end = position
                position += 4
                let closing = try rawGroup(of: "\\end")
                guard closing == name else {
                    throw MathError(offset: end, message: "\\begin{\(name)} is closed by \\end{\(closing)}")
                }
                break
            } else {
                position += peekCommand().count
                skipOptional()
                rows.append([])
            }
        }
        // A `\\` after the last row opens no other.
        if let last = rows.last, last == [.row([])], rows.count > 1 { rows.removeLast() }
        return .table(kind, rows: rows)
    }

    /// `[t]` after `\begin{aligned}`, `[4pt]` after `\\`, where the bracket follows at once.
    private mutating func skipOptional() {
        guard current == "[", let close = text[position...].firstIndex(of: "]"), close - position < 8 else { return }
        position = close + 1
    }

    private mutating func substack(at start: Int) throws(MathError) -> MathNode {
        skipSpace()
        guard current == "{" else { throw error("\\substack needs {...}") }
        position += 1
        var rows: [[MathNode]] = []
        while true {
            let stop = try substackLine(at: start)
            rows.append([.row(stop.nodes)])
            if stop.isLast { return .table(.stack, rows: rows) }
        }
    }

    private mutating func substackLine(at start: Int) throws(MathError) -> (nodes: [MathNode], isLast: Bool) {
        // Up to `\\` or the closing brace: the line is cut out and read on its own.
        var level = 0
        let begin = position
        while let character = current {
            if character == "\\", peek(1) == "\\", level == 0 {
                let nodes = try part(begin..<position)
                position += 2
                return (nodes, false)
            }
            if character == "\\" { position += 2; continue }
            if character == "{" { level += 1 }
            if character == "}" {
                if level == 0 {
                    let nodes = try part(begin..<position)
                    position += 1
                    return (nodes, true)
                }
                level -= 1
            }
            position += 1
        }
        throw MathError(offset: start, message: "{ without }")
    }

    private mutating func part(_ range: Range<Int>) throws(MathError) -> [MathNode] {
        var parser = MathParser(text: Array(text[range]))
        parser.depth = depth + 1
        do { return try parser.row(until: .end) } catch {
            throw MathError(offset: error.offset + range.lowerBound, message: error.message)
        }
    }

    // MARK: Words

    /// `\text{if $x > 0$}`: words, with math between dollars.
    private mutating func textNode(_ raw: String, at start: Int) throws(MathError) -> MathNode {
        let parts = raw.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count % 2 == 1 else { throw MathError(offset: start, message: "$ without $ in \\text") }
        var nodes: [MathNode] = []
        for (index, part) in parts.enumerated() where !part.isEmpty {
            if index % 2 == 0 {
                nodes.append(.text(Self.unescaped(part)))
            } else {
                var parser = MathParser(text: Array(part))
                parser.depth = depth + 1
                do { nodes.append(.row(try parser.row(until: .end))) } catch {
                    throw MathError(offset: start, message: error.message)
                }
            }
        }
        return nodes.count == 1 ? nodes[0] : .row(nodes)
    }

    private static func unescaped(_ text: Substring) -> String {
        var result = ""
        var isEscaped = false
        for character in text {
            if character == "\\", !isEscaped { isEscaped = true; continue }
            if isEscaped, !"{}$%&#_ ".contains(character) { result.append("\\") }
            isEscaped = false
            result.append(character.isNewline ? " " : character)
        }
        return isEscaped ? result + "\\" : result
    }

    private static func applying(_ alphabet: MathAlphabet, to node: MathNode) -> MathNode {
        switch node {
        case .symbol(let symbol): .symbol(alphabet.letter(symbol))
        case .row(let nodes) where alphabet == .roman: merged(.row(nodes))
        case .row(let nodes): .row(nodes.map { applying(alphabet, to: $0) })
        case .scripts(let base, let sub, let sup, let limits): .scripts(applying(alphabet, to: base), sub: sub, sup: sup, limits: limits)
        case .accent(let accent, let inner): .accent(accent, applying(alphabet, to: inner))
        default: node
        }
    }

    /// Letters, spaces and hyphens side by side become one upright word.
    private static func merged(_ node: MathNode) -> MathNode {
        var word = ""
        for child in node.children {
            switch child {
            case .symbol(let symbol) where symbol.kind == .ordinary || symbol.unicode == "−": word += symbol.unicode == "−" ? "-" : symbol.unicode
            case .name(let name), .text(let name): word += name
            case .space: word += " "
            default: return node
            }
        }
        if word.count == 1 { return .symbol(MathSymbol.character(word.first!)) }
        return word.isEmpty ? .row([]) : .name(word)
    }

    private mutating func negated(_ node: MathNode) throws(MathError) -> MathNode {
        guard case .symbol(var symbol) = node else { return .row([.unknown("\\not"), node]) }
        if symbol.unicode == "=" { return .symbol(MathSymbol.command("neq")!) }
        if symbol.unicode == "∈" { return .symbol(MathSymbol.command("notin")!) }
        symbol.unicode += "\u{338}"
        symbol.ascii = "not " + symbol.ascii
        symbol.words = "not: " + symbol.words
        return .symbol(symbol)
    }
}
