import Glibc

/// Handlers that run on a stack of their own. An ordinary handler's frame lies right below the stack of what it interrupts,
/// and oneDNN's compiled matrix products keep data there: a Ctrl-C in the midst of one then spoils the heap.
public enum SignalHandling {
    /// The first thread's, to which the system gives the signals of the process.
    private static let ownStack: Void = {
        let size = 64 << 10
        var stack = stack_t(ss_sp: UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16), ss_flags: 0, ss_size: size)
        sigaltstack(&stack, nil)
    }()

    /// Lets `handler` answer a signal, and returns what did before. Of the flags, `SA_ONSTACK` is always set.
    @discardableResult
    public static func handle(_ signal: Int32, flags: Int32 = 0, _ handler: @convention(c) (Int32) -> Void) -> sigaction {
        _ = ownStack
        var action = sigaction(), before = sigaction()
        action.__sigaction_handler.sa_handler = handler
        action.sa_flags = flags | SA_ONSTACK
        sigaction(signal, &action, &before)
        return before
    }
}
