import Foundation
import Lessons
import Testing

/// Broken lesson files: each gives a lesson and problems whose places lie in the file, and none takes long.
@Suite("Lesson reader: fuzz")
struct LessonFuzzTests {
    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        mutating func roll(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &self) }
    }

    private let duration = ProcessInfo.processInfo.environment["VAELEARN_FUZZ_SECONDS"].flatMap(Double.init)

    private static let pieces = [
        "---\n", "title: A lesson\n", "minutes: 12\n", "number: 4\n", "summary: text\n", "seed: 7\n", "needs: [1, 2]\n", "sources:\n", "  - a book, `x`\n", "texts:\n", "## A step\n", "# Going deeper\n", "## \n", "### deeper\n", "text with $x^2$ and `= x : .3f` in it\n", "= sum(x)\n", "$$\n", "\\sum_{i=1}^d \\mu_i\n",
        "```cell id=a\n", "```cell\n", "```\n", "~~~\n", "````\n", "```predict of=a\n", "```ask id=q kind=choice\n", "```lab id=l\n", "```figure\n", "x = param([1, 2])\n", "check \"a\": x ~= x\n", "answer: 3\n", "start: |\n", "solution: |\n", "  y = 1\n", "- [x] one\n", "- [ ] two\n", "> note\n", "| a | b |\n|---|---|\n", "![alt](x.png)\n", "[link](https://x)\n",
        "<!-- comment -->\n", "<b>html</b>\n", "\n", "\n\n", "\t", "  ", "中文 σ² 👩‍👩‍👧\n", "\u{0}", "\u{1B}[2J", "\r\n", "\r", "\u{FEFF}", "`", "``", "$", "{", "}", "\"", "\\", "%%\n", "***\n", "* a\n  * b\n", "1. one\n", "    code\n", "id=a id=a\n", "title: \n", ": value\n", "key\n", "hint: h\n", "options:\n", "wrong:\n",
    ]

    /// The lessons of the course, to be broken.
    private static let lessons: [String] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "lessons")
        let names = ((try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []).filter { $0.hasSuffix(".md") }.sorted()
        return names.compactMap { try? String(contentsOf: folder.appending(path: $0), encoding: .utf8) }
    }()

    private func rounds(_ count: Int, _ body: (Int) -> Void) {
        let start = ContinuousClock.now
        var round = 0
        while duration.map({ ContinuousClock.now - start < .seconds($0) }) ?? (round < count) {
            body(round)
            round += 1
        }
    }

    @Test func piecesInAnyOrder() {
        var dice = Dice(state: duration == nil ? 1 : UInt64(Date().timeIntervalSince1970))
        rounds(4_000) { _ in survive((0..<dice.roll(40)).map { _ in Self.pieces[dice.roll(Self.pieces.count)] }.joined()) }
    }

    @Test func brokenLessons() {
        var dice = Dice(state: duration == nil ? 2 : UInt64(Date().timeIntervalSince1970) + 1)
        guard !Self.lessons.isEmpty else { return }
        rounds(150) { _ in
            var lines = Self.lessons[dice.roll(Self.lessons.count)].split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            for _ in 0...dice.roll(5) {
                let place = dice.roll(lines.count)
                switch dice.roll(6) {
                case 0: lines.remove(at: place)
                case 1: lines.insert(Self.pieces[dice.roll(Self.pieces.count)], at: place)
                case 2: lines.removeSubrange(place...)
                case 3: lines.swapAt(place, dice.roll(lines.count))
                case 4: lines[place] = String(decoding: lines[place].utf8.dropFirst(dice.roll(lines[place].utf8.count + 1)), as: UTF8.self)
                default: lines[place] += Self.pieces[dice.roll(Self.pieces.count)]
                }
                if lines.isEmpty { lines = [""] }
            }
            survive(lines.joined(separator: "\n"))
        }
    }

    @Test func anyBytes() {
        var dice = Dice(state: duration == nil ? 3 : UInt64(Date().timeIntervalSince1970) + 2)
        let letters = Array("#-`$:|>[]{}= \nab1\t*_\"".utf8)
        rounds(4_000) { round in
            let bytes = (0..<dice.roll(300)).map { _ in round % 2 == 0 ? UInt8(dice.roll(256)) : letters[dice.roll(letters.count)] }
            _ = try? LessonFile.decode(bytes, path: "a.md")
            survive(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// A million of one thing.
    @Test func longAndDeep() {
        for piece in ["#", "`", "$", ">", "- ", "* ", "[", "(", "| ", "    ", "\n", "```cell\n", "## a\n", "$$\n", "---\n", "a: b\n", "x", "\\", "{", "<", "&", "_", "!["] {
            survive(String(repeating: piece, count: 30_000))
            survive("---\ntitle: a\n---\n## a\n" + String(repeating: piece, count: 30_000))
        }
    }

    private func survive(_ text: String) {
        // Of this thread alone: other work on the machine shall not count.
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        }
        let start = now()
        let (lesson, problems) = LessonFile.parse(text, path: "lesson.md")
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).count
        for problem in problems {
            #expect(problem.line >= 1 && problem.line <= lines + 1 && problem.column >= 1, "\(problem) in \(text.prefix(500))")
            #expect(!problem.message.isEmpty)
        }
        _ = LessonFile.parseTranslation(text, path: "lesson.zh.md", of: lesson)
        let taken = now() - start
        #expect(taken < 3, "\(taken) s for \(text.prefix(200))")
    }
}
