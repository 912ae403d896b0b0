/// Every operation the tape can hold. The table of gradient checks must have a row for each.
public enum Operation: String, CaseIterable, Sendable, CustomStringConvertible {
    case parameter

    // Element by element, two operands
    case add, subtract, multiply, divide, power, minimum, maximum, `where`
    // Element by element, one operand
    case negate, abs, exp, expm1, log, log1p, sqrt, sin, cos, tanh, sigmoid, softplus, relu
    case erf, lgamma, sign, floor, round, clamp
    case roundToSingle, expInSingle
    case straightThrough, dropout

    // Reductions
    case sum, mean, variance, standardDeviation, min, max, argmax, logSumExp, cumulativeSum
    case softmax, logSoftmax, norm, dot

    // Shape and indexing
    case reshape, transpose, broadcast, concatenate, stack, slice, gather, diagonal, diagonalMatrix, outer, sort

    // Linear algebra
    case matrixProduct, inverse, determinant, logDeterminant, cholesky, solve, eigenvalues

    // Networks
    case linear, convolution2D, transposedConvolution2D, convolution1D, transposedConvolution1D
    case maxPool2D, meanPool2D, upsample2D, layerNorm, embedding
    case bernoulliFromLogits, gaussianKL, reparameterize, softmaxCrossEntropy

    public var description: String {
        switch self {
        case .matrixProduct: "matrix product"
        case .standardDeviation: "std"
        case .variance: "var"
        case .logSumExp: "logsumexp"
        case .logSoftmax: "log_softmax"
        case .cumulativeSum: "cumsum"
        case .logDeterminant: "logdet"
        case .determinant: "det"
        case .inverse: "inv"
        case .concatenate: "concat"
        case .eigenvalues: "eigh"
        case .parameter: "param"
        case .diagonal, .diagonalMatrix: "diag"
        case .roundToSingle: "float32"
        case .expInSingle: "exp32"
        default: rawValue
        }
    }
}
