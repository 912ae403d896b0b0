import Autodiff
import Networks
import Testing

/// Ten steps of each rule against PyTorch's, with clipping and averages, and going on from a saved state.
@Suite struct OptimiserTests {
    private static func rule(_ kind: String) -> any UpdateRule {
        switch kind {
        case "sgd": SGD()
        case "momentum": SGD(momentum: 0.9)
        case "nesterov": SGD(momentum: 0.9, isNesterov: true)
        case "adam": Adam()
        case "adamW": AdamW(weightDecay: 0.05)
        case "rmsprop": RMSprop()
        case "centred": RMSprop(isCentred: true)
        default: fatalError("no rule \(kind)")
        }
    }

    @Test func tenStepsAgreeWithPyTorchInDoublePrecision() throws { try compare(Double.self, tolerance: 1e-10) }
    @Test func tenStepsAgreeWithPyTorchInSinglePrecision() throws { try compare(Float.self, tolerance: 1e-5) }

    private func compare<Scalar: Real>(_ type: Scalar.Type, tolerance: Double) throws {
        let cases = try Reference.read().optimisers
        #expect(Set(cases.map(\.kind)).count == 7)
        for reference in cases {
            var network = TwoTensors<Scalar>(first: try reference.start[0].tensor(), second: try reference.start[1].tensor())
            var optimiser = try Optimiser(Self.rule(reference.kind), for: network)
            var average = MovingAverage(of: network, decay: reference.average ?? 0)
            for step in 0..<10 {
                let label = "\(reference.kind), step \(step + 1)"
                var gradients: [Tensor<Scalar>] = try reference.gradients[step].map { try $0.tensor() }
                if let limit = reference.clip {
                    let norm = try clip(&gradients, toNorm: limit)
                    #expect(Swift.abs(norm - reference.norms[step]) <= tolerance * Swift.max(1, norm), "\(label)")
                }
                try optimiser.step(&network, gradients: gradients, learningRate: reference.rates[step])
                for (parameter, expected) in zip(network.parameters, reference.after[step]) {
                    expectClose(parameter.tensor, expected, within: tolerance, "\(label), \(parameter.name)")
                }
                guard reference.average != nil else { continue }
                try average.update(with: network)
                for (parameter, expected) in zip(average.network.parameters, reference.averages[step]) {
                    expectClose(parameter.tensor, expected, within: tolerance, "average at \(label), \(parameter.name)")
                }
            }
            #expect(optimiser.steps == 10)
        }
    }

    /// A small network on a fixed task; stops and goes on through a file after `pause` steps.
    private func train(_ rule: any UpdateRule, steps: Int, pause: Int?, folder: ScratchFolder) throws -> [UInt8] {
        let stream = RandomStream(seed: 7)
        func fresh() throws -> Sequential<Float> {
            Sequential(
                try Linear(5, 8, from: stream.split("in")), Nonlinearity.tanh, Dropout(rate: 0.2), try Linear(8, 2, from: stream.split("out")))
        }
        var draws = stream.split("data")
        let x = try Tensor<Float>.normal([32, 5], from: &draws), y = try Tensor<Float>.normal([32, 2], from: &draws)
        var network = try fresh()
        var optimiser = try Optimiser(rule, for: network)
        var average = MovingAverage(of: network, decay: 0.9)
        for step in 0..<steps {
            if step == pause {
                let paths = ["model", "optimiser", "average"].map { folder.file("\($0).safetensors") }
                try writeSafetensors(network.parameters, to: paths[0])
                try writeSafetensors(optimiser.state, to: paths[1])
                try writeSafetensors(average.state, to: paths[2])
                network = try fresh()
                optimiser = try Optimiser(rule, for: network)
                average = MovingAverage(of: network, decay: 0.9)
                try network.load(SafetensorsFile(path: paths[0]).tensors())
                try optimiser.restore(SafetensorsFile(path: paths[1]).tensors())
                try average.restore(SafetensorsFile(path: paths[2]).tensors())
                #expect(optimiser.steps == step)
            }
            let (_, slopes) = try lossAndGradients(of: network) { (network) throws(TensorError) in
                let error = try network(x, noise: stream.split("noise").split(UInt64(step))) - y
                return try mean(error * error)
            }
            try optimiser.step(&network, gradients: slopes, learningRate: LearningRate.cosine(from: 0.05, steps: steps).rate(at: step))
            try average.update(with: network)
        }
        return safetensorsBytes(network.parameters) + safetensorsBytes(optimiser.state) + safetensorsBytes(average.state)
    }

    @Test func goingOnFromAFileEqualsNeverHavingStopped() throws {
        let folder = try ScratchFolder()
        for rule in ["sgd", "momentum", "nesterov", "adam", "adamW", "rmsprop", "centred"].map(Self.rule) {
            let through = try train(rule, steps: 12, pause: nil, folder: folder)
            #expect(try train(rule, steps: 12, pause: 5, folder: folder) == through, "\(rule)")
        }
    }

