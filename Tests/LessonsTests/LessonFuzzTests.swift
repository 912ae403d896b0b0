import Cells
import Lessons
import Testing

@Suite("Lesson files: fuzz")
struct LessonFuzzTests {
    /// SplitMix64: the same files on every run.
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

    private let original = LessonFile.parse(sampleLesson, path: "lesson.md").lesson

    private func survive(_ bytes: [UInt8]) {
        _ = try? LessonFile.decode(bytes, path: "x")
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = SourceLines(text).lines.count
        let (lesson, problems) = LessonFile.parse(text, path: "x")
        let translated = LessonFile.parseTranslation(text, path: "x", of: original)
        for problem in problems + translated.problems {
            #expect(problem.line >= 1 && problem.line <= lines && problem.column >= 1, "\(problem)")
            #expect(problem.message.hasSuffix("."), "\(problem)")
        }
        for case .prose(let prose) in lesson.steps.flatMap(\.elements) { #expect(prose.filled { _ in "" }.utf8.count <= prose.text.utf8.count) }
    }

    @Test func anyBytes() {
        var dice = Dice(state: 1)
        for _ in 0..<2_000 { survive((0..<dice.roll(80)).map { _ in UInt8(dice.roll(256)) }) }
        let pieces = ["---\n", "## a\n", "# Going deeper\n", "```cell id=a\n", "```ask id=b kind=choice\n", "```predict id=c of=a\n", "```lab id=d\n", "```texts\n", "```\n", "$$\n", "$$ a $$\n", "<!-- note: a\n", "-->\n", "prompt: |\n", "  x = 1\n", "choice*: a\n", "id: a\n", "`= x`", "`", "$", "0.5 ", "\n", "\"a\" => \"b\"\n", "=>", "\u{1}", "中", "| ", "\t", "\\"]
        for _ in 0..<3_000 { survive((0..<dice.roll(40)).flatMap { _ in Array(pieces[dice.roll(pieces.count)].utf8) }) }
    }

    @Test func everyPrefixAndDamagedCopies() {
        var dice = Dice(state: 2)
        for sample in [sampleLesson, sampleTranslation] {
            let bytes = Array(sample.utf8)
            for length in stride(from: 0, through: bytes.count, by: 3) { survive(Array(bytes[..<length])) }
            for _ in 0..<600 {
                var copy = bytes
                for _ in 0...dice.roll(5) {
                    let place = dice.roll(copy.count)
                    switch dice.roll(3) {
                    case 0: copy[place] = UInt8(dice.roll(256))
                    case 1: copy.removeSubrange(place..<min(copy.count, place + 1 + dice.roll(30)))
                    default: copy.insert(contentsOf: copy[dice.roll(place + 1)..<place], at: dice.roll(copy.count))
                    }
                    if copy.isEmpty { copy = bytes }
                }
                survive(copy)
            }
        }
    }

    /// Much of any one thing is read in a moment.
    @Test func longFiles() {
        let head = String(sampleLesson.prefix { $0 != "#" }) + "## A\n"
        let clock = ContinuousClock()
        for piece in ["`", "` ", "``` ", "$", "$ ", "$a", "0.5 ", "0.5", "`= x` ", "`= x +` ", "\\`", "a", "中", "\n", "## a\n", "```cell\n", "```cell id=a\n```\n", "```cell id=a=\"", "- ", "<!--", "<!--\n", "$$", "$$\n", "$$ a", "key: value\n", "|", "=>", "[", "~~~\n", "```a ` ", "https://1.5", "a\n\n"] {
            let text = head + String(repeating: piece, count: 200_000 / piece.utf8.count)
            let elapsed = clock.measure { _ = LessonFile.parse(text, path: "x") }
            #expect(elapsed < .seconds(5), "\(piece): \(elapsed)")
        }
        for (piece, opening) in [("a=b ", "```cell "), ("a=\"b\" ", "```ask "), ("a in 0..1, ", "```ask id=a kind=expression vars=\""), ("a | ", "```predict id=a of=b\nprompt: a\nanswer: 1\nchoices: "), ("k: v\n", "```lab id=a\n"), ("wrong: a => b\n", "```ask id=a kind=number tol=1\n"), ("\"a\" => ", "```texts\n"), ("\"a\" => \"b\"\n", "```texts\n"), ("(", "```cell id=a\n"), ("prompt: |\n  a\n", "```lab id=a\n"), ("  a\n", "```lab id=a\nstart: |\n")] {
            let text = head + opening + String(repeating: piece, count: 200_000 / piece.utf8.count) + "\n```\n"
            let elapsed = clock.measure { _ = LessonFile.parseTranslation(text, path: "x", of: original) } + clock.measure { _ = LessonFile.parse(text, path: "x") }
            #expect(elapsed < .seconds(5), "\(opening) \(piece): \(elapsed)")
        }
    }
}
