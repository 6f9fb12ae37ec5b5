import ByteStrings
import ContainerInit
import LinuxKernel

/// What /proc/PID/stat says of a process. See proc_pid_stat(5).
package struct ProcessFacts: Equatable, Sendable {
    /// The letter of its state: `Z` and `X` for one that has ended.
    package var state: UInt8
    /// When it started, in clock ticks since boot.
    package var startTime: UInt64
    /// The name that the kernel took from the file it executed.
    package var name: ByteString
    /// Whether the process is about to end: `PF_EXITING`.
    package var isEnding: Bool
    /// How it ended, as wait(2) gives it; for one that has ended.
    package var endStatus: Int32

    /// Looks at the process `pid`.
    ///
    /// - Returns: nil only where the kernel says that there is none: what cannot be looked at may be alive.
    package static func read(_ pid: Int32) throws(Errno) -> ProcessFacts? {
        do throws(Errno) {
            guard let facts = ProcessFacts(line: try line(of: pid)) else { throw .invalidArgument }
            return facts
        } catch .noSuchFileOrDirectory {
            return nil
        } catch .noSuchProcess {
            return nil
        }
    }

    /// The line of a process. Few are longer than what is read at first.
    private static func line(of pid: Int32) throws(Errno) -> [UInt8] {
        try readAtOnce("/proc/\(pid)/stat", limit: 4096, expected: 768)
    }

    /// As `read`, with an error that names the file.
    package static func of(_ pid: Int32) throws(ContainerError) -> ProcessFacts? {
        do throws(Errno) {
            return try read(pid)
        } catch {
            throw ContainerError(operation: "read", subject: "/proc/\(pid)/stat", errno: error)
        }
    }

    /// Whether the process `pid` is the one that started then and has not ended, without the rest of what its line says.
    package static func isAlive(
        _ pid: Int32, since startTime: UInt64, near processes: inout NearbyDirectory
    ) throws(ContainerError) -> Bool {
        do throws(Errno) {
            let file = try processes.open("stat", of: pid)
            var found: Bool?
            try file.lendShortContent { line in
                guard var fields = StatusFields(line), let start = fields.number(22) else { return }
                found = start == startTime && isAlive(fields.state)
            }
            if let found { return found }
        } catch .noSuchFileOrDirectory {
            return false
        } catch .noSuchProcess {
            return false
        } catch {
            // The other way says what is wrong, if it is.
        }
        guard let facts = try of(pid) else { return false }
        return facts.startTime == startTime && facts.isAlive
    }

    /// Reads the line.
    package init?(line: [UInt8]) {
        var found: (name: Range<Int>, state: UInt8, flags: UInt64, start: UInt64, end: UInt64)?
        line.withUnsafeBytes { line in
            guard var fields = StatusFields(line) else { return }
            let flags = fields.number(9) ?? 0
            guard let start = fields.number(22) else { return }
            found = (fields.name, fields.state, flags, start, fields.number(52) ?? 0)
        }
        guard let found else { return nil }
        name = ByteString(bytes: line[found.name])
        state = found.state
        startTime = found.start
        isEnding = found.flags & 0x4 != 0
        endStatus = Int32(truncatingIfNeeded: found.end)
    }

    /// Whether the process has not ended.
    package var isAlive: Bool { Self.isAlive(state) }

    private static func isAlive(_ state: UInt8) -> Bool { state != UInt8(ascii: "Z") && state != UInt8(ascii: "X") }

    /// Opens a process, if it is the one that started then; nil when that one has ended.
    package static func open(pid: Int32, startTime: UInt64) throws(ContainerError) -> ProcessHandle? {
        let handle: ProcessHandle
        do throws(Errno) {
            handle = try ProcessHandle(pid: pid)
        } catch .noSuchProcess {
            return nil
        } catch {
            let isUnknown = error == .noSuchSystemCall || error == .notPermitted
            throw ContainerError(
                operation: "pidfd_open", subject: String(pid), errno: error,
                remedy: isUnknown
                    ? "it takes Linux 5.3, and no filter of system calls around the runtime that refuses it" : "")
        }
        // Looked at after the descriptor is there: from now on the number cannot change its meaning.
        guard let facts = try of(pid), facts.startTime == startTime, facts.isAlive else { return nil }
        return handle
    }
}
