import ContainerInit
import LinuxKernel
import Synchronization

/// The library's end of a pipe or a terminal that a process reads from.
final class ByteSink: Sendable {
    private let state: Mutex<State>

    private struct State: ~Copyable {
        var descriptor: FileDescriptor?
        var waiter: (event: Event<Void>, identifier: UInt64)?
        /// Happens when all have written who came before.
        var turn: Event<Void>?
    }

    init(_ descriptor: consuming FileDescriptor) throws(ContainerError) {
        do throws(Errno) {
            try descriptor.setNonBlocking()
        } catch {
            throw ContainerError(operation: "fcntl", errno: error)
        }
        state = Mutex(State(descriptor: descriptor, waiter: nil))
    }

    /// What one try to write has come to.
    private enum Progress: Sendable {
        case written(Int)
        case full
        case failed(Errno)
    }

    /// Writes all of `bytes`, after what others write already.
    ///
    /// - Throws: with the errno `brokenPipe` when nobody reads any more.
    func write(_ bytes: [UInt8]) async throws(ContainerError) {
        let done = Event<Void>()
        let before = state.withLock { state in
            defer { state.turn = done }
            return state.turn
        }
        if let before, await before.valueUnlessCancelled() == nil {
            // Who comes later waits for those before this one all the same.
            Task {
                await before.value()
                done.happen(())
            }
            throw .cancelled
        }
        defer { done.happen(()) }
        var written = 0
        while written < bytes.count {
            if Task.isCancelled { throw .cancelled }
            switch try await writeOnce(bytes, from: written) {
            case .written(let count): written += count
            case .full: try await waitForRoom()
            case .failed(let errno):
                throw ContainerError(operation: "write", subject: "the input of a process", errno: errno)
            }
        }
    }

    /// Writes on a thread of the library, which a broken pipe does not end, and the program neither.
    private func writeOnce(_ bytes: [UInt8], from start: Int) async throws(ContainerError) -> Progress {
        try await Workers.urgent.run { () throws(ContainerError) in
            self.state.withLock { state in
                do throws(Errno) {
                    let count = try state.descriptor.lend { (file) throws(Errno) in
                        try file.writeSome(bytes, from: start)
                    }
                    return count.map { .written($0) } ?? .failed(.brokenPipe)
                } catch .tryAgain {
                    return .full
                } catch {
                    return .failed(error)
                }
            }
        }
    }

    private func waitForRoom() async throws(ContainerError) {
        let reactor = try Reactor.shared()
        let event = Event<Void>()
        // Registered under the lock: `close` either finds it, or comes first.
        let registration: Result<UInt64?, ContainerError> = state.withLock { state in
            do throws(ContainerError) {
                let identifier = try state.descriptor.lend { (file) throws(ContainerError) in
                    try reactor.once(file, EventQueue.output) { event.happen(()) }
                }
                if let identifier { state.waiter = (event, identifier) }
                return .success(identifier)
            } catch {
                return .failure(error)
            }
        }
        guard let identifier = try registration.get() else { return }
        let isCancelled = await event.valueUnlessCancelled() == nil
        state.withLock { $0.waiter = nil }
        reactor.forget(identifier)
        if isCancelled { throw .cancelled }
    }

    /// Closes it: the process reads the end.
    func close() {
        let waiter: (event: Event<Void>, identifier: UInt64)? = state.withLock { state in
            let waiter = state.waiter
            if let waiter {
                do throws(ContainerError) {
                    try Reactor.shared().forget(waiter.identifier)
                } catch {
                    // There is one: it has made the identifier.
                }
            }
            state.descriptor = nil
            return waiter
        }
        waiter?.event.happen(())
    }
}
