import ByteStrings

/// What the kernel says of the calling thread. See proc_pid_status(5).
package struct ThreadStatus: Sendable {
    /// The signals that this process ignores, a bit for each, the lowest for signal 1: `SigIgn`.
    ///
    /// Where nobody says it, all of them: to give a signal its default action that it has already changes nothing.
    package var ignoredSignals = UInt64.max
    /// The capabilities that an exec can give, a bit for each: `CapBnd`. Nil where nobody says it.
    package var boundingSet: UInt64?

    /// Whether it is known to be in no supplementary group: `Groups`.
    package var hasNoGroups = false

    /// Reads it.
    package static func current() -> ThreadStatus {
        var status = ThreadStatus()
        do throws(Errno) {
            let text: ByteString = try readKernelFile(
                ThisProcess.file("status"), isOneRecord: true)
            status.ignoredSignals = text.restOfLine(behind: "SigIgn:\t")?.hexadecimalNumber ?? .max
            status.hasNoGroups =
                text.restOfLine(behind: "Groups:\t")?.allSatisfy { $0 == UInt8(ascii: " ") } ?? false
            status.boundingSet = text.restOfLine(behind: "CapBnd:\t")?.hexadecimalNumber
        } catch {
            // Without /proc both stay unknown.
        }
        return status
    }
}
