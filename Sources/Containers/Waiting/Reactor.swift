import ContainerInit
import LinuxKernel
import Synchronization

/// The one thread of the library that waits for descriptors: ends of processes, pipes, notices of the kernel.
final class Reactor: Sendable {
    private let queue: EventQueue
    private let handlers = Mutex(Handlers())

    private struct Handlers {
        var entries: [UInt64: (descriptor: DescriptorNumber, handler: @Sendable () -> Void)] = [:]
        var next: UInt64 = 1
    }

    private static let made = Mutex<Reactor?>(nil)

    /// The reactor of this process, which lives as long as it does.
    static func shared() throws(ContainerError) -> Reactor {
        let result: Result<Reactor, ContainerError> = made.withLock { made in
            if let made { return .success(made) }
            do throws(ContainerError) {
                let reactor = try Reactor()
                made = reactor
                try attempt("pthread_create") { () throws(Errno) in try startThread { reactor.serve() } }
                return .success(reactor)
            } catch {
                made = nil
                return .failure(error)
            }
        }
        return try result.get()
    }

    private init() throws(ContainerError) {
        queue = try attempt("epoll_create1") { () throws(Errno) in try EventQueue() }
    }

    /// Has `handler` called on the reactor's thread, once, when the first of `events` comes to a descriptor. It must not
    /// wait for anything.
    ///
    /// The descriptor must stay open until then, or until `forget`.
    func once(
        _ file: borrowing FileDescriptor, _ events: UInt32, _ handler: @escaping @Sendable () -> Void
    ) throws(ContainerError) -> UInt64 {
        let number = file.number
        let identifier = handlers.withLock { handlers in
            let identifier = handlers.next
            handlers.next += 1
            handlers.entries[identifier] = (number, handler)
            return identifier
        }
        do throws(Errno) {
            try queue.add(file, events: events, identifier: identifier)
        } catch .notPermitted {
            // What epoll does not wait for, such as a regular file, is always ready.
            let isOurs = handlers.withLock { $0.entries.removeValue(forKey: identifier) != nil }
            if isOurs { handler() }
        } catch {
            handlers.withLock { _ = $0.entries.removeValue(forKey: identifier) }
            throw ContainerError(operation: "epoll_ctl", errno: error)
        }
        return identifier
    }

    /// Forgets a handler that has not been called; true if it never will be.
    @discardableResult
    func forget(_ identifier: UInt64) -> Bool {
        handlers.withLock { handlers in
            guard let entry = handlers.entries.removeValue(forKey: identifier) else { return false }
            queue.remove(entry.descriptor)
            return true
        }
    }

    private func serve() {
        while true {
            do throws(Errno) {
                for identifier in try queue.wait() {
                    let handler = handlers.withLock { handlers -> (@Sendable () -> Void)? in
                        guard let entry = handlers.entries.removeValue(forKey: identifier) else { return nil }
                        // Under the lock: the descriptor is open until its owner hears of this.
                        queue.remove(entry.descriptor)
                        return entry.handler
                    }
                    handler?()
                }
            } catch {
                // The queue is this thread's own: there is nothing to wait for but memory.
                continue
            }
        }
    }
}

extension Reactor {
    /// Waits until the first of `events` comes; false when the task is cancelled first.
    func wait(_ file: borrowing FileDescriptor, _ events: UInt32) async throws(ContainerError) -> Bool {
        let event = Event<Void>()
        let identifier = try once(file, events) { event.happen(()) }
        if await event.valueUnlessCancelled() != nil { return true }
        // It may be on its way just now.
        if !forget(identifier) { await event.value() }
        return false
    }
}
