import ContainerInit
import LinuxKernel
import Synchronization

/// An `apus` on the host, and whether it is fit to be the first process of this library's containers.
struct InstalledProgram {
    private let path: Path

    init(_ path: Path) { self.path = path }

    /// What a file was when it was found to be right.
    private struct Identity: Hashable {
        let path: Path
        let device: UInt64
        let inode: UInt64
        let size: Int
    }

    private static let known = Mutex<Set<Identity>>([])
    private static let places: [Path] = ["/usr/local/bin", "/usr/bin", "/usr/local/sbin", "/usr/sbin"]
    /// How long a program may take to name its version, in milliseconds.
    private static let patience: Int32 = 10_000

    /// The path of the first one that only root and the caller can change.
    static func find() throws(ContainerError) -> Path {
        var directories = (environmentVariable("PATH") ?? "").parts(separatedBy: UInt8(ascii: ":")).map { Path($0) }
        directories.removeAll { !$0.isAbsolute }
        var refusal: ContainerError?
        for directory in directories + places {
            let path: Path = "\(directory)/apus"
            do throws(Errno) {
                guard try fileStatus(path).kind == .regular else { continue }
            } catch {
                continue
            }
            do throws(ContainerError) {
                try InstalledProgram(path).check()
                return path
            } catch {
                refusal = refusal ?? error
            }
        }
        throw refusal
            ?? ContainerError(
                .noInitProgram,
                reason: "no program can be the first process of a container: there is no apus in PATH",
                remedy: "install apus, name it with InitProgram.installed(at:), or call InitProgram.runIfAsked() first")
    }

    /// Fails unless the file is a program of this library's version that only root and the caller can change.
    func check() throws(ContainerError) {
        guard path.isAbsolute else {
            throw ContainerError(.noInitProgram, subject: path, reason: "the path of the init program must be absolute")
        }
        try Self.checkOwner(of: path.parent, isDirectory: true)
        let status = try Self.checkOwner(of: path, isDirectory: false)
        let identity = Identity(path: path, device: status.device, inode: status.inode, size: status.size)
        if Self.known.withLock({ $0.contains(identity) }) { return }
        do throws(Errno) {
            try checkExecutable(path)
        } catch {
            throw ContainerError(.noInitProgram, operation: "access", subject: path, errno: error)
        }
        let answer = try askedForStamp()
        guard answer == InitStamp.text + "\n" else {
            throw ContainerError(
                .otherVersion, subject: path,
                reason: "this program is not \(InitStamp.text), as the library is, but says \(quoted(answer))",
                remedy: "install the apus of the library's version, or call InitProgram.runIfAsked() first in main")
        }
        Self.known.withLock { _ = $0.insert(identity) }
    }

    @discardableResult
    private static func checkOwner(of path: Path, isDirectory: Bool) throws(ContainerError) -> FileStatus {
        let status: FileStatus
        do throws(Errno) {
            status = try fileStatus(path)
        } catch {
            throw ContainerError(.noInitProgram, operation: "stat", subject: path, errno: error)
        }
        guard status.kind == (isDirectory ? .directory : .regular) else {
            throw ContainerError(.noInitProgram, subject: path, reason: "this is no program")
        }
        let isOwned = status.user == 0 || status.user == effectiveUser
        // In a directory with the sticky bit others can make files, and replace none.
        let isSticky = isDirectory && status.permissions & 0o1000 != 0
        guard isOwned, isSticky || status.permissions & 0o022 == 0 else {
            throw ContainerError(
                .noInitProgram, subject: path, reason: "others than root and this user can change it, and so the host",
                remedy: "take the permission to write from its group and from others")
        }
        return status
    }

    private func askedForStamp() throws(ContainerError) -> String {
        do throws(Errno) {
            let program = try LaunchedProgram.start(
                path, arguments: ["apus", "init", ByteString(InitStamp.question.description)], environment: [],
                input: [], directory: nil)
            var bytes: [UInt8] = []
            let isInTime = try program.process.waitForEnd(milliseconds: Self.patience)
            if !isInTime { try program.process.send(signal: SignalNumber.kill) }
            do throws(Errno) { bytes = try program.output.read(count: 256) } catch { bytes = [] }
            _ = try program.process.reap()
            return ByteString(bytes: bytes).text
        } catch {
            throw ContainerError(.noInitProgram, operation: "execve", subject: path, errno: error)
        }
    }
}
