import ContainerInit
import LinuxKernel
import Synchronization

/// The library's end of a pipe or a terminal that a process writes to.
final class ByteSource: Sendable {
    private let descriptor: FileDescriptor
    private let state = Mutex(State())
    /// A terminal whose other end nobody has open says EIO.
    private let isTerminal: Bool

    private struct State {
        /// Whether the process has ended, so that what is there is all there is.
        var isAll = false
        var isReading = false
        var waiter: (event: Event<Void>, identifier: UInt64)?
    }

    /// The most that is read at once, in bytes.
    private static let portion = 65536

    init(_ descriptor: consuming FileDescriptor, isTerminal: Bool = false) throws(ContainerError) {
        self.descriptor = descriptor
        self.isTerminal = isTerminal
        do throws(Errno) {
            try self.descriptor.setNonBlocking()
        } catch {
            throw ContainerError(operation: "fcntl", errno: error)
        }
    }

    /// The next bytes; nil at the end.
    func next() async throws(ContainerError) -> [UInt8]? {
        guard
            state.withLock({ state in
                defer { state.isReading = true }
                return !state.isReading
            })
        else { throw ContainerError(exactly: "two tasks read the same stream at the same time") }
        defer { state.withLock { $0.isReading = false } }
        while true {
            if Task.isCancelled { throw .cancelled }
            // Looked at before the read: what is written before the end is there by then.
            let isAll = state.withLock { $0.isAll }
            do throws(Errno) {
                let bytes = try descriptor.read(count: Self.portion)
                return bytes.isEmpty ? nil : bytes
            } catch .tryAgain {
                if isAll { return nil }
            } catch {
                if isTerminal, error == .inputOutput { return nil }
                throw ContainerError(operation: "read", subject: "the output of a process", errno: error)
            }
            try await waitForMore()
        }
    }

    private func waitForMore() async throws(ContainerError) {
        let reactor = try Reactor.shared()
        let event = Event<Void>()
        let identifier = try reactor.once(descriptor, EventQueue.input) { event.happen(()) }
        let isAll = state.withLock { state in
            state.waiter = (event, identifier)
            return state.isAll
        }
        if isAll { event.happen(()) }
        let isCancelled = await event.valueUnlessCancelled() == nil
        state.withLock { $0.waiter = nil }
        reactor.forget(identifier)
        if isCancelled { throw .cancelled }
    }

    /// Ends the stream with what is in it by now.
    func endWithoutMore() {
        let waiter = state.withLock { state in
            state.isAll = true
            return state.waiter?.event
        }
        waiter?.happen(())
    }
}
