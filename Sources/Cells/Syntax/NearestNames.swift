/// The known names that a mistyped one may mean, nearest first, at most three: for "unknown name" hints.
package func nearestNames(to name: String, among known: some Sequence<String>) -> [String] {
    let letters = Array(name.lowercased().prefix(64))
    let limit = max(1, letters.count / 3)
    var found: [(distance: Int, name: String)] = []
    for candidate in Set(known) where candidate != name {
        let other = Array(candidate.lowercased().prefix(64))
        guard abs(other.count - letters.count) <= limit else { continue }
        let distance = editDistance(letters, other)
        // A name of one letter resembles every other one.
        if distance <= limit, distance < max(letters.count, other.count) { found.append((distance, candidate)) }
    }
    found.sort { ($0.distance, $0.name) < ($1.distance, $1.name) }
    return found.prefix(3).map(\.name)
}

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
        var row = [i + 1]
        for j in 0..<b.count {
            var best = min(row[j] + 1, last[j + 1] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforeLast[j - 1] + 1) }
            row.append(best)
        }
        beforeLast = last
        last = row
    }
    return last[b.count]
}
