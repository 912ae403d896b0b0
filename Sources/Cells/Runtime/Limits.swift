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

/// How far a running cell has come, from 0 to 1, read by another thread that shows it.
public final class ProgressGauge: Sendable {
    private let bits = Atomic<UInt64>(0)
    public init() {}
    public var fraction: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
    public func set(_ fraction: Double) { bits.store(fraction.bitPattern, ordering: .relaxed) }
}

/// What a cell may use up.
public struct CellLimits: Sendable {
    /// Bytes of tensors, those of cells above included.
    public var memory = 2 << 30
    /// Bytes by which the whole process may grow while the cell runs: tapes, lists and texts count too.
    public var residentMemory = 3 << 30
    public var callDepth = 1000
    public var seconds = 600.0
    /// Items of a list, and bytes of a text.
    public var listLength = 5_000_000
    public var textLength = 16_000_000
    /// Functions that hold functions, mixtures of mixtures, lists.
    public var nesting = 500
    /// Lists in lists, so that other programs can read them as JSON.
    public var listNesting = 100

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

/// What the kernels of the engine ask while a cell runs.
final class StopWatch: Sendable {
    private let cancellation: Cancellation
    private let deadline: Double
    private let raised = Atomic<Bool>(false)

    init(_ cancellation: Cancellation, deadline: Double) {
        self.cancellation = cancellation
        self.deadline = deadline
    }

    /// Whether some kernel has been told to stop, and left its work unfinished.
    var wasRaised: Bool { raised.load(ordering: .relaxed) }

    func asksToStop() -> Bool {
        guard cancellation.isCancelled || secondsNow() > deadline else { return false }
        raised.store(true, ordering: .relaxed)
        return true
    }
}

/// Bytes of memory that the process holds at this moment; 0 where the system does not tell.
func residentMemory() -> Int {
    let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return 0 }
    defer { close(file) }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { buffer in
        let count = read(file, buffer.baseAddress, 128)
        guard count > 0 else { return 0 }
        // Pages: the whole size, then those that are resident.
        let fields = String(decoding: buffer[..<count], as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }
}

package func secondsNow() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
