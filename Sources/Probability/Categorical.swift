import Autodiff

/// One of 0, 1, ..., K - 1, by probabilities or by logits along the last axis. A draw is a number.
public struct Categorical: Distribution {
    public static let name = "Categorical"
    public let shape: Shape
    public var isDiscrete: Bool { true }

    /// Of shape `shape` + [K].
    let probabilities: Tensor<Double>
    let logProbabilities: Tensor<Double>

    public init(probabilities p: Tensor<Double>) throws {
        shape = try Self.batch(p.shape, "p")
        try require(p, of: Self.name, "p", "between 0 and 1", fix: "logits are given as Categorical(logits=...)") { $0 >= 0 && $0 <= 1 }
        try requireSum(of: p, Self.name, "p")
        probabilities = p
        logProbabilities = try logOfProbability(p)
    }

    public init(logits: Tensor<Double>) throws {
        shape = try Self.batch(logits.shape, "logits")
        try require(
            logits, of: Self.name, "logits", "numbers below infinity", fix: "a category that never comes has the logit -inf"
        ) { $0 < .infinity }
        try require(
            max(logits.detached, axis: -1), of: Self.name, "the largest of the logits", "finite",
            fix: "one category at least must be possible"
        ) { $0.isFinite }
        // A logit of -inf takes no part, in the gradient neither.
        let never = try compare(logits, Tensor(-.infinity), .equal)
        let top = try reshape(max(logits.detached, axis: -1), shape.sizes + [1])
        let shifted = try choose(never, 0, logits) - top
        let total = try log(sum(masked(never, 0, exp(shifted)), axis: -1))
        let column = try reshape(total, shape.sizes + [1])
        logProbabilities = try masked(never, -.infinity, shifted - column)
        probabilities = try masked(never, 0, exp(choose(never, 0, logProbabilities)))
    }

    public var categories: Int { probabilities.shape.sizes.last ?? 0 }

    public func logDensity(_ x: Tensor<Double>) throws -> Tensor<Double> {
        let inside = try x.detached.mapped { value in
            value.isNaN ? .nan : value >= 0 && value < Double(categories) && value == value.rounded() ? 1 : 0
        }
        let picked = try self.picked(from: logProbabilities, at: x)
        return try masked(compare(inside, 0, .equal), -.infinity, choose(compare(inside, 1, .equal), picked, x.detached))
    }

    public func sample(_ count: Int, from stream: inout RandomStream) throws -> Tensor<Double> {
        let tables = (0..<shape.count).map { row in
            CategoricalTable(weights: Array(probabilities.buffer[(row * categories)..<((row + 1) * categories)]))
        }
        var place = 0
        return try .drawn(sampleShape(count), from: &stream) { stream in
            defer { place = place + 1 == tables.count ? 0 : place + 1 }
            return Double(tables[place].draw(from: &stream))
        }
    }

    public func cdf(_ x: Tensor<Double>) throws -> Tensor<Double> {
        let sums = try cumulativeSum(probabilities, axis: -1)
        let picked = try self.picked(from: sums, at: floor(x.detached))
        let below = try compare(x, 0, .less)
        let inside = try choose(compare(x, Tensor(Double(categories - 1)), .less), picked, choose(compare(x, x, .equal), 1, x.detached))
        return try masked(below, 0, inside)
    }

    public func mean() throws -> Tensor<Double> { try sum(probabilities * numbers, axis: -1) }

    public func variance() throws -> Tensor<Double> {
        let deviations = try numbers - reshape(mean(), shape.sizes + [1])
        return try sum(probabilities * square(deviations), axis: -1)
    }

    public func entropy() throws -> Tensor<Double> {
        try -sum(weighted(probabilities, logProbabilities), axis: -1)
    }

    private var numbers: Tensor<Double> { get throws { try Tensor((0..<categories).map(Double.init)) } }

    /// The entry x of each row of `table`, or the first one where there is no such entry.
    private func picked(from table: Tensor<Double>, at x: Tensor<Double>) throws -> Tensor<Double> {
        let rows = try Tensor((0..<shape.count).map(Double.init), shape: shape)
        let places = try lifted(x.detached, rows) { x, row in
            let known = x >= 0 && x < Double(categories)
            return (row * Double(categories) + (known ? x.rounded(.down) : 0), 0, 0)
        }
        let flat = try reshape(table, [table.count])
        return try reshape(gather(flat, rows: places.buffer.map { Int($0) }), places.shape.sizes)
    }

    private static func batch(_ shape: Shape, _ parameter: String) throws -> Shape {
        guard let categories = shape.sizes.last, categories > 0 else {
            throw ProbabilityError.invalidParameter(
                distribution: name, parameter: parameter, problem: "must be a vector with an entry for each category, and has shape \(shape)",
                fix: "for two categories, for one, [0.3, 0.7]")
        }
        return Shape(Array(shape.sizes.dropLast()))
    }
}

/// Refuses probabilities that do not sum to 1 along the last axis.
func requireSum(of p: Tensor<Double>, _ distribution: String, _ parameter: String) throws {
    try require(
        sum(p.detached, axis: -1), of: distribution, "the sum of \(parameter)", "1", fix: "divide by it: \(parameter) / sum(\(parameter))"
    ) { Swift.abs($0 - 1) <= 1e-8 }
}

extension Tensor where Scalar == Double {
    /// Element by element, off the tape.
    func mapped(_ f: (Double) -> Double) throws -> Tensor {
        try Tensor(buffer.map(f), shape: shape)
    }
}
