import Autodiff
import Autoencoders
import CMalloc
import Datasets
import Glibc
import Testing

/// What does not depend on threads, stops or repetition; what is left behind; what is refused.
@Suite("Training: the same bits, no memory, clear ends")
struct TrainingTests {
    private static let data = LoadedDataset(train: .digits(0..<700), format: "generated").split()

    private func trainer(
        _ kind: ModelConfiguration.Kind = .vae, threads: Int? = nil, epochs: Int = 3, batch: Int = 100, rate: Double = 1e-3
    ) throws -> Trainer {
        var options = TrainingOptions()
        (options.threads, options.epochs, options.batch, options.rate) = (threads, epochs, batch, rate)
        return try Trainer(
            ModelConfiguration(kind: kind, shape: [28, 28], hidden: [50], latent: 6), train: Self.data.train, test: Self.data.test, options: options)
    }

    /// Everything that a run gives, as bits.
    private struct Outcome: Equatable {
        var losses: [UInt64] = []
        var numbers: [[UInt32]] = []
        var samples: [UInt32] = []

        init(_ records: [EpochRecord], _ trainer: Trainer) {
            for r in records {
                losses += [r.trainLoss, r.trainReconstruction, r.trainKL, r.testLoss, r.testReconstruction, r.testKL].map(\.bitPattern)
            }
            numbers = trainer.tensors.map { $0.numbers.map(\.bitPattern) }
            samples = (trainer.model.sample(20, seed: 1) + trainer.model.reconstruct(Array(TrainingTests.data.test.items.prefix(784 * 9)))).map(\.bitPattern)
        }
    }

