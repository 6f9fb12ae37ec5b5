import Cgroups
import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

/// The making of a container from images of CRIU.
///
/// The plan of the configuration is the same as for a new container. Its steps on the host are done here as there, but CRIU
/// stands in the child's place: it is started in the container's cgroup and makes namespaces, mounts and processes. What the
/// plan does while the child waits is done when CRIU says that the namespaces are there.
final class Restoration {
    private let creation: Creation
    private let making: Making
    private let options: RestoreOptions
    private let progress: WarningReport
    private var criu: CRIUService?
    private var program: CRIUProgram?
    /// The steps that need the container's namespaces.
    private var whenNamespacesAre: [Planned<any ParentStep>] = []
    private var namespaces: [(step: OpenNamespaceStep, number: DescriptorNumber)] = []
    private var externalMounts: [CRIUOptions.ExternalMount] = []
    private var inherited: [CRIUOptions.InheritedDescriptor] = []
    private var streamNames: [ByteString] = []
    private var terminal: SharedDescriptor?
    private var isServed = false

    private static let log: Path = "restore.log"
    private static let rootName: Path = "criu-root"

    init(_ creation: Creation, _ making: Making, _ options: RestoreOptions, progress: @escaping WarningReport) {
        self.creation = creation
        self.making = making
        self.options = options
        self.progress = progress
    }

    /// Restores the container. When anything fails, everything is undone.
    ///
    /// - Parameter streams: what the container's standard streams are, if not the caller's own.
    func perform(streams: StandardStreams?) throws(ContainerError) {
        let program = try checkedProgram()
        self.program = program
        try checkNamespaces(program)
        let directories = try ImageDirectories.open(options, bundle: making.record.bundle)
        streamNames = try directories.readDescriptors()
        for text in making.plan.warnings { making.report(text) }
        streams?.hand(to: making.slots)
        do throws(ContainerError) {
            for planned in making.plan.parent { try perform(planned, directories) }
        } catch {
            criu?.kill()
            throw making.takeBack(after: error).located(in: creation.spec)
        }
        making.finish()
    }

    /// The master of the container's terminal, if nobody else got it.
    func takeTerminal() -> SharedDescriptor? { terminal.take() }

    private func directory() throws(ContainerError) -> StateDirectory {
        guard let directory = making.directory else {
            throw ContainerError(reason: "the container has no state directory")
        }
        return directory
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
        if options.settings.lazyPages { try program.check(CRIUFeatures(lazyPages: true)) }
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
        _ planned: Planned<any ParentStep>, _ directories: borrowing ImageDirectories
    ) throws(ContainerError) {
        switch planned.step {
        case let step as OpenNamespaceStep:
            try making.perform(planned)
            if let number = making.slots.number(of: step.slot) { namespaces.append((step, number)) }
        case is SpawnStep:
            making.timeline?.begin(planned.step)
            making.willDo(planned.step.undo)
            try start()
        case is MoveNetworkDeviceStep, is HooksStep: whenNamespacesAre.append(planned)
        case is AwaitReadyStep, is RecordCreatedStep:
            making.timeline?.begin(planned.step)
            try serve(directories)
        // The mounts, the nodes and the mappings are in the images, and there is no child to meet, to start or to take a
        // terminal or descriptors from.
        case is MountSourceStep, is DevicePreparationStep, is IDMappingStep, is AwaitStep, is ReleaseStep,
            is StartFifoStep, is PassedDescriptorsStep, is SendTerminalStep, is SendPIDFDStep,
            is HostRootStep, is HookFilesStep:
            return
        default: try making.perform(planned)
        }
    }

