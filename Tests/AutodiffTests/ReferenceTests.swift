import Autodiff
import Foundation
import Testing

/// Values against figures computed beforehand with 60 digits (Fixtures/make_reference.py): 1e-12 relative, or, where a
/// matrix is nearly singular, its condition times 1e-15.
@Suite struct ReferenceTests {
    @Test func valuesAgreeWithHighPrecision() throws {
        let cases = try ReferenceCase.all()
        #expect(cases.count >= 300)
        for reference in cases {
            let label = "\(reference.op) (\(reference.note)) \(reference.args)"
            let value = try reference.evaluate()
            #expect(value.shape == Shape(reference.expected.shape), "\(label)")
            let tolerance = reference.condition.map { Swift.max(1e-12, $0 * 1e-15) } ?? 1e-12
            // Ill-conditioned results are as good as their largest element, the others each by themselves.
            let scale = reference.condition == nil ? 0 : reference.expected.data.map(\.value.magnitude).max() ?? 0
            for (measured, wanted) in zip(value.scalars, reference.expected.data) {
                let expected = wanted.value
                if expected.isNaN { #expect(measured.isNaN, "\(label)"); continue }
                // Below the normal range a double has fewer digits: one step there is as near as can be.
                let bound = Swift.max(tolerance * Swift.max(expected.magnitude, scale), .leastNonzeroMagnitude)
                let close = measured == expected || (measured - expected).magnitude <= bound
                #expect(close, "\(label): \(measured) against \(expected)")
            }
        }
    }
}

struct ReferenceCase: Decodable {
    struct Number: Decodable {
        let value: Double

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                value = text == "inf" ? .infinity : text == "-inf" ? -.infinity : .nan
            } else {
                value = try container.decode(Double.self)
            }
        }
    }

    struct Block: Decodable {
        let shape: [Int]
        let data: [Number]
        func tensor() throws -> Tensor<Double> { try Tensor(data.map(\.value), shape: Shape(shape)) }
    }

    let op: String, note: String
    let inputs: [Block]
    let args: [String: Number]
    let expected: Block
    let condition: Double?

    static func all() throws -> [ReferenceCase] {
        let url = try #require(Bundle.module.url(forResource: "reference", withExtension: "json", subdirectory: "Fixtures"))
        return try JSONDecoder().decode([ReferenceCase].self, from: Data(contentsOf: url))
    }

    func evaluate() throws -> Tensor<Double> {
        let x = try inputs.map { try $0.tensor() }
        func whole(_ name: String) -> Int? { args[name].map { Int($0.value) } }
        let axis = whole("axis"), stride = whole("stride") ?? 1, padding = whole("padding") ?? 0
        /// Softmax runs along the last axis: another one is brought there and back.
        func alongLast(_ f: (Tensor<Double>) throws -> Tensor<Double>) throws -> Tensor<Double> {
            guard let axis, axis >= 0, axis != x[0].rank - 1 else { return try f(x[0]) }
            var order = Array(0..<x[0].rank)
            order.swapAt(axis, x[0].rank - 1)
            return try transpose(f(transpose(x[0], order)), order)
        }
        switch op {
        case "abs": return try Autodiff.abs(x[0])
        case "negate": return try -x[0]
        case "exp": return try Autodiff.exp(x[0])
        case "expm1": return try Autodiff.expm1(x[0])
        case "log": return try Autodiff.log(x[0])
        case "log1p": return try Autodiff.log1p(x[0])
        case "sqrt": return try Autodiff.sqrt(x[0])
        case "sin": return try Autodiff.sin(x[0])
        case "cos": return try Autodiff.cos(x[0])
        case "tanh": return try Autodiff.tanh(x[0])
        case "sigmoid": return try sigmoid(x[0])
        case "softplus": return try softplus(x[0])
        case "relu": return try relu(x[0])
        case "erf": return try Autodiff.erf(x[0])
        case "lgamma": return try Autodiff.lgamma(x[0])
        case "sign": return try sign(x[0])
        case "floor": return try Autodiff.floor(x[0])
        case "round": return try Autodiff.round(x[0])
        case "add": return try x[0] + x[1]
        case "subtract": return try x[0] - x[1]
        case "multiply": return try x[0] * x[1]
        case "divide": return try x[0] / x[1]
        case "power": return try pow(x[0], x[1])
        case "minimum": return try minimum(x[0], x[1])
        case "maximum": return try maximum(x[0], x[1])
        case "clamp": return try clamp(x[0], args["lo"]!.value, args["hi"]!.value)
        case "where": return try choose(x[0], x[1], x[2])
        case "sum": return try sum(x[0], axis: axis)
        case "mean": return try mean(x[0], axis: axis)
        case "norm": return try norm(x[0], axis: axis)
        case "min": return try Autodiff.min(x[0], axis: axis)
        case "max": return try Autodiff.max(x[0], axis: axis)
        case "argmax": return try argmax(x[0], axis: axis)
        case "logsumexp": return try logSumExp(x[0], axis: axis)
        case "variance": return try variance(x[0], axis: axis, ddof: whole("ddof") ?? 0)
        case "standardDeviation": return try standardDeviation(x[0], axis: axis, ddof: whole("ddof") ?? 0)
        case "cumsum": return try cumulativeSum(x[0], axis: axis ?? -1)
        case "softmax": return try alongLast { try softmax($0) }
        case "log_softmax": return try alongLast { try logSoftmax($0) }
        case "dot": return try dot(x[0], x[1])
        case "matmul": return try matrixProduct(x[0], x[1])
        case "inv": return try inverse(x[0])
        case "det": return try determinant(x[0])
        case "logdet": return try logDeterminant(x[0])
        case "solve": return try solve(x[0], x[1])
        case "cholesky": return try cholesky(x[0])
        case "eigh": return try symmetricEigen(x[0]).values
        case "conv2d": return try convolution2D(x[0], x[1], stride: stride, padding: padding)
        case "convTranspose2d": return try transposedConvolution2D(x[0], x[1], stride: stride, padding: padding)
        case "conv1d": return try convolution1D(x[0], x[1], stride: stride, padding: padding)
        case "maxPool2d": return try maxPool2D(x[0], size: whole("kernel")!, stride: stride)
        case "meanPool2d": return try meanPool2D(x[0], size: whole("kernel")!, stride: stride)
        case "upsample2d": return try upsample2D(x[0], factor: whole("factor")!)
        case "layerNorm": return try layerNorm(x[0], gain: x[1], bias: x[2], epsilon: args["eps"]!.value)
        case "bernoulliFromLogits": return try bernoulliFromLogits(x[0], x[1])
        case "gaussianKL": return try gaussianKL(x[0], logVariance: x[1])
        case "softmaxCrossEntropy": return try softmaxCrossEntropy(x[0], labels: x[1].scalars.map { Int($0) })
        default: throw UnknownOperation(name: op)
        }
    }

    struct UnknownOperation: Error { let name: String }
}
