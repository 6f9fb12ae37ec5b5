import ContainerInit
import LinuxKernel
import Synchronization

/// Threads of the library for what waits for the kernel or for a child: the making of containers, hooks, the removal of
/// cgroups. No thread of the concurrency pool waits for those.
///
/// There are as many as there is such work at the same time, up to a bound; one that finds no work for some seconds ends.
final class Workers: Sendable {
    static let shared = Workers()

    /// More than this wait in a queue.
    private static let mostThreads = 32
    /// How long a thread without work stays, in milliseconds.
    private static let patience: Int32 = 5000

    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var first = 0
        var threads = 0
        var idle = 0

        mutating func next() -> (@Sendable () -> Void)? {
            guard first < jobs.count else { return nil }
            let job = jobs[first]
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

    private init() {
        do throws(Errno) { words = try WakeWords() } catch { words = nil }
    }

    /// Runs `body` on a thread of the library.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws(ContainerError) -> Result
    ) async throws(ContainerError) -> Result {
        let result: Swift.Result<Result, ContainerError> = await withUnsafeContinuation { continuation in
            submit(
                {
                    do throws(ContainerError) {
                        continuation.resume(returning: .success(try body()))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                },
                refused: { continuation.resume(returning: .failure($0)) })
        }
        return try result.get()
    }

    /// Has a thread do `job`, whenever one is free.
    func submit(_ job: @escaping @Sendable () -> Void, refused: @Sendable (ContainerError) -> Void = { _ in }) {
        let needsThread = state.withLock { state in
            state.jobs.append(job)
            guard state.jobs.count - state.first > state.idle, state.threads < Self.mostThreads else { return false }
            state.threads += 1
            return true
        }
        guard needsThread else { return wake() }
        do throws(Errno) {
            try startThread { self.work() }
        } catch {
            let isAlone = state.withLock { state in
                state.threads -= 1
                guard state.threads == 0 else { return false }
                state.jobs.removeLast()
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
