/// The curves z = level over a grid, joined into polylines.
package enum MarchingSquares {
    /// `z` holds `y.count` rows of `x.count` values. Cells with a value that is not finite are left out.
    package static func curves(x: [Double], y: [Double], z: [Double], level: Double) -> [[Point]] {
        let columns = x.count, rows = y.count
        guard columns > 1, rows > 1, z.count == columns * rows, level.isFinite else { return [] }
        var points: [Int: Point] = [:]
        var neighbours: [Int: [Int]] = [:]
        var order: [Int] = []

        // An edge is named by its first corner, and by whether it goes along a row (0) or a column (1).
        func cross(_ row: Int, _ column: Int, _ direction: Int) -> Int {
            let key = 2 * (row * columns + column) + direction
            if points[key] == nil {
                let row2 = row + direction, column2 = column + 1 - direction
                let a = z[row * columns + column], b = z[row2 * columns + column2]
                let t = a == b ? 0.5 : min(max((level - a) / (b - a), 0), 1)
                points[key] = Point(x[column] + t * (x[column2] - x[column]), y[row] + t * (y[row2] - y[row]))
                order.append(key)
            }
            return key
        }
        func join(_ a: Int, _ b: Int) {
            neighbours[a, default: []].append(b)
            neighbours[b, default: []].append(a)
        }

        for row in 0..<(rows - 1) {
            for column in 0..<(columns - 1) {
                let at = row * columns + column
                let a = z[at], b = z[at + 1], c = z[at + columns + 1], d = z[at + columns]
                guard a.isFinite, b.isFinite, c.isFinite, d.isFinite else { continue }
                let code = (a >= level ? 1 : 0) | (b >= level ? 2 : 0) | (c >= level ? 4 : 0) | (d >= level ? 8 : 0)
                guard code != 0, code != 15 else { continue }
                let bottom = { cross(row, column, 0) }, right = { cross(row, column + 1, 1) }
                let top = { cross(row + 1, column, 0) }, left = { cross(row, column, 1) }
                switch code {
                case 1, 14: join(left(), bottom())
                case 2, 13: join(bottom(), right())
                case 4, 11: join(right(), top())
                case 8, 7: join(top(), left())
                case 3, 12: join(left(), right())
                case 6, 9: join(bottom(), top())
                default:
                    // A saddle: the mean of the corners says which two are connected.
                    let mean = a / 4 + b / 4 + c / 4 + d / 4
                    if (mean >= level) == (code == 5) {
                        join(left(), top())
                        join(bottom(), right())
                    } else {
                        join(left(), bottom())
                        join(right(), top())
                    }
                }
            }
        }
        return chains(order, neighbours).map { $0.map { points[$0]! } }
    }

    /// Walks from the open ends first, then round what is closed.
    private static func chains(_ order: [Int], _ neighbours: [Int: [Int]]) -> [[Int]] {
        var visited: Set<Int> = []
        var chains: [[Int]] = []
        func walk(from start: Int) {
            var chain = [start]
            visited.insert(start)
            var current = start
            while let next = neighbours[current]?.first(where: { !visited.contains($0) }) {
                visited.insert(next)
                chain.append(next)
                current = next
            }
            if chain.count > 2, neighbours[current]?.contains(start) == true { chain.append(start) }
            if chain.count > 1 { chains.append(chain) }
        }
        for key in order where !visited.contains(key) && neighbours[key]?.count == 1 { walk(from: key) }
        for key in order where !visited.contains(key) { walk(from: key) }
        return chains
    }
}
