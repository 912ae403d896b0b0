import Autodiff
import Networks
import Testing

/// Each layer's values and gradients against PyTorch's.
@Suite struct LayerTests {
    @Test func agreesWithPyTorchInDoublePrecision() throws {
        try compare(Double.self, tolerance: 1e-10)
    }

    @Test func agreesWithPyTorchInSinglePrecision() throws {
        try compare(Float.self, tolerance: 1e-5)
    }

    private func compare<Scalar: Real>(_ type: Scalar.Type, tolerance: Double) throws {
        let cases = try Reference.read().layers
        #expect(cases.count >= 30)
        for reference in cases {
            let label = "\(reference.kind) \(reference.x.shape) \(reference.settings)"
            var part = try LayerUnderTest<Scalar>(reference)
            // Values other than those it was made of, in state_dict's order, come in by name.
            let named = try reference.parameters.map { NamedTensor($0.name, try $0.tensor.tensor(Scalar.self)) }
            #expect(part.parameters.map(\.name) == named.map(\.name), "\(label)")
            try part.load(named.reversed())

            let tracked = part.tracked()
            let x = try reference.x.tensor(Scalar.self).tracked()
            let output = try tracked.output(for: x)
            expectClose(output, reference.output, within: tolerance, label)
            let loss = try sum(output * reference.cotangent.tensor(Scalar.self))
            if let expected = reference.xGradient {
                expectClose(try gradient(of: loss, withRespectTo: x), expected, within: tolerance, "\(label), by x")
            }
            let leaves = tracked.parameters.map(\.tensor)
            guard !leaves.isEmpty else { continue }
            for (gradient, expected) in zip(try gradients(of: loss, withRespectTo: leaves), reference.gradients) {
                expectClose(gradient, expected.tensor, within: tolerance, "\(label), by \(expected.name)")
            }
        }
    }

    @Test func dropoutDrawsOnlyWithNoiseAndKeepsTheMean() throws {
        let layer = Dropout<Float>(rate: 0.25)
        let x = try Tensor<Float>.ones([200, 500])
        #expect(try layer(x).scalars == x.scalars)
        let noise = RandomStream(seed: 3)
        let y = try layer(x, noise: noise).scalars
        #expect(try layer(x, noise: noise).scalars == y)
        #expect(Set(y) == [0, 1 / 0.75])
        // 100,000 draws: the share of zeros has a standard error of 0.0014.
        #expect(Swift.abs(Double(y.count { $0 == 0 }) / 1e5 - 0.25) < 4 * 0.0014)
        let leaf = x.tracked()
        #expect(try gradient(of: sum(layer(leaf, noise: noise)), withRespectTo: leaf).scalars == y)
    }

    @Test func dropoutsInARowDrawDifferently() throws {
        let network = Sequential<Double>(Dropout(rate: 0.5), Dropout(rate: 0.5))
        let kept = try network(.ones([10_000]), noise: RandomStream(seed: 1)).scalars.count { $0 != 0 }
        #expect(Swift.abs(kept - 2500) < 4 * 44)
    }

    @Test func gruGoesStepByStepAsThroughASequence() throws {
        let gru = try GRU<Double>(3, hidden: 4, from: RandomStream(seed: 2))
        var stream = RandomStream(seed: 4)
        let x = try Tensor<Double>.normal([6, 2, 3], from: &stream)
        var hidden = try Tensor<Double>.zeros([2, 4])
        for step in 0..<6 { hidden = try gru.step(slice(x, [.at(step)]), hidden: hidden) }
        let whole = try gru(x)
        #expect(whole.last.shape == [2, 4])
        for (a, b) in zip(hidden.scalars, whole.last.scalars) { #expect(Swift.abs(a - b) < 1e-14) }
    }

    @Test func misfittingInputsAreErrors() throws {
        let stream = RandomStream(seed: 1)
        let x = try Tensor<Double>.zeros([2, 3])
        #expect(throws: TensorError.self) { try Linear<Double>(4, 2, from: stream)(x) }
        #expect(throws: TensorError.self) { try Linear<Double>(4, 2, bias: false, from: stream)(x) }
        #expect(throws: TensorError.self) { try Linear<Double>(1, 2, from: stream)(Tensor(1)) }
        #expect(throws: TensorError.self) { try Conv2D<Double>(1, 2, size: 3, from: stream)(x) }
        #expect(throws: TensorError.self) { try ConvTranspose2D<Double>(1, 2, size: 3, from: stream)(x) }
        #expect(throws: TensorError.self) { try Conv1D<Double>(1, 2, size: 3, from: stream)(x) }
        #expect(throws: TensorError.self) { try GRU<Double>(3, hidden: 2, from: stream)(x) }
        #expect(throws: TensorError.self) { try GRU<Double>(3, hidden: 2, from: stream)(.zeros([0, 2, 3])) }
        #expect(throws: TensorError.self) { try LayerNorm<Double>(4)(x) }
        #expect(throws: TensorError.self) { try Reshape<Double>([2, 2])(x) }
        #expect(throws: TensorError.self) { try Flatten<Double>()(Tensor(1)) }
        #expect(throws: TensorError.self) { try Upsample<Double>(factor: 2)(x) }
        #expect(throws: TensorError.indexOutOfRange(index: 6, axis: 0, size: 6)) { try Embedding<Double>(6, 2, from: stream)([1, 6]) }
        #expect(throws: TensorError.indexOutOfRange(index: -1, axis: 0, size: 6)) { try Embedding<Double>(6, 2, from: stream)([-1]) }
    }

    @Test func emptyBatchesPassThrough() throws {
        let stream = RandomStream(seed: 1)
        let network = Sequential<Float>(
            Flatten(), try Linear(12, 4, from: stream.split("a")), Nonlinearity.relu, try Linear(4, 6, from: stream.split("b")), Reshape([2, 3]))
        #expect(try network(.zeros([0, 3, 4])).shape == [0, 2, 3])
    }
}

/// Any of the layers behind one face: what takes numbers or a first state is called as it wants to be.
private struct LayerUnderTest<Scalar: Real>: Module {
    enum Kind {
        case layer(any Layer<Scalar>)
        case embedding(Embedding<Scalar>)
        case gru(GRU<Scalar>, start: Tensor<Scalar>?)
    }