    /// Starts CRIU where the container is to be.
    private func start() throws(ContainerError) {
        progress("preparing the root file system")
        let directory = try directory()
        externalMounts = try prepareMounts()
        // CRIU wants the root to be a mount, whose parent nothing covers.
        try directory.makeSubdirectory(Self.rootName)
        var launch = CRIUService.Launch()
        let slots = making.slots
        launch.streams = DescriptorNumber.standardStreams.map { slots.number(of: .standardStream($0)) ?? $0 }
        launch.bind = (making.record.rootfs, directory.path.appending(Self.rootName))
        for namespace in namespaces where Self.isInherited(namespace.step) {
            launch.inherited.append(
                try attempt("dup") { () throws(Errno) in try namespace.number.duplicate(atLeast: 3) })
        }
        var tasks = DescriptorList()
        try making.withCgroup { (cgroup) throws(CgroupError) in
            tasks = try cgroup.filesForJoining()
            launch.cgroup = try cgroup.directoryForClone()
        }
        launch.tasks = tasks
        let streamNumbers = launch.streams ?? []
        let service = try CRIUService(launch)
        criu = service
        for (index, number) in streamNumbers.enumerated() where index < streamNames.count {
            guard Self.isPipe(streamNames[index]) else { continue }
            inherited.append(CRIUOptions.InheritedDescriptor(key: streamNames[index], number: Int32(index)))
            streamNames[index] = try Self.name(of: number)
        }
        for number in DescriptorNumber.standardStreams { _ = slots.take(.standardStream(number)) }
        making.unit?.releasePlace()
        // Until there is a process of the container this is the one whose end undoes everything.
        making.conversation.child = try attempt("pidfd_open", "CRIU") { () throws(Errno) in
            try ProcessHandle(pid: service.pid)
        }
    }

    /// A pipe's other end is not in the images: the new stream takes its place.
    private static func isPipe(_ name: ByteString) -> Bool { name.hasPrefix("pipe:") }

    private static func name(of number: DescriptorNumber) throws(ContainerError) -> ByteString {
        try attempt("readlink", "/proc/self/fd") { () throws(Errno) in
            try number.lend { (file) throws(Errno) in try readLink(file.procPath).bytes }
        }
    }

    private static func isInherited(_ step: OpenNamespaceStep) -> Bool {
        step.kind == .newNetwork || step.kind == .newPID
    }

