import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

/// The end of a container, and what is known of it.
public enum ContainerEnd: Equatable, Sendable {
    /// The first process has ended with this exit code.
    case exited(Int32)
    /// A signal has ended it.
    case killed(signal: Int32)
    /// It has ended, and nobody can tell how any more.
    case unknown
}

extension Container {
    /// Waits until the container's first process has ended.
    ///
    /// How it ended is known to its parent. To others the kernel tells it while the process waits to be reaped and, since
    /// Linux 6.15, also after that if they were waiting by then; `run` with `keeps` leaves it in the state directory.
    ///
    /// - Parameter nanoseconds: how long to wait at most; nil waits for ever.
    /// - Returns: nil when the time is over before the end.
    public func waitForEnd(atMost nanoseconds: UInt64? = nil) throws(ContainerError) -> ContainerEnd? {
        let now = monotonicNanoseconds()
        let (sum, isForEver) = now.addingReportingOverflow(nanoseconds ?? .max)
        let moment = isForEver ? .max : sum
        guard let made = try whenMade(until: moment) else { return nil }
        return try made.waitForEnd(until: moment)
    }

    /// The container once its first process is there; nil when that takes too long.
    private func whenMade(until moment: UInt64) throws(ContainerError) -> Container? {
        var container = self
        while container.record.pid == nil, try container.status() == .creating {
            if monotonicNanoseconds() >= moment { return nil }
            // Its maker holds a lock, and a lock is not to be waited for with a limit.
            sleep(microseconds: 10_000)
            container = try store.load(id)
        }
        return container
    }

    private func waitForEnd(until moment: UInt64) throws(ContainerError) -> ContainerEnd? {
        guard let pid = record.pid else { return .unknown }
        do throws(Errno) {
            let process = try ProcessHandle(pid: pid)
            // Looked at after the descriptor is there: from now on the number cannot change its meaning. A zombie is the
            // same process still.
            guard try ProcessFacts.read(pid)?.startTime == record.startTime else { return recordedEnd }
            guard try process.waitForEnd(until: moment) else { return nil }
            return try end(of: process)
        } catch .noSuchProcess {
            return recordedEnd
        } catch {
            throw ContainerError(operation: "poll", subject: String(pid), errno: error)
        }
    }

    private var recordedEnd: ContainerEnd { recordedStatus.map(ContainerEnd.init) ?? .unknown }

    /// How long a parent may take to reap the process and to tell, in milliseconds.
    private static let patienceWithParents: Int32 = 500

    /// How a process that has ended did so.
    private func end(of process: borrowing ProcessHandle) throws(Errno) -> ContainerEnd {
        let deadline = Deadline(milliseconds: Self.patienceWithParents)
        while true {
            if let status = try process.keptStatus() { return ContainerEnd(status) }
            let zombie = try ProcessFacts.read(process.pid)
            if let zombie, zombie.startTime == record.startTime {
                // To those who may not look, the kernel shows 0: so 0 counts only for whom it would show others.
                if zombie.endStatus != 0 || effectiveUser == 0 {
                    return ContainerEnd(ProcessStatus(waitStatus: zombie.endStatus))
                }
            } else if let status = try process.keptStatus() ?? recordedStatus {
                return ContainerEnd(status)
            }
            if deadline.isOver { return recordedEnd }
            try process.waitForReaping(milliseconds: 5)
            if zombie == nil { sleep(microseconds: 5000) }
        }
    }
}

extension ContainerEnd {
    fileprivate init(_ status: ProcessStatus) {
        switch status {
        case .exited(let code): self = .exited(code)
        case .killed(let signal): self = .killed(signal: signal)
        }
    }

    /// The exit code, or 128 and the number of the signal, as `run` gives it; nil where it is not known.
    public var exitStatus: Int32? {
        switch self {
        case .exited(let code): code
        case .killed(let signal): 128 + signal
        case .unknown: nil
        }
    }
}

extension ProcessHandle {
    /// Waits for the end of the process until `moment` of the monotonic clock, in nanoseconds; false when it comes first.
    fileprivate func waitForEnd(until moment: UInt64) throws(Errno) -> Bool {
        while true {
            let now = monotonicNanoseconds()
            let left = moment > now ? (moment - now).dividedUp(by: 1_000_000) : 0
            // More than a number of milliseconds can say is waited for in parts.
            if try waitForEnd(milliseconds: Int32(clamping: left)) { return true }
            if monotonicNanoseconds() >= moment { return false }
        }
    }
}

extension UInt64 {
    fileprivate func dividedUp(by divisor: UInt64) -> UInt64 { self / divisor + (self % divisor == 0 ? 0 : 1) }
}
