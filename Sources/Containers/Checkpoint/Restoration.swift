import Cgroups
import Linux
import RuntimeSpec

/// The making of a container from images of CRIU.
///
/// The plan of the configuration is the same as for a new container. Its steps on the host are done here as there, but CRIU
/// stands in the child's place: it is started in the container's cgroup and makes namespaces, mounts and processes. What the
/// plan does while the child waits is done when CRIU says that the namespaces are there.
final class Restoration {
    private let creation: ContainerCreation
    private let options: RestoreOptions
    private let progress: WarningReport
    private var criu: CRIUService?
    private var program: CRIUProgram?
    /// The steps that need the container's namespaces.
    private var whenNamespacesAre: [ParentStep] = []
    private var namespaces: [(step: ParentStep, number: Int32)] = []
    private var externalMounts: [CRIUOptions.ExternalMount] = []
    private var streamNames: [ByteString] = []
    private var terminal: FileDescriptor?
    private var isServed = false

    private static let log: Path = "restore.log"
    private static let rootName: Path = "criu-root"

    init(_ creation: ContainerCreation, _ options: RestoreOptions, progress: @escaping WarningReport) {
        self.creation = creation
        self.options = options
        self.progress = progress
    }

    /// Restores the container. When anything fails, everything is undone.
    ///
    /// - Parameter streams: what the container's standard streams are, if not the caller's own.
    func perform(streams: StandardStreams?) throws(ContainerError) -> MadeContainer {
        let program = try checkedProgram()
        self.program = program
        try checkNamespaces(program)
        let folders = try ImageFolders.open(options, bundle: creation.facts.bundle)
        streamNames = try folders.readDescriptors()
        for text in creation.runner.plan.warnings { creation.report(text) }
        creation.consoleSocket = try creation.connect(creation.options.consoleSocket)
        let folder = try StateFolder.make(creation.id, in: creation.store)
        do throws(ContainerError) {
            try folder.write(creation.configuration, as: "config.json")
            try folder.write(creation.record.encoded, as: "state.json")
            if let target = creation.options.notifySocket {
                try folder.makeFolder(NotifySocket.folderName)
                creation.notifySocket = try NotifySocket(in: folder, target: target)
            }
            streams?.hand(to: creation.runner.descriptors)
            for step in creation.runner.plan.parent {
                do throws(ContainerError) {
                    try perform(step, in: folder, folders)
                } catch {
                    throw error.caused(by: step.origin)
                }
            }
        } catch {
            criu?.kill()
            creation.undo(folder, keeps: false)
            throw error.located(in: creation.spec)
        }
        return MadeContainer(
            container: Container(store: creation.store, record: creation.record), process: creation.runner.takeChild(),
            terminal: terminal.take(), notifySocket: creation.notifySocket.take())
    }

    // MARK: - Before anything is made

    private func checkedProgram() throws(ContainerError) -> CRIUProgram {
        let program = try CRIUProgram()
        if options.lsmProfile != nil, program.version < 31_600 {
            throw ContainerError(.notSupported, exactly: "--lsm-profile requires at least CRIU 3.16")
        }
        if options.lsmMountContext != nil, program.version < 31_600 {
            throw ContainerError(.notSupported, exactly: "--lsm-mount-context requires at least CRIU 3.16")
        }
        if options.lazyPages { try program.check(CRIUFeatures(lazyPages: true)) }
        return program
    }

    private func checkNamespaces(_ program: CRIUProgram) throws(ContainerError) {
        let namespaces = creation.spec.linux?.namespaces ?? []
        guard namespaces.contains(where: { $0.type == .mount }) else {
            throw ContainerError(
                .notSupported, origin: Origin(.namespaces),
                reason: "a container without a mount namespace cannot be restored")
        }
        for (index, namespace) in namespaces.enumerated() where namespace.path?.isEmpty == false {
            if CRIUOptions.externalKey(of: namespace.type) != nil {
                try program.checkExternal(namespace.type, "during the restoration process")
            } else if namespace.type == .cgroup {
                throw ContainerError(
                    .notSupported, origin: Origin(.namespaces, index),
                    reason: "Do not know how to handle namespace \(namespace.type.recordName)")
            }
        }
    }

    // MARK: - The steps

