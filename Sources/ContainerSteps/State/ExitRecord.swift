import ByteStrings
import ContainerInit
import LinuxKernel
import StrictJSON

/// How a container's first process ended, written by a runtime that was its parent: the file `exit.json` of the state directory.
///
/// The process's number and start say of which process it is, should the directory outlive one.
package struct ExitRecord: StateObject {
    package static let name: Path = "exit.json"

    package private(set) var pid: Int32 = 0
    package private(set) var startTime: UInt64 = 0
    private var exitCode: Int32?
    private var signal: Int32?

    package init() {}

    package init(pid: Int32, startTime: UInt64, status: ProcessStatus) {
        self.pid = pid
        self.startTime = startTime
        switch status {
        case .exited(let code): exitCode = code
        case .killed(let signal): self.signal = signal
        }
    }

    package mutating func members<Visitor: StateVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("pid", &pid, .always)
        try visitor.member("startTime", &startTime, .always)
        try visitor.member("exitCode", &exitCode)
        try visitor.member("signal", &signal)
    }

    /// How it ended.
    package var status: ProcessStatus {
        if let signal { return .killed(signal: signal) }
        return .exited(exitCode ?? 0)
    }

    /// The content of the file.
    package var encoded: [UInt8] {
        var writer = JSONWriter()
        write(&writer)
        return writer.bytes
    }

    /// Reads the content of the file; nil for what is no such content.
    package init?(decoding bytes: [UInt8]) {
        do throws(JSONSyntaxError) {
            var reader = try StateReader(bytes)
            guard let record = try Self.read(&reader), record.pid > 0, (record.exitCode ?? record.signal) != nil
            else { return nil }
            self = record
        } catch {
            return nil
        }
    }
}
