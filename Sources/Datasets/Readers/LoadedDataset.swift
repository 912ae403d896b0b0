/// What was read from a path: items to train on, and those to test on where the data have a part of their own for it.
public struct LoadedDataset: Sendable {
    /// All items where there is no test part.
    public let train: Dataset
    public let test: Dataset?
    /// "IDX, unsigned 8-bit integers, divided by 255".
    public let format: String

    public init(train: Dataset, test: Dataset? = nil, format: String) {
        precondition(test.map { $0.shape == train.shape && $0.classNames == train.classNames } ?? true, "both parts hold the same kind of items")
        (self.train, self.test, self.format) = (train, test, format)
    }

    public var count: Int { train.count + (test?.count ?? 0) }

    /// The items to train on and to test on. Data without a test part hold out the last 10% in order, one item at least;
    /// of a single item nothing is left to hold out.
    public func split() -> (train: Dataset, test: Dataset) {
        if let test { return (train, test) }
        let held = train.count > 1 ? max(1, train.count / 10) : 0
        return (train.items(0 ..< train.count - held), train.items(train.count - held ..< train.count))
    }

    /// All items in the data's order: those to train on, then those to test on.
    public func all() -> Dataset {
        guard let test else { return train }
        return Dataset(
            count: count, shape: train.shape, items: train.items + test.items, labels: train.labels.flatMap { labels in test.labels.map { labels + $0 } },
            classNames: train.classNames, factors: train.factors + test.factors, factorNames: train.factorNames)
    }

    /// The same data with other names for the classes, of which there must be enough.
    public func named(classes: [String]) -> LoadedDataset {
        guard classes.count >= train.classNames.count, train.labels != nil else { return self }
        return LoadedDataset(train: train.named(classes: classes), test: test?.named(classes: classes), format: format)
    }
}

extension Dataset {
    /// Some of the items, in order.
    public func items(_ range: Range<Int>) -> Dataset {
        Dataset(
            count: range.count, shape: shape, items: Array(items[range.lowerBound * featureCount ..< range.upperBound * featureCount]),
            labels: labels.map { Array($0[range]) }, classNames: classNames,
            factors: Array(factors[range.lowerBound * factorNames.count ..< range.upperBound * factorNames.count]), factorNames: factorNames)
    }

    func named(classes: [String]) -> Dataset {
        Dataset(count: count, shape: shape, items: items, labels: labels, classNames: classes, factors: factors, factorNames: factorNames)
    }
}

/// A part of a data set as it comes from a file: labels are numbers of any size still.
struct RawPart {
    let shape: [Int]
    let items: [Float]
    let labels: [Int]?
    /// Names the file in messages.
    let path: String

    var count: Int { items.count / shape.reduce(1, *) }

    static func load(train: RawPart, test: RawPart?, format: String) throws -> LoadedDataset {
        if let test, test.shape != train.shape {
            throw DatasetError(test.path, "its items have shape \(test.shape), but those to train on \(train.shape).", hint: "make both parts alike")
        }
        guard train.items.contains(where: \.isFinite) else {
            throw DatasetError(train.path, "not one of its numbers is finite: all are NaN or infinite.", hint: "look at how the data were made")
        }
        if let test, !test.items.contains(where: \.isFinite) {
            throw DatasetError(test.path, "not one of its test numbers is finite: all are NaN or infinite.", hint: "look at how the data were made")
        }
        // Labels of one part alone are of no use: the parts must agree.
        var all = train.labels
        if let test { all = test.labels.flatMap { more in all.map { $0 + more } } }
        guard let all else {
            return LoadedDataset(train: train.dataset(nil, []), test: test?.dataset(nil, []), format: format)
        }
        let classes = try ClassNumbers(all, train.path)
        return LoadedDataset(
            train: train.dataset(Array(classes.labels.prefix(train.count)), classes.names),
            test: test?.dataset(Array(classes.labels.dropFirst(train.count)), classes.names), format: format)
    }

    private func dataset(_ labels: [Int]?, _ names: [String]) -> Dataset {
        Dataset(count: count, shape: shape, items: items, labels: labels, classNames: names)
    }
}

/// Labels as they stand in a file, made into 0 ..< names.count.
struct ClassNumbers {
    let labels: [Int]
    let names: [String]

    /// Small whole numbers stay what they are, a number without items too: digits without a 7 are ten classes still.
    init(_ numbers: [Int], _ path: String) throws {
        let (least, most) = (numbers.min() ?? 0, numbers.max() ?? 0)
        if least >= 0, most < 1000 {
            self.init(labels: numbers, names: (0...most).map(String.init))
            return
        }
        let values = Set(numbers).sorted()
        guard values.count <= Self.limit else { throw Self.tooMany(path) }
        let places = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1, $0) })
        self.init(labels: numbers.map { places[$0]! }, names: values.map(String.init))
    }

    /// Names, by their first appearance; whole numbers are taken as such.
    init(_ numbers: [Int], of texts: [String], _ path: String) throws {
        let values = texts.map { Int($0) }
        if values.allSatisfy({ $0 != nil }) {
            try self.init(numbers.map { values[$0]! }, path)
            return
        }
        let sorted = texts.indices.sorted { texts[$0].utf8.lexicographicallyPrecedes(texts[$1].utf8) }
        var places = [Int](repeating: 0, count: texts.count)
        for (place, number) in sorted.enumerated() { places[number] = place }
        self.init(labels: numbers.map { places[$0] }, names: sorted.map { printable(texts[$0]) })
    }

    private init(labels: [Int], names: [String]) { (self.labels, self.names) = (labels, names) }

    static let limit = 10_000

    static func tooMany(_ path: String) -> DatasetError {
        DatasetError(path, "its labels have more than \(limit) different values.", hint: "a label is the class of an item")
    }
}