    private func perform(
        _ step: ParentStep, in folder: borrowing StateFolder, _ folders: borrowing ImageFolders
    ) throws(ContainerError) {
        switch step.operation {
        case .startUnit, .makeCgroup, .limitUnit, .limitCgroup, .delegateCgroup, .joinIntelRdt:
            try creation.perform(step.operation, in: folder)
        case .openNamespace(let slot, _, _):
            try creation.perform(step.operation, in: folder)
            if let number = creation.runner.descriptors.peek(slot) { namespaces.append((step, number)) }
        case .spawn: try start(in: folder)
        case .moveNetworkDevice, .runHooks: whenNamespacesAre.append(step)
        case .awaitReady: try serve(in: folder, folders)
        case .recordCreated:
            try serve(in: folder, folders)
            if let path = creation.options.pidFile, let pid = creation.record.pid { try PIDFile(path: path).write(pid) }
        // The mounts, the nodes and the mappings are in the images, and there is no child to meet.
        case .prepareMount, .prepareDevices, .writeIDMappings, .await, .release: return
        }
    }

    /// Starts CRIU where the container is to be.
    private func start(in folder: borrowing StateFolder) throws(ContainerError) {
        progress("preparing the root file system")
        externalMounts = try prepareMounts()
        // CRIU wants the root to be a mount, whose parent nothing covers.
        try folder.makeFolder(Self.rootName)
        var launch = CRIUService.Launch()
        let descriptors = creation.runner.descriptors
        launch.streams = [0, 1, 2].map { descriptors.peek(.standardStream($0)) ?? $0 }
        launch.bind = (creation.record.rootfs, folder.path.appending(Self.rootName))
        for namespace in namespaces where Self.isInherited(namespace.step) {
            launch.inherited.append(
                try attempt("dup") { () throws(Errno) in try FileDescriptor.duplicating(namespace.number) })
        }
        var directory: FileDescriptor?
        var tasks = DescriptorList()
        try creation.withCgroup { (cgroup) throws(CgroupError) in
            tasks = try cgroup.filesForJoining()
            directory = try cgroup.directoryForClone()
        }
        launch.cgroup = directory.raw
        launch.tasks = tasks
        let streamNumbers = launch.streams ?? []
        let service = try CRIUService(launch)
        criu = service
        for (index, number) in streamNumbers.enumerated() where index < streamNames.count {
            guard Self.isPipe(streamNames[index]) else { continue }
            inherited.append(CRIUOptions.InheritedDescriptor(key: streamNames[index], number: Int32(index)))
            streamNames[index] = try Self.name(of: number)
        }
        for number in Int32(0)...2 { _ = descriptors.take(.standardStream(number)) }
        creation.unit?.releasePlace()
        // Until there is a process of the container this is the one whose end undoes everything.
        creation.runner.child = try attempt("pidfd_open", "CRIU") { () throws(Errno) in
            try ProcessHandle(pid: service.pid)
        }
    }

    private var inherited: [CRIUOptions.InheritedDescriptor] = []

    /// A pipe's other end is not in the images: the new stream takes its place.
    private static func isPipe(_ name: ByteString) -> Bool { name.hasPrefix("pipe:") }

    private static func name(of descriptor: Int32) throws(ContainerError) -> ByteString {
        try attempt("readlink", "/proc/self/fd") { () throws(Errno) in try readLink("/proc/self/fd/\(descriptor)").bytes
        }
    }

    private static func isInherited(_ step: ParentStep) -> Bool {
        guard case .openNamespace(_, _, let flags) = step.operation else { return false }
        return flags == .newNetwork || flags == .newPID
    }

