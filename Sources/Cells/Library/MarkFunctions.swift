import Autodiff
import Figures

extension Library {
    /// What stands in a panel. All take label= and color=.
    static let marks: [Builtin] = [
        Builtin("line(x, y=, label=, color=, markers=, dashed=, steps=)") { call in
            let (x, y) = try pairs(call)
            return mark(.line(.init(
                x: x, y: y, label: try label(call), color: try color(call), dash: try call.has("dashed") ? (flag(call, "dashed") ? [5, 3] : []) : nil,
                markers: try flag(call, "markers"), steps: try flag(call, "steps"))))
        },
        Builtin("scatter(x, y=, label=, color=, size=, opacity=)") { call in
            let (x, y) = try pairs(call)
            var scatter = Mark.Scatter(
                x: x, y: y, label: try label(call), size: try number(call, "size"), opacity: try number(call, "opacity"))
            switch call.optional("color") {
            case .text?: scatter.color = try color(call)
            case let value?:
                let numbers = try numbers(value, call, "color")
                // A few whole numbers are classes; anything else is a quantity.
                let isClass = numbers.allSatisfy { $0 == $0.rounded() && $0.magnitude < 1e9 } && Set(numbers).count <= 12
                if isClass { scatter.groups = numbers.map { shortNumber($0) } } else { scatter.values = numbers }
            case nil: break
            }
            return mark(.scatter(scatter))
        },
        Builtin("histogram(x, bins=, density=, label=, color=)") { call in
            let bins = call.has("bins") ? try call.whole("bins") : nil
            guard bins.map({ (1...10_000).contains($0) }) ?? true else { throw CellError("bins must be from 1 to 10000.", at: call.span(of: "bins")) }
            return mark(.histogram(.init(
                x: try numbers(call, "x"), bins: bins, density: try flag(call, "density"), label: try label(call), color: try color(call))))
        },
        Builtin("bars(x, heights=, errors=, label=, color=, values=)") { call in
            var positions: [Double]?, names: [String]?
            if call.has("heights") {
                if case .list(let items) = call.value("x") { names = items.map(\.description) } else { positions = try numbers(call, "x") }
            }
            return .object(MarkObject(
                mark: .bars(.init(
                    heights: try numbers(call, call.has("heights") ? "heights" : "x"), positions: positions,
                    errors: call.has("errors") ? try numbers(call, "errors") : nil, label: try label(call), color: try color(call),
                    showsValues: try flag(call, "values"))),
                categories: names))
        },
        Builtin("band(x, lo, hi, label=, color=)") { call in
            mark(.band(.init(
                x: try numbers(call, "x"), low: try numbers(call, "lo"), high: try numbers(call, "hi"),
                label: try label(call), color: try color(call))))
        },
        Builtin("errorbars(x, y, error, label=, color=)") { call in
            mark(.errorBars(.init(
                x: try numbers(call, "x"), y: try numbers(call, "y"), error: try numbers(call, "error"),
                label: try label(call), color: try color(call))))
        },
        Builtin("vline(x, label=, color=)") { call in
            mark(.verticalLine(.init(at: try call.number("x"), label: try label(call), color: try color(call))))
        },
        Builtin("hline(y, label=, color=)") { call in
            mark(.horizontalLine(.init(at: try call.number("y"), label: try label(call), color: try color(call))))
        },
        Builtin("text(x, y, s, color=)") { call in
            mark(.text(.init(x: try call.number("x"), y: try call.number("y"), text: try call.text("s"), color: try color(call))))
        },
        Builtin("arrow(x0, y0, x1, y1, label=, color=)") { call in
            mark(.arrow(.init(
                from: (try call.number("x0"), try call.number("y0")), to: (try call.number("x1"), try call.number("y1")),
                label: try label(call), color: try color(call))))
        },
        Builtin("field(x, y, u, v, label=, color=)") { call in
            mark(.vectorField(.init(
                x: try numbers(call, "x"), y: try numbers(call, "y"), u: try numbers(call, "u"), v: try numbers(call, "v"),
                label: try label(call), color: try color(call))))
        },
        Builtin("ellipse(mu, cov, label=, color=)") { call in
            let centre = try numbers(call, "mu"), cov = try call.tensor("cov")
            guard centre.count == 2, cov.shape == [2, 2] else {
                throw call.failure("ellipse needs a centre of two numbers and a covariance of shape [2, 2].")
            }
            let c = cov.scalars
            return mark(.ellipses(.init(
                x: [centre[0]], y: [centre[1]], xx: [c[0]], xy: [c[1]], yy: [c[3]], label: try label(call), color: try color(call))))
        },
        Builtin("heatmap(m, x=, y=, label=, values=, colors=)") { call in
            let m = try call.tensor("m")
            guard m.rank == 2 else { throw CellError("heatmap needs a matrix, and this is \(call.value("m").kind).", at: call.span(of: "m")) }
            return mark(.heatmap(.init(
                values: m.scalars, rows: m.shape[0], columns: m.shape[1], xRange: try range(call, "x"), yRange: try range(call, "y"),
                valueLabel: try label(call), colorMap: try colorMap(call), showsValues: try flag(call, "values"))))
        },
        Builtin("contour(z, x, y, levels=, filled=, label=, color=, colors=)") { call in
            let x = try numbers(call, "x"), y = try numbers(call, "y")
            let levels = call.has("levels") ? try numbers(call, "levels") : nil
            return mark(.contour(.init(
                x: x, y: y, z: try heights(call, x, y), levels: levels, filled: try flag(call, "filled"),
                label: call.has("color") ? try label(call) : nil, valueLabel: call.has("color") ? nil : try label(call),
                color: try color(call), colorMap: try colorMap(call))))
        },
        Builtin("images(batch, columns=, labels=)") { call in
            let (pictures, width, height) = try pictures(call)
            let columns = try call.whole("columns", default: min(10, max(1, pictures.count)))
            guard columns >= 1 else { throw CellError("columns must be at least 1.", at: call.span(of: "columns")) }
            return mark(.images(.init(images: pictures, width: width, height: height, columns: columns, rowLabels: try texts(call, "labels"))))
        },
        Builtin("strip(batch, labels=)") { call in
            let (pictures, width, height) = try pictures(call)
            return mark(.images(.strip(pictures, width: width, height: height, labels: try texts(call, "labels"))))
        },
    ]

