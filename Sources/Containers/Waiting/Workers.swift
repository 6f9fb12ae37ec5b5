import ContainerInit
import LinuxKernel
import Synchronization

/// Threads of the library for what waits for the kernel or for a child: the making of containers, hooks, the removal of
/// cgroups. No thread of the concurrency pool waits for those.
///
/// There are as many as there is such work at the same time, up to a bound; one that finds no work for some seconds ends.
final class Workers: Sendable {
    /// For what may wait: for a hook, for a lock, for the kernel.
    static let shared = Workers(mostThreads: 32)
    /// For what never waits for long, and that nothing of the above may hold up.
    static let urgent = Workers(mostThreads: 4)

    /// More than this wait in a queue.
    private let mostThreads: Int
    /// How long a thread without work stays, in milliseconds.
    private static let patience: Int32 = 5000

    private struct State {
        var jobs: [(number: UInt64, body: @Sendable () -> Void)] = []
        var first = 0
        var nextNumber: UInt64 = 0
        var threads = 0
        var idle = 0

        mutating func add(_ body: @escaping @Sendable () -> Void) -> UInt64 {
            nextNumber += 1
            jobs.append((nextNumber, body))
            return nextNumber
        }

        mutating func next() -> (@Sendable () -> Void)? {
            guard first < jobs.count else { return nil }
            let job = jobs[first].body
            first += 1
            if first == jobs.count {
                jobs = []
                first = 0
            }
            return job
        }
    }

    private let state = Mutex(State())
    /// Wakes threads that have no work; nil where there is no descriptor left for it, and each piece of work gets a thread.
    private let words: WakeWords?

    private init(mostThreads: Int) {
        self.mostThreads = mostThreads
        do throws(Errno) { words = try WakeWords() } catch { words = nil }
    }

    /// Runs `body` on a thread of the library.
    ///
    /// - Parameter apart: on one that does nothing else and ends then, so that the body may change what belongs to a thread.
    func run<Result: Sendable>(
        apart: Bool = false, _ body: @escaping @Sendable () throws(ContainerError) -> Result
    ) async throws(ContainerError) -> Result {
        let result: Swift.Result<Result, ContainerError> = await withUnsafeContinuation { continuation in
            let job: @Sendable () -> Void = {
                do throws(ContainerError) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            guard apart else { return submit(job, refused: { continuation.resume(returning: .failure($0)) }) }
            do throws(Errno) {
                try startThread(job)
            } catch {
                continuation.resume(returning: .failure(ContainerError(operation: "pthread_create", errno: error)))
            }
        }
        return try result.get()
    }

    /// Has a thread do `job`, whenever one is free.
    func submit(_ job: @escaping @Sendable () -> Void, refused: @Sendable (ContainerError) -> Void = { _ in }) {
        let (number, needsThread) = state.withLock { state in
            let number = state.add(job)
            guard state.jobs.count - state.first > state.idle, state.threads < mostThreads else {
                return (number, false)
            }
            state.threads += 1
            return (number, true)
        }
        guard needsThread else { return wake() }
        do throws(Errno) {
            try startThread { self.work() }
        } catch {
            let isAlone = state.withLock { state in
                state.threads -= 1
                guard state.threads == 0, let place = state.jobs.lastIndex(where: { $0.number == number }) else {
                    return false
                }
                state.jobs.remove(at: place)
                return true
            }
            // Otherwise another thread does it, later.
            if isAlone { refused(ContainerError(operation: "pthread_create", errno: error)) }
        }
    }

    private func wake() {
        switch words {
        case .some(let words):
            // It fails only if there are more words than a number can say.
            do throws(Errno) { try words.leave() } catch { return }
        case .none: return
        }
    }

    private func waitForWord() -> Bool {
        switch words {
        case .some(let words):
            do throws(Errno) { return try words.take(milliseconds: Self.patience) } catch { return false }
        case .none: return false
        }
    }

    private func work() {
        while true {
            if let job = state.withLock({ $0.next() }) {
                job()
                continue
            }
            state.withLock { $0.idle += 1 }
            let isWoken = waitForWord()
            let ends = state.withLock { state in
                state.idle -= 1
                guard !isWoken, state.first == state.jobs.count else { return false }
                state.threads -= 1
                return true
            }
            if ends { return }
        }
    }
}
