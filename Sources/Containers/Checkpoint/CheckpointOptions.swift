import ContainerInit
import ContainerPlan
import ContainerSteps

/// How a container is checkpointed.
public struct CheckpointOptions: Sendable {
    /// The directory for the images; made if it is not there.
    public var imagePath: Path
    /// The directory for CRIU's log and statistics; nil for that of the images.
    public var workPath: Path?
    /// The images of an earlier `preDump`, relative to `imagePath`: only memory that was written since is dumped.
    public var parentPath: Path?
    /// Whether the container goes on after the dump.
    public var leavesRunning = false
    /// Dumps the memory only; the container goes on.
    public var preDump = false
    /// Whether open TCP connections are dumped, too; they are an error otherwise.
    public var tcpEstablished = false
    /// Leaves out TCP connections that are not accepted yet.
    public var tcpSkipInFlight = false
    /// Gives open files that were deleted a name again.
    public var linkRemap = false
    /// Whether Unix sockets may be connected to outside.
    public var externalUnixSockets = false
    /// Whether the container may belong to a terminal of its caller.
    public var shellJob = false
    /// Whether locks of files are dumped, too.
    public var fileLocks = false
    /// Frees in the parent's images what is in these.
    public var autoDedup = false
    /// Leaves the memory in place until somebody fetches it over `pageServer`.
    public var lazyPages = false
    /// The descriptor that gets a byte once lazy pages can be fetched.
    public var statusDescriptor: Int32?
    /// Where pages are sent to or, with `lazyPages`, fetched from.
    public var pageServer: CheckpointPageServer?
    /// What becomes of the container's cgroups.
    public var cgroupMode: CheckpointCgroupMode?

    /// Makes options for a dump into `imagePath`.
    public init(imagePath: Path) { self.imagePath = imagePath }
}

/// How a container is restored, beside what `CreateOptions` says.
public struct RestoreOptions: Sendable {
    /// The directory of the images; one that is relative and not there is looked for in the bundle.
    public var imagePath: Path
    /// The directory for CRIU's log and statistics; nil for that of the images.
    public var workPath: Path?
    /// Whether open TCP connections are restored.
    public var tcpEstablished = false
    /// Whether Unix sockets may be connected to outside.
    public var externalUnixSockets = false
    /// Whether the container belongs to the caller's terminal.
    public var shellJob = false
    /// Whether locks of files are restored.
    public var fileLocks = false
    /// Frees in the images what was restored.
    public var autoDedup = false
    /// Restores memory when it is touched, by a `criu lazy-pages` in the work directory.
    public var lazyPages = false
    /// What becomes of the container's cgroups.
    public var cgroupMode: CheckpointCgroupMode?
    /// Replaces the profile of the security module, as `TYPE:NAME`.
    public var lsmProfile: ByteString?
    /// Replaces the context of mounts.
    public var lsmMountContext: ByteString?

    /// Makes options for images in `imagePath`.
    public init(imagePath: Path) { self.imagePath = imagePath }
}

/// The address of a page server.
public struct CheckpointPageServer: Equatable, Sendable {
    /// The name or the number of the host.
    public var address: ByteString
    /// The TCP port.
    public var port: Int32

    /// Makes the address of a server.
    public init(address: ByteString, port: Int32) {
        self.address = address
        self.port = port
    }
}

/// How CRIU treats the cgroups of a container. See criu(8), `--manage-cgroups`.
public enum CheckpointCgroupMode: String, Sendable, CaseIterable {
    /// Those that CRIU makes get their properties.
    case soft
    /// All get their properties.
    case full
    /// All are made, and an existing one is an error.
    case strict
    /// They are left alone.
    case ignore
}

extension CRIUCgroupMode {
    init(_ mode: CheckpointCgroupMode?) {
        switch mode {
        case .soft: self = .soft
        case .full: self = .full
        case .strict: self = .strict
        case .ignore: self = .ignore
        case nil: self = .usual
        }
    }
}
