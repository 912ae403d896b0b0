/// Items of one shape, with what is known about them. Row-major throughout; item `i` is the same whoever made it.
public struct Dataset: Sendable {
    /// How many items there are.
    public let count: Int
    /// The shape of one item: [28, 28] for a picture (rows from the top), [2] for a point.
    public let shape: [Int]
    /// The items, one after another: count × featureCount. Pictures are in [0, 1], 0 for the paper.
    public let items: [Float]
    /// The class of each item, 0 ..< classNames.count.
    public let labels: [Int]?
    public let classNames: [String]
    /// What the generator drew for each item: count × factorNames.count; empty where nothing is known.
    public let factors: [Float]
    public let factorNames: [String]

    public var featureCount: Int { shape.reduce(1, *) }

    public init(
        count: Int, shape: [Int], items: [Float], labels: [Int]? = nil, classNames: [String] = [],
        factors: [Float] = [], factorNames: [String] = []
    ) {
        precondition(items.count == count * shape.reduce(1, *), "\(items.count) numbers are not \(count) items of shape \(shape)")
        precondition(labels.map { $0.count == count } ?? true, "a data set needs one label an item")
        precondition(factors.count == count * factorNames.count, "a data set needs one value an item for each factor")
        (self.count, self.shape, self.items) = (count, shape, items)
        (self.labels, self.classNames) = (labels, classNames)
        (self.factors, self.factorNames) = (factors, factorNames)
    }

    /// The features of one item.
    public func item(_ index: Int) -> ArraySlice<Float> {
        items[index * featureCount ..< (index + 1) * featureCount]
    }

    /// One factor of all items, or nil where the data has none of that name.
    public func factor(_ name: String) -> [Float]? {
        guard let column = factorNames.firstIndex(of: name) else { return nil }
        return stride(from: column, to: factors.count, by: factorNames.count).map { factors[$0] }
    }
}
