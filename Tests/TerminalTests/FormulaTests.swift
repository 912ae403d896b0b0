import Glibc
import Markup
import Terminal
import Testing

/// The formulas of the course, as they must look. `Fixtures/formulas.md` is meant to be read;
/// with RECORD_FORMULAS=1 in the environment the tests write it anew, to be looked at before it is kept.
@Suite struct FormulaTests {
    struct Golden {
        var title: String
        var source: String
        var drawings: [String: [String]]
    }

    static let path = String(#filePath.prefix(upTo: #filePath.lastIndex(of: "/")!)) + "/Fixtures/formulas.md"

    static func read() -> [Golden] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = getc(file), byte != EOF { bytes.append(UInt8(byte)) }
        var result: [Golden] = []
        var fence: String?
        var lines: [String] = []
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if let name = fence {
                if line != "```" { lines.append(line); continue }
                if name == "latex" { result[result.count - 1].source = lines.joined(separator: "\n") } else { result[result.count - 1].drawings[name] = lines }
                fence = nil
            } else if line.hasPrefix("## ") {
                result.append(Golden(title: String(line.dropFirst(3)), source: "", drawings: [:]))
            } else if line.hasPrefix("```") {
                fence = String(line.dropFirst(3))
                lines = []
            }
        }
        return result
    }

    /// The drawings that a golden holds: both styles on 80 columns, both one-line forms, and the words.
    static func drawings(of source: String) throws -> [(name: String, lines: [String])] {
        let node = try MathParser.parse(source)
        return [
            ("unicode", MathLayout.lines(source, width: 78, style: .unicode)),
            ("ascii", MathLayout.lines(source, width: 78, style: .ascii)),
            ("line", [MathLine(style: .unicode).text(node), MathLine(style: .ascii).text(node)]),
            ("words", [SpokenMath.words(node)]),
        ]
    }

    static func record(_ goldens: [Golden]) throws {
        var text = "# The formulas of the course, as they are drawn\n"
        for golden in goldens {
            text += "\n## \(golden.title)\n\n```latex\n\(golden.source)\n```\n"
            for (name, lines) in try drawings(of: golden.source) { text += "\n```\(name)\n\(lines.joined(separator: "\n"))\n```\n" }
        }
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
    }

    @Test func drawnAsRecorded() throws {
        let goldens = Self.read()
        #expect(goldens.count >= 60)
        if getenv("RECORD_FORMULAS") != nil { return try Self.record(goldens) }
        for golden in goldens {
            for (name, lines) in try Self.drawings(of: golden.source) {
                #expect(golden.drawings[name] == lines, "\(golden.title), \(name)\n\(lines.joined(separator: "\n"))")
            }
        }
    }

    @Test func nothingUnknownInTheCourse() throws {
        for golden in Self.read() {
            #expect(try MathParser.parse(golden.source).unknownCommands == [], "\(golden.title)")
        }
    }

    @Test(arguments: [78, 40, 20]) func neverWiderThanTheScreen(width: Int) {
        for golden in Self.read() {
            for style in MathStyle.allCases {
                for line in MathLayout.lines(golden.source, width: width, style: style) {
                    #expect(DisplayWidth.of(line) <= width, "\(golden.title): \(line)")
                }
            }
        }
    }

    /// Whatever can be parsed can be drawn, spoken and broken, as wide as the screen at most.
    @Test func anyTextIsDrawn() {
        let pieces = ["\\frac{a}", "{", "}", "^", "_", "\\left(", "\\right]", "&", "\\\\", "\\begin{cases}", "\\end{cases}", "x", "\\sum", "'", "|", "\\|", "(", ")",
                      "\\text{if }", "\\sqrt[3]{y}", "\\hat", "\\int", "\\foo", "é", "中", "\u{301}", "\\underbrace{z}_{w}", "\\mathbb", "=", "+", ",", "\\quad", "\\log", "\u{1B}"]
        var state: UInt64 = 11
        var drawn = 0
        for _ in 0..<1500 {
            var text = ""
            for _ in 0..<14 {
                state = state &* 6364136223846793005 &+ 1442695040888963407
                text += pieces[Int(state >> 33) % pieces.count]
            }
            for style in MathStyle.allCases {
                for width in [4, 20, 60] {
                    for line in MathLayout.lines(text, width: width, style: style) where DisplayWidth.of(line) > width { Issue.record("\(text): \(line)") }
                }
            }
            guard let node = try? MathParser.parse(text) else { continue }
            drawn += 1
            _ = SpokenMath.words(node) + MathLine(style: .unicode).text(node)
        }
        #expect(drawn > 40)
        #expect(MathLayout.lines("", width: 20, style: .unicode).joined() == "")
        #expect(MathLayout.lines(String(repeating: "x + ", count: 3000) + "x", width: 40, style: .unicode).count > 200)
    }

    @Test func asciiIsASCII() {
        for golden in Self.read() {
            for line in MathLayout.lines(golden.source, width: 78, style: .ascii) {
                #expect(line.utf8.allSatisfy { (0x20..<0x7F).contains($0) }, "\(golden.title): \(line)")
            }
        }
    }
}