    /// Makes the places of the mounts, and gives those that CRIU has to take from the host.
    private func prepareMounts() throws(ContainerError) -> [CRIUOptions.ExternalMount] {
        let rootfs = creation.record.rootfs
        let root = try attempt("open", rootfs) { () throws(Errno) in
            try FileDescriptor.open(rootfs, [.path, .directory])
        }
        var steps: [MountStep] = []
        for step in creation.runner.plan.child.steps {
            guard case .rootfs(.mount(var mount)) = step.operation else { continue }
            if mount.rules.contains(.sourceInRoot) {
                // The plan has it as it is seen inside, and links of the image lead nowhere else.
                let inside = ExternalMounts.resolved(mount.source, in: root.raw)
                mount.source = rootfs.appending(inside.relative(to: "/") ?? Path())
            }
            steps.append(mount)
        }
        var points = MountPoints(rootfs: rootfs)
        var mounts = try points.make(for: steps).map {
            CRIUOptions.ExternalMount(key: $0.place.bytes, value: $0.step.source.bytes)
        }
        for step in steps where step.kind == .cgroup2Bind {
            mounts.append(CRIUOptions.ExternalMount(key: step.destination.bytes, value: step.source.bytes))
        }
        for step in steps where step.kind == .cgroup1 {
            // With a cgroup namespace they are new mounts, which have no source.
            for hierarchy in step.hierarchies where !hierarchy.source.isEmpty {
                let place = step.destination.appending(hierarchy.name)
                mounts.append(CRIUOptions.ExternalMount(key: place.bytes, value: hierarchy.source.bytes))
            }
        }
        for path in ExternalMounts.defaultDevices + (creation.spec.linux?.devices ?? []).map(\.path) {
            mounts.append(CRIUOptions.ExternalMount(key: path.cleaned.bytes, value: path.cleaned.bytes))
        }
        return mounts
    }

    // MARK: - The conversation

    private func serve(
        in folder: borrowing StateFolder, _ folders: borrowing ImageFolders
    ) throws(ContainerError) {
        guard !isServed, let service = criu else { return }
        isServed = true
        let seen = try folders.seen(by: service.pid)
        let request = CRIURequest(.restore, try criuOptions(folder, seen))
        creation.runner.trace?("Using CRIU \(program?.version ?? 0) in RESTORE mode")
        let hostOptions = HostCgroupOptions()
        defer { hostOptions.restore(creation.report) }
        progress("restoring the container")
        let folderPath = folder.path
        do throws(ContainerError) {
            _ = try service.perform(
                request,
                notified: { (notification, descriptor) throws(ContainerError) in
                    try take(notification, descriptor, in: folder)
                })
        } catch {
            throw folders.log(Self.log).explain(error, creation.report)
        }
        _ = consume seen
        guard creation.record.pid != nil else {
            throw ContainerError(reason: "criu failed: it restored no process")
        }
        try attempt("rmdir", folderPath.appending(Self.rootName)) { () throws(Errno) in
            try unlink(folderPath.appending(Self.rootName), isDirectory: true)
        }
    }

    private func take(
        _ notification: CRIUResponse.Notification, _ descriptor: consuming FileDescriptor?,
        in folder: borrowing StateFolder
    ) throws(ContainerError) {
        creation.runner.trace?("notify: " + notification.script.text)
        switch notification.script {
        case "setup-namespaces":
            try adopt(notification.pid)
            try bringUpLoopback()
            for step in whenNamespacesAre {
                progress("preparing the container's surroundings")
                do throws(ContainerError) {
                    try creation.perform(step.operation, in: folder)
                } catch {
                    throw error.caused(by: step.origin)
                }
            }
            progress("restoring the processes")
        case "orphan-pts-master":
            guard let master = descriptor, try Self.isMaster(master.raw) else {
                throw ContainerError(reason: "criu failed: a terminal that is none")
            }
            if let console = creation.consoleSocket.take() {
                try ConsoleSocket.send(master, over: console)
            } else if creation.hasTerminal {
                terminal = consume master
            }
        case "post-restore": try record(notification.pid, in: folder)
        default: return
        }
    }

    private static func isMaster(_ descriptor: Int32) throws(ContainerError) -> Bool {
        try attempt("stat", "the container's terminal") { () throws(Errno) in try PseudoTerminal.isMaster(descriptor) }
    }

    /// Takes the restored first process as the container's, which must be a child of this process.
    private func adopt(_ pid: Int32?) throws(ContainerError) {
        guard let pid, pid > 0 else { throw ContainerError(reason: "criu failed: it named no process") }
        creation.runner.child = try attempt("pidfd_open", String(pid)) { () throws(Errno) in
            let process = try ProcessHandle(pid: pid)
            guard try process.isChild() else { throw .noChildProcesses }
            return process
        }
    }

    /// CRIU restores no network device, not even this one of a new namespace.
    private func bringUpLoopback() throws(ContainerError) {
        let isNew =
            creation.spec.linux?.namespaces.contains { $0.type == .network && $0.path?.isEmpty ?? true } ?? false
        guard isNew, let pid = creation.runner.childPID else { return }
        let namespace = try NamespaceFile.open("/proc/\(pid)/ns/net", .newNetwork)
        do throws(NetlinkError) {
            var socket = try NetlinkSocket(inNamespace: namespace.raw)
            guard let loopback = try socket.link(named: "lo") else { return }
            try socket.setUp(loopback.index)
        } catch {
            throw ContainerError(operation: "bring up", subject: "lo", errno: error.errno, reason: error.explanation)
        }
    }

