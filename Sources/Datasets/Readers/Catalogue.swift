/// A kind of data that is made on the spot.
public struct GeneratedSet: Sendable {
    public let name: String
    public let summary: String
    /// How many items are made to train on and to test on where nobody says otherwise.
    public let trainCount: Int
    public let testCount: Int
    private let make: @Sendable (Range<Int>, UInt64) -> Dataset

    public func items(_ indices: Range<Int>, seed: UInt64 = 1) -> Dataset { make(indices, seed) }

    public func load(seed: UInt64 = 1) -> LoadedDataset {
        LoadedDataset(
            train: make(0..<trainCount, seed), test: make(trainCount ..< trainCount + testCount, seed), format: "made on the spot, seed \(seed)")
    }

    public static func named(_ name: String) -> GeneratedSet? { all.first { $0.name == name } }

    public static let all = [
        GeneratedSet(name: "digits", summary: "digits that look handwritten, 28 × 28, ten classes", trainCount: 60_000, testCount: 10_000) {
            .digits($0, seed: $1)
        },
        GeneratedSet(name: "sprites", summary: "squares, ellipses and hearts, 28 × 28, by scale, rotation and place", trainCount: 60_000, testCount: 10_000) {
            .sprites($0, seed: $1)
        },
        GeneratedSet(name: "faces", summary: "cartoon faces, 28 × 28, with known factors", trainCount: 60_000, testCount: 10_000) {
            .faces($0, seed: $1)
        },
        GeneratedSet(name: "ring", summary: "points of eight Gaussians on a ring", trainCount: 10_000, testCount: 2_000) { .ring($0, seed: $1) },
        GeneratedSet(name: "two_moons", summary: "points of two half circles", trainCount: 10_000, testCount: 2_000) { .twoMoons($0, seed: $1) },
    ]
}

extension Dataset {
    /// The data that `word` names: made on the spot, fetched before into a sub-folder of `cache`, or lying at a path. A path of
    /// one of the known names is meant by `./name`. Throws `DatasetError`.
    public static func named(_ word: String, cache: String?, seed: UInt64 = 1) throws -> LoadedDataset {
        if let generated = GeneratedSet.named(word) { return generated.load(seed: seed) }
        guard let known = KnownSet.named(word) else { return try read(word) }
        guard let cache, known.isFetched(in: cache + "/" + word) else {
            throw DatasetError(word, "this set has not been fetched yet.", hint: "vaelearn data fetch \(word)")
        }
        return try read(cache + "/" + word).named(classes: known.classNames)
    }
}
