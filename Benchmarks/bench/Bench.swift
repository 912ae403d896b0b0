import Autodiff
import Glibc

/// `bench NAME` warms up, then answers each line `go` with one line of JSON: what one repetition of the work took.
@main
struct Bench {
    /// Each makes its work ready and returns one repetition of it, which is done this many times.
    static let workloads: [(name: String, repetitions: Int, ready: @Sendable () -> () throws -> Void)] = [
        ("small-graph", 200_000, { SmallGraph.run }),
        ("reparam", 1, { Reparameterized().run }),
        ("mlp-400", 1, { DenseEpoch(hidden: 400).run }),
        ("mlp-256", 1, { DenseEpoch(hidden: 256).run }),
        ("mlp-400-products", 1, { DenseEpoch(hidden: 400).runProducts }),
        ("mlp-256-products", 1, { DenseEpoch(hidden: 256).runProducts }),
        ("mlp-800", 1, { DenseEpoch(hidden: 800).run }),
        ("mlp-400-batch-32", 1, { DenseEpoch(hidden: 400, batch: 32).run }),
        ("mlp-400-batch-512", 1, { DenseEpoch(hidden: 400, batch: 512).run }),
        ("conv", 1, { ConvolutionalSteps().run }),
        ("conv-threads-1", 1, { ConvolutionalSteps(threads: 1).run }),
        ("mlp-400-threads-1", 1, { DenseEpoch(hidden: 400, threads: 1).run }),
    ]

    static func main() throws {
        guard CommandLine.arguments.count == 2, let workload = workloads.first(where: { $0.name == CommandLine.arguments[1] }) else {
            print("usage: bench " + workloads.map(\.name).joined(separator: "|"))
            exit(2)
        }
        let run = workload.ready()
        for _ in 0..<max(1, workload.repetitions / 10) { try run() }
        while readLine() == "go" {
            let start = ContinuousClock.now
            for _ in 0..<workload.repetitions { try run() }
            let took = (ContinuousClock.now - start) / workload.repetitions
            let seconds = Double(took.components.seconds) + Double(took.components.attoseconds) * 1e-18
            var usage = rusage()
            getrusage(0, &usage)  // RUSAGE_SELF
            let program = workload.name.hasSuffix("products") ? "bare products" : workload.name.hasSuffix("threads-1") ? "vaelearn, 1 thread" : "vaelearn"
            print("{\"program\": \"\(program)\", \"version\": \"0.1.0\", \"seconds\": \(seconds), \"peak_mb\": \(usage.ru_maxrss / 1024)}")
            fflush(nil)
        }
    }
}

/// Forward and backward of ½ Σ(μ² + e^v − v − 1) on two-vectors in double precision: what the tape itself costs.
enum SmallGraph {
    static func run() throws {
        let mu = try Tensor<Double>([0.5, -1.2]).tracked(), logVariance = try Tensor<Double>([0.1, -0.7]).tracked()
        let kl = try 0.5 * sum(pow(mu, 2) + exp(logVariance) - logVariance - 1)
        let slopes = try gradients(of: kl, withRespectTo: [mu, logVariance], keepingTape: false)
        precondition(slopes[0].scalars[0] == 0.5)
    }
}
