import ContainerInit
import ContainerPlan
import ContainerSteps

/// What the dump of a container and its restore have in common.
public struct CheckpointSettings: Sendable {
    /// The directory of the images. A dump makes it if it is not there; a restore looks for one that is relative and not
    /// there in the bundle.
    public var imagePath: Path
    /// The directory for CRIU's log and statistics; nil for that of the images.
    public var workPath: Path?
    /// Whether open TCP connections are saved and restored; they are an error otherwise.
    public var tcpEstablished = false
    /// Whether Unix sockets may be connected to outside.
    public var externalUnixSockets = false
    /// Whether the container may belong to a terminal of its caller.
    public var shellJob = false
    /// Whether locks of files are saved and restored, too.
    public var fileLocks = false
    /// Frees in the images what is dumped or restored: a dump, in those of its parent.
    public var autoDedup = false
    /// Leaves the memory where it is until somebody fetches it: a dump, over its page server; a restore, by a
    /// `criu lazy-pages` in the work directory, page by page as they are touched.
    public var lazyPages = false
    /// What becomes of the container's cgroups.
    public var cgroupMode: CheckpointCgroupMode?

    /// Makes settings for images in `imagePath`.
    public init(imagePath: Path) { self.imagePath = imagePath }
}

/// How a container is checkpointed.
public struct CheckpointOptions: Sendable {
    /// What the restore has to be told, too.
    public var settings: CheckpointSettings
    /// The images of an earlier `preDump`, relative to the directory of these: only memory that was written since is dumped.
    public var parentPath: Path?
    /// Whether the container goes on after the dump.
    public var leavesRunning = false
    /// Dumps the memory only; the container goes on.
    public var preDump = false
    /// Leaves out TCP connections that are not accepted yet.
    public var tcpSkipInFlight = false
    /// Gives open files that were deleted a name again.
    public var linkRemap = false
    /// The descriptor that gets a byte once lazy pages can be fetched.
    public var statusDescriptor: Int32?
    /// Where pages are sent to or, when they are lazy, fetched from.
    public var pageServer: CheckpointPageServer?

    /// Makes options for a dump.
    public init(_ settings: CheckpointSettings) { self.settings = settings }
}

/// How a container is restored, beside what `CreateOptions` says.
public struct RestoreOptions: Sendable {
    /// What the dump was told, too.
    public var settings: CheckpointSettings
    /// Replaces the profile of the security module, as `TYPE:NAME`.
    public var lsmProfile: ByteString?
    /// Replaces the context of mounts.
    public var lsmMountContext: ByteString?

    /// Makes options for a restore.
    public init(_ settings: CheckpointSettings) { self.settings = settings }
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
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
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
