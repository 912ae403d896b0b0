import Autodiff
import Testing

/// What a gradient promises beyond its value: when it can be asked again, what it costs, what it refuses.
@Suite struct GradientTests {
    private func smallGraph(_ mu: Tensor<Double>, _ lv: Tensor<Double>) throws -> Tensor<Double> {
        try 0.5 * sum(pow(mu, 2) + exp(lv) - lv - 1)
    }

    @Test func klGradientIsTheKnownOne() throws {
        let mu = try Tensor<Double>([0.5, -1.2]).tracked(), lv = try Tensor<Double>([0.1, -0.7]).tracked()
        let g = try gradients(of: smallGraph(mu, lv), withRespectTo: [mu, lv])
        #expect(g[0].scalars == [0.5, -1.2])
        for (measured, v) in zip(g[1].scalars, [0.1, -0.7]) {
            #expect(abs(measured - 0.5 * (Double.exp(v) - 1)) < 1e-15)
        }
    }

    @Test func keptTapeGivesTheSameGradientAgain() throws {
        let x = try Tensor<Double>([1, 2, 3]).tracked()
        let y = try sum(x * x * x)
        let first = try gradient(of: y, withRespectTo: x), second = try gradient(of: y, withRespectTo: x)
        #expect(first.scalars == [3, 12, 27])
        #expect(second.scalars == first.scalars)
    }

    @Test func freedTapeSaysSo() throws {
        let x = try Tensor<Double>([1, 2]).tracked()
        let y = try sum(exp(x))
        _ = try gradient(of: y, withRespectTo: x, keepingTape: false)
        #expect(throws: TensorError.self) { try gradient(of: y, withRespectTo: x) }
    }

    @Test func freedTapeGivesItsBuffersBack() throws {
        let x = try Tensor<Double>.ones([300_000]).tracked()
        let y = try sum(exp(sin(x)) * x)
        let before = TensorMemory.live
        let g = try gradient(of: y, withRespectTo: x, keepingTape: false)
        #expect(g.count == 300_000)
        // Three intermediate values of 2.4 MB are gone, one gradient has come; other tests run beside this one.
        #expect(TensorMemory.live < before)
    }

    @Test func aValueUsedTwiceGetsBothGradients() throws {
        let x = Tensor<Double>(3).tracked()
        let square = try x * x
        let y = try square + square * x
        #expect(try gradient(of: y, withRespectTo: x).item == 6 + 27)
        // The gradient of a value between is its own, not that of its inputs.
        #expect(try gradient(of: y, withRespectTo: square).item == 4)
    }

    @Test func gradientsOfSharedBuffersStayApart() throws {
        // a + b hands the same gradient to both; adding to one must not change the other.
        let a = try Tensor<Double>([1, 2]).tracked(), b = try Tensor<Double>([5, 7]).tracked()
        let y = try sum((a + b) + a * 10)
        let g = try gradients(of: y, withRespectTo: [a, b])
        #expect(g[0].scalars == [11, 11])
        #expect(g[1].scalars == [1, 1])
    }

    @Test func aMillionOperationsNeitherRecurseNorOverflow() throws {
        let x = Tensor<Double>(1).tracked()
        var y = x
        for _ in 0..<1_000_000 { y = try y + 1e-6 }
        #expect(try gradient(of: y, withRespectTo: x).item == 1)
        y = x
    }

    @Test func aChainThatNobodyDifferentiatesIsReleasedToo() throws {
        var y = Tensor<Float>(1).tracked()
        for _ in 0..<1_000_000 { y = try -y }
        #expect(y.item == 1)
    }

    @Test func workForUntrackedInputsIsSkipped() throws {
        // The pullback of a product would need the gradient of the data too: nobody asks for it, nobody pays.
        let data = try Tensor<Double>.ones([400, 300]), w = try Tensor<Double>.ones([300, 2]).tracked()
        let y = try sum(matrixProduct(data, w))
        #expect(!data.isTracked)
        let live = TensorMemory.live
        _ = try gradient(of: y, withRespectTo: w)
        #expect(TensorMemory.live - live < 400 * 300 * 8)
    }

    @Test func refusalsNameTheReason() throws {
        let x = try Tensor<Double>([1, 2]).tracked(), other = Tensor<Double>(1).tracked()
        let y = try x * 2
        #expect(throws: TensorError.notScalar(shape: [2])) { try gradient(of: y, withRespectTo: x) }
        #expect(throws: TensorError.untracked) { try gradient(of: sum(y), withRespectTo: y.detached) }
        #expect(throws: TensorError.independent) { try gradient(of: sum(y), withRespectTo: other) }
        #expect(throws: TensorError.independent) { try gradient(of: sum(y.detached), withRespectTo: x) }
    }

