import Figures
import Testing

@Suite struct LayeredGraphTests {
    private func lay(_ count: Int, _ edges: [(Int, Int)]) -> LayeredGraph {
        LayeredGraph(
            depths: [Double](repeating: 40, count: count), breadths: [Double](repeating: 20, count: count), edges: edges, layerGap: 30, nodeGap: 10)
    }

    @Test func edgesRunForwardAndInputsStandBeforeTheirUse() {
        let graph = lay(5, [(0, 1), (1, 2), (2, 4), (3, 4)])
        #expect(graph.places.map(\.along) == [20, 90, 160, 160, 230])
        #expect(graph.length == 250)
    }

    @Test func aLongComputationRunsStraight() {
        // 0 -> 1 -> ... -> 7, and an input beside each step.
        let edges = (1..<8).map { ($0 - 1, $0) } + (1..<8).map { (7 + $0, $0) }
        let graph = lay(15, edges)
        // The first step stands midway between its two inputs.
        let chain = graph.places[1..<8].map(\.across)
        #expect(chain.max()! - chain.min()! < 3)
    }

    @Test func nodesDoNotOverlapAndEdgesDoNotCrossInATree() {
        let edges = (1..<31).map { ($0, ($0 - 1) / 2) }
        let graph = lay(31, edges)
        for i in 0..<31 {
            for j in 0..<i where graph.places[i].along == graph.places[j].along {
                #expect(abs(graph.places[i].across - graph.places[j].across) >= 30 - 1e-9)
            }
        }
        for (a, b) in edges {
            for (c, d) in edges where graph.places[a].along == graph.places[c].along && a != c {
                let start = graph.places[a].across - graph.places[c].across, end = graph.places[b].across - graph.places[d].across
                #expect(start * end >= -1e-9)
            }
        }
        #expect(graph.places.allSatisfy { $0.across >= 10 - 1e-9 && $0.across <= graph.breadth - 10 + 1e-9 })
    }

    @Test func cyclesLoopsAndStrayEdgesEnd() {
        let graph = lay(3, [(0, 1), (1, 2), (2, 0), (1, 1), (0, 9), (-1, 2)])
        #expect(Set(graph.places.map(\.along)).count == 3)
        #expect(graph.routes.count == 3)
        #expect(lay(0, []).places.isEmpty)
    }

    @Test func aDeepTapeDoesNotOverflowTheStack() {
        let count = 20_000
        let graph = lay(count, (1..<count).map { ($0 - 1, $0) })
        #expect(graph.places[count - 1].along > graph.places[0].along)
    }
}
