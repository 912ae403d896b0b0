import Cells
import Testing

/// SplitMix64: the same programs on every run.
struct Dice: RandomNumberGenerator {
    var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func roll(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &self) }
}

/// Writes random programs by the grammar, each beside the tree that it must parse to.
private struct Author {
    var dice: Dice
    /// A text stands on one line, whatever its values hold.
    private var inText = false

    init(_ seed: UInt64) { dice = Dice(seed) }

    private let names = ["x", "y", "mu", "σ", "变量", "check", "tol", "se", "in", "knob", "logvar_2"]

    mutating func name() -> String { names[dice.roll(names.count)] }

    mutating func space() -> String { ["", " ", "  ", "\t"][dice.roll(4)] }

    /// An expression that binds at least as tightly as `rank`: 0 or, 1 and, 2 not, 3 comparison, 4 sum, 5 product, 6 sign, 7 power, 8 postfix.
    mutating func expression(_ rank: Int, _ depth: Int) -> (source: String, tree: String) {
        if depth <= 0 { return atom() }
        let own = rank + dice.roll(9 - rank)
        switch own {
        case 0, 1:
            let parts = (0..<2 + dice.roll(2)).map { _ in expression(own + 1, depth - 1) }
            let word = own == 0 ? "or" : "and"
            return (parts.map(\.source).joined(separator: " \(word) "), "(\(word) \(parts.map(\.tree).joined(separator: " ")))")
        case 2:
            let inner = expression(2, depth - 1)
            return ("not " + inner.source, "(not \(inner.tree))")
        case 3:
            let sign = ["==", "!=", "<", "<=", ">", ">=", "~="][dice.roll(7)]
            let (a, b) = (expression(4, depth - 1), expression(4, depth - 1))
            return (a.source + space() + sign + space() + b.source, "(\(sign) \(a.tree) \(b.tree))")
        case 4, 5:
            var (source, tree) = expression(own + 1, depth - 1)
            for _ in 0...dice.roll(3) {
                let sign = own == 4 ? ["+", "-"][dice.roll(2)] : ["*", "/", "@"][dice.roll(3)]
                let next = expression(own + 1, depth - 1)
                // A space, since `a--b` is no comment here but `/` beside `/` would be another sign.
                source += " " + sign + " " + next.source
                tree = "(\(sign) \(tree) \(next.tree))"
            }
            return (source, tree)
        case 6:
            let inner = expression(6, depth - 1)
            return ("-" + space() + inner.source, "(- \(inner.tree))")
        case 7:
            let (base, exponent) = (expression(8, depth - 1), expression(6, depth - 1))
            return (base.source + space() + ["^", "**"][dice.roll(2)] + space() + exponent.source, "(^ \(base.tree) \(exponent.tree))")
        default:
            return tight(depth)
        }
    }

    private mutating func atom() -> (source: String, tree: String) {
        switch dice.roll(4) {
        case 0:
            let number = dice.roll(1000)
            return ("\(number)", "\(Double(number))")
        case 1: return ("true", "true")
        case 2: return ("\"a b\"", "\"a b\"")
        default:
            let name = name()
            return (name, name)
        }
    }

    private mutating func tight(_ depth: Int) -> (source: String, tree: String) {
        if dice.roll(10) == 0 {
            let outer = inText
            inText = true
            defer { inText = outer }
            let inner = expression(0, depth - 1)
            return ("\"t { " + inner.source + ":.3f}\"", "(text \"t \" (format \(inner.tree) .3f))")
        }
        let newline = inText ? " " : "\n"
        let inner = expression(0, depth - 1)
        switch dice.roll(9) {
        case 0: return ("(" + space() + inner.source + space() + ")", inner.tree)
        case 1: return ("(" + newline + inner.source + (inText ? "" : " # note (\n") + ")", inner.tree)
        case 2:
            let other = expression(0, depth - 1)
            return ("[" + inner.source + "," + newline + other.source + "]", "(list \(inner.tree) \(other.tree))")
        case 3:
            let callee = name()
            return (callee + "(" + inner.source + ", k=" + inner.source + ")", "(call \(callee) \(inner.tree) k=\(inner.tree))")
        case 4:
            let base = name()
            return (base + "[" + inner.source + ":, :, " + inner.source + "]", "(index \(base) (slice \(inner.tree) _) (slice _ _) \(inner.tree))")
        case 5:
            let base = name()
            return (base + "." + "in", "(. \(base) in)")
        case 6:
            let parameter = name()
            return ("((" + parameter + ", zz) -> " + inner.source + ")", "(-> (\(parameter) zz) \(inner.tree))")
        case 7:
            let (source, tree) = statements(depth - 1)
            return ("{" + source + "}", "{\(tree.joined(separator: " "))}")
        default:
            let (source, tree) = statements(depth - 1)
            let block = "{\(tree.joined(separator: " "))}"
            return ("(if " + inner.source + " {" + source + "}" + newline + "else {" + newline + source + "})", "(if \(inner.tree) \(block) \(block))")
        }
    }

