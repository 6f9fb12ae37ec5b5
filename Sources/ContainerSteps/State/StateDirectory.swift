import ByteStrings
import ContainerInit
import LinuxKernel
import RuntimeSpec

/// The open state directory of one container, locked while its owner changes the container.
///
/// The directory is written before the first effect on the host, so that whatever a kill leaves behind can be found and
/// undone by the container's id.
package final class StateDirectory {
    package let path: Path
    package let descriptor: FileDescriptor

    /// Makes the directory of a new container, and the directories above it.
    ///
    /// Nobody else enters it: the container has open, or mounted, what it needs of it.
    package static func make(at path: Path) throws(ContainerError) -> StateDirectory {
        do throws(Errno) {
            try makeDirectory(path, mode: 0o700)
        } catch .noSuchFileOrDirectory {
            try makeDirectories(to: path.parent)
            do throws(Errno) {
                try makeDirectory(path, mode: 0o700)
            } catch {
                throw failure(path, error)
            }
        } catch {
            throw failure(path, error)
        }
        do throws(ContainerError) {
            return try StateDirectory(path: path)
        } catch {
            // Made by this call, and empty: nobody else's.
            try attempt("rmdir", path) { () throws(Errno) in try unlink(path, isDirectory: true) }
            throw error
        }
    }

    private static func failure(_ path: Path, _ errno: Errno) -> ContainerError {
        errno == .fileExists
            ? ContainerError(.alreadyExists, exactly: "container with given ID already exists")
            : ContainerError(operation: "mkdir", subject: path, errno: errno, remedy: remedy(errno))
    }

    /// What helps an ordinary user whose session has no directory for such files.
    private static func remedy(_ errno: Errno) -> String {
        guard effectiveUser != 0, errno == .permissionDenied || errno == .readOnlyFileSystem else { return "" }
        return "set XDG_RUNTIME_DIR to a directory of your own, or give --root"
    }

    /// Opens and locks an existing directory; nil when there is none.
    ///
    /// - Parameter patience: how many milliseconds to wait for another holder; when they are over the directory is opened
    ///   all the same, since a runtime that hangs must not keep a container from being removed.
    package static func open(at path: Path, patience: Int) throws(ContainerError) -> StateDirectory? {
        do throws(Errno) {
            let descriptor = try FileDescriptor.open(path, [.readOnly, .directory, .noFollow])
            let deadline = monotonicNanoseconds() + UInt64(patience) * 1_000_000
            while try !descriptor.lock(waiting: false) {
                if monotonicNanoseconds() >= deadline { break }
                sleep(microseconds: 10_000)
            }
            // Whoever held it may have removed it.
            guard try descriptor.status().links > 0 else { return nil }
            return StateDirectory(path: path, descriptor: descriptor)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw ContainerError(operation: "open", subject: path, errno: error)
        }
    }

    private init(path: Path) throws(ContainerError) {
        self.path = path
        descriptor = try attempt("open", path) { () throws(Errno) in
            let descriptor = try FileDescriptor.open(path, [.readOnly, .directory, .noFollow])
            _ = try descriptor.lock(waiting: false)
            return descriptor
        }
    }

    private init(path: Path, descriptor: consuming FileDescriptor) {
        self.path = path
        self.descriptor = descriptor
    }

    private static func makeDirectories(to root: Path) throws(ContainerError) {
        // The root is absolute and cleaned, so every prefix of it that ends before a slash is a directory above.
        for end in root.bytes.indices.dropFirst() + [root.bytes.endIndex]
        where end == root.bytes.endIndex || root.bytes[end] == UInt8(ascii: "/") {
            let directory = Path(ByteString(bytes: root.bytes[0..<end]))
            do throws(Errno) {
                try makeDirectory(directory, mode: 0o700)
            } catch .fileExists {
                continue
            } catch {
                throw failure(directory, error)
            }
        }
    }

    /// Writes a file of a new directory, in which nobody looks for it before there is a state file.
    package func create(_ bytes: [UInt8], as name: Path) throws(ContainerError) {
        try attempt("write", path.appending(name)) { () throws(Errno) in
            let file = try FileDescriptor.open(
                name, at: descriptor, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
            try file.write(bytes)
        }
    }

    /// Writes a file of the directory: made new under another name, then renamed into place.
    package func write(_ bytes: [UInt8], as name: Path) throws(ContainerError) {
        try prepare(bytes, as: name)
        try publish(name)
    }

    /// The first half of `write`, after which nobody sees anything yet.
    package func prepare(_ bytes: [UInt8], as name: Path) throws(ContainerError) {
        try attempt("write", path.appending(name)) { () throws(Errno) in
            let file = try FileDescriptor.open(
                Self.newName(of: name), at: descriptor, [.writeOnly, .create, .truncate, .noFollow], mode: 0o600)
            try file.write(bytes)
        }
    }

    /// The second half.
    package func publish(_ name: Path) throws(ContainerError) {
        try attempt("write", path.appending(name)) { () throws(Errno) in
            try descriptor.rename(Self.newName(of: name), to: name)
        }
    }

    private static func newName(of name: Path) -> Path { ".\(name).new" }

    /// Makes a directory that everybody may enter.
    package func makeSubdirectory(_ name: Path) throws(ContainerError) {
        try attempt("mkdir", path.appending(name)) { () throws(Errno) in
            try makeDirectory(name, at: descriptor, mode: 0o755)
        }
    }

    /// Makes the fifo in which a created container waits for its start, and opens both of its ends.
    ///
    /// Whoever can write to it can start the container: that is the runtime's user alone. The container has it open.
    package func makeStartFifo() throws(ContainerError) -> FileDescriptor {
        try attempt("mkfifo", path.appending(startFifoName)) { () throws(Errno) in
            try makeNode(startFifoName, at: descriptor, kind: .fifo, permissions: 0o600)
            let fifo = try FileDescriptor.open(startFifoName, at: descriptor, [.readWrite, .noFollow])
            try fifo.setPermissions(0o600)
            return fifo
        }
    }

    /// Removes the directory and all that the runtime keeps in it.
    package func remove() throws(ContainerError) {
        do throws(Errno) {
            if try removeUsual() { return }
            try descriptor.removeTree()
            try unlink(path, isDirectory: true)
        } catch .noSuchFileOrDirectory {
            // Somebody else removed it meanwhile.
            return
        } catch {
            throw ContainerError(operation: "remove", subject: path, errno: error)
        }
    }
}

extension StateDirectory {
    /// Removes a directory that has no more than the files that each has; false when something is left.
    private func removeUsual() throws(Errno) -> Bool {
        do throws(Errno) {
            for name: Path in ["state.json", "config.json"] { try unlink(name, at: descriptor) }
            try unlink(path, isDirectory: true)
            return true
        } catch .noSuchFileOrDirectory {
            return false
        } catch .notEmpty {
            return false
        } catch .isDirectory {
            return false
        }
    }
}

/// The name of the fifo in the state directory, by which programs outside know a created container.
package let startFifoName = Path(ByteString(stringLiteral: startFifoWord))

private let startFifoWord: StaticString = "exec.fifo"

/// Where that fifo is, by the path of the state directory.
package func startFifo(in directory: Path) -> Path { directory.entry(startFifoWord) }

/// What that fifo is; the directory is found from `start`.
package func startFifoStatus(
    in directory: Path, at start: borrowing FileDescriptor
) throws(Errno) -> FileStatus {
    try entryStatus(startFifoWord, in: directory, at: start)
}

/// Opens that fifo to write to it, which succeeds as long as the container waits at it.
package func openStartFifo(
    in directory: Path, at start: borrowing FileDescriptor
) throws(Errno) -> FileDescriptor {
    try FileDescriptor.open(startFifoWord, in: directory, at: start, .writingToReader)
}
