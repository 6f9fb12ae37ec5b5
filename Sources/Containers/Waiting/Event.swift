import Synchronization

/// Something that happens once and that tasks wait for.
final class Event<Value: Sendable>: Sendable {
    private enum State {
        case awaited([Int: UnsafeContinuation<Value?, Never>], next: Int)
        case happened(Value)
    }

    private let state = Mutex(State.awaited([:], next: 0))

    /// Says that it has happened; what is said later counts for nothing.
    func happen(_ value: Value) {
        let waiters = state.withLock { state -> [UnsafeContinuation<Value?, Never>] in
            guard case .awaited(let waiters, _) = state else { return [] }
            state = .happened(value)
            return Array(waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: value) }
    }

    /// What has happened by now; nil when nothing has.
    var current: Value? {
        state.withLock { if case .happened(let value) = $0 { value } else { nil } }
    }

    /// Waits for it, even in a task that is cancelled.
    func value() async -> Value {
        while true {
            let value = await withUnsafeContinuation { continuation in
                _ = add(continuation)
            }
            if let value { return value }
        }
    }

    /// Waits for it; nil when the task is cancelled first.
    func valueUnlessCancelled() async -> Value? {
        let place = Mutex<Int?>(nil)
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                place.withLock { $0 = add(continuation) }
                // The handler may have run before there was anything to take out.
                if Task.isCancelled { remove(place.withLock { $0 }) }
            }
        } onCancel: {
            remove(place.withLock { $0 })
        }
    }

    /// Lets a waiter wait; nil when there is nothing to wait for any more, and it goes on at once.
    private func add(_ continuation: UnsafeContinuation<Value?, Never>) -> Int? {
        let (place, value) = state.withLock { state -> (Int?, Value?) in
            switch state {
            case .happened(let value): return (nil, value)
            case .awaited(var waiters, let next):
                waiters[next] = continuation
                state = .awaited(waiters, next: next + 1)
                return (next, nil)
            }
        }
        if let value { continuation.resume(returning: value) }
        return place
    }

    private func remove(_ place: Int?) {
        guard let place else { return }
        let waiter = state.withLock { state -> UnsafeContinuation<Value?, Never>? in
            guard case .awaited(var waiters, let next) = state else { return nil }
            let waiter = waiters.removeValue(forKey: place)
            state = .awaited(waiters, next: next)
            return waiter
        }
        waiter?.resume(returning: nil)
    }
}
