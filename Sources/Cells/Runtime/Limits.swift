import Autodiff
import Glibc
import Synchronization

/// A flag that another thread, or a signal, may raise to stop a running cell.
public final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)
    public init() {}
    public func reset() { flag.store(false, ordering: .relaxed) }
    public func cancel() { flag.store(true, ordering: .relaxed) }
    public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}

/// What a cell may use up.
public struct CellLimits: Sendable {
    public var memory = 2 << 30
    public var callDepth = 1000
    public var seconds = 600.0
    /// Items of a list, and bytes of a text.
    public var listLength = 5_000_000
    public var textLength = 16_000_000

    public init() {}
}

/// The stop that Ctrl-C or a limit brings; not an error of the cell's own.
public struct Interrupted: Error, Sendable {}

/// Runs `body` on a thread of its own with a stack that no legal nesting of calls can fill.
package func onLargeStack<Result>(_ body: () -> Result) -> Result {
    withoutActuallyEscaping(body) { body in
        let job = StackJob(body)
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, largeStackSize)
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let status = pthread_create(&thread, &attributes, { argument in
            Unmanaged<AnyStackJob>.fromOpaque(argument!).takeUnretainedValue().run()
            return nil
        }, Unmanaged<AnyStackJob>.passUnretained(job).toOpaque())
        // Without room for such a thread the work is done on this one, with the call depth as its only guard.
        if status == 0 { pthread_join(thread, nil) } else { job.run() }
        return job.result!
    }
}

/// Address space only: pages are taken as the stack grows.
package let largeStackSize = 1 << 30

private class AnyStackJob {
    func run() {}
}

private final class StackJob<Result>: AnyStackJob {
    private let body: () -> Result
    private(set) var result: Result?

    init(_ body: @escaping () -> Result) { self.body = body }
    override func run() { result = body() }
}

package func secondsNow() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
