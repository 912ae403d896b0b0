import Foundation
import Lessons
import Testing

/// Outcomes of slow cells are kept and shown again as they were; whatever they depend on makes them run anew.
@Suite(.timeLimit(.minutes(2))) struct PlayCacheTests {
    static let cells = """
        ## Cells

        ```cell id=above
        knob k = 2 in 0..9
        ```

        ```cell id=plain
        total = sum(sin(range(1000))) * k
        e = estimate(randn(50))
        words = "as before"
        things = [1, "two", [true, false], [[1, 2], [3, inf]], nan]
        total
        print(words, e)
        check "finite": abs(total) < 1e9
        check "estimate": e ~= 0 within 6 se
        check "close": total ~= total + 1e-13 tol 1e-12
        things
        ```

        ```cell id=tape
        x = param(3.0)
        ```

        ```cell id=closure
        f(x) = x + 1
        ```

        ```cell id=drawn
        figure("toy", line([0, 1], [0, 1]))
        ```

        ```cell id=below
        [total, k]
        grad(x^2, x)
        e
        ```

        """

    private let home: PlayHome
    private let lesson: Lesson
    private var cache: CellCache

    init() throws {
        home = try PlayHome()
        let path = try home.lesson(Self.cells) + "/01-small/lesson.md"
        let (lesson, problems) = LessonFile.parse(try String(contentsOfFile: path, encoding: .utf8), path: path)
        try #require(problems.isEmpty)
        self.lesson = lesson
        cache = CellCache(folder: home.path + "/cells", engine: "one")
        // However fast the machine is.
        cache.patience = -1
    }

    /// What each cell showed, and whether it came from the cache.
    private func run(_ cache: CellCache?, seed: UInt64 = 7, knobs: [String: Double] = [:], prepare: (inout LessonSession) -> Void = { _ in }) -> [String: (text: String, isKept: Bool)] {
        var session = LessonSession(lesson, seed: seed, knobs: knobs)
        session.cache = cache
        prepare(&session)
        session.run("below")
        return Dictionary(uniqueKeysWithValues: session.outcomes.map { id, outcome in
            (id, (outcome.output + "\(outcome.checks.map { $0.line() })" + "\(outcome.bindings.map { "\($0.name) = \($0.value.description)" })\(outcome.knobs)", outcome.isFromCache))
        })
    }

    private func kept(_ result: [String: (text: String, isKept: Bool)]) -> Set<String> { Set(result.filter(\.value.isKept).keys) }

    @Test func plainValuesAreKeptAndNothingElse() {
        let computed = run(nil), first = run(cache), second = run(cache)
        #expect(kept(first) == [])
        // `below` shows plain values, although a tape stands behind them.
        #expect(kept(second) == ["above", "plain", "below"])
        #expect(first.mapValues(\.text) == computed.mapValues(\.text))
        #expect(second.mapValues(\.text) == computed.mapValues(\.text))
    }

    @Test func whatACellDependsOnIsInItsName() {
        _ = run(cache)
        #expect(kept(run(cache, seed: 8)) == [])
        #expect(kept(run(cache, knobs: ["k": 3])) == [])
        #expect(kept(run(cache) { $0.edit("above", to: "knob k = 2 in 0..8") }) == [])
        #expect(kept(run(cache) { $0.edit("plain", to: "total = 1; e = 2") }) == ["above"])
        #expect(kept(run(cache) { $0.data["faces"] = "/faces.npy" }) == [])
        var other = CellCache(folder: home.path + "/cells", engine: "two")
        other.patience = -1
        #expect(kept(run(other)) == [])
        #expect(kept(run(cache)).count == 3)
    }

    @Test func whoAsksForARunGetsOne() {
        var session = LessonSession(lesson)
        session.cache = cache
        session.run("below")
        #expect(session.rerun(from: "plain").first { $0.id == "plain" }?.outcome.isFromCache == false)
    }

    @Test func fastCellsAreNotWorthAFile() {
        var patient = cache
        patient.patience = 100
        _ = run(patient)
        #expect(kept(run(patient)) == [])
    }

    @Test func damagedFilesAreIgnored() throws {
        let first = run(cache)
        let folder = home.path + "/cells"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let file = URL(filePath: folder + "/" + name), whole = try Data(contentsOf: file)
            for count in [0, 1, 16, 31, 32, 40, whole.count - 1] where count < whole.count {
                try whole.prefix(count).write(to: file)
                let again = run(cache)
                #expect(again.mapValues(\.text) == first.mapValues(\.text))
            }
            for position in stride(from: 0, to: whole.count, by: max(1, whole.count / 25)) {
                var bytes = whole
                bytes[bytes.startIndex + position] ^= 0x41
                try bytes.write(to: file)
                #expect(run(cache).mapValues(\.text) == first.mapValues(\.text))
            }
        }
    }

    @Test func theFolderStaysSmall() throws {
        var small = cache
        small.largestFolder = 6000
        for seed in 0..<10 { _ = run(small, seed: UInt64(seed)) }
        let folder = home.path + "/cells"
        let sizes = try FileManager.default.contentsOfDirectory(atPath: folder).map { try Data(contentsOf: URL(filePath: folder + "/" + $0)).count }
        #expect(!sizes.isEmpty && sizes.reduce(0, +) <= 6000)
    }

    @Test func aFolderThatCannotBeWrittenIsNoHindrance() throws {
        try home.write("", to: "blocked")
        var blocked = CellCache(folder: home.path + "/blocked/cells", engine: "one")
        blocked.patience = -1
        #expect(run(blocked).count == 6)
    }

    /// The whole way: a lesson run twice; a check that never asks the cache.
    @Test func aSlowCellOfALesson() throws {
        var loops = 400_000, files = 0, first = "", lessons = ""
        // Until it takes more than the second that makes it slow.
        while files == 0, loops < 1_000_000_000 {
            lessons = try home.lesson("## Slow\n\n```cell id=slow\nt = 0\nfor i in range(1000) { for j in range(\(loops / 1000)) { t = t + i } }\nt\ncheck \"positive\": t > 0\n```\n")
            first = try home.run(["lesson", "1", "--lessons", lessons]).output
            files = (try? FileManager.default.contentsOfDirectory(atPath: home.path + "/cache/vaelearn/cells").count) ?? 0
            loops *= 3
        }
        let second = try home.run(["lesson", "1", "--lessons", lessons]).output
        #expect(!first.contains("(from cache)") && second.contains("(from cache)"))
        #expect(second.replacingOccurrences(of: "(from cache)\n\n", with: "") == first)
        let check = try home.run(["check", "1", "--lessons", lessons])
        #expect(check.code == 0 && !check.output.contains("cache"))
    }
}
