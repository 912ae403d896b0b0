import Autodiff
import Autoencoders
import Datasets
import Foundation
import Networks
import Testing

/// Where the real digits are, if somebody said so.
enum MNIST {
    static let folder = ProcessInfo.processInfo.environment["VAELEARN_MNIST"].flatMap { $0.isEmpty ? nil : $0 }

    /// Nil, with a word about it, where there is none.
    static func load(for test: String) throws -> LoadedDataset? {
        guard let folder else {
            print("\(test) was passed over: VAELEARN_MNIST names no folder with the four MNIST files.")
            return nil
        }
        return try Dataset.read(folder)
    }
}

@Suite("Training on MNIST", .serialized)
struct TrainingCurveTests {
    /// The test losses of PyTorch's own example (examples/vae, 784-400-20, batch 128, Adam 1e-3), epoch by epoch.
    static let published = [127.30, 115.79, 112.22, 109.64, 108.54, 107.70, 107.07, 106.66, 106.04, 105.56]

    @Test(arguments: [UInt64(1), 2, 3]) func publishedCurve(seed: UInt64) throws {
        guard let data = try MNIST.load(for: "The published curve, seed \(seed),") else { return }
        var options = TrainingOptions()
        options.seed = seed
        let (train, test) = data.split()
        #expect(train.count == 60_000 && test.count == 10_000)
        let trainer = try Trainer(ModelConfiguration(shape: [28, 28]), train: train, test: test, options: options)
        var curve: [Double] = []
        for expected in Self.published {
            curve.append(try #require(try trainer.finishEpoch()).testLoss)
            #expect(abs(curve.last! - expected) <= 1.5, "seed \(seed), epoch \(curve.count)")
        }
        #expect(abs(curve[9] - 105.6) <= 0.6)
        print("seed \(seed): " + curve.map { String(format: "%.2f", $0) }.joined(separator: " "))
    }

    /// Generated digits look like handwriting to a network that has seen nothing else.
    @Test func recogniserOfGeneratedDigits() throws {
        guard let data = try MNIST.load(for: "The recogniser of generated digits") else { return }
        let share = try Recogniser.trained(on: .digits(0..<60_000), epochs: 4, seed: 1).share(recognisedOf: data.split().test)
        print("784-256-10 trained on generated digits alone recognises \(String(format: "%.2f%%", 100 * share)) of MNIST's test images")
        #expect(share >= 0.85)
    }
}

/// 784-256-10 with ReLU, by Adam on the tape in single precision.
struct Recogniser {
    var network: Sequential<Float>

    static func trained(on data: Dataset, epochs: Int, seed: UInt64) throws -> Recogniser {
        let stream = RandomStream(seed: seed, name: "recogniser")
        var network = Sequential<Float>(
            try Linear(784, 256, from: stream.split("0")), Nonlinearity<Float>.relu, try Linear(256, 10, from: stream.split("2")))
        var optimiser = try Optimiser<Float>(Adam(), for: network)
        let labels = try #require(data.labels), x = try Tensor(data.items, shape: [data.count, 784])
        for epoch in 0..<epochs {
            var order = stream.split("order").split(UInt64(epoch))
            let permutation = order.permutation(of: data.count)
            for first in stride(from: 0, to: data.count, by: 128) {
                let rows = Array(permutation[first..<min(first + 128, data.count)])
                let batch = try gather(x, rows: rows)
                let slopes = try lossAndGradients(of: network) { network throws(TensorError) in
                    try mean(softmaxCrossEntropy(network(batch), labels: rows.map { labels[$0] }))
                }.gradients
                try optimiser.step(&network, gradients: slopes, learningRate: 1e-3)
            }
        }
        return Recogniser(network: network)
    }

    func share(recognisedOf data: Dataset) throws -> Double {
        let labels = try #require(data.labels)
        let logits = try network(Tensor(data.items, shape: [data.count, 784])).scalars
        let right = labels.indices.count { item in
            let row = logits[(item * 10)..<((item + 1) * 10)]
            return row.firstIndex(of: row.max()!)! - item * 10 == labels[item]
        }
        return Double(right) / Double(labels.count)
    }
}
