import Autodiff
import Testing

/// How an operation's inputs are drawn for a gradient check: away from kinks and poles, where a difference quotient
/// means something.
struct Draw {
    let shape: Shape
    var range: ClosedRange<Double> = -2...2
    var awayFromZero = 0.0
}

/// An operation applied to `x`: one row for each, or this does not compile.
func apply<S: Real>(_ operation: Operation, _ x: [Tensor<S>]) throws -> Tensor<S> {
    switch operation {
    case .parameter: try x[0] * 1
    case .add: try x[0] + x[1]
    case .subtract: try x[0] - x[1]
    case .multiply: try x[0] * x[1]
    case .divide: try x[0] / x[1]
    case .power: try pow(x[0], x[1])
    case .minimum: try minimum(x[0], x[1])
    case .maximum: try maximum(x[0], x[1])
    case .where: try choose(compare(.pattern(x[0].shape), 0.5, .greater), x[0], x[1])
    case .negate: try -x[0]
    case .abs: try Autodiff.abs(x[0])
    case .exp: try Autodiff.exp(x[0])
    case .expm1: try Autodiff.expm1(x[0])
    case .log: try Autodiff.log(x[0])
    case .log1p: try Autodiff.log1p(x[0])
    case .sqrt: try Autodiff.sqrt(x[0])
    case .sin: try Autodiff.sin(x[0])
    case .cos: try Autodiff.cos(x[0])
    case .tanh: try Autodiff.tanh(x[0])
    case .sigmoid: try sigmoid(x[0])
    case .softplus: try softplus(x[0])
    case .relu: try relu(x[0])
    case .erf: try Autodiff.erf(x[0])
    case .lgamma: try Autodiff.lgamma(x[0])
    case .sign: try sign(x[0])
    case .floor: try Autodiff.floor(x[0])
    case .round: try Autodiff.round(x[0])
    case .clamp: try clamp(x[0], -0.7, 1.1)
    case .roundToSingle: try roundedToSingle(x[0])
    case .expInSingle: try expInSingle(x[0])
    case .straightThrough: try straightThrough(Autodiff.round(x[0]), gradientOf: x[0])
    case .dropout: try dropout(x[0], rate: 0.4, draws: .pattern(x[0].shape))
    case .sum: try sum(x[0], axis: axis(x))
    case .mean: try mean(x[0], axis: axis(x))
    case .variance: try variance(x[0], axis: axis(x), ddof: 1)
    case .standardDeviation: try standardDeviation(x[0], axis: axis(x))
    case .min: try Autodiff.min(x[0], axis: axis(x))
    case .max: try Autodiff.max(x[0], axis: axis(x))
    case .argmax: try argmax(x[0], axis: axis(x))
    case .logSumExp: try logSumExp(x[0], axis: axis(x))
    case .cumulativeSum: try cumulativeSum(x[0], axis: 0)
    case .softmax: try softmax(x[0])
    case .logSoftmax: try logSoftmax(x[0])
    case .norm: try norm(x[0], axis: axis(x))
    case .dot: try dot(x[0], x[1])
    case .reshape: try reshape(x[0], [-1])
    case .transpose: try x[0].rank == 3 ? transpose(x[0], [1, 2, 0]) : transpose(x[0])
    case .broadcast: try broadcast(x[0], to: Shape([2, 3] + x[0].shape.sizes.suffix(1).map { Swift.max($0, 2) }))
    case .concatenate: try concatenate(x, axis: -1)
    case .stack: try stack(x, axis: 1)
    case .slice: try slice(x[0], [.range(from: -1, to: nil, by: -2), .at(-1)])
    case .gather: try gather(x[0], rows: [2, 0, 2, -1])
    case .diagonal: try diagonal(x[0])
    case .diagonalMatrix: try diagonalMatrix(x[0])
    case .outer: try outer(x[0], x[1])
    case .sort: try sort(x[0])
    case .matrixProduct: try matrixProduct(x[0], x[1])
    case .inverse: try inverse(x[0] + shifted(x[0]))
    case .determinant: try determinant(x[0])
    case .logDeterminant: try logDeterminant(x[0] + shifted(x[0]))
    case .cholesky: try cholesky(matrixProduct(x[0], transpose(x[0])) + shifted(x[0]))
    case .solve: try solve(x[0] + shifted(x[0]), x[1])
    case .eigenvalues: try symmetricEigen(x[0] + transpose(x[0])).values
    case .linear: try linear(x[0], weights: x[1], bias: x[2], activation: .tanh)
    case .convolution2D: try convolution2D(x[0], x[1], stride: 2, padding: 1)
    case .transposedConvolution2D: try transposedConvolution2D(x[0], x[1], stride: 2, padding: 1)
    case .convolution1D: try convolution1D(x[0], x[1], stride: 2, padding: 2)
    case .transposedConvolution1D: try transposedConvolution1D(x[0], x[1], stride: 2, padding: 1)
    case .maxPool2D: try maxPool2D(x[0], size: 2, stride: 1)
    case .meanPool2D: try meanPool2D(x[0], size: 2)
    case .upsample2D: try upsample2D(x[0], factor: 2)
    case .layerNorm: try layerNorm(x[0], gain: x[1], bias: x[2])
    case .embedding: try embedding(x[0], [1, 1, 0, -1])
    case .bernoulliFromLogits: try bernoulliFromLogits(x[0], x[1])
    case .gaussianKL: try gaussianKL(x[0], logVariance: x[1])
    case .reparameterize: try reparameterize(x[0], logVariance: x[1], noise: x[2])
    case .softmaxCrossEntropy: try softmaxCrossEntropy(x[0], labels: (0..<x[0].shape[0]).map { $0 % x[0].shape[1] })
    }
}

