import Autodiff

/// What draws z ~ q(z|x) tell of one item's log p(x), by their weights w = p(x|z)p(z)/q(z|x).
public struct ImportanceEstimate: Sendable, Equatable {
    /// −log (1/S) Σ w: on average not below −log p(x), and nearer with every draw (Burda, Grosse & Salakhutdinov 2016).
    public let nll: Double
    /// The standard error of `nll` through the draws, to first order: that of the weights' mean in units of it.
    public let error: Double
    /// (Σ w)²/Σ w²: so many equal weights would say as much.
    public let effectiveDraws: Double
    /// What `nll` would be by half of the draws minus what it would be by the others; not a number for a single draw.
    public let difference: Double
    /// −log p(x|z), averaged over the draws.
    public let reconstruction: Double
    /// log q(z|x) − log p(z), averaged over the draws.
    public let kl: Double
}

/// Sums of weights, given by their logarithms, in units of the largest so far.
private struct WeightSums {
    var largest = -Double.infinity, sum = 0.0, squares = 0.0

    mutating func add(_ logWeight: Double) {
        // A weight of 0 adds nothing.
        guard logWeight != -.infinity else { return }
        if logWeight > largest {
            let shrink = Double.exp(largest - logWeight)
            sum = sum * shrink + 1
            squares = squares * shrink * shrink + 1
            largest = logWeight
        } else {
            let weight = Double.exp(logWeight - largest)
            sum += weight
            squares += weight * weight
        }
    }

    static func + (a: WeightSums, b: WeightSums) -> WeightSums {
        var (result, other) = a.largest >= b.largest ? (a, b) : (b, a)
        guard other.sum != 0 else { return result }
        let shrink = Double.exp(other.largest - result.largest)
        result.sum += other.sum * shrink
        result.squares += other.squares * shrink * shrink
        return result
    }

    /// −log of the mean of so many weights.
    func nll(_ count: Int) -> Double { Double.log(Double(count)) - largest - Double.log(sum) }
}

/// What is added up for an item.
private struct ItemSums {
    private var even = WeightSums(), odd = WeightSums(), reconstruction = 0.0, kl = 0.0

    mutating func add(draw: Int, logLikelihood: Double, logRatio: Double) {
        reconstruction -= logLikelihood
        kl -= logRatio
        if draw % 2 == 0 { even.add(logLikelihood + logRatio) } else { odd.add(logLikelihood + logRatio) }
    }

    func estimate(draws count: Int) -> ImportanceEstimate {
        let all = even + odd, n = Double(count), effective = all.sum * all.sum / all.squares
        return ImportanceEstimate(
            nll: all.nll(count), error: (Swift.max(0, n / effective - 1) / (n - 1)).squareRoot(), effectiveDraws: effective,
            difference: count > 1 ? even.nll((count + 1) / 2) - odd.nll(count / 2) : .nan, reconstruction: reconstruction / n, kl: kl / n)
    }
}

/// A network with room for many draws of z at once. A row is an item with one draw; a place takes rows of one or a few
/// items through the decoder to their likelihoods while all is in the cache, and adds up their weights.
private struct ImportanceSampler {
    let network: FastAutoencoder
    let samples: Int
    /// Of a place, and how many of them belong to one item.
    let rows: Int, rowsPerItem: Int
    let places: Int

    var itemsPerPlace: Int { rows / rowsPerItem }

    /// Draws of an item between two reports of progress.
    private static let longestSpan = 1024

    init(_ model: FastAutoencoder, items: Int, samples: Int) {
        let configuration = model.configuration
        self.samples = samples
        let most = configuration.body.drawsTogether
        rowsPerItem = min(most, samples)
        let itemsPerPlace = max(1, min(most / rowsPerItem, items))
        rows = rowsPerItem * itemsPerPlace
        // A place works in a slab's own memory.
        let room = max(rows, configuration.body.slabRows)
        // As many places as keep some dozens of threads busy, if that is not too much memory: by sizes alone, so that
        // neither the number of threads nor what else runs changes a result.
        var places = max(1, min(32, (items + itemsPerPlace - 1) / itemsPerPlace))
        while places > 1, FastAutoencoder.bytes(configuration, batch: places * room) > 1e8 { places /= 2 }
        self.places = places
        network = FastAutoencoder(configuration, batch: places * room, pool: model.pool)
        for (own, other) in zip(network.parameters, model.parameters) { own.set(other.numbers) }
    }