    mutating func statements(_ depth: Int) -> (source: String, tree: [String]) {
        var source = space()
        var trees: [String] = []
        for index in 0..<dice.roll(4) {
            if index > 0 { source += ["\n", ";", " \n\n ", " # note )\n", "\r\n"][inText ? 1 : dice.roll(5)] }
            let value = expression(0, depth)
            switch dice.roll(4) {
            case 0:
                source += "yy = " + value.source
                trees.append("(= yy \(value.tree))")
            case 1:
                source += "for (a, b) in " + value.source + " {" + "bb = 1" + "}"
                trees.append("(for (a b) \(value.tree) {(= bb 1.0)})")
            case 2:
                let (a, b) = (expression(4, depth), expression(4, depth))
                source += "check \"l\": " + a.source + " ~= " + b.source + " tol 3"
                trees.append("(check \"l\" (~= \(a.tree) \(b.tree)) (tol 3.0))")
            default:
                source += "zz(x, k=1) = " + value.source
                trees.append("(= zz (-> (x k=1.0) \(value.tree)))")
            }
        }
        return (source + space(), trees)
    }
}

@Suite("Syntax: fuzz")
struct SyntaxFuzzTests {
    @Test func programsByTheGrammarParseToTheirTrees() {
        var author = Author(1)
        var longest = 0
        for _ in 0..<3_000 {
            let (source, tree) = author.statements(4)
            longest = max(longest, source.utf8.count)
            do {
                #expect(try Program.parse(source).description == tree.joined(separator: "\n"), "\(source)")
            } catch {
                Issue.record("\(error.rendered(source: source))\n\(source)")
            }
        }
        #expect(longest > 1_000)
    }

    @Test func brokenProgramsGiveAnErrorInsideTheirText() {
        var author = Author(2)
        var dice = Dice(3)
        let pieces = ["(", ")", "[", "]", "{", "}", "\"", "=", "==", ",", ":", ";", "\n", "..", "->", "if ", "else", "for ", "in ", "not ", "check ", "knob ", "1e", "0.", "#", "σ", "\u{301}", "\0", "“", "\\", "^", "~"]
        for _ in 0..<6_000 {
            var bytes = Array(author.statements(3).source.utf8)
            for _ in 0...dice.roll(4) {
                let place = dice.roll(bytes.count + 1)
                switch dice.roll(4) {
                case 0: bytes.insert(contentsOf: Array(pieces[dice.roll(pieces.count)].utf8), at: place)
                case 1: if place < bytes.count { bytes.remove(at: place) }
                case 2: bytes.removeSubrange(place...)
                default: if place < bytes.count { bytes[place] = UInt8(dice.roll(256)) }
                }
            }
            survive(bytes)
        }
    }

    @Test func anyBytesGiveAnErrorInsideTheirText() {
        var dice = Dice(4)
        let letters = Array("abfxe01._ \n\t\"(){}[]=<>!~+-*/@^:;,#'&|%\\$?".utf8)
        for round in 0..<20_000 {
            let length = dice.roll(40)
            survive((0..<length).map { _ in round % 2 == 0 ? UInt8(dice.roll(256)) : letters[dice.roll(letters.count)] })
        }
    }

    private func survive(_ bytes: [UInt8]) {
        let strict: String?
        do { strict = try Program.source(decoding: bytes) } catch {
            #expect(error.span.start < bytes.count)
            strict = nil
        }
        let source = strict ?? String(decoding: bytes, as: UTF8.self)
        do {
            let program = try Program.parse(source)
            _ = program.freeNames
            // What the tree says is what was read: its places lie in the source, in order.
            for statement in program.statements { #expect(statement.span.start < statement.span.end && statement.span.end <= source.utf8.count) }
        } catch {
            let length = source.utf8.count
            #expect(error.span.start >= 0 && error.span.start <= length && error.span.end >= error.span.start, "\(source)")
            #expect(!error.message.isEmpty && error.message.hasSuffix("."), "\(error.message)")
            let rendered = error.rendered(source: source)
            #expect(rendered.contains("^"), "\(source)")
            #expect(!rendered.utf8.contains(0x1B))
        }
        _ = try? Expression.parseInline(source)
    }
}
