import Probability

/// Values that hold values form trees, whose parts may be shared: `x = [x, x]`, forty times over, is forty small lists
/// and a tree of 2^40 leaves. Whatever walks such a tree, to show it, to compare it, to let go of it, can rely on the
/// bounds that are kept here when a list, a function or a mixture is made.
extension Evaluator {
    /// A list, unless it is nested too deep or holds too many values, those in its inner lists counted.
    func list(_ items: [Value], at span: Span) throws -> Value {
        try checkedNesting(of: items, at: span)
        return .list(items)
    }

    /// How deep a value that holds these is nested.
    @discardableResult
    func checkedNesting(of parts: some Sequence<Value>, mostParts: Int? = nil, at span: Span) throws -> Int {
        let mostParts = mostParts ?? options.limits.listLength
        var walk = NestingWalk(mostParts: mostParts, deepest: options.limits.nesting, deepestList: options.limits.listNesting)
        do throws(NestingWalk.Excess) {
            return try walk.depth(of: parts, below: 0, lists: 0)
        } catch {
            switch error {
            case .depth:
                throw CellError("Values are nested more than \(options.limits.nesting) deep.", at: span, hint: "work on a tensor as a whole")
            case .lists:
                throw CellError("Lists are nested more than \(options.limits.listNesting) deep.", at: span, hint: "work on a tensor as a whole")
            case .parts:
                throw CellError(
                    "This holds more than \(mostParts) values, those in its inner parts counted.", at: span,
                    hint: "work on a tensor as a whole")
            }
        }
    }
}

private struct NestingWalk {
    enum Excess: Error { case depth, lists, parts }

    private var parts = 0
    let mostParts: Int
    let deepest: Int
    let deepestList: Int

    init(mostParts: Int, deepest: Int, deepestList: Int) {
        (self.mostParts, self.deepest, self.deepestList) = (mostParts, deepest, deepestList)
    }

    mutating func depth(of values: some Sequence<Value>, below level: Int, lists: Int) throws(Excess) -> Int {
        var tallest = 0
        for value in values {
            parts += 1
            guard parts <= mostParts else { throw .parts }
            let height: Int
            switch value {
            case .list(let items):
                guard lists + 1 < deepestList else { throw .lists }
                height = try depth(of: items, below: level + 1, lists: lists + 1)
            case .distribution(let mixture as Mixture): height = try depth(of: mixture.components.map(Value.distribution), below: level + 1, lists: lists)
            case .function(let closure as Closure): height = closure.depth
            default: continue
            }
            tallest = max(tallest, height)
            guard level + tallest < deepest else { throw .depth }
        }
        return tallest + 1
    }
}