    var kind: Kind

    func output(for x: Tensor<Scalar>) throws -> Tensor<Scalar> {
        switch kind {
        case let .layer(layer): try layer.output(for: x, noise: nil)
        case let .embedding(layer): try layer(x.scalars.map { Int($0) })
        case let .gru(layer, start): try layer(x, hidden: start).outputs
        }
    }

    mutating func visitParameters<Failure: Error>(
        _ visit: (_ name: String, _ parameter: inout Tensor<Scalar>) throws(Failure) -> Void
    ) throws(Failure) {
        switch kind {
        case .layer(var layer):
            try layer.visitParameters(visit)
            kind = .layer(layer)
        case .embedding(var layer):
            try layer.visitParameters(visit)
            kind = .embedding(layer)
        case .gru(var layer, let start):
            try layer.visitParameters(visit)
            kind = .gru(layer, start: start)
        }
    }

    init(_ reference: Reference.LayerCase) throws {
        let shapes = Dictionary(uniqueKeysWithValues: reference.parameters.map { ($0.name, Shape($0.tensor.shape)) })
        func blank(_ name: String) throws -> Tensor<Scalar> { try .zeros(#require(shapes[name])) }
        func blankBias() throws -> Tensor<Scalar>? { try shapes["bias"].map { try .zeros($0) } }
        let stride = reference.settings["stride"] ?? 1, padding = reference.settings["padding"] ?? 0
        let stream = RandomStream(seed: 1)
        switch reference.kind {
        case "linear": kind = .layer(Linear(weight: try blank("weight"), bias: try blankBias()))
        case "conv2d": kind = .layer(Conv2D(weight: try blank("weight"), bias: try blankBias(), stride: stride, padding: padding))
        case "convTranspose2d":
            kind = .layer(ConvTranspose2D(weight: try blank("weight"), bias: try blankBias(), stride: stride, padding: padding))
        case "conv1d": kind = .layer(Conv1D(weight: try blank("weight"), bias: try blankBias(), stride: stride, padding: padding))
        case "embedding": kind = .embedding(Embedding(weight: try blank("weight")))
        case "gru":
            let gru = GRU(
                inputWeight: try blank("weight_ih_l0"), hiddenWeight: try blank("weight_hh_l0"),
                inputBias: try blank("bias_ih_l0"), hiddenBias: try blank("bias_hh_l0"))
            kind = .gru(gru, start: try reference.start?.tensor())
        case "layerNorm": kind = .layer(try LayerNorm(blank("weight").count))
        case "relu": kind = .layer(Nonlinearity.relu)
        case "tanh": kind = .layer(Nonlinearity.tanh)
        case "sigmoid": kind = .layer(Nonlinearity.sigmoid)
        case "softplus": kind = .layer(Nonlinearity.softplus)
        case "leakyReLU": kind = .layer(Nonlinearity.leakyReLU(slope: 0.2))
        case "elu": kind = .layer(Nonlinearity.elu)
        case "gelu": kind = .layer(Nonlinearity.gelu)
        case "silu": kind = .layer(Nonlinearity.silu)
        case "flatten": kind = .layer(Flatten())
        case "reshape": kind = .layer(Reshape([3, 2, 1]))
        case "upsample": kind = .layer(Upsample(factor: 2))
        case "sequential":
            kind = .layer(Sequential(
                try Conv2D(1, 2, size: 4, stride: 2, padding: 1, from: stream), Nonlinearity.relu, Flatten(),
                try Linear(18, 4, from: stream), Nonlinearity.tanh, try Linear(4, 8, from: stream), Reshape([2, 2, 2]),
                try ConvTranspose2D(2, 1, size: 4, stride: 2, padding: 1, from: stream)))
        default:
            Issue.record("no layer \(reference.kind)")
            kind = .layer(Nonlinearity.relu)
        }
    }
}
