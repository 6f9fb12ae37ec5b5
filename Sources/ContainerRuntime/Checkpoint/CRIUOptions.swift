import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

/// How CRIU does what it is asked to: the message `criu_opts` of its rpc.proto, of which the members are here that a
/// runtime sets. Absent ones leave the choice to CRIU.
struct CRIUOptions: Equatable, Sendable {
    /// The directory of the images, by its number in the process that asks.
    var imagesDirectory: DescriptorNumber
    var pid: Int32?
    var leaveRunning: Bool?
    /// Unix sockets may be connected to the outside.
    var externalUnixSockets: Bool?
    var tcpEstablished: Bool?
    var evasiveDevices: Bool?
    var shellJob: Bool?
    var fileLocks: Bool?
    var logLevel: Int32?
    /// The name of the log in the work directory.
    var logFile: ByteString?
    var pageServer: PageServer?
    var notifyScripts: Bool?
    /// The root file system as CRIU finds it.
    var root: Path?
    /// The images of an earlier dump, relative to these.
    var parentImages: Path?
    var trackMemory: Bool?
    var autoDedup: Bool?
    /// The directory of logs and statistics, by its number in the process that asks.
    var workDirectory: DescriptorNumber?
    var linkRemap: Bool?
    var externalMounts: [ExternalMount] = []
    var managesCgroups: Bool?
    var cgroupRoots: [CgroupRoot] = []
    /// The restored process becomes a child of the process that asks.
    var restoresSibling: Bool?
    var inheritedDescriptors: [InheritedDescriptor] = []
    var cgroupMode: CRIUCgroupMode?
    /// Resources that are not CRIU's business, such as `net[INODE]:KEY`.
    var external: [ByteString] = []
    /// The flags of clone(2) for namespaces that are restored without content.
    var emptyNamespaces: UInt32?
    var joinedNamespaces: [JoinedNamespace] = []
    var freezeCgroup: Path?
    var tcpSkipInFlight: Bool?
    var lazyPages: Bool?
    /// The descriptor that gets a byte when lazy pages are ready, by its number in the process that asks.
    var statusDescriptor: Int32?
    var orphanTerminalMaster: Bool?
    var configurationFile: Path?
    var lsmProfile: ByteString?
    var lsmMountContext: ByteString?

    init(imagesDirectory: DescriptorNumber) { self.imagesDirectory = imagesDirectory }

    /// What every dump and every restore of a container asks for.
    ///
    /// - Parameter log: the name of CRIU's log in the work directory.
    init(
        _ settings: CheckpointSettings, _ directories: borrowing ImageDirectories, log: Path,
        annotations: OrderedPairs<ByteString, ByteString>
    ) {
        self.init(imagesDirectory: directories.imagesNumber)
        workDirectory = directories.workNumber
        logLevel = 4
        logFile = log.bytes
        notifyScripts = true
        managesCgroups = true
        cgroupMode = CRIUCgroupMode(settings.cgroupMode)
        shellJob = settings.shellJob
        externalUnixSockets = settings.externalUnixSockets
        tcpEstablished = settings.tcpEstablished
        fileLocks = settings.fileLocks
        autoDedup = settings.autoDedup
        lazyPages = settings.lazyPages
        orphanTerminalMaster = true
        // The devices of a network namespace are nobody's but the host's: they are not moved along.
        emptyNamespaces = UInt32(truncatingIfNeeded: CloneFlags.newNetwork.rawValue)
        configurationFile = Self.configurationFile(of: annotations)
    }

    /// A program that takes or gives the pages: `criu_page_server_info`.
    struct PageServer: Equatable, Sendable {
        var address: ByteString
        var port: Int32
    }

    /// A mount whose file system comes from outside: `ext_mount_map`.
    struct ExternalMount: Equatable, Sendable {
        var key: ByteString
        var value: ByteString
    }

    /// Where the cgroups of a controller begin: `cgroup_root`.
    struct CgroupRoot: Equatable, Sendable {
        var controller: ByteString
        var path: Path
    }

    /// A descriptor of CRIU's own that stands for one in the images: `inherit_fd`.
    struct InheritedDescriptor: Equatable, Sendable {
        var key: ByteString
        var number: Int32
    }

    /// A namespace that is there already: `join_namespace`.
    struct JoinedNamespace: Equatable, Sendable {
        var kind: ByteString
        var file: Path
    }

    func encode(_ writer: inout ProtobufWriter) {
        writer.field(1, imagesDirectory.rawValue)
        writer.field(2, pid)
        writer.field(3, leaveRunning)
        writer.field(4, externalUnixSockets)
        writer.field(5, tcpEstablished)
        writer.field(6, evasiveDevices)
        writer.field(7, shellJob)
        writer.field(8, fileLocks)
        writer.field(9, logLevel)
        writer.field(10, logFile)
        if let pageServer {
            writer.message(11) {
                $0.field(1, pageServer.address)
                $0.field(2, pageServer.port)
            }
        }
        writer.field(12, notifyScripts)
        writer.field(13, root)
        writer.field(14, parentImages)
        writer.field(15, trackMemory)
        writer.field(16, autoDedup)
        writer.field(17, workDirectory?.rawValue)
        writer.field(18, linkRemap)
        for mount in externalMounts { Self.pair(23, mount.key, mount.value, &writer) }
        writer.field(24, managesCgroups)
        for root in cgroupRoots { Self.pair(25, root.controller, root.path.bytes, &writer) }
        writer.field(26, restoresSibling)
        for descriptor in inheritedDescriptors {
            writer.message(27) {
                $0.field(1, descriptor.key)
                $0.field(2, descriptor.number)
            }
        }
        if let cgroupMode { writer.field(34, cgroupMode.rawValue) }
        writer.field(37, external)
        writer.field(38, emptyNamespaces)
        for namespace in joinedNamespaces { Self.pair(39, namespace.kind, namespace.file.bytes, &writer) }
        writer.field(44, freezeCgroup)
        writer.field(46, tcpSkipInFlight)
        writer.field(48, lazyPages)
        writer.field(49, statusDescriptor)
        writer.field(50, orphanTerminalMaster)
        writer.field(51, configurationFile)
        writer.field(53, lsmProfile)
        writer.field(63, lsmMountContext)
    }

    private static func pair(
        _ number: UInt64, _ first: ByteString, _ second: ByteString, _ writer: inout ProtobufWriter
    ) {
        writer.message(number) {
            $0.field(1, first)
            $0.field(2, second)
        }
    }
}
