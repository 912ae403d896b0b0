// Compositions that occur in every model, as one step of the tape each: fewer passes over memory, and forms that stay
// exact where the composed ones overflow. Each has its composed form beside it in the tests.

/// What a linear layer may end with; the slope is written in the layer's output.
public enum Activation: String, Sendable, CaseIterable {
    case identity, relu, tanh, sigmoid

    @inline(__always)
    func value<Scalar: Real>(_ x: Scalar) -> Scalar {
        switch self {
        case .identity: x
        case .relu: x < 0 ? 0 : x
        case .tanh: Scalar.tanh(x)
        case .sigmoid: logistic(x)
        }
    }

    @inline(__always)
    func slope<Scalar: Real>(ofValue y: Scalar) -> Scalar {
        switch self {
        case .identity: 1
        case .relu: y > 0 ? 1 : 0
        case .tanh: 1 - y * y
        case .sigmoid: y * (1 - y)
        }
    }
}

/// y = f(x·Wᵀ + b) for x [n, in], W [out, in], b [out]. With d = g·f′: dx = d·W, dW = dᵀ·x, db = Σ d over the rows.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func linear<Scalar>(
    _ x: Tensor<Scalar>, weights: Tensor<Scalar>, bias: Tensor<Scalar>, activation: Activation = .identity
) throws(TensorError) -> Tensor<Scalar> {
    guard x.rank == 2, weights.rank == 2, x.shape[1] == weights.shape[1], bias.shape == [weights.shape[0]] else {
        throw .mismatched(
            operation: .linear,
            detail: "x \(x.shape), weights \(weights.shape) and bias \(bias.shape) do not fit: they must be [n, in], [out, in] and [out]")
    }
    let rows = x.shape[0], inputs = x.shape[1], outputs = weights.shape[0]
    let x0 = x.detached, w0 = weights.detached
    let b = bias.pointer
    let y = try Tensor<Scalar>(shape: [rows, outputs]) { to in
        for row in 0..<rows { (to + row * outputs).update(from: b, count: outputs) }
        Scalar.multiply(
            x0.pointer, transposed: false, w0.pointer, transposed: true, into: to, beta: 1,
            rows: rows, columns: outputs, depth: inputs)
        for i in 0..<(rows * outputs) { to[i] = activation.value(to[i]) }
    }
    return try y.recorded(.linear, [x, weights, bias]) { (g, inflow) throws(TensorError) in
        let d = activation == .identity ? g : try g.map(y) { g, y in g * activation.slope(ofValue: y) }
        try inflow.add(0) { () throws(TensorError) in
            try Tensor(shape: x0.shape) { to in
                Scalar.multiply(
                    d.pointer, transposed: false, w0.pointer, transposed: false, into: to, beta: 0,
                    rows: rows, columns: inputs, depth: outputs)
            }
        }
        try inflow.add(1) { () throws(TensorError) in
            try Tensor(shape: w0.shape) { to in
                Scalar.multiply(
                    d.pointer, transposed: true, x0.pointer, transposed: false, into: to, beta: 0,
                    rows: outputs, columns: inputs, depth: rows)
            }
        }
        try inflow.add(2) { () throws(TensorError) in try d.summedOver(axis: 0, keepingAxis: false) }
    }
}

/// −log p(x | logits ℓ) of a Bernoulli, element by element: ln(1 + e^ℓ) − x·ℓ, in a form where nothing cancels however
/// sure the logits are. dℓ = σ(ℓ) − x, dx = −ℓ.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func bernoulliFromLogits<Scalar>(_ logits: Tensor<Scalar>, _ x: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    guard logits.shape == x.shape else {
        throw .mismatched(operation: .bernoulliFromLogits, detail: "logits \(logits.shape) and data \(x.shape) differ in shape")
    }
    let l0 = logits.detached, x0 = x.detached
    let value = try l0.map(x0) { l, x in (l > 0 ? l * (1 - x) : -x * l) + Scalar.log1p(Scalar.exp(-l.magnitude)) }
    return try value.recorded(.bernoulliFromLogits, logits, x) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in try g.map(l0, x0) { g, l, x in g * (logistic(l) - x) } }
        try inputs.add(1) { () throws(TensorError) in try g.map(l0) { g, l in -g * l } }
    }
}

