import Autodiff

/// Layers one after the other. Each has a name, by default its position: `0.weight`, `2.weight`, ...
public struct Sequential<Scalar: Real>: Layer {
    public var layers: [(name: String, layer: any Layer<Scalar>)]

    public init(_ layers: any Layer<Scalar>...) {
        self.init(named: layers.enumerated().map { ("\($0)", $1) })
    }

    public init(named layers: [(name: String, layer: any Layer<Scalar>)]) {
        precondition(Set(layers.map(\.name)).count == layers.count, "two layers of one name")
        self.layers = layers
    }

    public mutating func visitParameters<Failure: Error>(
        _ visit: (_ name: String, _ parameter: inout Tensor<Scalar>) throws(Failure) -> Void
    ) throws(Failure) {
        for position in layers.indices {
            try layers[position].layer.visitParameters(under: layers[position].name, visit)
        }
    }

    public func output(for x: Tensor<Scalar>, noise: RandomStream?) throws(TensorError) -> Tensor<Scalar> {
        var x = x
        for (name, layer) in layers { x = try layer.output(for: x, noise: noise?.split(name)) }
        return x
    }
}
