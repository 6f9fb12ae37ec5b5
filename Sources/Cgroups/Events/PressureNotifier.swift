import LinuxKernel

/// Tells when a cgroup comes under pressure for memory.
///
/// In version 1 the kernel raises a counter at one of three levels of reclaiming; in cgroup2 a trigger on
/// `memory.pressure` tells when processes had to wait for memory too long. See the kernel's
/// Documentation/admin-guide/cgroup-v1/memory.rst, "Memory Pressure", and Documentation/accounting/psi.rst.
package struct PressureNotifier: ~Copyable, Sendable {
    /// How much pressure is told.
    package enum Level: Sendable {
        case low, medium, critical

        var legacyName: ByteString {
            switch self {
            case .low: "low"
            case .medium: "medium"
            case .critical: "critical"
            }
        }

        /// How many microseconds of a window of two million some or all processes must wait. Who has no privileges may only
        /// ask for windows of whole two seconds.
        var trigger: ByteString {
            switch self {
            case .low: "some 200000 2000000"
            case .medium: "some 600000 2000000"
            case .critical: "full 400000 2000000"
            }
        }
    }

    /// Version 1: what the kernel raises.
    private let counter: EventCounter?
    /// Version 1: the cgroup's directory; cgroup2: its `memory.pressure` with the trigger.
    private let file: FileDescriptor

    fileprivate init(legacy directory: borrowing FileDescriptor, path: Path, _ level: Level) throws(CgroupError) {
        let counter = try attempt("eventfd", path) { () throws(Errno) in try EventCounter() }
        try attempt("write", path.appending("cgroup.event_control")) { () throws(Errno) in
            let pressure = try FileDescriptor.open("memory.pressure_level", at: directory)
            let (event, file) = (counter.descriptor.number.rawValue, pressure.number.rawValue)
            try writeKernelFile("cgroup.event_control", at: directory, "\(event) \(file) \(level.legacyName)")
        }
        file = try attempt("open", path) { () throws(Errno) in
            try FileDescriptor.open(".", at: directory, [.readOnly, .directory])
        }
        self.counter = consume counter
    }

    fileprivate init(unified directory: borrowing FileDescriptor, path: Path, _ level: Level) throws(CgroupError) {
        counter = nil
        file = try attempt("write", path.appending("memory.pressure")) { () throws(Errno) in
            let file = try FileDescriptor.open("memory.pressure", at: directory, [.readWrite, .nonBlocking])
            try file.writeOnce(level.trigger)
            return file
        }
    }

    /// Lends what can be waited on, with the events of poll(2) to wait for.
    package func lend<Result, Failure: Error>(
        _ body: (borrowing FileDescriptor, Int16) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch counter {
        case .some(let counter): try body(counter.descriptor, PollSet.input)
        case .none: try body(file, PollSet.priority)
        }
    }

    /// What there was since the last time.
    ///
    /// - Parameter isTold: a wait has ended with an event; of cgroup2 nothing else remembers it.
    package func take(isTold: Bool) throws(CgroupError) -> OOMNotifier.Notice {
        do throws(Errno) {
            switch counter {
            case .some(let counter):
                guard try counter.take() > 0 else { return .nothing }
                do throws(Errno) {
                    // The kernel raises the counter once more when it removes the cgroup.
                    _ = try fileStatus("cgroup.event_control", at: file)
                    return .outOfMemory
                } catch {
                    guard error == .noSuchFileOrDirectory || error == .noSuchDevice else { throw error }
                    return .gone
                }
            case .none:
                // The file only tells whether the cgroup is still there.
                _ = try file.readAgain()
                return isTold ? .outOfMemory : .nothing
            }
        } catch .noSuchDevice {
            return .gone
        } catch {
            throw CgroupError(operation: "read", path: "memory.pressure", errno: error)
        }
    }
}

extension Cgroup {
    /// Starts to watch for pressure for memory.
    ///
    /// - Throws: an error where the memory of the cgroup is not counted.
    package mutating func pressureNotifier(_ level: PressureNotifier.Level) throws(CgroupError) -> PressureNotifier {
        if let index = legacyIndex(of: "memory") {
            return try PressureNotifier(legacy: directory(of: index).file, path: branches[index].place, level)
        }
        guard let index = unifiedIndex else { throw CgroupError(reason: "memory controller missing") }
        return try PressureNotifier(unified: directory(of: index).file, path: branches[index].place, level)
    }
}
