import Cgroups
import ContainerInit
import ContainerRuntime
import LinuxKernel
import Synchronization

/// How short of memory a container is.
public struct MemoryPressureLevel: Hashable, Sendable {
    let number: UInt8

    /// The kernel takes memory back, mostly from caches. cgroup2: processes waited for a tenth of two seconds.
    public static let low = MemoryPressureLevel(number: 0)
    /// Memory is short: caches shrink, some is swapped out. cgroup2: processes waited for three tenths of two seconds.
    public static let medium = MemoryPressureLevel(number: 1)
    /// The container is about to run out of memory. cgroup2: all processes waited for two tenths of two seconds.
    public static let critical = MemoryPressureLevel(number: 2)

    var level: PressureNotifier.Level {
        switch number {
        case 0: .low
        case 1: .medium
        default: .critical
        }
    }
}

/// What the kernel tells about the memory of a container.
public struct MemoryNotice: Hashable, Sendable {
    /// The level that is reached; nil for a container that has run out of memory.
    public let pressure: MemoryPressureLevel?

    /// Whether a process ran out of memory: the kernel has killed one, or the limit is reached and nothing can be taken back.
    public var isOutOfMemory: Bool { pressure == nil }
}

extension Container {
    /// Tells each time when the container runs out of memory, until its first process has ended.
    ///
    /// What happens from the call on is told, also before it is asked for. One task at a time may read.
    ///
    /// - Throws: `notRunning` for a container that has ended, and an error where its memory is not counted.
    public func outOfMemoryNotices() throws(ContainerError) -> MemoryNotices {
        try base.needLife()
        return try MemoryNotices(self, NoticeSource.Notifier(try base.outOfMemoryNotifier()), nil)
    }

    /// Tells each time when the container comes under pressure for memory, until its first process has ended.
    ///
    /// - Parameter level: how short of memory it must be; a higher level is told as well.
    /// - Throws: `notRunning` for a container that has ended, `notSupported` where the kernel does not tell.
    public func memoryPressureNotices(_ level: MemoryPressureLevel = .low) throws(ContainerError) -> MemoryNotices {
        try base.needLife()
        return try MemoryNotices(self, NoticeSource.Notifier(try base.pressureNotifier(level.level)), level)
    }
}

/// Notices of the kernel, as an asynchronous sequence that ends with the container.
public struct MemoryNotices: AsyncSequence, Sendable {
    /// A notice.
    public typealias Element = MemoryNotice
    /// What waiting can fail with.
    public typealias Failure = ContainerError

    private let source: NoticeSource

    fileprivate init(
        _ container: Container, _ notifier: consuming NoticeSource.Notifier, _ level: MemoryPressureLevel?
    ) throws(ContainerError) {
        source = try NoticeSource(container, notifier, level)
    }

    /// Makes an iterator.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: source) }

    /// Waits for notices.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        fileprivate let source: NoticeSource

        /// The next notice; nil when the container has ended.
        ///
        /// - Throws: `cancelled` when the task is cancelled.
        public mutating func next() async throws(ContainerError) -> MemoryNotice? { try await source.next() }

        /// The next notice; nil when the container has ended.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(ContainerError) -> MemoryNotice? { try await source.next() }
    }
}

/// The descriptors of one sequence of notices.
private final class NoticeSource: Sendable {
    /// One of the two.
    struct Notifier: ~Copyable, Sendable {
        var outOfMemory: OOMNotifier?
        var pressure: PressureNotifier?

        init(_ notifier: consuming OOMNotifier) { outOfMemory = consume notifier }

        init(_ notifier: consuming PressureNotifier) { pressure = consume notifier }
    }

    private struct State: ~Copyable, Sendable {
        var notifier: Notifier
        var isGone = false
    }

    private let level: MemoryPressureLevel?
    private let process: ProcessHandle
    private let state: Mutex<State>

    init(
        _ container: Container, _ notifier: consuming Notifier, _ level: MemoryPressureLevel?
    ) throws(ContainerError) {
        guard let process = try container.base.openProcess() else {
            throw ContainerError(.notRunning, exactly: "container with id \(container.id) is not running")
        }
        self.process = process
        self.level = level
        state = Mutex(State(notifier: notifier))
    }

    func next() async throws(ContainerError) -> MemoryNotice? {
        var isTold = false
        while true {
            switch try take(isTold: isTold) {
            case .nothing: break
            case .notice: return MemoryNotice(pressure: level)
            case .gone: return nil
            }
            isTold = try await waitForMore()
            // What was told just before the end counts, where something remembers it.
            if !isTold { return try take(isTold: false) == .notice ? MemoryNotice(pressure: level) : nil }
        }
    }

    private enum Taken: Sendable { case nothing, notice, gone }

    private func take(isTold: Bool) throws(ContainerError) -> Taken {
        let result: Result<Taken, CgroupError> = state.withLock { state in
            if state.isGone { return .success(.gone) }
            do throws(CgroupError) {
                let notice = try state.notifier.take(isTold: isTold)
                state.isGone = notice == .gone || notice == .outOfMemoryAndGone
                switch notice {
                case .nothing: return .success(.nothing)
                case .outOfMemory, .outOfMemoryAndGone: return .success(.notice)
                case .gone: return .success(.gone)
                }
            } catch {
                return .failure(error)
            }
        }
        do throws(CgroupError) { return try result.get() } catch { throw ContainerError(error) }
    }

    /// Waits for a notice, or for the end; false when the first process has ended.
    private func waitForMore() async throws(ContainerError) -> Bool {
        let reactor = try Reactor.shared()
        let event = Event<Bool>()
        let notice = try state.withLock { (state) throws(ContainerError) in
            try state.notifier.once(reactor) { event.happen(true) }
        }
        defer { reactor.forget(notice) }
        // A descriptor of its own: several tasks may wait for the same process.
        let end = try reactor.once(process.descriptor, EventQueue.input) { event.happen(false) }
        defer { reactor.forget(end) }
        guard let isNotice = await event.valueUnlessCancelled() else { throw .cancelled }
        return isNotice
    }
}

extension NoticeSource.Notifier {
    /// Has `handler` called when there may be a notice.
    fileprivate func once(
        _ reactor: Reactor, _ handler: @escaping @Sendable () -> Void
    ) throws(ContainerError) -> UInt64 {
        func watch(_ file: borrowing FileDescriptor, _ events: Int16) throws(ContainerError) -> UInt64 {
            try reactor.once(file, UInt32(UInt16(bitPattern: events)), handler)
        }
        switch pressure {
        case .some(let notifier): return try notifier.lend(watch)
        case .none: break
        }
        switch outOfMemory {
        case .some(let notifier): return try notifier.lend(watch)
        // One of the two is there.
        case .none: return 0
        }
    }

    fileprivate mutating func take(isTold: Bool) throws(CgroupError) -> OOMNotifier.Notice {
        if let notice = try pressure?.take(isTold: isTold) { return notice }
        return try outOfMemory?.take() ?? .nothing
    }
}