    /// Writes the state of the restored container, before its processes go on.
    private func record(_ pid: Int32?, in folder: borrowing StateFolder) throws(ContainerError) {
        try adopt(pid)
        guard let pid, let facts = ProcessFacts(pid: pid), facts.isAlive else {
            throw ContainerError(reason: "criu failed: the restored process is gone")
        }
        creation.record.pid = pid
        creation.record.startTime = facts.startTime
        creation.record.externalDescriptors = streamNames.map(\.text)
        if try Self.isInOtherTime(pid), !creation.record.namespaces.contains(where: { $0.type == .time }) {
            // CRIU lets the clocks go on where they were: what is executed later must see the same.
            creation.record.namespaces.append(NamespaceRecord(type: .time, path: Path()))
        }
        try folder.write(creation.record.encoded, as: "state.json")
    }

    private static func isInOtherTime(_ pid: Int32) throws(ContainerError) -> Bool {
        do throws(Errno) {
            let (own, other) = (try fileStatus("/proc/self/ns/time"), try fileStatus("/proc/\(pid)/ns/time"))
            return own.inode != other.inode
        } catch {
            guard error == .noSuchFileOrDirectory else {
                throw ContainerError(operation: "stat", subject: "/proc/\(pid)/ns/time", errno: error)
            }
            return false  // Linux before 5.6 has no such namespaces.
        }
    }

    // MARK: - The request

    private func criuOptions(
        _ folder: borrowing StateFolder, _ folders: borrowing ImageFolders
    ) throws(ContainerError) -> CRIUOptions {
        var request = CRIUOptions(imagesFolder: folders.imagesNumber)
        request.workFolder = folders.workNumber
        request.logLevel = 4
        request.logFile = Self.log.bytes
        request.root = folder.path.appending(Self.rootName)
        request.evasiveDevices = true
        request.restoresSibling = true
        request.notifyScripts = true
        request.managesCgroups = true
        request.cgroupMode = CRIUCgroupMode(options.cgroupMode)
        request.cgroupRoots = try cgroupRoots()
        request.shellJob = options.shellJob
        request.externalUnixSockets = options.externalUnixSockets
        request.tcpEstablished = options.tcpEstablished
        request.fileLocks = options.fileLocks
        request.autoDedup = options.autoDedup
        request.lazyPages = options.lazyPages
        request.orphanTerminalMaster = true
        request.emptyNamespaces = UInt32(truncatingIfNeeded: CloneFlags.newNetwork.rawValue)
        request.configurationFile = CRIUOptions.configurationFile(of: creation.spec.annotations)
        request.lsmProfile = options.lsmProfile
        request.lsmMountContext = options.lsmMountContext
        request.externalMounts = externalMounts
        request.inheritedDescriptors = inherited
        var number = CRIUService.firstInherited
        for namespace in namespaces {
            guard case .openNamespace(_, let path, let flags) = namespace.step.operation,
                let type = NamespaceType.allCases.first(where: { $0.cloneFlags == flags })
            else { continue }
            if let key = CRIUOptions.externalKey(of: type) {
                request.inheritedDescriptors.append(CRIUOptions.InheritedDescriptor(key: key, number: number))
                number += 1
            } else {
                request.joinedNamespaces.append(
                    CRIUOptions.JoinedNamespace(kind: ByteString(stringLiteral: type.fileName), file: path))
            }
        }
        return request
    }

    /// CRIU's own cgroups, below which those of the images come.
    private func cgroupRoots() throws(ContainerError) -> [CRIUOptions.CgroupRoot] {
        guard creation.facts.cgroup != nil, let pid = criu?.pid else { return [] }
        let path: Path = "/proc/\(pid)/cgroup"
        let text = try attempt("read", path) { () throws(Errno) in try readKernelFile(path) }
        var roots: [CRIUOptions.CgroupRoot] = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            // number:controllers:path, where only the path may hold more colons.
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let place = Path(ByteString(bytes: parts[2]))
            for name in parts[1].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                roots.append(CRIUOptions.CgroupRoot(controller: ByteString(bytes: name), path: place))
            }
        }
        return roots
    }
}
