/// How a long computation is stopped from outside: while it runs, the kernels whose work grows faster than their data
/// (products, factorisations, eigenvalues) ask now and then, and give up where they stand. What they return is then
/// unfinished, and whoever asked for the stop throws it away.
public enum Stop {
    @TaskLocal private static var question: (@Sendable () -> Bool)?

    /// Runs `body`, in which `question` is asked; once it has said yes, it must go on saying so.
    public static func when<Result>(_ question: @escaping @Sendable () -> Bool, _ body: () throws -> Result) rethrows -> Result {
        try $question.withValue(question, operation: body)
    }

    static var isAsked: Bool { question?() ?? false }
}