/// KL(N(μ, σ²) ‖ N(0, 1)), element by element, with v = log σ²: ½(μ² + e^v − v − 1). dμ = μ, dv = ½(e^v − 1).
/// e^v − 1 is taken as expm1(v), so that the value stays exact near the prior.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func gaussianKL<Scalar>(_ mean: Tensor<Scalar>, logVariance: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
    guard mean.shape == logVariance.shape else {
        throw .mismatched(operation: .gaussianKL, detail: "mean \(mean.shape) and log variance \(logVariance.shape) differ in shape")
    }
    let m0 = mean.detached, v0 = logVariance.detached
    let value = try m0.map(v0) { m, v in 0.5 * (m * m + (Scalar.expm1(v) - v)) }
    return try value.recorded(.gaussianKL, mean, logVariance) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in try g.map(m0, *) }
        try inputs.add(1) { () throws(TensorError) in try g.map(v0) { g, v in g * 0.5 * Scalar.expm1(v) } }
    }
}

/// z = μ + e^(v/2)·ε with v = log σ²: dμ = g, dv = g·½(z − μ), dε = g·σ.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func reparameterize<Scalar>(
    _ mean: Tensor<Scalar>, logVariance: Tensor<Scalar>, noise: Tensor<Scalar>
) throws(TensorError) -> Tensor<Scalar> {
    guard mean.shape == logVariance.shape, mean.shape == noise.shape else {
        throw .mismatched(
            operation: .reparameterize,
            detail: "mean \(mean.shape), log variance \(logVariance.shape) and noise \(noise.shape) differ in shape")
    }
    let v0 = logVariance.detached, e0 = noise.detached
    let z = try mean.detached.map(v0, e0) { m, v, e in m + Scalar.exp(0.5 * v) * e }
    return try z.recorded(.reparameterize, [mean, logVariance, noise]) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in g }
        try inputs.add(1) { () throws(TensorError) in
            try g.map(v0, e0) { g, v, e in g * 0.5 * Scalar.exp(0.5 * v) * e }
        }
        try inputs.add(2) { () throws(TensorError) in try g.map(v0) { g, v in g * Scalar.exp(0.5 * v) } }
    }
}

/// −log softmax(ℓ) at each row's label: ℓ [n, k] gives [n]. dℓ = g·(softmax(ℓ) − one-hot).
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
public func softmaxCrossEntropy<Scalar>(_ logits: Tensor<Scalar>, labels: [Int]) throws(TensorError) -> Tensor<Scalar> {
    guard logits.rank == 2, labels.count == logits.shape[0] else {
        throw .mismatched(
            operation: .softmaxCrossEntropy, detail: "\(labels.count) labels do not fit logits of shape \(logits.shape), which must be [n, classes]")
    }
    let classes = logits.shape[1]
    for label in labels where label < 0 || label >= classes {
        throw .indexOutOfRange(index: label, axis: 1, size: classes)
    }
    let logs = try logSoftmax(logits.detached)
    let value = try Tensor<Scalar>(shape: [labels.count]) { to in
        for (row, label) in labels.enumerated() { to[row] = -logs.pointer[row * classes + label] }
    }
    return try value.recorded(.softmaxCrossEntropy, logits) { (g, inputs) throws(TensorError) in
        try inputs.add(0) { () throws(TensorError) in
            try Tensor(shape: logs.shape) { to in
                for (row, label) in labels.enumerated() {
                    for k in 0..<classes {
                        let at = row * classes + k
                        to[at] = g.pointer[row] * (Scalar.exp(logs.pointer[at]) - (k == label ? 1 : 0))
                    }
                }
            }
        }
    }
}
