/// All names that the language brings with it.
package enum Library {
    package static let names: [String] = table.keys.sorted()

    static func value(of name: String) -> Value? { table[name] }

    /// `sum(x, axis=)`, for help and completion.
    package static func signature(of name: String) -> String? {
        guard case .function(let function)? = table[name], let builtin = function as? Builtin else { return nil }
        return builtin.signature
    }

    private static let table: [String: Value] = {
        var table: [String: Value] = [
            "pi": .number(.pi), "inf": .number(.infinity), "nan": .number(.nan),
        ]
        let groups = [
            elementwise, reductions, shapes, linearAlgebra, random, distributions, calculus, gradientFunctions, lists, marks, figures, data, models,
            notYetThere,
        ]
        for builtin in groups.joined() { table[builtin.name] = .function(builtin) }
        return table
    }()

    /// Names that the course will use and that do not work yet: they say so instead of being unknown.
    private static let notYetThere: [Builtin] = [
        "cvae", "vqvae", "aae", "gan", "vaegan", "sound",
    ].map { name in
        Builtin("\(name)(arguments...)") { call in
            throw call.failure("\(name) is not part of this version yet.")
        }
    }
}
