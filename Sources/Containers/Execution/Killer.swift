import Synchronization

/// What kills a process that somebody waits for, at most once: when its time is over, or when nobody wants it any more.
///
/// After `settle` it kills nothing: what has the same name by then is something else.
final class Killer: Sendable {
    private struct State {
        var isSettled = false
        var timeIsOver = false
        var killing: Event<Void>?
        var timer: Task<Void, Never>?
    }

    private let state = Mutex(State())
    private let body: @Sendable () -> Void

    /// - Parameter body: kills; called on a thread of the library.
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    /// Kills in `limit`, if there is one.
    func start(_ limit: Duration?) {
        guard let limit else { return }
        let timer = Task {
            // Cancelled: the process has ended before.
            do { try await Task.sleep(for: limit) } catch { return }
            self.kill(becauseOfTime: true)
        }
        state.withLock { $0.timer = timer }
    }

    /// Kills, without waiting for it.
    func kill(becauseOfTime: Bool = false) {
        let killing = state.withLock { state -> Event<Void>? in
            guard !state.isSettled, state.killing == nil else { return nil }
            let killing = Event<Void>()
            state.killing = killing
            state.timeIsOver = becauseOfTime
            return killing
        }
        guard let killing else { return }
        Workers.urgent.submit(
            { [body] in
                body()
                killing.happen(())
            },
            refused: { [body] _ in
                // No thread is to be had: then on this one, which it holds up for a moment.
                body()
                killing.happen(())
            })
    }

    /// Ends the limit, and waits for a killing that is under way; true if the time was over first.
    @discardableResult
    func settle() async -> Bool {
        let (killing, timer, timeIsOver) = state.withLock { state in
            state.isSettled = true
            return (state.killing, state.timer, state.timeIsOver)
        }
        timer?.cancel()
        await killing?.value()
        return timeIsOver
    }
}
