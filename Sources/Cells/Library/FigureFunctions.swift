import Autodiff
import Figures

extension Library {
    static let figures: [Builtin] = [
        Builtin("panel(marks..., title=, xlabel=, ylabel=, xscale=, yscale=, xlim=, ylim=, equal=, legend=)") { call in
            .object(PanelObject(panel: try panel(call, call.rest, title: "title")))
        },
        Builtin("figure(id, content..., title=, caption=, columns=, xlabel=, ylabel=, xscale=, yscale=, xlim=, ylim=, equal=, legend=, sharex=, sharey=)") { call in
            .object(FigureObject(figure: try figure(call)))
        },
        Builtin("show(values...)") { call in
            for argument in call.rest {
                try call.evaluator.show(argument.value, named: Expression(.boolean(true), span: argument.span))
            }
            return .nothing
        },
        Builtin("graph(y, id=)") { call in
            let y = try call.tensor("y")
            guard y.isTracked else {
                throw CellError("There is no tape behind this value.", at: call.span(of: "y"), hint: "mark what it is made of with param")
            }
            return .object(FigureObject(figure: try graph(of: y, id: call.has("id") ? call.text("id") : "graph", call)))
        },
    ]

    private static func figure(_ call: BuiltinCall) throws -> Figure {
        let panels = call.rest.compactMap { argument -> Panel? in
            if case .object(let object) = argument.value { (object as? PanelObject)?.panel } else { nil }
        }
        let loose = call.rest.filter { argument in
            if case .object(let object) = argument.value { object is MarkObject } else { true }
        }
        guard panels.isEmpty || loose.isEmpty else {
            throw CellError("A figure holds panels or marks, not both.", at: loose[0].span, hint: "put the marks into a panel(...)")
        }
        let all = panels.isEmpty ? [try panel(call, loose, title: nil)] : panels
        let columns = try call.whole("columns", default: all.count <= 3 ? all.count : all.count == 4 ? 2 : 3)
        guard columns >= 1 else { throw CellError("columns must be at least 1.", at: call.span(of: "columns")) }
        let rows = stride(from: 0, to: all.count, by: columns).map { Array(all[$0..<min($0 + columns, all.count)]) }
        let figure = Figure(
            id: try call.text("id"), title: call.has("title") ? try call.text("title") : nil,
            caption: call.has("caption") ? try call.text("caption") : nil, panels: rows,
            sharesX: try flag(call, "sharex"), sharesY: try flag(call, "sharey"))
        do {
            try figure.validate()
        } catch let error as FigureError {
            throw CellError(error.message.capitalisedFirst, at: call.span, hint: error.hint)
        }
        return figure
    }

    private static func panel(_ call: BuiltinCall, _ content: [GivenArgument], title: String?) throws -> Panel {
        var marks: [Mark] = [], categories: [String]?
        func add(_ value: Value, at span: Span) throws {
            switch value {
            case .object(let object as MarkObject):
                marks.append(object.mark)
                categories = object.categories ?? categories
            case .list(let items): for item in items { try add(item, at: span) }
            default:
                throw CellError("A panel holds marks, such as line(x, y), and this is \(value.kind).", at: span)
            }
        }
        for argument in content { try add(argument.value, at: argument.span) }
        guard !marks.isEmpty else { throw call.failure("There is nothing to draw.", hint: "give marks, such as line(x, y)") }
        func text(_ parameter: String?) throws -> String? {
            guard let parameter, call.has(parameter) else { return nil }
            return try call.text(parameter)
        }
        return Panel(
            title: try text(title), xLabel: try text("xlabel"), yLabel: try text("ylabel"),
            xScale: try categories.map(Scale.categories) ?? scale(call, "xscale"), yScale: try scale(call, "yscale"),
            xLimits: try limits(call, "xlim"), yLimits: try limits(call, "ylim"), equalAspect: try flag(call, "equal"),
            legend: try legend(call), marks: marks)
    }

    private static func scale(_ call: BuiltinCall, _ parameter: String) throws -> Scale {
        guard call.has(parameter) else { return .linear }
        switch try call.text(parameter) {
        case "linear": return .linear
        case "log": return .log
        default: throw CellError("A scale is \"linear\" or \"log\".", at: call.span(of: parameter))
        }
    }

    private static func legend(_ call: BuiltinCall) throws -> Panel.LegendPlace {
        guard call.has("legend") else { return .automatic }
        switch try call.text("legend") {
        case "auto": return .automatic
        case "inside": return .inside
        case "outside": return .outside
        case "none": return .none
        default: throw CellError("legend is \"auto\", \"inside\", \"outside\" or \"none\".", at: call.span(of: "legend"))
        }
    }

    private static func limits(_ call: BuiltinCall, _ parameter: String) throws -> ClosedRange<Double>? {
        guard call.has(parameter) else { return nil }
        let ends = try numbers(call, parameter)
        guard ends.count == 2, ends[0] < ends[1] else {
            throw CellError("\(parameter) is a pair of numbers, the smaller first.", at: call.span(of: parameter))
        }
        return ends[0]...ends[1]
    }

    /// The tape as a graph: a box for each operation, with its value and, after `grad`, its gradient.
    private static func graph(of y: Tensor<Double>, id: String, _ call: BuiltinCall) throws -> Figure {
        let lines = tapeLines(of: y)
        guard lines.count <= 60 else {
            throw call.failure("The tape has \(lines.count) operations: too many to draw.", hint: "tape(y) prints it")
        }
        func short(_ x: Tensor<Double>) -> String {
            let shown = x.buffer.prefix(3).map { shortNumber($0, digits: 4) }.joined(separator: ", ")
            return x.rank == 0 ? shown : "[\(shown)\(x.count > 3 ? ", …" : "")]"
        }
        let nodes = lines.enumerated().map { position, line in
            Mark.Graph.Node(
                label: line.operation.description, detail: short(line.value) + (line.gradient.map { "  ∂ " + short($0) } ?? ""),
                kind: line.operation == .parameter ? .parameter : position == lines.count - 1 ? .result : .operation)
        }
        var places: [String: Int] = [:]
        for (position, line) in lines.enumerated() { places[line.name] = position }
        let edges = lines.enumerated().flatMap { position, line in
            line.inputs.compactMap { places[$0].map { Mark.Graph.Edge(from: $0, to: position) } }
        }
        return Figure(
            id: id, title: "The tape of this value", caption: "Each box: an operation, its value, and ∂, the gradient left by grad.",
            panels: [[Panel(marks: [.graph(.init(nodes: nodes, edges: edges))])]])
    }
}
