// Which names a cell needs and which it binds: what must run again when a knob or an earlier cell changes.

extension Program {
    /// Names bound at the top level, in order of first appearance. Those that a loop at the top level assigns are not
    /// among them unless the cell bound them before: see `reassignedNames`.
    public var boundNames: [String] {
        var seen: Set<String> = []
        return statements.compactMap { $0.boundName }.filter { seen.insert($0).inserted }
    }

    /// Names read before the cell binds them: from the library or from cells above. What a function reads counts where
    /// the function is defined.
    public var freeNames: Set<String> {
        var scope = NameScope()
        for statement in statements { scope.enter(statement) }
        return scope.free
    }

    /// Names that blocks of `for` and `if` at the top level assign: where one exists outside, the loop reaches it.
    public var reassignedNames: Set<String> {
        var names: Set<String> = []
        func collect(_ block: Block) {
            for statement in block.statements {
                if let name = statement.boundName { names.insert(name) }
                descend(statement)
            }
        }
        func descend(_ statement: Statement) {
            switch statement.form {
            case .loop(_, _, let body):
                collect(body)
            case .expression(let expression), .assignment(_, let expression):
                guard case .conditional(let branches, let otherwise) = expression.form else { return }
                for branch in branches { collect(branch.body) }
                otherwise.map(collect)
            case .knob, .check:
                break
            }
        }
        for statement in statements { descend(statement) }
        return names
    }
}

extension Expression {
    public var freeNames: Set<String> {
        var scope = NameScope()
        scope.enter(self)
        return scope.free
    }
}

extension Statement {
    package var boundName: String? {
        switch form {
        case .assignment(let name, _): name.text
        case .knob(let knob): knob.name.text
        case .expression, .loop, .check: nil
        }
    }
}

private struct NameScope {
    var free: Set<String> = []
    /// How often a name is bound in the scopes open now, and in which order: leaving a scope undoes its part.
    private var bound: [String: Int] = [:]
    private var trail: [String] = []

    private mutating func bind(_ name: String) {
        bound[name, default: 0] += 1
        trail.append(name)
    }

    private mutating func scoped(_ body: (inout NameScope) -> Void) {
        let mark = trail.count
        body(&self)
        for name in trail[mark...] { bound[name]! -= 1 }
        trail.removeSubrange(mark...)
    }

    mutating func enter(_ expression: Expression) {
        switch expression.form {
        case .name(let name):
            if bound[name, default: 0] == 0 { free.insert(name) }
        case .function(let function):
            enter(function)
        case .block(let block):
            enter(block)
        case .conditional(let branches, let otherwise):
            for branch in branches {
                enter(branch.condition)
                enter(branch.body)
            }
            if let otherwise { enter(otherwise) }
        default:
            var children: [Expression] = []
            expression.form.forEachChild { children.append($0) }
            for child in children { enter(child) }
        }
    }

    mutating func enter(_ statement: Statement) {
        switch statement.form {
        case .loop(let names, let sequence, let body):
            enter(sequence)
            enter(body, binding: names.map(\.text))
        default:
            var children: [Expression] = []
            statement.form.forEachChild { children.append($0) }
            for child in children { enter(child) }
        }
        if let name = statement.boundName { bind(name) }
    }

    private mutating func enter(_ function: Function) {
        for parameter in function.parameters {
            if let standard = parameter.standard { enter(standard) }
        }
        scoped {
            if let name = function.name { $0.bind(name) }
            for parameter in function.parameters { $0.bind(parameter.name.text) }
            $0.enter(function.body)
        }
    }

    private mutating func enter(_ block: Block, binding names: [String] = []) {
        scoped {
            for name in names { $0.bind(name) }
            for statement in block.statements { $0.enter(statement) }
        }
    }
}

extension Program {
    public var knobNames: [String] { statements.compactMap { if case .knob(let knob) = $0.form { knob.name.text } else { nil } } }

    /// Checks at the top level: rows that the cell's outcome will have at least.
    public var checkCount: Int { statements.count { if case .check = $0.form { true } else { false } } }
}
