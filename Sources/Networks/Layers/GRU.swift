import Autodiff

/// A gated recurrent unit (Cho et al. 2014, arXiv 1406.1078, with the reset gate after the product, as PyTorch and cuDNN
/// have it):
///
///     r = σ(W_ir·x + b_ir + W_hr·h + b_hr)
///     z = σ(W_iz·x + b_iz + W_hz·h + b_hz)
///     n = tanh(W_in·x + b_in + r⊙(W_hn·h + b_hn))
///     h′ = (1 − z)⊙n + z⊙h
///
/// The three are stacked in this order: weight_ih_l0 [3·hidden, in], weight_hh_l0 [3·hidden, hidden], biases [3·hidden].
public struct GRU<Scalar: Real>: Module {
    public var inputWeight: Tensor<Scalar>, hiddenWeight: Tensor<Scalar>
    public var inputBias: Tensor<Scalar>, hiddenBias: Tensor<Scalar>

    public var width: Int { hiddenWeight.shape[1] }

    public init(inputWeight: Tensor<Scalar>, hiddenWeight: Tensor<Scalar>, inputBias: Tensor<Scalar>, hiddenBias: Tensor<Scalar>) {
        precondition(inputWeight.rank == 2 && hiddenWeight.rank == 2, "weights are matrices")
        let rows = 3 * hiddenWeight.shape[1]
        precondition(
            inputWeight.shape[0] == rows && hiddenWeight.shape[0] == rows && inputBias.shape == [rows] && hiddenBias.shape == [rows],
            "weights are [3·hidden, in] and [3·hidden, hidden], biases [3·hidden]")
        (self.inputWeight, self.hiddenWeight) = (inputWeight, hiddenWeight)
        (self.inputBias, self.hiddenBias) = (inputBias, hiddenBias)
    }

    /// Uniform on ±1/√hidden, as in PyTorch.
    public init(_ inputs: Int, hidden: Int, from stream: RandomStream) throws(TensorError) {
        let bound = 1 / Double(max(hidden, 1)).squareRoot()
        inputWeight = try uniform([3 * hidden, inputs], bound: bound, from: stream.split("weight_ih_l0"))
        hiddenWeight = try uniform([3 * hidden, hidden], bound: bound, from: stream.split("weight_hh_l0"))
        inputBias = try uniform([3 * hidden], bound: bound, from: stream.split("bias_ih_l0"))
        hiddenBias = try uniform([3 * hidden], bound: bound, from: stream.split("bias_hh_l0"))
    }

    public mutating func visitParameters<Failure: Error>(
        _ visit: (_ name: String, _ parameter: inout Tensor<Scalar>) throws(Failure) -> Void
    ) throws(Failure) {
        try visit("weight_ih_l0", &inputWeight)
        try visit("weight_hh_l0", &hiddenWeight)
        try visit("bias_ih_l0", &inputBias)
        try visit("bias_hh_l0", &hiddenBias)
    }

    /// A whole sequence [steps, n, in] from `hidden` [n, hidden], by default 0: the state after each step
    /// [steps, n, hidden], and the last one again.
    public func callAsFunction(
        _ x: Tensor<Scalar>, hidden: Tensor<Scalar>? = nil
    ) throws(TensorError) -> (outputs: Tensor<Scalar>, last: Tensor<Scalar>) {
        guard x.rank == 3, x.shape[0] > 0 else {
            throw .mismatched(operation: .linear, detail: "a sequence must be [steps, n, in] with a step at least, and has shape \(x.shape)")
        }
        let steps = x.shape[0], n = x.shape[1]
        // The inputs are known beforehand: one product for all steps.
        let fromInputs = try reshape(
            linear(reshape(x, [steps * n, x.shape[2]]), weights: inputWeight, bias: inputBias), [steps, n, 3 * width])
        var state: Tensor<Scalar>
        if let hidden { state = hidden } else { state = try .zeros([n, width]) }
        var states: [Tensor<Scalar>] = []
        for step in 0..<steps {
            state = try advance(state, fromInput: slice(fromInputs, [.at(step)]))
            states.append(state)
        }
        return (try stack(states), state)
    }

    /// One step: x [n, in], hidden [n, hidden] give the next hidden state.
    public func step(_ x: Tensor<Scalar>, hidden: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
        try advance(hidden, fromInput: linear(x, weights: inputWeight, bias: inputBias))
    }

    private func advance(_ h: Tensor<Scalar>, fromInput: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
        let fromHidden = try linear(h, weights: hiddenWeight, bias: hiddenBias)
        func gate(_ number: Int, _ stacked: Tensor<Scalar>) throws(TensorError) -> Tensor<Scalar> {
            try slice(stacked, [.all, .range(from: number * width, to: (number + 1) * width)])
        }
        let r = try sigmoid(gate(0, fromInput) + gate(0, fromHidden))
        let z = try sigmoid(gate(1, fromInput) + gate(1, fromHidden))
        let n = try tanh(gate(2, fromInput) + r * gate(2, fromHidden))
        return try n + z * (h - n)
    }
}
