/// Places the nodes of a directed graph in layers, so that edges run one way and cross little
/// (Sugiyama, Tagawa and Toda, 1981): break cycles, layer, order by barycentres, then spread.
package struct LayeredGraph {
    /// A node's centre: `along` the layers, `across` them.
    package struct Place: Equatable { package var along, across: Double }

    package let places: [Place]
    /// The way of each edge: centres of the nodes and of the gaps that it passes between.
    package let routes: [[Place]]
    package let length, breadth: Double

    private struct Node {
        var layer = 0
        var breadth: Double
        var across = 0.0
        var before: [Int] = []
        var after: [Int] = []
    }

    /// `depths` are the nodes' sizes along the layers, `breadths` across.
    package init(depths: [Double], breadths: [Double], edges: [(Int, Int)], layerGap: Double, nodeGap: Double) {
        let count = depths.count
        let valid = edges.filter { from, to in from != to && (0..<count).contains(from) && (0..<count).contains(to) }
        let forward = LayeredGraph.withoutCycles(valid, count: count)
        let layers = LayeredGraph.layers(forward, count: count)
        var nodes = (0..<count).map { Node(layer: layers[$0], breadth: breadths[$0]) }
        var chains: [[Int]] = []
        for (from, to) in forward {
            // An edge that skips layers passes through a slim place in each of them.
            var chain = [from]
            for layer in stride(from: layers[from] + 1, to: layers[to], by: 1) {
                nodes.append(Node(layer: layer, breadth: 4))
                chain.append(nodes.count - 1)
            }
            chain.append(to)
            for (a, b) in zip(chain, chain.dropFirst()) {
                nodes[a].after.append(b)
                nodes[b].before.append(a)
            }
            chains.append(chain)
        }
        var order = [[Int]](repeating: [], count: (layers.max() ?? -1) + 1)
        for i in nodes.indices { order[nodes[i].layer].append(i) }
        LayeredGraph.arrange(&order, &nodes, gap: nodeGap)

        var starts: [Double] = []
        var at = 0.0
        for layer in order {
            let depth = layer.filter { $0 < count }.map { depths[$0] }.max() ?? 0
            starts.append(at + depth / 2)
            at += depth + layerGap
        }
        length = max(0, at - layerGap)
        let low = nodes.map { $0.across - $0.breadth / 2 }.min() ?? 0
        breadth = (nodes.map { $0.across + $0.breadth / 2 }.max() ?? 0) - low
        let all = nodes.map { Place(along: starts[$0.layer], across: $0.across - low) }
        places = Array(all.prefix(count))
        routes = chains.map { $0.map { all[$0] } }
    }

    /// Turns round the edges that close a cycle in a depth-first walk (with a stack of its own: tapes are deep).
    private static func withoutCycles(_ edges: [(Int, Int)], count: Int) -> [(Int, Int)] {
        var out = [[Int]](repeating: [], count: count)
        for (i, edge) in edges.enumerated() { out[edge.0].append(i) }
        var result = edges
        var state = [UInt8](repeating: 0, count: count)  // 0 new, 1 on the way, 2 done
        var next = [Int](repeating: 0, count: count)
        for root in 0..<count where state[root] == 0 {
            var stack = [root]
            state[root] = 1
            while let node = stack.last {
                guard next[node] < out[node].count else {
                    state[node] = 2
                    stack.removeLast()
                    continue
                }
                let edge = out[node][next[node]]
                next[node] += 1
                let target = edges[edge].1
                if state[target] == 0 {
                    state[target] = 1
                    stack.append(target)
                } else if state[target] == 1 {
                    result[edge] = (target, node)
                }
            }
        }
        return result
    }

    /// The longest path to a sink decides: every input stands right before its use.
    private static func layers(_ edges: [(Int, Int)], count: Int) -> [Int] {
        var out = [[Int]](repeating: [], count: count)
        var into = [[Int]](repeating: [], count: count)
        var waiting = [Int](repeating: 0, count: count)
        for (from, to) in edges {
            out[from].append(to)
            into[to].append(from)
            waiting[from] += 1
        }
        var height = [Int](repeating: 0, count: count)
        var ready = (0..<count).filter { waiting[$0] == 0 }
        while let node = ready.popLast() {
            for source in into[node] {
                height[source] = max(height[source], height[node] + 1)
                waiting[source] -= 1
                if waiting[source] == 0 { ready.append(source) }
            }
        }
        let top = height.max() ?? 0
        return height.map { top - $0 }
    }

    private static func arrange(_ order: inout [[Int]], _ nodes: inout [Node], gap: Double) {
        // Inputs give way to what is computed from others, so that a long computation runs straight.
        func weight(_ node: Int) -> Double { nodes[node].before.isEmpty ? 0.005 : 1 }
        /// Least squares from the wishes under the distances that the nodes need: isotonic regression by pooling
        /// neighbours that are in each other's way (Ayer and others, 1955).
        func spread(_ layer: [Int], _ wanted: (Int) -> Double) {
            var blocks: [(value: Double, weight: Double, count: Int)] = []
            var offsets: [Double] = []
            for (i, node) in layer.enumerated() {
                offsets.append(i == 0 ? 0 : offsets[i - 1] + (nodes[layer[i - 1]].breadth + nodes[node].breadth) / 2 + gap)
                blocks.append((wanted(node) - offsets[i], weight(node), 1))
                while blocks.count > 1, blocks[blocks.count - 2].value > blocks[blocks.count - 1].value {
                    let b = blocks.removeLast(), a = blocks.removeLast()
                    let total = a.weight + b.weight
                    blocks.append(((a.value * a.weight + b.value * b.weight) / total, total, a.count + b.count))
                }
            }
            var i = 0
            for block in blocks {
                for _ in 0..<block.count {
                    nodes[layer[i]].across = block.value + offsets[i]
                    i += 1
                }
            }
        }
        func mean(_ list: [Int]) -> Double? {
            let total = list.map(weight).reduce(0, +)
            return list.isEmpty ? nil : list.map { nodes[$0].across * weight($0) }.reduce(0, +) / total
        }
        for layer in order { spread(layer) { _ in 0 } }
        for sweep in 0..<12 {
            let down = sweep % 2 == 0
            for index in down ? Array(order.indices) : order.indices.reversed() {
                var wishes: [Int: Double] = [:]
                for node in order[index] {
                    wishes[node] = mean(down ? nodes[node].before : nodes[node].after)
                        ?? mean(down ? nodes[node].after : nodes[node].before) ?? nodes[node].across
                }
                if sweep < 8 {
                    let ranked = order[index].enumerated().sorted {
                        (wishes[$0.element]!, $0.offset) < (wishes[$1.element]!, $1.offset)
                    }
                    order[index] = ranked.map(\.element)
                }
                spread(order[index]) { wishes[$0]! }
            }
        }
    }
}
