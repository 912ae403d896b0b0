import Autodiff
import Glibc
import Probability

extension Value {
    /// As a learner sees it.
    public var description: String {
        switch self {
        case .tensor(let x): TensorText(x).text
        case .boolean(let flag): flag ? "true" : "false"
        case .text(let text): text
        case .list(let items):
            "[" + items.prefix(100).map(\.nestedDescription).joined(separator: ", ") + (items.count > 100 ? ", …]" : "]")
        case .function(let function): "<function \(function.displayName)>"
        case .distribution(let d): "<\(type(of: d).name), shape \(d.shape)>"
        case .estimate(let estimate): estimateText(estimate)
        case .object(let object): object.summary
        case .nothing: ""
        }
    }

    private var nestedDescription: String {
        if case .text(let text) = self { return "\"\(text)\"" }
        if case .list(let items) = self, items.contains(where: { if case .list = $0 { true } else { false } }) { return "[…]" }
        return description
    }

    private func estimateText(_ estimate: Estimate) -> String {
        guard estimate.value.rank == 0 else {
            return "\(TensorText(estimate.value).text) ± \(TensorText(estimate.standardError).text) (n = \(estimate.count))"
        }
        let (value, error) = roundedTogether(estimate.value.item, estimate.standardError.item)
        return "\(value) ± \(error) (n = \(estimate.count))"
    }
}

/// A value and its standard error with two digits of the error: 0.9471 ± 0.0034.
package func roundedTogether(_ value: Double, _ error: Double) -> (String, String) {
    guard error.isFinite, error > 0, value.isFinite else { return (shortNumber(value), shortNumber(error)) }
    let digits = max(0, 1 - Int(floor(log10(error))))
    guard digits <= 12, error < 1e9 else { return (shortNumber(value), shortNumber(error, digits: 2)) }
    return (printf("%.\(digits)f", value), printf("%.\(digits)f", error))
}

/// Six significant digits and no needless zeros; whole numbers whole.
package func shortNumber(_ value: Double, digits: Int = 6) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    if value == value.rounded(), value.magnitude < 1e15 { return String(Int(value)) }
    return printf("%.\(digits)g", value)
}

package func printf(_ format: String, _ value: Double) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
        _ = withVaList([value]) { vsnprintf(buffer.baseAddress!, 512, format, $0) }
        return String(cString: buffer.baseAddress!)
    }
}

extension Format {
    package func text(_ value: Double) -> String {
        let body: String
        if !value.isFinite {
            body = shortNumber(value)
        } else {
            switch style {
            case .fixed: body = printf("%.\(precision ?? 6)f", value)
            case .scientific: body = printf("%.\(precision ?? 6)e", value)
            case .general: body = precision.map { printf("%.\($0)g", value) } ?? shortNumber(value)
            case .percent: body = printf("%.\(precision ?? 0)f", value * 100) + "%"
            case .integer: body = printf("%.0f", value)
            }
        }
        return String(repeating: " ", count: max(0, (width ?? 0) - body.count)) + body
    }

    /// Every number of a tensor in this format.
    package func text(_ value: Value) -> String {
        switch value {
        case .tensor(let x) where x.rank == 0: text(x.item)
        case .tensor(let x): TensorText(x, format: self).text
        case .boolean, .text, .list, .function, .distribution, .object, .nothing: value.description
        case .estimate(let e) where e.value.rank == 0: text(e.value.item) + " ± " + text(e.standardError.item)
        case .estimate: value.description
        }
    }
}

/// A tensor as rows of aligned columns, long axes cut in the middle.
private struct TensorText {
    let tensor: Tensor<Double>
    var format: Format?

    init(_ tensor: Tensor<Double>, format: Format? = nil) {
        self.tensor = tensor
        self.format = format
    }

    private static let edge = 3, longest = 200

    var text: String {
        if tensor.rank == 0 { return format?.text(tensor.item) ?? shortNumber(tensor.item) }
        // Rows without elements are rows all the same.
        let cut = tensor.shape.sizes.reduce(1) { $0.multipliedReportingOverflow(by: max($1, 1)).partialValue } > Self.longest
        let places = shown(cut)
        let write = writer(places.map { tensor.buffer[$0] })
        let width = places.map { write(tensor.buffer[$0]).count }.max() ?? 0
        return block(axis: 0, start: 0, cut: cut) { place in
            let number = write(tensor.buffer[place])
            return String(repeating: " ", count: width - number.count) + number
        }
    }

    /// Four digits after the point, whole numbers whole, powers of ten where the sizes lie far apart.
    private func writer(_ values: [Double]) -> (Double) -> String {
        if let format { return { format.text($0) } }
        let finite = values.filter(\.isFinite)
        if finite.allSatisfy({ $0 == $0.rounded() && $0.magnitude < 1e15 }) { return { shortNumber($0) } }
        let sizes = finite.map(\.magnitude).filter { $0 > 0 }
        let largest = sizes.max() ?? 1, smallest = sizes.min() ?? 1
        if largest >= 1e6 || smallest < 1e-4 && largest < 1e-2 || largest / smallest > 1e6 {
            return { $0.isFinite ? printf("%.4e", $0) : shortNumber($0) }
        }
        return { $0.isFinite ? printf("%.4f", $0) : shortNumber($0) }
    }

    private func indices(_ size: Int, _ cut: Bool) -> [Int?] {
        guard cut, size > 2 * Self.edge + 1 else { return (0..<size).map { $0 } }
        return (0..<Self.edge).map { $0 } + [nil] + ((size - Self.edge)..<size).map { $0 }
    }

    private func shown(_ cut: Bool) -> [Int] {
        guard tensor.count > 0 else { return [] }
        var places = [0]
        let strides = tensor.shape.strides
        for axis in 0..<tensor.rank {
            let picked = indices(tensor.shape[axis], cut).compactMap { $0 }
            places = places.flatMap { place in picked.map { place + $0 * strides[axis] } }
        }
        return places
    }

    private func block(axis: Int, start: Int, cut: Bool, _ number: (Int) -> String) -> String {
        let step = tensor.shape.strides[axis]
        let parts = indices(tensor.shape[axis], cut).map { index -> String in
            guard let index else { return "…" }
            let place = start + index * step
            return axis == tensor.rank - 1 ? number(place) : block(axis: axis + 1, start: place, cut: cut, number)
        }
        if axis == tensor.rank - 1 { return "[" + parts.joined(separator: ", ") + "]" }
        let gap = String(repeating: "\n", count: tensor.rank - 1 - axis) + String(repeating: " ", count: axis + 1)
        return "[" + parts.joined(separator: "," + gap) + "]"
    }
}
