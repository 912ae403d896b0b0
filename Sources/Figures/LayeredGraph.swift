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
        func spread(_ layer: [Int], _ wanted: (Int) -> Double) {
            // Left to right as close to the wish as the neighbours allow, then the same from the right; the mean of both.
            var left = [Double](), right = [Double](repeating: 0, count: layer.count)
            for (i, node) in layer.enumerated() {
                let least = i == 0 ? -Double.infinity : left[i - 1] + (nodes[layer[i - 1]].breadth + nodes[node].breadth) / 2 + gap
                left.append(max(wanted(node), least))
            }
            for i in layer.indices.reversed() {
                let node = layer[i]
                let most = i == layer.count - 1 ? Double.infinity : right[i + 1] - (nodes[layer[i + 1]].breadth + nodes[node].breadth) / 2 - gap
                right[i] = min(wanted(node), most)
            }
            for (i, node) in layer.enumerated() { nodes[node].across = (left[i] + right[i]) / 2 }
        }
        func mean(_ list: [Int]) -> Double? {
            list.isEmpty ? nil : list.map { nodes[$0].across }.reduce(0, +) / Double(list.count)
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
