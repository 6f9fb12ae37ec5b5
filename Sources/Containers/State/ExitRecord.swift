import JSON
import Linux

/// How a container's first process ended, written by a runtime that was its parent: the file `exit.json` of the state folder.
///
/// The process's number and start say of which process it is, should the folder outlive one.
struct ExitRecord: Equatable {
    static let name: Path = "exit.json"

    var pid: Int32
    var startTime: UInt64
    var status: ProcessStatus

    init(pid: Int32, startTime: UInt64, status: ProcessStatus) {
        self.pid = pid
        self.startTime = startTime
        self.status = status
    }

    /// The content of the file.
    var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("pid")
        writer.integer(pid)
        writer.key("startTime")
        writer.integer(startTime)
        switch status {
        case .exited(let code):
            writer.key("exitCode")
            writer.integer(code)
        case .killed(let signal):
            writer.key("signal")
            writer.integer(signal)
        }
        writer.endObject()
        return writer.bytes
    }

    /// Reads the content of the file; nil for what is no such content.
    init?(decoding bytes: [UInt8]) {
        var pid: Int32 = 0
        var startTime: UInt64 = 0
        var status: ProcessStatus?
        do throws(JSONSyntaxError) {
            var reader = try JSONReader(bytes)
            guard try reader.peek() == .object else { return nil }
            try reader.beginObject()
            while try reader.nextMember() {
                if reader.isKey("pid") {
                    pid = try reader.integerOrZero()
                } else if reader.isKey("startTime") {
                    startTime = try reader.integerOrZero()
                } else if reader.isKey("exitCode") {
                    status = .exited(try reader.integerOrZero())
                } else if reader.isKey("signal") {
                    status = .killed(signal: try reader.integerOrZero())
                } else {
                    try reader.skipValue()
                }
            }
        } catch {
            return nil
        }
        guard let status, pid > 0 else { return nil }
        self.init(pid: pid, startTime: startTime, status: status)
    }
}

extension Container {
    /// How the first process ended, as its parent recorded; nil where nobody did.
    var recordedStatus: ProcessStatus? {
        do throws(Errno) {
            let bytes = try readRegularFile(store.folder(of: id).appending(ExitRecord.name), limit: 4096)
            guard let exit = ExitRecord(decoding: bytes), exit.pid == record.pid, exit.startTime == record.startTime
            else { return nil }
            return exit.status
        } catch {
            return nil
        }
    }

    /// Remembers how the first process ended, for those who ask later. The caller has the status in any case.
    func noteEnd(_ status: ProcessStatus, _ report: WarningReport) {
        guard let pid = record.pid else { return }
        let exit = ExitRecord(pid: pid, startTime: record.startTime, status: status)
        do throws(ContainerError) {
            guard let folder = try StateFolder.open(id, in: store, patience: 2000) else { return }
            try folder.write(exit.encoded, as: ExitRecord.name)
        } catch {
            report("the exit status of " + id + " is not recorded: " + error.message)
        }
    }
}