    private func finish(_ trainer: Trainer, _ records: [EpochRecord] = []) throws -> Outcome {
        var records = records
        while trainer.position.epochs < trainer.options.epochs { records.append(try #require(try trainer.finishEpoch())) }
        return Outcome(records, trainer)
    }

    @Test(arguments: ModelConfiguration.Kind.allCases) func threadsChangeNothing(_ kind: ModelConfiguration.Kind) throws {
        let one = try finish(trainer(kind, threads: 1))
        #expect(one.losses.count == 18 && one.losses.allSatisfy { Double(bitPattern: $0).isFinite })
        for threads in [1, 2, 5, 8] { #expect(try finish(trainer(kind, threads: threads)) == one, "\(threads) threads") }
    }

    /// Stopped after each of its steps in turn, and gone on with from what a checkpoint holds.
    @Test func stopsChangeNothing() throws {
        let whole = try finish(trainer(threads: 2))
        let steps = try trainer().batchesPerEpoch * 3
        #expect(steps == 21)
        for stop in 1..<steps {
            let first = try trainer(threads: 2)
            var records: [EpochRecord] = []
            while first.position.steps < stop, let record = try first.finishEpoch(shouldStop: { first.position.steps == stop }) { records.append(record) }
            // A stop at an epoch's end is seen after the epoch.
            #expect(first.position.steps == stop)
            let second = try trainer(threads: 1)
            let tensors = Dictionary(uniqueKeysWithValues: first.tensors.map { ($0.name, (shape: $0.shape, numbers: $0.numbers)) })
            #expect(second.restore(tensors, position: first.position))
            #expect(try finish(second, records) == whole, "stopped after step \(stop)")
        }
    }

    @Test func checkpointsThatDoNotFit() throws {
        let one = try trainer()
        let good = Dictionary(uniqueKeysWithValues: one.tensors.map { ($0.name, (shape: $0.shape, numbers: $0.numbers)) })
        var position = Trainer.Position()
        #expect(one.restore(good, position: position))
        for (epochs, batches, steps) in [(0, 1, 0), (1, 0, 0), (0, 7, 7), (-1, 0, -7), (0, -1, -1), (Int.max, 0, 0)] {
            (position.epochs, position.batches, position.steps) = (epochs, batches, steps)
            #expect(!one.restore(good, position: position))
        }
        var other = good
        other["output.weight.v"] = nil
        #expect(!one.restore(other, position: .init()))
        other["output.weight.v"] = ([50, 784], good["output.weight.v"]!.numbers)
        #expect(!one.restore(other, position: .init()))
    }

    @Test func aLearningRateTooLarge() throws {
        for rate in [1e8, 1e30, 1e300] {
            let trainer = try trainer(rate: rate)
            let error = #expect(throws: TrainingError.self) { for _ in 0..<3 { _ = try trainer.finishEpoch() } }
            guard case let .notFinite(part, epoch, step) = error else {
                Issue.record("\(rate): \(String(describing: error))")
                continue
            }
            #expect(!part.isEmpty && epoch == 1 && (1...7).contains(step))
            // Whatever was broken is named, and not weights that the broken loss would have spoilt.
            if rate < 1e20 { #expect(!part.contains("weights"), "\(part)") }
        }
    }

    @Test func dataThatDoNotDo() throws {
        func error(_ numbers: [Float], _ likelihood: ModelConfiguration.Likelihood, inTest: Bool = false) -> TrainingError? {
            let odd = Dataset(count: 2, shape: [2], items: numbers), good = Dataset(count: 1, shape: [2], items: [0, 1])
            do {
                _ = try Trainer(
                    ModelConfiguration(shape: [2], hidden: [3], latent: 1, likelihood: likelihood), train: inTest ? good : odd, test: inTest ? odd : good,
                    options: TrainingOptions())
                return nil
            } catch { return error }
        }
        for inTest in [false, true] {
            #expect(error([0, 1, 0.5, 0], .bernoulli, inTest: inTest) == nil)
            #expect(error([0, 1, 1.001, 0], .bernoulli, inTest: inTest) == .dataOutsideUnitInterval)
            #expect(error([0, 1, -0.001, 0], .bernoulli, inTest: inTest) == .dataOutsideUnitInterval)
            #expect(error([0, 1, 7, -5], .gaussian, inTest: inTest) == nil)
            #expect(error([0, .nan, 1, 0], .gaussian, inTest: inTest) == .dataNotFinite)
            #expect(error([0, .infinity, 1, 0], .bernoulli, inTest: inTest) == .dataNotFinite)
        }
        var options = TrainingOptions()
        options.batch = 1_000_000
        let small = Dataset(count: 1, shape: [2], items: [0, 1]), none = Dataset(count: 0, shape: [2], items: [])
        #expect(throws: TrainingError.self) {
            try Trainer(ModelConfiguration(shape: [2], hidden: [100_000, 100_000, 100_000], latent: 1), train: small, test: none, options: options)
        }
        // One item, no test part, and a batch larger than both: the losses of the test are not known.
        let one = try Trainer(ModelConfiguration(shape: [2], hidden: [3], latent: 1), train: small, test: none, options: options)
        let record = try #require(try one.finishEpoch())
        #expect(record.trainLoss.isFinite && record.testLoss.isNaN && record.testKL.isNaN)
    }

    @Test func smallNumbersAreKeptOutsideTheStep() throws {
        let pool = WorkerPool(threads: 2)
        let (single, double) = (Float.leastNormalMagnitude, Double.leastNormalMagnitude)
        func halves() -> (UInt32, UInt64) { ((single * half(Float.self)).bitPattern, (double * half(Double.self)).bitPattern) }
        for _ in 0..<3 {
            let seen = UnsafeMutablePointer<UInt64>.allocate(capacity: 64)
            defer { seen.deallocate() }
            nonisolated(unsafe) let inside = seen
            pool.run(64) { piece in
                let (a, b) = halves()
                inside[piece] = UInt64(a) | b
            }
            #expect((0..<64).allSatisfy { seen[$0] == 0 })
            #expect(halves() == (1 << 22, 1 << 51))
        }
        let trainer = try trainer(epochs: 1)
        _ = try trainer.finishEpoch()
        #expect(halves() == (1 << 22, 1 << 51))
    }

    /// Hidden from the optimiser, which would compute with it at compile time.
    @inline(never) private func half<Scalar: Real>(_: Scalar.Type) -> Scalar { Scalar(0.5) }

    /// In a process of its own, where nobody else allocates.
    @Test func stepsLeaveNoMemoryBehind() async {
        await #expect(processExitsWith: .success) {
            let train = Dataset.digits(0..<(64 * 30)), test = Dataset.digits(2000..<2064)
            let configuration = ModelConfiguration(shape: [28, 28], hidden: [400], latent: 20)
            var options = TrainingOptions()
            (options.batch, options.threads) = (64, 2)
            let before = bytes_in_use()
            let trainer = try Trainer(configuration, train: train, test: test, options: options)
            let built = bytes_in_use() - before
            var fresh = 0, live = 0, heap = 0
            var most = 0
            let watch = { (position: Trainer.Position) in
                if position.batches == 5 { (fresh, live, heap) = (TensorMemory.freshBuffers, TensorMemory.live, bytes_in_use()) }
                if position.batches > 5 { most = max(most, bytes_in_use() - heap) }
                guard position.batches == 25 else { return }
                #expect(TensorMemory.freshBuffers == fresh && TensorMemory.live == live)
                // A thread that had not got round to a product before sets up its own few hundred bytes for them.
                // Were just the codes of a batch left behind at each step, it would be 100,000.
                #expect(most < 8192)
            }
            _ = try trainer.finishEpoch(progress: watch)
            // 652,824 parameters with two moments and a gradient; 64 rows of values and slopes.
            let expected = 4 * (4 * 652_824 + 64 * (784 + 60 + 2 * (400 + 40 + 400 + 784)))
            #expect((expected..<(expected + expected / 20)).contains(built))
        }
    }
}
