import Autodiff
import Testing

/// Every operation's gradient against a difference quotient of its value, along random directions:
/// ⟨∇(v·f)(x), u⟩ against (v·f(x + hu) − v·f(x − hu))/2h, extrapolated in h.
@Suite struct GradientCheckTests {
    @Test(arguments: Operation.allCases)
    func doubleGradientEqualsDifferenceQuotient(_ operation: Operation) throws {
        var draw = Draws(seed: operation.rawValue)
        #expect(!operation.draws.isEmpty, "\(operation.rawValue) has no inputs to be checked on")
        for inputs in operation.draws {
            let x = try inputs.map { try draw.tensor($0) }
            if operation == .argmax {
                let tracked = x.map { $0.tracked() }
                #expect(try !apply(operation, tracked).isTracked)
                continue
            }
            for _ in 0..<3 {
                let directions = try inputs.map { try draw.tensor(Draw(shape: $0.shape, range: -1...1)) }
                let weights = try draw.tensor(Draw(shape: apply(operation, x).shape, range: -1...1))
                func projected(_ h: Double) throws -> Double {
                    let moved = try zip(x, directions).map { try $0 + Tensor(h) * $1 }
                    return try sum(weights * operation.surrogate(moved)).item
                }
                // Central differences of steps h and 2h, combined so that the error is of order h⁴.
                let h = 1e-3
                let near = try (projected(h) - projected(-h)) / (2 * h), far = try (projected(2 * h) - projected(-2 * h)) / (4 * h)
                let expected = (4 * near - far) / 3

                let tracked = x.map { $0.tracked() }
                let y = try sum(weights * apply(operation, tracked))
                let gradients = try gradients(of: y, withRespectTo: tracked)
                let measured = try zip(gradients, directions).map { try sum($0 * $1).item }.reduce(0, +)
                let scale = max(1, abs(expected))
                #expect(
                    abs(measured - expected) <= 1e-7 * scale,
                    "\(operation.rawValue) on \(x.map(\.shape)): \(measured) against \(expected)")
            }
        }
    }

    @Test(arguments: Operation.allCases)
    func floatGradientEqualsDouble(_ operation: Operation) throws {
        guard operation != .argmax else { return }
        var draw = Draws(seed: operation.rawValue)
        for inputs in operation.draws {
            // Inputs that both precisions hold exactly.
            let single = try inputs.map { try draw.tensor($0).converted(to: Float.self) }
            let x32 = single.map { $0.tracked() }
            let x64 = try single.map { try $0.converted(to: Double.self).tracked() }
            let y32 = try apply(operation, x32), y64 = try apply(operation, x64)
            let weights = try draw.tensor(Draw(shape: y64.shape, range: -1...1)).converted(to: Float.self)
            let g32 = try gradients(of: sum(weights * y32), withRespectTo: x32)
            let g64 = try gradients(of: sum(weights.converted(to: Double.self) * y64), withRespectTo: x64)
            for (a, b) in zip([y32.detached] + g32, [y64.detached] + g64) {
                let scale = b.scalars.map(\.magnitude).max() ?? 0
                for (single, double) in zip(a.scalars, b.scalars) {
                    #expect(abs(Double(single) - double) <= 2e-5 * max(1, scale), "\(operation.rawValue)")
                }
            }
        }
    }
}

/// Reproducible inputs for checks (a linear congruential generator: nothing here depends on the engine's own draws).
struct Draws {
    private var state: UInt64

    init(seed: String) { state = seed.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 } }

    mutating func uniform() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) * 0x1p-53
    }

    mutating func tensor(_ draw: Draw) throws -> Tensor<Double> {
        var values: [Double] = []
        while values.count < draw.shape.count {
            let value = draw.range.lowerBound + uniform() * (draw.range.upperBound - draw.range.lowerBound)
            if value.magnitude >= draw.awayFromZero { values.append(value) }
        }
        return try Tensor(values, shape: draw.shape)
    }
}