extension Operation {
    /// What a difference quotient is taken of where the gradient is meant to be that of a smooth stand-in.
    func surrogate(_ x: [Tensor<Double>]) throws -> Tensor<Double> {
        switch self {
        case .straightThrough, .roundToSingle: try x[0] * 1
        case .expInSingle: try Autodiff.exp(x[0])
        default: try apply(self, x)
        }
    }

    /// Inputs to check the gradient on: odd sizes, one element, none, and shapes that broadcast.
    var draws: [[Draw]] {
        switch self {
        case .parameter, .negate, .exp, .expm1, .sin, .cos, .tanh, .sigmoid, .softplus, .erf, .roundToSingle, .expInSingle,
             .straightThrough, .dropout:
            Self.unaryShapes.map { [Draw(shape: $0)] }
        case .abs, .relu, .clamp, .sign: Self.unaryShapes.map { [Draw(shape: $0, awayFromZero: 0.1)] }
        case .floor, .round: Self.unaryShapes.map { [Draw(shape: $0, range: 1.05...1.45)] }
        case .log, .sqrt, .lgamma: Self.unaryShapes.map { [Draw(shape: $0, range: 0.2...4)] }
        case .log1p: Self.unaryShapes.map { [Draw(shape: $0, range: -0.8...3)] }
        case .add, .subtract, .multiply, .minimum, .maximum:
            Self.pairs.map { [Draw(shape: $0), Draw(shape: $1)] }
        case .divide: Self.pairs.map { [Draw(shape: $0), Draw(shape: $1, awayFromZero: 0.4)] }
        case .power: Self.pairs.map { [Draw(shape: $0, range: 0.3...2), Draw(shape: $1)] }
        case .where: Self.pairs.map { [Draw(shape: $0), Draw(shape: $1)] }
        case .sum, .mean, .norm, .logSumExp, .cumulativeSum:
            [[Draw(shape: [7])], [Draw(shape: [3, 5])], [Draw(shape: [2, 1, 4])], [Draw(shape: [1])], [Draw(shape: [0, 3])]]
        case .variance, .standardDeviation, .max, .min, .argmax:
            [[Draw(shape: [7])], [Draw(shape: [3, 5])], [Draw(shape: [2, 3, 4])], [Draw(shape: [0, 3])]]
        case .softmax, .logSoftmax, .sort:
            [[Draw(shape: [7])], [Draw(shape: [3, 5])], [Draw(shape: [2, 3, 1])], [Draw(shape: [0, 4])], [Draw(shape: [2, 0])]]
        case .dot: [[Draw(shape: [5]), Draw(shape: [5])], [Draw(shape: [2, 3]), Draw(shape: [2, 3])], [Draw(shape: [0]), Draw(shape: [0])]]
        case .reshape, .broadcast: [[Draw(shape: [3])], [Draw(shape: [3, 1])], [Draw(shape: [1, 1])], [Draw(shape: [1])]]
        case .transpose: [[Draw(shape: [3, 5])], [Draw(shape: [2, 3, 4])], [Draw(shape: [1, 4])], [Draw(shape: [0, 4])], [Draw(shape: [])]]
        case .concatenate: [[Draw(shape: [2, 3]), Draw(shape: [2, 1]), Draw(shape: [2, 0])], [Draw(shape: [4]), Draw(shape: [3])]]
        case .stack: [[Draw(shape: [2, 3]), Draw(shape: [2, 3])], [Draw(shape: [4]), Draw(shape: [4]), Draw(shape: [4])], [Draw(shape: [0]), Draw(shape: [0])]]
        case .slice: [[Draw(shape: [5, 3])], [Draw(shape: [4, 2, 3])], [Draw(shape: [1, 1])], [Draw(shape: [0, 2])]]
        case .gather, .embedding: [[Draw(shape: [3, 4])], [Draw(shape: [5, 1])], [Draw(shape: [3, 0])]]
        case .diagonal: [[Draw(shape: [3, 3])], [Draw(shape: [2, 5])], [Draw(shape: [4, 1])], [Draw(shape: [0, 0])]]
        case .diagonalMatrix: [[Draw(shape: [4])], [Draw(shape: [1])], [Draw(shape: [0])]]
        case .outer: [[Draw(shape: [3]), Draw(shape: [5])], [Draw(shape: []), Draw(shape: [2])], [Draw(shape: [0]), Draw(shape: [2])]]
        case .matrixProduct:
            [[Draw(shape: [3, 5]), Draw(shape: [5, 7])], [Draw(shape: [4]), Draw(shape: [4, 3])], [Draw(shape: [3, 4]), Draw(shape: [4])],
             [Draw(shape: [4]), Draw(shape: [4])], [Draw(shape: [2, 3, 4]), Draw(shape: [4, 5])], [Draw(shape: [37, 19]), Draw(shape: [19, 35])],
             [Draw(shape: [0, 3]), Draw(shape: [3, 2])], [Draw(shape: [2, 0]), Draw(shape: [0, 2])]]
        case .inverse, .logDeterminant, .cholesky, .eigenvalues:
            [[Draw(shape: [3, 3], range: -1...1)], [Draw(shape: [1, 1], range: 0.5...1)], [Draw(shape: [6, 6], range: -1...1)], [Draw(shape: [0, 0])]]
        case .determinant: [[Draw(shape: [3, 3])], [Draw(shape: [1, 1])], [Draw(shape: [4, 4])], [Draw(shape: [0, 0])]]
        case .solve:
            [[Draw(shape: [3, 3], range: -1...1), Draw(shape: [3])], [Draw(shape: [4, 4], range: -1...1), Draw(shape: [4, 2])],
             [Draw(shape: [1, 1], range: 0.5...1), Draw(shape: [1, 3])], [Draw(shape: [0, 0]), Draw(shape: [0])]]
        case .linear:
            [[Draw(shape: [3, 5]), Draw(shape: [4, 5]), Draw(shape: [4])], [Draw(shape: [1, 1]), Draw(shape: [1, 1]), Draw(shape: [1])],
             [Draw(shape: [0, 2]), Draw(shape: [3, 2]), Draw(shape: [3])]]
        case .convolution2D:
            [[Draw(shape: [2, 3, 7, 5]), Draw(shape: [4, 3, 3, 2])], [Draw(shape: [1, 1, 4, 4]), Draw(shape: [1, 1, 1, 1])],
             [Draw(shape: [0, 1, 4, 4]), Draw(shape: [2, 1, 4, 4])]]
        case .transposedConvolution2D:
            [[Draw(shape: [2, 3, 4, 3]), Draw(shape: [3, 2, 4, 3])], [Draw(shape: [1, 1, 1, 1]), Draw(shape: [1, 2, 4, 4])]]
        case .convolution1D: [[Draw(shape: [2, 3, 8]), Draw(shape: [4, 3, 5])], [Draw(shape: [1, 1, 1]), Draw(shape: [1, 1, 3])]]
        case .transposedConvolution1D: [[Draw(shape: [2, 3, 4]), Draw(shape: [3, 2, 5])], [Draw(shape: [1, 1, 1]), Draw(shape: [1, 2, 4])]]
        case .maxPool2D: [[Draw(shape: [2, 3, 5, 4])], [Draw(shape: [1, 1, 2, 2])], [Draw(shape: [0, 1, 3, 3])]]
        case .meanPool2D: [[Draw(shape: [2, 3, 5, 4])], [Draw(shape: [1, 1, 2, 2])]]
        case .upsample2D: [[Draw(shape: [2, 3, 3, 2])], [Draw(shape: [1, 1, 1, 1])]]
        case .layerNorm:
            [[Draw(shape: [3, 5]), Draw(shape: [5]), Draw(shape: [5])], [Draw(shape: [7]), Draw(shape: [7]), Draw(shape: [7])],
             [Draw(shape: [2, 0]), Draw(shape: [0]), Draw(shape: [0])]]
        case .bernoulliFromLogits: Self.unaryShapes.map { [Draw(shape: $0), Draw(shape: $0, range: 0...1)] }
        case .gaussianKL: Self.unaryShapes.map { [Draw(shape: $0), Draw(shape: $0)] }
        case .reparameterize: Self.unaryShapes.map { [Draw(shape: $0), Draw(shape: $0), Draw(shape: $0)] }
        case .softmaxCrossEntropy: [[Draw(shape: [4, 3])], [Draw(shape: [1, 1])], [Draw(shape: [0, 3])]]
        }
    }

    private static let unaryShapes: [Shape] = [[], [1], [7], [3, 5], [2, 1, 3], [0]]
    private static let pairs: [(Shape, Shape)] = [
        ([3, 5], [3, 5]), ([7], []), ([], [7]), ([3, 1], [1, 4]), ([2, 3, 4], [3, 1]), ([4], [3, 4]), ([1, 1, 2], [5, 1, 1]),
        ([0, 3], [3]), ([2, 1], [1]), ([], []),
    ]
}

/// The last axis of anything that has two, all elements of a vector.
private func axis<S>(_ x: [Tensor<S>]) -> Int? { x[0].rank > 1 ? -1 : nil }

/// A diagonal that makes a matrix of small entries safely regular.
private func shifted<S: Real>(_ x: Tensor<S>) throws -> Tensor<S> {
    try diagonalMatrix(Tensor<S>.full([x.shape[0]], 4))
}

extension Tensor {
    /// Fixed numbers in [0, 1), scattered evenly.
    static func pattern(_ shape: Shape) throws -> Tensor {
        try Tensor((0..<shape.count).map { Scalar((Double($0) * 0.618033988749895 + 0.3).truncatingRemainder(dividingBy: 1)) }, shape: shape)
    }
}
