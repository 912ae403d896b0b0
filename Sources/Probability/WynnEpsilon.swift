/// Wynn's epsilon algorithm: the limit of a sequence whose error is a sum of a few geometric series, as are the sums
/// over panels that halve towards an algebraic or logarithmic singularity.
struct WynnEpsilon {
    /// The last ascending diagonal of the table.
    private var diagonal: [Double] = []
    /// The last few limits guessed, the newest last.
    private var guesses: [Double] = []

    private(set) var limit = Double.nan
    /// How far the last three guesses lie apart.
    private(set) var error = Double.infinity

    mutating func append(_ sum: Double) {
        var next = [sum]
        for column in diagonal.indices {
            let difference = next[column] - diagonal[column]
            // Where two neighbours agree to rounding, the columns beyond hold noise only.
            guard abs(difference) > 4 * Double.ulpOfOne * abs(next[column]) else { break }
            next.append((column == 0 ? 0 : diagonal[column - 1]) + 1 / difference)
        }
        diagonal = next
        // Even columns hold limits, odd ones reciprocals of differences.
        let guess = next[(next.count - 1) & ~1]
        guesses.append(guess)
        if guesses.count > 3 { guesses.removeFirst() }
        guard guesses.count == 3 else { return }
        let distance = abs(guess - guesses[0]) + abs(guess - guesses[1]) + 4 * Double.ulpOfOne * abs(guess)
        if distance <= error {
            error = distance
            limit = guess
        }
    }
}
