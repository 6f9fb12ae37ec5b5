import ByteStrings
import LinuxKernel

/// Writes one offset of a new time namespace. Offsets are fixed once a process has entered. See time_namespaces(7).
package struct TimeOffsetStep: ChildStep {
    package static let name: StaticString = "time-offset"

    package var clock = Clock.monotonic
    package var seconds: Int64 = 0
    package var nanoseconds: UInt32 = 0

    package enum Clock: UInt8, FieldCode {
        case monotonic, boottime
    }

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("clock", &clock)
        try visitor.field("seconds", &seconds)
        try visitor.field("nanoseconds", &nanoseconds)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        let clock = clock == .monotonic ? "monotonic" : "boottime"
        let procfs = try process.ownProcfs()
        let line: ByteString = "\(clock) \(Int(seconds)) \(nanoseconds)"
        do throws(Errno) {
            let file = try Procfs.openOwn("timens_offsets", in: procfs.file, .writeOnly)
            try file.writeOnce(line)
        } catch {
            throw ContainerError(
                operation: "write", member: ".secs", value: String(seconds),
                subject: "\"\(line)\" to /proc/self/timens_offsets", errno: error,
                remedy: error == .outOfRange ? "the container's clock must not go below 0 or above 2^62 ns" : "")
        }
    }
}
