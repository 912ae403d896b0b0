import Autodiff

/// A family of distributions with its parameters, which may be tracked: whatever is computed from them, a density, a
/// moment, a pathwise draw, is then on the tape.
///
/// Parameters broadcast against one another. All quantities are element by element: no sum over independent elements is
/// taken. An element is a number, and for `MultivariateNormal` a whole vector.
public protocol Distribution: Sendable {
    static var name: String { get }
    /// The shape of one draw.
    var shape: Shape { get }
    /// How many trailing axes of a draw make one element.
    var elementRank: Int { get }
    /// Whether `logDensity` is the logarithm of a probability and not of a density.
    var isDiscrete: Bool { get }

    /// Log density, or log probability, of each element of x; -inf outside the support, NaN for NaN.
    func logDensity(_ x: Tensor<Double>) throws -> Tensor<Double>
    /// Independent draws, of shape [count] + shape; pathwise where the family allows: the tape then goes through
    /// the parameters.
    func sample(_ count: Int, from stream: inout RandomStream) throws -> Tensor<Double>
    /// P(X ≤ x).
    func cdf(_ x: Tensor<Double>) throws -> Tensor<Double>
    /// Of shape `shape`.
    func mean() throws -> Tensor<Double>
    /// Of shape `shape`: of each coordinate.
    func variance() throws -> Tensor<Double>
    /// In nats, one for each element; differential for densities.
    func entropy() throws -> Tensor<Double>
}

extension Distribution {
    public var elementRank: Int { 0 }
    public var isDiscrete: Bool { false }

    /// The shape of one draw's `logDensity`.
    public var elementShape: Shape { Shape(Array(shape.sizes.dropLast(elementRank))) }

    /// The shape of `count` draws.
    func sampleShape(_ count: Int) throws -> Shape {
        guard count >= 0 else {
            throw ProbabilityError.invalidArgument("\(count) draws cannot be made", fix: "ask for 0 or more")
        }
        return Shape([count] + shape.sizes)
    }
}

/// What a user of distributions and estimates can do wrong, and what to do about it.
public enum ProbabilityError: Error, Equatable, CustomStringConvertible {
    case invalidParameter(distribution: String, parameter: String, problem: String, fix: String)
    case invalidArgument(String, fix: String)
    /// Nothing of the kind is known in closed form.
    case noClosedForm(String, fix: String)

    public var description: String {
        switch self {
        case let .invalidParameter(distribution, parameter, problem, _): "\(distribution): \(parameter) \(problem)"
        case let .invalidArgument(problem, _): problem
        case let .noClosedForm(quantity, _): "\(quantity) has no closed form"
        }
    }

    public var hint: String? {
        switch self {
        case let .invalidParameter(_, _, _, fix), let .invalidArgument(_, fix), let .noClosedForm(_, fix): fix
        }
    }
}

/// Refuses a parameter with an element that is not as it must be, and says which.
func require(
    _ tensor: Tensor<Double>, of distribution: String, _ parameter: String, _ demand: String, fix: String,
    _ holds: (Double) -> Bool
) throws {
    guard let index = tensor.buffer.firstIndex(where: { !holds($0) }) else { return }
    let value = tensor.buffer[index]
    let place = tensor.count == 1 ? "it is \(value)" : "element \(position(index, in: tensor.shape)) is \(value)"
    throw ProbabilityError.invalidParameter(
        distribution: distribution, parameter: parameter, problem: "must be \(demand), and \(place)",
        fix: value.isNaN ? "look where the NaN comes from: log or sqrt of a negative number, 0/0, inf - inf" : fix)
}

/// `[1, 0]`, or `1` on a single axis.
private func position(_ index: Int, in shape: Shape) -> String {
    var rest = index
    let places = shape.strides.map { step in
        defer { rest %= max(step, 1) }
        return rest / max(step, 1)
    }
    return places.count == 1 ? "\(places[0])" : Shape(places).description
}

/// The shape two parameters make together.
func common(_ a: Tensor<Double>, _ b: Tensor<Double>) throws -> Shape {
    try (a.detached + b.detached).shape
}
