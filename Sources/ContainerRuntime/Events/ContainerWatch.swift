import Cgroups
import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

/// Waits for what happens to a container until it ends.
///
/// It holds descriptors and nothing else: when it goes away nobody watches any more.
package struct ContainerWatch: ~Copyable {
    /// Why a wait is over.
    package enum Happening: Sendable {
        /// A process of the container ran out of memory.
        case outOfMemory
        /// The first process has ended.
        case ended
        /// Nobody reads any more what is written.
        case readerGone
        /// The time has come.
        case timeOver
    }

    private let process: ProcessHandle
    private var notifier: OOMNotifier
    private var cgroupIsGone = false

    init(_ process: consuming ProcessHandle, _ notifier: consuming OOMNotifier) {
        self.process = process
        self.notifier = notifier
    }

    /// Waits for the next thing to happen, at most until `moment` of the monotonic clock, in nanoseconds.
    ///
    /// A container that has run out of memory and ended of it is told in this order.
    ///
    /// - Parameter output: where the caller writes; its reader may go away.
    package mutating func next(until moment: UInt64, output: borrowing FileDescriptor) throws(ContainerError)
        -> Happening
    {
        while true {
            let now = monotonicNanoseconds()
            let left = moment > now ? (moment - now + 999_999) / 1_000_000 : 0
            var watched = PollSet()
            watched.add(process)
            watched.add(output, events: 0)
            if !cgroupIsGone { notifier.watch(in: &watched) }
            let count = try attempt("poll", "the container") { () throws(Errno) in
                try watched.wait(milliseconds: Int32(clamping: left))
            }
            if count == 0 {
                if monotonicNanoseconds() >= moment { return .timeOver }
                continue
            }
            if !cgroupIsGone {
                switch try cgroupCall({ () throws(CgroupError) in try notifier.take() }) {
                case .nothing: break
                case .gone: cgroupIsGone = true
                case .outOfMemory: return .outOfMemory
                case .outOfMemoryAndGone:
                    cgroupIsGone = true
                    return .outOfMemory
                }
            }
            if watched.isReady(output) { return .readerGone }
            if watched.hasEnded(process) { return .ended }
        }
    }
}

extension Container {
    /// Starts to watch the container.
    ///
    /// - Throws: `notRunning` for one that has ended, and an error where nothing tells when it runs out of memory.
    package func watch() throws(ContainerError) -> ContainerWatch {
        try needLife()
        let notifier = try outOfMemoryNotifier()
        guard let process = try openProcess() else { throw notAlive }
        return ContainerWatch(process, notifier)
    }

    /// What tells when the container runs out of memory.
    package func outOfMemoryNotifier() throws(ContainerError) -> OOMNotifier {
        try notifier { (cgroup) throws(CgroupError) in try cgroup.oomNotifier() }
    }

    /// What tells when the container comes under pressure for memory.
    package func pressureNotifier(_ level: PressureNotifier.Level) throws(ContainerError) -> PressureNotifier {
        try notifier { (cgroup) throws(CgroupError) in try cgroup.pressureNotifier(level) }
    }

    private func notifier<Notifier: ~Copyable>(
        _ make: (inout Cgroup) throws(CgroupError) -> Notifier
    ) throws(ContainerError) -> Notifier {
        try needCgroup(for: "unable to watch the container's memory")
        var cgroup = record.cgroup
        do throws(CgroupError) {
            return try make(&cgroup)
        } catch {
            // Its cgroup may have gone with it.
            try needLife()
            throw ContainerError(error)
        }
    }

    /// Fails unless the container has a first process that lives.
    package func needLife() throws(ContainerError) {
        switch try status() {
        case .created, .running, .paused: return
        case .creating, .stopped: throw notAlive
        }
    }

    private var notAlive: ContainerError {
        ContainerError(.notRunning, exactly: "container with id " + id + " is not running")
    }
}
