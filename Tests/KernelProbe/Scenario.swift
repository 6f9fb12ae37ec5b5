import CLinuxKernel
import LinuxKernel

/// One thing that is tried.
struct Scenario: Sendable {
    let name: String
    /// Tries it, in a process of its own; the directory is empty, and removed afterwards.
    let perform: @Sendable (Path) throws(Errno) -> Void

    init(_ name: String, _ perform: @escaping @Sendable (Path) throws(Errno) -> Void) {
        self.name = name
        self.perform = perform
    }
}

/// What did not hold. The probe has one thread.
enum Outcome {
    nonisolated(unsafe) static var failures: [String] = []

    static func note(_ text: String) {
        failures.append(text)
        do throws(Errno) { try writeToStandardError(ByteString(text + "\n")) } catch { exitProcess(3) }
    }
}

/// Notes where something does not hold.
func expect(_ holds: Bool, _ text: String = "", line: UInt = #line, file: String = #fileID) {
    if !holds { Outcome.note("\(file):\(line): " + text) }
}

/// Notes where a call does not fail as it should.
func expect(
    _ errno: Errno, line: UInt = #line, file: String = #fileID, _ body: () throws(Errno) -> Void
) {
    do throws(Errno) {
        try body()
        Outcome.note("\(file):\(line): there was no error")
    } catch {
        if error != errno { Outcome.note("\(file):\(line): \(error.name) instead of \(errno.name)") }
    }
}

/// Runs a body in a child, and gives how that ended: 0 if all held.
func inChild(_ flags: CloneFlags = [], _ body: () throws(Errno) -> Void) throws(Errno) -> ProcessStatus {
    var arguments = linux_clone_args()
    arguments.flags = flags.rawValue
    arguments.exit_signal = UInt64(SIGCHLD)
    let child = Int32(try check(linux_clone3(&arguments)))
    if child == 0 {
        do throws(Errno) {
            try body()
        } catch {
            Outcome.note("the child ended with " + error.name)
        }
        exitProcess(Outcome.failures.isEmpty ? 0 : 1)
    }
    return try reapChild(child)
}

/// The value of a line of /proc/self/status, its words with single blanks between them.
func status(_ key: String) throws(Errno) -> String {
    for line in try readKernelFile("/proc/self/status").parts(separatedBy: UInt8(ascii: "\n")) {
        let words = line.split { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") }.map {
            ByteString(bytes: $0).text
        }
        if words.first == key + ":" { return words.dropFirst().joined(separator: " ") }
    }
    return ""
}

/// A field of /proc/self/stat, by its number in proc_pid_stat(5).
func statField(_ number: Int) throws(Errno) -> String {
    let text = try readKernelFile("/proc/self/stat")
    guard let end = text.lastIndex(of: UInt8(ascii: ")")) else { return "" }
    let fields = ByteString(bytes: text[(end + 2)...]).parts(separatedBy: UInt8(ascii: " "))
    return number - 3 < fields.count ? fields[number - 3].text : ""
}

/// The names in a directory.
func names(_ path: Path) throws(Errno) -> [String] {
    try FileDescriptor.open(path, [.readOnly, .directory]).directoryEntries().map(\.text).sorted()
}