    func run(
        _ x: UnsafePointer<Float>, _ means: UnsafePointer<Float>, _ logVariances: UnsafePointer<Float>, items count: Int, draws: RandomStream,
        progress: (_ fraction: Double, _ done: [ImportanceEstimate]) throws -> Void
    ) rethrows -> [ImportanceEstimate] {
        var estimates: [ImportanceEstimate] = []
        estimates.reserveCapacity(count)
        for first in stride(from: 0, to: count, by: places * itemsPerPlace) {
            let items = min(places * itemsPerPlace, count - first)
            var sums = [ItemSums](repeating: ItemSums(), count: items)
            for start in stride(from: 0, to: samples, by: Self.longestSpan) {
                let span = start..<min(start + Self.longestSpan, samples)
                sums.withUnsafeMutableBufferPointer { sums in
                    network.pool.run((items + itemsPerPlace - 1) / itemsPerPlace) { place in
                        let own = (place * itemsPerPlace)..<min((place + 1) * itemsPerPlace, items)
                        for drawn in stride(from: span.lowerBound, to: span.upperBound, by: rowsPerItem) {
                            add(
                                drawn..<min(drawn + rowsPerItem, span.upperBound), of: (first + own.lowerBound)..<(first + own.upperBound), x, means,
                                logVariances, draws, at: place, to: sums.baseAddress! + own.lowerBound)
                        }
                    }
                }
                try progress((Double(first) + Double(items) * Double(span.upperBound) / Double(samples)) / Double(count), estimates)
            }
            estimates += sums.map { $0.estimate(draws: samples) }
        }
        return estimates
    }

    /// Draws number `span` of some items, in the rows of one place. An item's draws are a stream of its own.
    private func add(
        _ span: Range<Int>, of items: Range<Int>, _ x: UnsafePointer<Float>, _ means: UnsafePointer<Float>, _ logVariances: UnsafePointer<Float>,
        _ draws: RandomStream, at place: Int, to sums: UnsafeMutablePointer<ItemSums>
    ) {
        let latent = network.configuration.latent, inputs = network.configuration.inputs, firstRow = place * rows
        withUnsafeTemporaryAllocation(of: Float.self, capacity: latent) { sigma in
            for (k, item) in items.enumerated() {
                let mean = means + item * latent, at = (firstRow + k * span.count) * latent
                for unit in 0..<latent { sigma[unit] = Float.exp(0.5 * logVariances[item * latent + unit]) }
                let noise = network.noise.pointer + at, z = network.z.pointer + at
                draws.split(UInt64(item)).fillNormal(
                    UnsafeMutableBufferPointer(start: noise, count: span.count * latent), from: span.lowerBound * latent)
                for draw in 0..<span.count {
                    let at = draw * latent
                    for unit in 0..<latent { z[at + unit] = mean[unit] + sigma[unit] * noise[at + unit] }
                }
            }
        }
        network.runDecoder(firstRow..<(firstRow + items.count * span.count), slab: place)
        let constant = 0.5 * Double(latent) * Double.log(2 * .pi)
        for (k, item) in items.enumerated() {
            var logDeterminant = 0.0
            for unit in 0..<latent { logDeterminant += Double(logVariances[item * latent + unit]) }
            for draw in 0..<span.count {
                let row = firstRow + k * span.count + draw, noise = network.noise.pointer + row * latent
                // log q(z|x) = −½ Σ (ε² + v + ln 2π)
                var squares = 0.0
                for unit in 0..<latent { squares += Double(noise[unit] * noise[unit]) }
                let logPosterior = -0.5 * (squares + logDeterminant) - constant
                sums[k].add(
                    draw: span.lowerBound + draw, logLikelihood: network.logLikelihood(x + item * inputs, outputs: network.output.values.pointer + row * inputs),
                    logRatio: network.logPrior(network.z.pointer + row * latent) - logPosterior)
            }
        }
    }
}

extension ModelConfiguration.Body {
    /// Draws of z that go through the decoder together: enough for a matrix product at full speed, few enough for the cache.
    fileprivate var drawsTogether: Int { if case .dense = self { 64 } else { slabRows } }
}

extension TrainedModel {
    public func importanceEstimates(of items: [Float], samples: Int, draws: RandomStream) -> [ImportanceEstimate] {
        importanceEstimates(of: items, samples: samples, draws: draws) { _, _ in }
    }

    /// By `samples` draws of z for each of the items [n, inputs] of a variational model. What is drawn for an item depends on
    /// `draws` and its number alone. `progress` is told often how far it is, and may throw to stop.
    public func importanceEstimates(
        of items: [Float], samples: Int, draws: RandomStream, progress: (_ fraction: Double, _ done: [ImportanceEstimate]) throws -> Void
    ) rethrows -> [ImportanceEstimate] {
        precondition(configuration.kind.samples && samples >= 1, "draws from the posterior of a variational model")
        let (means, logVariances) = encode(items)
        let count = items.count / configuration.inputs
        guard count > 0 else { return [] }
        let sampler = ImportanceSampler(network, items: count, samples: samples)
        return try items.withUnsafeBufferPointer { x in
            try means.withUnsafeBufferPointer { means in
                try logVariances.withUnsafeBufferPointer { logVariances in
                    try sampler.run(
                        x.baseAddress!, means.baseAddress!, logVariances.baseAddress!, items: count, draws: draws, progress: progress)
                }
            }
        }
    }
}
