import Testing

@testable import LinuxKernel

/// A directory of its own in /tmp, removed with all that is in it.
final class TemporaryDirectory {
    let path: Path
    let descriptor: FileDescriptor

    init() throws {
        path = "/tmp/apus-kernel-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        try makeDirectory(path, mode: 0o700)
        descriptor = try FileDescriptor.open(path, [.readOnly, .directory])
    }

    deinit {
        do throws(Errno) {
            try descriptor.removeTree()
            try unlink(path, isDirectory: true)
        } catch {
            Issue.record("\(path) cannot be removed: \(error.message)")
        }
    }

    /// Makes a file and opens it for reading and writing.
    func file(_ name: Path, _ text: String = "") throws(Errno) -> FileDescriptor {
        let file = try FileDescriptor.open(name, at: descriptor, [.readWrite, .create, .exclusive], mode: 0o600)
        try file.write(Array(text.utf8))
        return file
    }
}
