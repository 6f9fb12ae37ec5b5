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

    /// Looks at the process `pid`; nil when there is none.
    package init?(pid: Int32) {
        do throws(Errno) {
            let text: ByteString = try readKernelFile("/proc/\(pid)/stat", limit: 4096)
            guard let facts = ProcessFacts(stat: text) else { return nil }
            self = facts
        } catch {
            return nil
        }
    }

    /// Reads the line; the name of the program may hold blanks and parentheses, so fields count from the last one.
    package init?(stat: ByteString) {
        guard let open = stat.firstIndex(of: UInt8(ascii: "(")), let close = stat.lastIndex(of: UInt8(ascii: ")")),
            open < close
        else { return nil }
        let fields = stat[(close + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 19, let state = fields[0].first,
            let start = UInt64(ByteString(bytes: fields[19]).text)
        else { return nil }
        self.state = state
        startTime = start
        name = ByteString(bytes: stat[(open + 1)..<close])
        isEnding = UInt64(ByteString(bytes: fields[6]).text).map { $0 & 0x4 != 0 } ?? false
        endStatus = fields.count > 49 ? Int32(ByteString(bytes: fields[49]).text) ?? 0 : 0
    }

    /// Whether the process has not ended.
    package var isAlive: Bool { state != UInt8(ascii: "Z") && state != UInt8(ascii: "X") }

    /// Opens a process, if it is the one that started then; nil when that one has ended.
    package static func open(pid: Int32, startTime: UInt64) throws(ContainerError) -> ProcessHandle? {
        do throws(Errno) {
            let handle = try ProcessHandle(pid: pid)
            // Looked at after the descriptor is there: from now on the number cannot change its meaning.
            guard let facts = ProcessFacts(pid: pid), facts.startTime == startTime, facts.isAlive else { return nil }
            return handle
        } catch .noSuchProcess {
            return nil
        } catch {
            throw ContainerError(operation: "pidfd_open", subject: String(pid), errno: error)
        }
    }
}
