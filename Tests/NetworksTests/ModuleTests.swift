import Autodiff
import Networks
import Testing

@Suite struct ModuleTests {
    private let stream = RandomStream(seed: 11)

    private func network() throws -> Sequential<Double> {
        Sequential(named: [
            ("body", Sequential(try Linear(3, 4, from: stream.split("a")), Nonlinearity.relu)),
            ("head", try Linear(4, 2, bias: false, from: stream.split("b"))),
        ])
    }

    @Test func namesAreThoseOfNestedModules() throws {
        let network = try network()
        #expect(network.parameters.map(\.name) == ["body.0.weight", "body.0.bias", "head.weight"])
        #expect(network.parameters.map(\.tensor.shape) == [[4, 3], [4], [2, 4]])
        #expect(network.parameterCount == 24)
    }

    @Test func loadingTakesTheSameNamesAndShapesOnly() throws {
        var network = try network()
        let own = network.parameters
        #expect(throws: ParameterError.missing(name: "body.0.bias")) { try network.load([own[0], own[2]]) }
        #expect(throws: ParameterError.unexpected(name: "tail")) { try network.load(own + [NamedTensor("tail", 1)]) }
        #expect(throws: ParameterError.repeated(name: "head.weight")) { try network.load(own + [own[2]]) }
        #expect(throws: ParameterError.wrongShape(name: "head.weight", found: [4, 2], expected: [2, 4])) {
            try network.load([own[0], own[1], NamedTensor("head.weight", .zeros([4, 2]))])
        }
        #expect(network.parameters.map(\.tensor.scalars) == own.map(\.tensor.scalars))
        let others = try own.map { NamedTensor($0.name, try $0.tensor + 1) }
        try network.load(others.reversed())
        #expect(network.parameters.map(\.tensor.scalars) == others.map(\.tensor.scalars))
    }

    @Test func gradientsComeInTheParametersOrder() throws {
        let network = try network()
        let x = try Tensor<Double>([1, 2, 3], shape: [1, 3])
        let (loss, slopes) = try lossAndGradients(of: network) { (network) throws(TensorError) in try sum(network(x)) }
        #expect(slopes.map(\.shape) == network.parameters.map(\.tensor.shape))
        #expect(!loss.isTracked)
        // A central difference in one parameter of each tensor.
        for (position, parameter) in network.parameters.enumerated() {
            func moved(by h: Double) throws -> Double {
                var copy = network
                var tensors = network.parameters.map(\.tensor)
                var scalars = parameter.tensor.scalars
                scalars[1] += h
                tensors[position] = try Tensor(scalars, shape: parameter.tensor.shape)
                copy.replaceParameters(with: tensors)
                return try sum(copy(x)).item
            }
            #expect(Swift.abs((try moved(by: 1e-5) - moved(by: -1e-5)) / 2e-5 - slopes[position].scalars[1]) < 1e-8, "\(parameter.name)")
        }
    }

    // MARK: Initialisation

    private func spread(_ x: Tensor<Double>) -> (largest: Double, variance: Double) {
        (x.scalars.map(\.magnitude).max()!, x.scalars.reduce(0) { $0 + $1 * $1 } / Double(x.count))
    }

    /// Uniform on ±b: nothing beyond b, something near it, variance b²/3 within four standard errors.
    private func expectUniform(_ x: Tensor<Double>, bound: Double, _ label: String) {
        let (largest, variance) = spread(x)
        let n = Double(x.count)
        #expect(largest <= bound && largest > bound * (1 - 10 / n), "\(label)")
        #expect(Swift.abs(variance / (bound * bound / 3) - 1) < 4 * (0.8 / n).squareRoot(), "\(label)")
    }

    private func expectNormal(_ x: Tensor<Double>, variance: Double, _ label: String) {
        #expect(Swift.abs(spread(x).variance / variance - 1) < 4 * (2 / Double(x.count)).squareRoot(), "\(label)")
        #expect(spread(x).largest > 3 * variance.squareRoot(), "\(label)")
    }

    @Test func standardBeginningsAreThoseOfPyTorch() throws {
        let linear = try Linear<Double>(100, 400, from: stream)
        expectUniform(linear.weight, bound: 0.1, "linear weight")
        expectUniform(linear.bias!, bound: 0.1, "linear bias")
        let conv = try Conv2D<Double>(16, 64, size: 5, from: stream)
        expectUniform(conv.weight, bound: 0.05, "conv weight")
        expectUniform(conv.bias!, bound: 0.05, "conv bias")
        // The transposed one counts its outputs: 25·4 numbers.
        let transposed = try ConvTranspose2D<Double>(64, 4, size: 5, from: stream)
        expectUniform(transposed.weight, bound: 0.1, "transposed weight")
        let short = try Conv1D<Double>(20, 100, size: 5, from: stream)
        expectUniform(short.weight, bound: 0.1, "conv1d weight")
        let gru = try GRU<Double>(30, hidden: 25, from: stream)
        for parameter in gru.parameters where parameter.tensor.rank == 2 { expectUniform(parameter.tensor, bound: 0.2, parameter.name) }
        expectNormal(try Embedding<Double>(200, 50, from: stream).weight, variance: 1, "embedding")
        let norm = try LayerNorm<Double>(3)
        #expect(norm.weight.scalars == [1, 1, 1] && norm.bias.scalars == [0, 0, 0])
    }

    @Test func glorotAndHe() throws {
        func weight(_ initialisation: Initialisation) throws -> Tensor<Double> {
            let layer = try Linear<Double>(200, 100, initialisation: initialisation, from: stream)
            #expect(layer.bias!.scalars.allSatisfy { $0 == 0 })
            return layer.weight
        }
        expectUniform(try weight(.glorotUniform), bound: (6.0 / 300).squareRoot(), "glorotUniform")
        expectNormal(try weight(.glorotNormal), variance: 2.0 / 300, "glorotNormal")
        expectUniform(try weight(.heUniform), bound: (6.0 / 200).squareRoot(), "heUniform")
        expectNormal(try weight(.heNormal), variance: 2.0 / 200, "heNormal")
        let conv = try Conv2D<Double>(8, 16, size: 3, initialisation: .glorotUniform, from: stream)
        expectUniform(conv.weight, bound: (6.0 / (9 * 24)).squareRoot(), "conv, both fans times 9")
    }

    @Test func beginningsDependOnTheStreamAloneAndAgreeInBothPrecisions() throws {
        let wide = try Linear<Double>(30, 20, from: stream), single = try Linear<Float>(30, 20, from: stream)
        #expect(single.weight.scalars == wide.weight.scalars.map { Float($0) })
        #expect(try Linear<Double>(30, 20, from: stream).weight.scalars == wide.weight.scalars)
        #expect(try Linear<Double>(30, 20, bias: false, from: stream).weight.scalars == wide.weight.scalars)
        #expect(try Linear<Double>(30, 20, from: stream.split("other")).weight.scalars != wide.weight.scalars)
        #expect(wide.bias!.scalars != Array(wide.weight.scalars[..<20]))
    }
}