    // MARK: What marks are made of

    private static func mark(_ mark: Mark) -> Value { .object(MarkObject(mark: mark)) }

    static func label(_ call: BuiltinCall) throws -> String? { call.has("label") ? try call.text("label") : nil }

    private static func number(_ call: BuiltinCall, _ parameter: String) throws -> Double? {
        call.has(parameter) ? try call.number(parameter) : nil
    }

    static func flag(_ call: BuiltinCall, _ parameter: String) throws -> Bool {
        guard let value = call.optional(parameter) else { return false }
        guard let number = value.number else { throw call.wrongKind(parameter, "true or false") }
        return number != 0
    }

    private static func color(_ call: BuiltinCall) throws -> Color? {
        guard call.has("color") else { return nil }
        let name = try call.text("color")
        guard let color = Color(named: name) else {
            throw CellError(
                "There is no colour \"\(name)\".", at: call.span(of: "color"), hint: "there are \(Color.names.map(\.name).joined(separator: ", "))")
        }
        return color
    }

    private static func colorMap(_ call: BuiltinCall) throws -> ColorMap {
        guard call.has("colors") else { return .viridis }
        let name = try call.text("colors")
        guard let map = ColorMap(rawValue: name) else {
            throw CellError(
                "There is no colour map \"\(name)\".", at: call.span(of: "colors"),
                hint: "there are \(ColorMap.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return map
    }

    static func numbers(_ call: BuiltinCall, _ parameter: String) throws -> [Double] {
        try numbers(call.value(parameter), call, parameter)
    }

    private static func numbers(_ value: Value, _ call: BuiltinCall, _ parameter: String) throws -> [Double] {
        if let x = value.tensor { return x.scalars }
        if case .list(let items) = value {
            return try items.map { item in
                if case .estimate(let estimate) = item, estimate.value.count == 1 { return estimate.value.item }
                guard let number = item.number else { throw call.wrongKind(parameter, "numbers") }
                return number
            }
        }
        throw call.wrongKind(parameter, "numbers")
    }

    /// x and y; y alone, over 0, 1, 2, …; or both as the columns of a matrix [n, 2].
    private static func pairs(_ call: BuiltinCall) throws -> ([Double], [Double]) {
        let first = try numbers(call, "x")
        guard !call.has("y") else {
            let y = try numbers(call, "y")
            guard first.count == y.count else {
                throw CellError("There are \(first.count) numbers for x and \(y.count) for y.", at: call.span(of: "y"))
            }
            return (first, y)
        }
        if let x = call.value("x").tensor, x.rank == 2, x.shape[1] == 2 {
            return (stride(from: 0, to: first.count, by: 2).map { first[$0] }, stride(from: 1, to: first.count, by: 2).map { first[$0] })
        }
        return (first.indices.map(Double.init), first)
    }

    /// The span of an axis given by its ends or by all its points.
    private static func range(_ call: BuiltinCall, _ parameter: String) throws -> ClosedRange<Double>? {
        guard call.has(parameter) else { return nil }
        let ends = try numbers(call, parameter)
        guard let first = ends.first, let last = ends.last, first < last else {
            throw CellError("\(parameter) must go from a smaller to a larger number.", at: call.span(of: parameter))
        }
        return first...last
    }

    /// A matrix with a row for each y, or a function of x and y.
    private static func heights(_ call: BuiltinCall, _ x: [Double], _ y: [Double]) throws -> [Double] {
        if case .function(let f) = call.value("z") {
            return try y.flatMap { y in try x.map { x in try call.number(of: f, .number(x), .number(y)) } }
        }
        let z = try call.tensor("z")
        guard z.shape == [y.count, x.count] else {
            throw CellError(
                "contour needs a matrix of shape [\(y.count), \(x.count)], a row for each y, and this is \(call.value("z").kind).", at: call.span(of: "z"))
        }
        return z.scalars
    }

    /// Images as [n, pixels] of a square, [n, height, width], or one image [height, width] of at least four rows.
    private static func pictures(_ call: BuiltinCall) throws -> ([[Double]], width: Int, height: Int) {
        let batch = try call.tensor("batch")
        var count = 1, height = 0, width = 0
        switch batch.rank {
        case 1, 2:
            let pixels = batch.shape[batch.rank - 1]
            count = batch.rank == 2 ? batch.shape[0] : 1
            let side = Int(Double(pixels).squareRoot().rounded())
            (height, width) = side * side == pixels ? (side, side) : (1, pixels)
        case 3: (count, height, width) = (batch.shape[0], batch.shape[1], batch.shape[2])
        default:
            throw CellError("Images are a tensor [n, pixels] or [n, height, width], and this is \(call.value("batch").kind).", at: call.span(of: "batch"))
        }
        guard height * width > 0, count > 0 else { throw CellError("There are no images here.", at: call.span(of: "batch")) }
        let scalars = batch.scalars
        let size = height * width
        return ((0..<count).map { Array(scalars[($0 * size)..<(($0 + 1) * size)]) }, width, height)
    }

    private static func texts(_ call: BuiltinCall, _ parameter: String) throws -> [String] {
        call.has(parameter) ? try call.items(parameter).map(\.description) : []
    }
}
