extension CheckOutcome {
    /// `✓ label   |Δ| = 2.2e-16   tolerance 1e-12`, in aligned columns.
    package func line(labelWidth: Int = 40, ascii: Bool = false) -> String {
        let mark = ascii ? (passed ? "[ok]  " : "[FAIL]") : (passed ? "✓" : "✗")
        let (result, bound) = columns(ascii: ascii)
        let padded = label + String(repeating: " ", count: max(0, labelWidth - label.count))
        let line = "\(mark) \(padded)  \(result)" + (bound.isEmpty ? "" : String(repeating: " ", count: max(0, 20 - result.count)) + "  \(bound)")
        return (note.map { line + "\n    " + $0 } ?? line)
    }

    /// What was found, and what was allowed.
    package func columns(ascii: Bool = false) -> (result: String, bound: String) {
        let plusMinus = ascii ? "+-" : "±"
        switch mode {
        case .boolean:
            let shown = comparison ?? (passed ? "true" : "false")
            return (ascii ? shown.replacing("±", with: "+-") : shown, "")
        case .exact:
            let delta = ascii ? "|d|" : "|Δ|"
            return ("\(delta) = \(shortNumber(error ?? .nan, digits: 2))", "tolerance \(shortNumber(tolerance ?? .nan, digits: 2))")
        case .estimate:
            let bound = "z = \(shortNumber(z ?? .nan, digits: 2)), limit \(shortNumber(limit ?? .nan, digits: 2))"
            for side in [measured, expected] {
                if case .estimate(let estimate) = side, estimate.value.rank == 0 {
                    let (value, error) = roundedTogether(estimate.value.item, estimate.standardError.item)
                    return ("\(value) \(plusMinus) \(error)", bound)
                }
            }
            return ("|Δ| = \(shortNumber(error ?? .nan, digits: 2))", bound)
        }
    }
}