    @Test func aTapeCanBePrinted() throws {
        let mu = Tensor<Double>(0.5).tracked(), data = Tensor<Double>(2)
        let y = try exp(mu) * data
        _ = try gradient(of: y, withRespectTo: mu)
        #expect(printedTape(of: y) == """
            %1 = param   []   0.5   gradient 3.2974
            %2 = exp(%1)   []   1.6487   gradient 2.0
            %3 = multiply(%2, ·)   []   3.2974   gradient 1.0
            """)
        #expect(printedTape(of: data).isEmpty)
    }
}

@Suite struct TensorErrorTests {
    @Test func shapesThatDoNotBroadcastAreBothNamedWithTheAxis() throws {
        let a = try Tensor<Double>.ones([4, 3]), b = try Tensor<Double>.ones([2, 4, 5])
        #expect(throws: TensorError.cannotBroadcast(operation: .add, left: [4, 3], right: [2, 4, 5], axis: -1)) { try a + b }
        let message = TensorError.cannotBroadcast(operation: .add, left: [4, 3], right: [2, 4, 5], axis: -1).description
        #expect(message == "add: shapes [4, 3] and [2, 4, 5] do not broadcast: axis -1, counted from the end, is 3 in one and 5 in the other")
    }

    @Test func indicesOutOfRangeAreRefused() throws {
        let x = try Tensor<Double>.ones([3, 2])
        #expect(throws: TensorError.indexOutOfRange(index: 3, axis: 0, size: 3)) { try slice(x, [.at(3)]) }
        #expect(throws: TensorError.indexOutOfRange(index: -3, axis: 1, size: 2)) { try slice(x, [.all, .at(-3)]) }
        #expect(throws: TensorError.indexOutOfRange(index: 5, axis: 0, size: 3)) { try gather(x, rows: [5]) }
        #expect(throws: TensorError.axisOutOfRange(operation: .sum, axis: 2, shape: [3, 2])) { try sum(x, axis: 2) }
        #expect(TensorError.indexOutOfRange(index: 3, axis: 0, size: 3).description == "index 3 is out of range: axis 0 has 3 entries, -3 to 2")
    }

    @Test func productsThatDoNotFitNameBothShapes() throws {
        let a = try Tensor<Double>.ones([4, 3]), b = try Tensor<Double>.ones([4, 3])
        let error = #expect(throws: TensorError.self) { try matrixProduct(a, b) }
        #expect(error?.description == "matrix product: shapes [4, 3] and [4, 3] do not fit: axis 1 of the left is 3, axis 0 of the right is 4")
    }

    @Test func emptyExtremesAndSingularMatricesAreRefused() throws {
        #expect(throws: TensorError.emptyReduction(operation: .max, shape: [0])) { try Autodiff.max(Tensor<Double>.zeros([0])) }
        #expect(throws: TensorError.self) { try inverse(Tensor<Double>.ones([2, 2])) }
        #expect(throws: TensorError.self) { try cholesky(Tensor<Double>([1, 2, 2, 1], shape: [2, 2])) }
    }

    @Test func whatDoesNotFitInMemoryIsRefusedBeforeItIsTried() throws {
        try TensorMemory.$limit.withValue(1 << 31) {
            #expect(throws: TensorError.outOfMemory(requested: 8_000_000_000_000, limit: 1 << 31)) {
                try Tensor<Double>.zeros([1_000_000, 1_000_000])
            }
            let column = try Tensor<Double>.ones([100_000, 1]), row = try Tensor<Double>.ones([1, 100_000])
            #expect(throws: TensorError.self) { try column * row }
        }
        #expect(throws: TensorError.self) { try Tensor<Double>.zeros([Int.max, Int.max, 4]) }
    }

    @Test func theFirstOperationThatMakesANaNIsNamed() throws {
        let x = try Tensor<Double>([1, -1]).tracked()
        #expect(throws: TensorError.nonFinite(operation: .log, inGradient: false, shape: [2])) {
            try FiniteWatch.run { try sum(exp(log(x))) }
        }
        // A finite value can have an infinite slope.
        let zero = try Tensor<Double>([0, 1]).tracked()
        let y = try sum(sqrt(zero))
        #expect(throws: TensorError.nonFinite(operation: .sqrt, inGradient: true, shape: [2])) {
            try FiniteWatch.run { try gradient(of: y, withRespectTo: zero) }
        }
        // What came in broken is not blamed on the operation, and without the watch nothing is looked at.
        let broken = try Tensor<Double>([.nan, 1])
        #expect(try FiniteWatch.run { try exp(broken).scalars[0].isNaN })
        #expect(try sum(log(x)).item.isNaN)
    }
}
