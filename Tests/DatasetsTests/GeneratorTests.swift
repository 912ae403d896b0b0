import Datasets
import Testing

/// What every generated data set promises.
struct GeneratorTests {
    typealias Maker = @Sendable (Range<Int>, UInt64, Int?) -> Dataset
    static let makers: [(name: String, make: Maker)] = [
        ("digits", { Dataset.digits($0, seed: $1, threads: $2) }),
        ("sprites", { Dataset.sprites($0, seed: $1, threads: $2) }),
        ("faces", { Dataset.faces($0, seed: $1, threads: $2) }),
        ("ring", { Dataset.ring($0, seed: $1, threads: $2) }),
        ("two moons", { Dataset.twoMoons($0, seed: $1, threads: $2) }),
        ("linear Gaussian", { LinearGaussian(features: 5, latents: 2, deviation: 0.5, seed: $1).data($0, threads: $2) }),
    ]

    @Test(arguments: makers.indices) func itemsDependOnSeedAndNumberAlone(_ kind: Int) {
        let make = Self.makers[kind].make
        let all = make(0..<200, 7, 1)
        for threads in [2, 5, 8] { #expect(make(0..<200, 7, threads).fingerprint == all.fingerprint) }

        let piece = make(77..<150, 7, nil)
        #expect(piece.items == Array(all.items[77 * all.featureCount ..< 150 * all.featureCount]))
        #expect(piece.labels == all.labels.map { Array($0[77..<150]) })
        #expect(piece.factors == Array(all.factors[77 * all.factorNames.count ..< 150 * all.factorNames.count]))

        let other = make(0..<200, 8, nil)
        let same = (0..<200).filter { other.item($0) == all.item($0) }
        #expect(same.isEmpty)
    }

    @Test(arguments: makers.indices) func anEmptySetIsFine(_ kind: Int) {
        let empty = Self.makers[kind].make(3..<3, 1, nil)
        #expect(empty.count == 0 && empty.items.isEmpty && empty.factors.isEmpty)
    }

    /// Pictures are made of additions, products and square roots, so their bits are the same on every machine.
    @Test func picturesAreTheSameEverywhere() {
        #expect(Dataset.digits(0..<100, seed: 1).fingerprint == 4_103_408_361_276_396_910)
        #expect(Dataset.sprites(0..<100, seed: 1).fingerprint == 3_484_351_682_998_287_448)
        #expect(Dataset.faces(0..<100, seed: 1).fingerprint == 7_426_266_345_031_394_428)
    }

    @Test(arguments: 0..<3) func picturesAreGreysOfAByte(_ kind: Int) {
        let data = Self.makers[kind].make(0..<300, 3, nil)
        #expect(data.shape == [28, 28] && data.items.count == 300 * 784)
        #expect(data.items.allSatisfy { $0 >= 0 && $0 <= 1 && ($0 * 255).rounded() / 255 == $0 })
        #expect(data.factors.allSatisfy { $0.isFinite })
    }

    @Test func factorsAreFoundByName() {
        let data = Dataset.sprites(0..<10)
        #expect(data.factor("shape")?.map { Int($0) } == data.labels)
        #expect(data.factor("x")?[4] == data.factors[4 * 5 + 3])
        #expect(data.factor("colour") == nil)
        #expect(Dataset.ring(0..<10).factor("angle") == nil)
    }
}