    @Test func everyRuleFindsTheMinimum() throws {
        // f(θ) = ½Σ aᵢ(θᵢ − cᵢ)², slopes a(θ − c).
        for (kind, rate) in [("sgd", 0.1), ("momentum", 0.02), ("nesterov", 0.02), ("adam", 0.05), ("rmsprop", 0.05), ("centred", 0.02)] {
            var network = TwoTensors<Double>(first: try .zeros([2]), second: try .zeros([1]))
            let target: [Tensor<Double>] = [try Tensor([1, -2]), try Tensor([0.5])]
            let steepness: [Tensor<Double>] = [try Tensor([1, 3]), try Tensor([0.5])]
            var optimiser = try Optimiser(Self.rule(kind), for: network)
            let schedule = LearningRate.warmUp(steps: 10, then: .cosine(from: rate, steps: 790))
            for step in 0..<800 {
                let here = network.parameters.map(\.tensor)
                let slopes = try (0..<2).map { try steepness[$0] * (here[$0] - target[$0]) }
                try optimiser.step(&network, gradients: slopes, learningRate: schedule.rate(at: step))
            }
            for (found, wanted) in zip(network.parameters, target) {
                for (f, w) in zip(found.tensor.scalars, wanted.scalars) { #expect(Swift.abs(f - w) < 1e-3, "\(kind)") }
            }
        }
    }

    @Test func aStepLeavesOldTensorsAlone() throws {
        let start = TwoTensors<Float>(first: try .ones([3]), second: try .ones([2, 2]))
        var network = start
        var optimiser = try Optimiser(Adam(), for: network)
        let before = optimiser.state
        try optimiser.step(&network, gradients: [.ones([3]), .ones([2, 2])], learningRate: 0.1)
        #expect(start.first.scalars == [1, 1, 1])
        #expect(before.allSatisfy { $0.tensor.scalars.allSatisfy { $0 == 0 } })
        #expect(optimiser.state.map(\.name) == [
            "step.high", "step.low", "exp_avg.first", "exp_avg_sq.first", "exp_avg.second", "exp_avg_sq.second",
        ])
    }

    @Test func aStateThatDoesNotFitIsRefused() throws {
        let network = TwoTensors<Float>(first: try .ones([3]), second: try .ones([2, 2]))
        var optimiser = try Optimiser(SGD(momentum: 0.5), for: network)
        let state = optimiser.state
        #expect(throws: ParameterError.missing(name: "momentum_buffer.second")) { try optimiser.restore(state.dropLast()) }
        #expect(throws: ParameterError.repeated(name: "step.high")) { try optimiser.restore(state + state) }
        #expect(throws: ParameterError.unexpected(name: "momentum_buffer.third")) {
            try optimiser.restore(state + [NamedTensor("momentum_buffer.third", 0)])
        }
        for count in [Float.nan, -1, 0.5, .infinity, 1e30] {
            #expect(throws: ParameterError.noCount(name: "step.high")) {
                try optimiser.restore([NamedTensor("step.high", Tensor(count))] + state.dropFirst())
            }
        }
    }

    @Test func clippingKeepsTheDirectionAndShowsNaN() throws {
        var small = [try Tensor<Double>([0.3, -0.4])]
        #expect(try clip(&small, toNorm: 1) == 0.5)
        #expect(small[0].scalars == [0.3, -0.4])
        var large = [try Tensor<Double>([3]), try Tensor<Double>([-4])]
        #expect(try clip(&large, toNorm: 1) == 5)
        #expect(Swift.abs(large[0].item - 0.6) < 1e-6 && Swift.abs(large[1].item + 0.8) < 1e-6)
        var broken = [try Tensor<Double>([.nan, 1])]
        #expect(try clip(&broken, toNorm: 1).isNaN)
    }

    @Test func schedulesAgreeWithPyTorch() throws {
        let reference = try Reference.read().schedules
        let ours: [String: LearningRate] = [
            "constant": .constant(0.3), "warmUp": .warmUp(steps: 4, then: .constant(0.3)),
            "cosine": .cosine(from: 0.3, to: 0.01, steps: 11), "stairs": .stairs(from: 0.3, factor: 0.5, every: 3),
            "warmUpCosine": .warmUp(steps: 4, then: .cosine(from: 0.3, steps: 8)),
        ]
        #expect(Set(reference.keys) == Set(ours.keys))
        for (name, rates) in reference {
            for (step, rate) in rates.enumerated() {
                #expect(Swift.abs(ours[name]!.rate(at: step) - rate) < 1e-12, "\(name), step \(step)")
            }
        }
        #expect(LearningRate.cosine(from: 1, to: 0.1, steps: 5).rate(at: 1000) == 0.1)
        #expect(LearningRate.warmUp(steps: 0, then: .constant(2)).rate(at: 0) == 2)
    }
}
