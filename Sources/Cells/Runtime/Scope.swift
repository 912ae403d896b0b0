/// Names and what they stand for, one scope inside the other.
final class Scope {
    enum Kind {
        /// The top level of a cell, a function's body, a block `{ … }`: what is bound here stays here.
        case closed
        /// The body of `for` and `if`: an assignment reaches a name that exists outside.
        case open
    }

    let kind: Kind
    private let parent: Scope?
    private(set) var names: [String: Value]

    init(_ kind: Kind, in parent: Scope? = nil, names: [String: Value] = [:]) {
        self.kind = kind
        self.parent = parent
        self.names = names
    }

    func value(of name: String) -> Value? {
        var scope: Scope? = self
        while let current = scope {
            if let value = current.names[name] { return value }
            scope = current.parent
        }
        return nil
    }

    func define(_ name: String, _ value: Value) { names[name] = value }

    /// Binds a name where an assignment written in this scope belongs, and says which scope that is.
    func assign(_ name: String, _ value: Value) -> Scope {
        var scope = self
        while scope.kind == .open, scope.names[name] == nil, let outer = scope.parent { scope = outer }
        // Now it is the scope that has the name, or the nearest closed one: what that only sees from further out gets a
        // value of its own there, and what it does not see at all is new and belongs where it was written.
        let target = scope.value(of: name) == nil ? self : scope
        target.names[name] = value
        return target
    }

    var allNames: [String] { Array(names.keys) + (parent?.allNames ?? []) }
}
