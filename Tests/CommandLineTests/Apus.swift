import Foundation

/// The built program, run as a user runs it.
struct Apus {
    let stdout: String
    let stderr: String
    let status: Int32

    /// The binary of the debug build, or the one that `APUS_BINARY` names.
    static let path: String = {
        if let given = ProcessInfo.processInfo.environment["APUS_BINARY"] { return given }
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path + "/.build/debug/apus"
    }()

    /// Runs the program to its end.
    init(_ arguments: [String], environment: [String: String] = [:], directory: String? = nil) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.path)
        process.arguments = arguments
        process.environment = environment.merging(["TZ": "UTC"]) { given, _ in given }
        if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
        let out = Pipe()
        let err = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = out
        process.standardError = err
        try process.run()
        // What the program writes fits into a pipe, so the order of reading does not matter.
        let outBytes = out.fileHandleForReading.readDataToEndOfFile()
        let errBytes = err.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        stdout = String(decoding: outBytes, as: UTF8.self)
        stderr = String(decoding: errBytes, as: UTF8.self)
        status = process.terminationStatus
    }

    /// Runs the program to its end.
    init(_ arguments: String..., directory: String? = nil) throws {
        try self.init(arguments, directory: directory)
    }

    /// Standard error without the times of its records.
    var timelessError: String {
        stderr.replacing(/time="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/, with: "time=T")
            .replacing(/"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/, with: "\"time\":T")
    }
}

/// A directory that a test may fill; removed at the end of `body`.
func withTemporaryDirectory(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.path + "/apus-command-line-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
}
