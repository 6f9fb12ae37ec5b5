import ByteStrings
import ContainerInit
import ContainerSteps
import RuntimeSpec

/// How a container is made, beside what its config.json says.
public struct CreateOptions: Sendable {
    /// The directory with config.json; made absolute against the working directory.
    public var bundle: Path
    /// The socket that gets the master of the container's terminal; a relative path counts from the working directory,
    /// or from the bundle if nothing is there.
    public var consoleSocket: Path?
    /// The socket that gets a pidfd of the container's first process; a relative path is like that of `consoleSocket`.
    public var pidfdSocket: Path?
    /// The file that the number of the first process is written to; relative to the working directory.
    public var pidFile: Path?
    /// Changes the root by a move of the mount and chroot(2), for a host whose root is a ramfs.
    public var noPivot = false
    /// Leaves the container in the session keyring of the caller.
    public var noNewKeyring = false
    /// How many descriptors from `firstPassedDescriptor` on the program gets, at 3 and up.
    public var passedDescriptors: Int32 = 0
    /// How many of them came by socket activation: the program gets LISTEN_FDS and LISTEN_PID for those.
    public var listenDescriptors: Int32 = 0
    /// The socket to which readiness is told, of the caller's environment.
    public var notifySocket: Path?
    /// Whether errors of permission with cgroups are passed over when the configuration names none; nil passes over them
    /// for every user but root.
    public var isRootless: Bool?
    /// Whether the container gets a cgroup of its own; otherwise it stays in the caller's, without limits.
    public var usesCgroups = true
    /// Whether cgroupsPath is `slice:prefix:name` for systemd.
    public var usesSystemdCgroup = false
    /// Whether the caller returns once the container runs, so that a terminal needs a console socket.
    public var detaches = true
    /// A fifo whose reader the program waits for; for a further process of a container.
    package var waitFifo: Path?
    /// Uses this file instead of the bundle's config.json; a relative path starts at the bundle.
    public var configurationFile: Path?
    /// What messages call the program that makes the container.
    public var programName = "apus"

    /// Makes options for the bundle at `bundle`.
    public init(bundle: Path = ".") { self.bundle = bundle }
}

/// A process to add to a running container.
public struct ExecOptions: Sendable {
    /// The whole process; nil takes the bundle's config.json and the changes below.
    public var process: Process?
    /// The program and its arguments, for a process taken from config.json.
    public var arguments: [ByteString] = []
    /// Replaces `process.cwd`.
    public var workingDirectory: Path?
    /// Added behind `process.env`.
    public var environment: [ByteString] = []
    /// Whether the process has a terminal, for a process taken from config.json.
    public var terminal = false
    /// Replaces `process.user.uid`.
    public var user: UInt32?
    /// Replaces `process.user.gid`.
    public var group: UInt32?
    /// Added to `process.user.additionalGids`.
    public var additionalGroups: [UInt32] = []
    /// Replaces `process.selinuxLabel`.
    public var processLabel: ByteString?
    /// Replaces `process.apparmorProfile`.
    public var apparmorProfile: ByteString?
    /// Replaces `process.noNewPrivileges`.
    public var noNewPrivileges: Bool?
    /// Added to the bounding, effective and permitted capabilities, and to the ambient ones where inheritable ones exist.
    public var capabilities: [String] = []
    /// Cgroups below the container's own, as `[controller,…:]path`.
    public var cgroups: [ByteString] = []
    /// Whether a paused container is no error: the process then waits until it is resumed.
    public var ignoresPaused = false
    /// The socket that gets the master of the terminal.
    public var consoleSocket: Path?
    /// The socket that gets a pidfd of the process.
    public var pidfdSocket: Path?
    /// The file that the number of the process is written to.
    public var pidFile: Path?
    /// A fifo: the program runs once somebody opens it for reading.
    public var waitFifo: Path?
    /// How many descriptors from 3 on the program gets.
    public var passedDescriptors: Int32 = 0
    /// Whether the caller returns while the process runs.
    public var detaches = false
    /// What messages call the program that makes the process.
    public var programName = "apus"

    /// Makes options that run the process of config.json.
    public init() {}
}
