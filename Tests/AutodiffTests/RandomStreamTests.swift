import Autodiff
import Testing

struct RandomStreamTests {
    /// Known answers of the Random123 distribution (kat_vectors, philox4x32, 10 rounds).
    @Test(arguments: [
        (Philox.Block(0, 0, 0, 0), Philox.Key(0, 0), Philox.Block(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
        (
            Philox.Block(repeating: .max), Philox.Key(repeating: .max),
            Philox.Block(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
        ),
        (
            Philox.Block(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), Philox.Key(0xa409_3822, 0x299f_31d0),
            Philox.Block(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
        ),
    ])
    func philoxGivesThePublishedVectors(counter: Philox.Block, key: Philox.Key, expected: Philox.Block) {
        #expect(Philox.block(counter: counter, key: key) == expected)
    }

    @Test func wordsDependOnPositionAlone() {
        var stream = RandomStream(seed: 7, name: "words")
        let inOrder = (0..<100).map { _ in stream.next() }
        #expect(stream.position == 100)
        let again = RandomStream(seed: 7, name: "words")
        #expect((0..<100).reversed().map { again.word(at: $0) } == inOrder.reversed())
        #expect(Set(inOrder).count == 100)
        stream.position = 42
        #expect(stream.next() == inOrder[42])
    }

    @Test func theCounterHas64Bits() {
        // Positions that differ by 2³² blocks, and the last ones before the counter turns over, are all different words.
        var stream = RandomStream(seed: 1)
        let places: [UInt64] = [0, 1 << 32, 1 << 33, 1 << 35, 1 << 36, 1 << 62, .max - 1, .max]
        #expect(Set(places.map { stream.word(at: $0) }).count == places.count)
        stream.position = .max
        let last = stream.next()
        #expect(last == stream.word(at: .max))
        #expect(stream.position == 0)
    }

    @Test func aCopyGoesItsOwnWay() {
        var stream = RandomStream(seed: 3)
        var copy = stream
        _ = copy.next()
        #expect(stream.position == 0)
        #expect(stream.next() == copy.word(at: 0))
    }

    @Test func splittingIgnoresThePosition() {
        var stream = RandomStream(seed: 3)
        let before = stream.split("weights")
        _ = stream.next()
        #expect(stream.split("weights") == before)
    }

    @Test func everyIdentityIsItsOwn() {
        // Close names, names that join to one another, padded names, numbers, seeds: all different first words.
        let root = RandomStream(seed: 1)
        var streams = [
            root, RandomStream(seed: 2), RandomStream(seed: 1 << 32), RandomStream(seed: 1, name: "a"), RandomStream(seed: 2, name: "a"),
            root.split(""), root.split("").split(""), root.split("ab"), root.split("a").split("b"), root.split("b").split("a"),
            root.split("a\0"), root.split("a\0\0"), root.split("12345678"), root.split("123456789"), root.split("12345678").split("9"),
            root.split("权重"), root.split("μ"), root.split(UInt64.max),
        ]
        for number in 0..<1000 as Range<UInt64> { streams += [root.split(number), root.split("\(number)")] }
        #expect(Set(streams).count == streams.count)
        #expect(Set(streams.map { $0.word(at: 0) }).count == streams.count)
    }

    @Test func streamsOfDifferentNamesAreUncorrelated() {
        let count = 20_000
        let root = RandomStream(seed: 11)
        let names = ["a", "b", "c", "weights", "weight", "cell 1", "cell 2", "cell 10"]
        var columns: [[Double]] = names.map { name in
            var stream = root.split(name)
            return draws(count) { stream.uniform() }
        }
        for number in 0..<4 as Range<UInt64> {
            var stream = root.split(number)
            columns.append(draws(count) { stream.uniform() })
        }
        // 66 pairs: 4.5 standard errors of a correlation of zero.
        for (i, a) in columns.enumerated() {
            for b in columns[..<i] { #expect(abs(correlation(a, b)) < 4.5 / Double(count).squareRoot()) }
            // ... nor is a stream with itself, shifted.
            for lag in 1...3 { #expect(abs(correlation(Array(a.dropFirst(lag)), Array(a.dropLast(lag)))) < 4.5 / Double(count).squareRoot()) }
        }
    }

    @Test func bitsAreFair() {
        var stream = RandomStream(seed: 5)
        var ones = [Int](repeating: 0, count: 64)
        let count = 20_000
        for _ in 0..<count {
            let word = stream.next()
            for bit in 0..<64 { ones[bit] += Int(word >> UInt64(bit) & 1) }
        }
        for bit in ones { #expect(abs(Double(bit) - 10_000) < 4.5 * 0.5 * Double(count).squareRoot()) }
    }
}
