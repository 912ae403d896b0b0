import Autodiff
import Testing

/// Each fused operation beside the composition it stands for: value and gradient, 1e-12 in Double, 1e-6 in Float.
@Suite struct FusedTests {
    @Test(arguments: FusedForm.allCases)
    func equalsComposedInDouble(_ form: FusedForm) throws { try compare(form, Double.self, tolerance: 1e-12) }

    @Test(arguments: FusedForm.allCases)
    func equalsComposedInFloat(_ form: FusedForm) throws { try compare(form, Float.self, tolerance: 1e-6) }

    private func compare<S: Real>(_ form: FusedForm, _ type: S.Type, tolerance: Double) throws {
        var draw = Draws(seed: form.rawValue)
        for shapes in form.inputs {
            let x = try shapes.map { try draw.tensor($0).converted(to: S.self) }
            let weights = try draw.tensor(Draw(shape: form.fused(x).shape, range: -1...1)).converted(to: S.self)
            var outcomes: [[Tensor<S>]] = []
            for build in [form.fused, form.composed] as [([Tensor<S>]) throws -> Tensor<S>] {
                let tracked = x.map { $0.tracked() }
                let y = try build(tracked)
                outcomes.append([y.detached] + (try gradients(of: sum(weights * y), withRespectTo: tracked)))
            }
            for (fused, composed) in zip(outcomes[0], outcomes[1]) {
                #expect(fused.shape == composed.shape)
                let scale = composed.scalars.map { Double($0.magnitude) }.max() ?? 0
                for (a, b) in zip(fused.scalars, composed.scalars) {
                    #expect(Swift.abs(Double(a) - Double(b)) <= tolerance * Swift.max(1, scale), "\(form.rawValue): \(a) \(b)")
                }
            }
        }
    }

    @Test func fusedFormsHoldWhereComposedOnesOverflow() throws {
        let logits = try Tensor<Double>([800, -800]).tracked(), x = try Tensor<Double>([1, 0])
        let loss = try bernoulliFromLogits(logits, x)
        #expect(loss.scalars == [0, 0])
        #expect(try gradient(of: sum(loss), withRespectTo: logits).scalars == [0, 0])
        #expect(try Autodiff.log(sigmoid(Tensor<Double>(-800))).item == -.infinity)
    }
}

enum FusedForm: String, CaseIterable {
    case linear, linearRelu, linearTanh, linearSigmoid, bernoulli, kl, reparameterize, crossEntropy

    var inputs: [[Draw]] {
        switch self {
        case .linear, .linearRelu, .linearTanh, .linearSigmoid:
            [[Draw(shape: [5, 7], range: -1...1), Draw(shape: [3, 7], range: -1...1), Draw(shape: [3])],
             [Draw(shape: [1, 1]), Draw(shape: [1, 1]), Draw(shape: [1])], [Draw(shape: [33, 20], range: -0.3...0.3), Draw(shape: [17, 20]), Draw(shape: [17])]]
        case .bernoulli: [[Draw(shape: [4, 5], range: -4...4), Draw(shape: [4, 5], range: 0...1)], [Draw(shape: [0]), Draw(shape: [0])]]
        case .kl: [[Draw(shape: [4, 5]), Draw(shape: [4, 5])], [Draw(shape: []), Draw(shape: [])]]
        case .reparameterize: [[Draw(shape: [4, 5]), Draw(shape: [4, 5]), Draw(shape: [4, 5])]]
        case .crossEntropy: [[Draw(shape: [6, 4], range: -3...3)], [Draw(shape: [1, 1])]]
        }
    }

    func fused<S: Real>(_ x: [Tensor<S>]) throws -> Tensor<S> {
        switch self {
        case .linear: try Autodiff.linear(x[0], weights: x[1], bias: x[2])
        case .linearRelu: try Autodiff.linear(x[0], weights: x[1], bias: x[2], activation: .relu)
        case .linearTanh: try Autodiff.linear(x[0], weights: x[1], bias: x[2], activation: .tanh)
        case .linearSigmoid: try Autodiff.linear(x[0], weights: x[1], bias: x[2], activation: .sigmoid)
        case .bernoulli: try bernoulliFromLogits(x[0], x[1])
        case .kl: try gaussianKL(x[0], logVariance: x[1])
        case .reparameterize: try Autodiff.reparameterize(x[0], logVariance: x[1], noise: x[2])
        case .crossEntropy: try softmaxCrossEntropy(x[0], labels: (0..<x[0].shape[0]).map { $0 % x[0].shape[1] })
        }
    }

    func composed<S: Real>(_ x: [Tensor<S>]) throws -> Tensor<S> {
        func affine() throws -> Tensor<S> { try matrixProduct(x[0], transpose(x[1])) + x[2] }
        switch self {
        case .linear: return try affine()
        case .linearRelu: return try relu(affine())
        case .linearTanh: return try tanh(affine())
        case .linearSigmoid: return try sigmoid(affine())
        case .bernoulli:
            let p = try sigmoid(x[0])
            return try -(x[1] * log(p) + (1 - x[1]) * log(1 - p))
        case .kl: return try 0.5 * (pow(x[0], 2) + exp(x[1]) - x[1] - 1)
        case .reparameterize: return try x[0] + exp(x[1] / 2) * x[2]
        case .crossEntropy:
            let classes = x[0].shape[1]
            var hot = [S](repeating: 0, count: x[0].count)
            for row in 0..<x[0].shape[0] { hot[row * classes + row % classes] = 1 }
            return try -sum(log(softmax(x[0])) * Tensor(hot, shape: x[0].shape), axis: 1)
        }
    }
}
