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
            let line = try readAtOnce("/proc/\(pid)/stat", limit: 4096, expected: 4096)
            guard let facts = ProcessFacts(line: line) else { throw .invalidArgument }
            return facts
        } catch .noSuchFileOrDirectory {
            return nil
        } catch .noSuchProcess {
            return nil
        }
    }

    /// As `read`, with an error that names the file.
    package static func of(_ pid: Int32) throws(ContainerError) -> ProcessFacts? {
        do throws(Errno) {
            return try read(pid)
        } catch {
            throw ContainerError(operation: "read", subject: "/proc/\(pid)/stat", errno: error)
        }
    }

    /// Reads the line; the name of the program may hold blanks and parentheses, so fields count from the last one.
    package init?(line: [UInt8]) {
        guard let open = line.firstIndex(of: UInt8(ascii: "(")), let close = line.lastIndex(of: UInt8(ascii: ")")),
            open < close, close + 2 < line.count
        else { return nil }
        state = line[close + 2]
        name = ByteString(bytes: line[(open + 1)..<close])
        var values = (flags: UInt64(0), start: UInt64?.none, end: UInt64(0))
        var field = 0
        var value: UInt64? = 0
        // The state is the first field behind the name.
        for position in (close + 2)...line.count {
            let byte = position < line.count ? line[position] : UInt8(ascii: " ")
            guard byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") else {
                let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                value = isDigit ? value.map { $0 &* 10 &+ UInt64(byte - UInt8(ascii: "0")) } : nil
                continue
            }
            switch field {
            case 6: values.flags = value ?? 0
            case 19: values.start = value
            case 49: values.end = value ?? 0
            default: break
            }
            field += 1
            value = 0
        }
        guard let start = values.start else { return nil }
        startTime = start
        isEnding = values.flags & 0x4 != 0
        endStatus = Int32(truncatingIfNeeded: values.end)
    }

    /// Whether the process has not ended.
    package var isAlive: Bool { state != UInt8(ascii: "Z") && state != UInt8(ascii: "X") }

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