    /// Makes the places of the mounts, and gives those that CRIU has to take from the host.
    private func prepareMounts() throws(ContainerError) -> [CRIUOptions.ExternalMount] {
        let rootfs = making.record.rootfs
        let root = try attempt("open", rootfs) { () throws(Errno) in
            try FileDescriptor.open(rootfs, [.path, .directory])
        }
        var steps: [MountStep] = []
        for planned in making.plan.child.steps {
            guard var mount = planned.step as? MountStep else { continue }
            if mount.rules.contains(.sourceInRoot) {
                // The plan has it as it is seen inside, and links of the image lead nowhere else.
                let inside = ExternalMounts.resolved(mount.source, in: root)
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

    private func serve(_ directories: borrowing ImageDirectories) throws(ContainerError) {
        guard !isServed, let service = criu else { return }
        isServed = true
        let directory = try directory()
        let seen = try directories.seen(by: service.pid)
        let request = CRIURequest(.restore, try criuOptions(directory, seen))
        making.trace?("Using CRIU \(program?.version ?? 0) in RESTORE mode")
        let hostOptions = HostCgroupOptions()
        defer { hostOptions.restore(making.report) }
        progress("restoring the container")
        let directoryPath = directory.path
        do throws(ContainerError) {
            _ = try service.perform(
                request,
                notified: { (notification, descriptor) throws(ContainerError) in
                    try take(notification, descriptor, in: directory)
                })
        } catch {
            throw directories.log(Self.log).explain(error, making.report)
        }
        _ = consume seen
        guard making.record.pid != nil else {
            throw ContainerError(reason: "criu failed: it restored no process")
        }
        try attempt("rmdir", directoryPath.appending(Self.rootName)) { () throws(Errno) in
            try unlink(directoryPath.appending(Self.rootName), isDirectory: true)
        }
    }

    private func take(
        _ notification: CRIUResponse.Notification, _ descriptor: consuming FileDescriptor?,
        in directory: StateDirectory
    ) throws(ContainerError) {
        making.trace?("notify: " + notification.script.text)
        switch notification.script {
        case "setup-namespaces":
            try adopt(notification.pid)
            try bringUpLoopback()
            for planned in whenNamespacesAre {
                progress("preparing the container's surroundings")
                try making.perform(planned)
            }
            progress("restoring the processes")
        case "orphan-pts-master":
            guard let master = descriptor, try Self.isMaster(master) else {
                throw ContainerError(reason: "criu failed: a terminal that is none")
            }
            if let console = making.slots.take(.consoleSocket) {
                try ConsoleSocket.send(master, over: console)
            } else if creation.spec.process?.terminal ?? false {
                terminal = SharedDescriptor(master)
            }
        case "post-restore": try record(notification.pid, in: directory)
        case "pre-resume":
            // Credentials come last.
            guard let profile = options.lsmProfile, let pid = making.record.pid else { return }
            try RestoredProcess(pid: pid).checkProfile(profile)
        default: return
        }
    }

    private static func isMaster(_ descriptor: borrowing FileDescriptor) throws(ContainerError) -> Bool {
        try attempt("stat", "the container's terminal") { () throws(Errno) in try PseudoTerminal.isMaster(descriptor) }
    }

    /// Takes the restored first process as the container's, which must be a child of this process.
    private func adopt(_ pid: Int32?) throws(ContainerError) {
        guard let pid, pid > 0 else { throw ContainerError(reason: "criu failed: it named no process") }
        making.conversation.child = try attempt("pidfd_open", String(pid)) { () throws(Errno) in
            let process = try ProcessHandle(pid: pid)
            guard try process.isChild() else { throw .noChildProcesses }
            return process
        }
    }

    /// CRIU restores no network device, not even this one of a new namespace.
    private func bringUpLoopback() throws(ContainerError) {
        let isNew =
            creation.spec.linux?.namespaces.contains { $0.type == .network && $0.path?.isEmpty ?? true } ?? false
        guard isNew, let pid = making.conversation.childPID else { return }
        let namespace = try NamespaceFile.open("/proc/\(pid)/ns/net", .newNetwork)
        do throws(NetlinkError) {
            var socket = try NetlinkSocket(inNamespace: namespace)
            guard let loopback = try socket.link(named: "lo") else { return }
            try socket.setUp(loopback.index)
        } catch {
            throw ContainerError(operation: "bring up", subject: "lo", errno: error.errno, reason: error.explanation)
        }
    }

    /// Writes the state of the restored container, before its processes go on.
    private func record(_ pid: Int32?, in directory: StateDirectory) throws(ContainerError) {
        try adopt(pid)
        guard let pid, let facts = try ProcessFacts.of(pid), facts.isAlive else {
            throw ContainerError(reason: "criu failed: the restored process is gone")
        }
        let process = RestoredProcess(pid: pid)
        making.record.pid = pid
        making.record.startTime = facts.startTime
        making.record.externalDescriptors = streamNames
        if try process.isInOtherTime(), !making.record.configuration.namespaces.contains(where: { $0.type == .time }) {
            // CRIU lets the clocks go on where they were: what is executed later must see the same.
            making.record.configuration.namespaces.append(NamespaceRecord(type: .time, path: Path()))
        }
        making.record.own.undo = making.undos
        try directory.write(making.record.encoded, as: "state.json")
    }

    // MARK: - The request

    private func criuOptions(
        _ directory: StateDirectory, _ directories: borrowing ImageDirectories
    ) throws(ContainerError) -> CRIUOptions {
        var request = CRIUOptions(
            options.settings, directories, log: Self.log, annotations: creation.spec.annotations)
        request.root = directory.path.appending(Self.rootName)
        request.cgroupMode = try cgroupMode()
        request.evasiveDevices = true
        request.restoresSibling = true
        request.cgroupRoots = try cgroupRoots()
        request.lsmProfile = options.lsmProfile
        request.lsmMountContext = options.lsmMountContext
        request.externalMounts = externalMounts
        request.inheritedDescriptors = inherited
        var number = CRIUService.firstInherited
        for namespace in namespaces {
            let kind = namespace.step.kind
            guard let type = NamespaceType.allCases.first(where: { $0.cloneFlags == kind }) else { continue }
            if let key = CRIUOptions.externalKey(of: type) {
                request.inheritedDescriptors.append(CRIUOptions.InheritedDescriptor(key: key, number: number))
                number += 1
            } else {
                request.joinedNamespaces.append(
                    CRIUOptions.JoinedNamespace(
                        kind: ByteString(stringLiteral: type.fileName), file: namespace.step.path))
            }
        }
        return request
    }

    /// CRIU stands in the container's cgroup, which is there by now: that it was not there before is for apus to see. What
    /// CRIU then does is the same.
    private func cgroupMode() throws(ContainerError) -> CRIUCgroupMode {
        guard options.settings.cgroupMode == .strict else { return CRIUCgroupMode(options.settings.cgroupMode) }
        if making.unit == nil {
            try making.withCgroup { (cgroup) throws(CgroupError) in
                guard !cgroup.isWhollyNew else { return }
                throw CgroupError(reason: "the container's cgroup is there already, which the mode strict forbids")
            }
        }
        return .full
    }

    /// CRIU's own cgroups, below which those of the images come.
    private func cgroupRoots() throws(ContainerError) -> [CRIUOptions.CgroupRoot] {
        guard !making.record.cgroupPaths.isEmpty, let pid = criu?.pid else { return [] }
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
