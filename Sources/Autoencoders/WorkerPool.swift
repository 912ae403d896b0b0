import CFloatControl
import Glibc
import Synchronization

/// A few threads that share out numbered pieces of work. The pieces are cut by the work, never by the number of threads,
/// and no piece depends on another: so the result is the same for any number of threads. While pieces run, numbers too
/// small to be normal count as 0 on every thread that takes part (Adam's moments of dead inputs decay into them, and
/// the processor is slow there); outside, nothing changes.
package final class WorkerPool: @unchecked Sendable {
    package let threadCount: Int
    private var threads: [pthread_t] = []
    private let generation = Atomic<Int>(0)
    private let next = Atomic<Int>(0)
    private let busy = Atomic<Int>(0)
    private let isClosing = Atomic<Bool>(false)
    private var pieces = 0
    private var body: ((Int) -> Void)?
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    package init(threads count: Int? = nil) {
        threadCount = max(1, min(count ?? sysconf(Int32(_SC_NPROCESSORS_ONLN)), 64))
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
        // Signals are for the main thread, whose handlers have a stack of their own.
        var all = sigset_t(), before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        for _ in 1..<max(threadCount, 1) {
            var thread = pthread_t()
            let status = pthread_create(&thread, nil, { argument in
                Unmanaged<WorkerPool>.fromOpaque(argument!).takeUnretainedValue().work()
                return nil
            }, Unmanaged.passUnretained(self).toOpaque())
            if status == 0 { threads.append(thread) }
        }
    }

    deinit {
        isClosing.store(true, ordering: .releasing)
        announce()
        for thread in threads { pthread_join(thread, nil) }
        pthread_cond_destroy(wake)
        pthread_mutex_destroy(mutex)
        wake.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` for each number below `count`, on all threads, and returns when all are done.
    package func run(_ count: Int, _ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            pieces = count
            self.body = body
            next.store(0, ordering: .relaxed)
            // One piece needs nobody else.
            let isShared = count > 1 && !threads.isEmpty
            busy.store(isShared ? threads.count : 0, ordering: .relaxed)
            if isShared { announce() }
            let mode = float_mode()
            set_float_mode(flushing_float_mode(mode))
            takePieces(body)
            set_float_mode(mode)
            var turns = 0
            while busy.load(ordering: .acquiring) > 0 {
                turns += 1
                if turns > 200 { sched_yield() }
            }
            self.body = nil
        }
    }

    private func announce() {
        pthread_mutex_lock(mutex)
        generation.add(1, ordering: .releasing)
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(mutex)
    }

    private func takePieces(_ body: (Int) -> Void) {
        while true {
            let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard piece < pieces else { return }
            body(piece)
        }
    }

    private func work() {
        set_float_mode(flushing_float_mode(float_mode()))
        var seen = 0
        while true {
            // The next piece mostly comes within microseconds: look for it a while before going to sleep.
            var turns = 0
            while generation.load(ordering: .acquiring) == seen, turns < 4000 { turns += 1 }
            if generation.load(ordering: .acquiring) == seen {
                pthread_mutex_lock(mutex)
                while generation.load(ordering: .acquiring) == seen { pthread_cond_wait(wake, mutex) }
                pthread_mutex_unlock(mutex)
            }
            seen = generation.load(ordering: .acquiring)
            if isClosing.load(ordering: .acquiring) { return }
            if let body { takePieces(body) }
            busy.subtract(1, ordering: .releasing)
        }
    }
}
