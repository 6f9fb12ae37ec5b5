import Cgroups
import Linux
import RuntimeSpec

/// The making of one container: from its bundle to a child that waits for its start, or to nothing at all.
final class ContainerCreation {
    let store: ContainerStore
    let id: String
    let options: CreateOptions
    let report: WarningReport
    let spec: Spec
    let configuration: [UInt8]
    let facts: HostFacts
    let runner: PlanRunner
    var record: StateRecord
    var unit: UnitStart?
    var cgroup: Cgroup?
    private var networkDevices: NetworkDevices?
    private var resctrl: ResctrlTree?
    private var rootMount: HostRootMount?
    /// How many mounts the child finds prepared.
    private var preparedMounts = 0
    var consoleSocket: FileDescriptor?
    private var pidfdSocket: FileDescriptor?
    var notifySocket: NotifySocket?
    /// Where the start signal is written; for a container that starts at once.
    private var starter: FileDescriptor?

    /// Reads and plans; nothing on the host changes.
    init(
        store: ContainerStore, id: String, options: CreateOptions, report: @escaping WarningReport,
        trace: WarningReport?
    ) throws(ContainerError) {
        self.store = store
        self.options = options
        self.report = report
        let bundle = try Bundle(options)
        let (bytes, loaded) = try bundle.load()
        configuration = bytes
        var spec = loaded
        if options.notifySocket != nil { spec.mounts.append(NotifySocket.mount(of: store.folder(of: id))) }
        if id.isEmpty { throw ContainerError(.invalidIdentifier, exactly: "container id cannot be empty") }
        try bundle.checkRoot(spec.root)
        try ContainerStore.check(id)
        self.id = id
        var facts = try HostFacts(bundle: bundle.path, spec: spec, id: id, options: options)
        facts.trustsAnnotations = store.trustsAnnotations
        self.facts = facts
        if facts.completeMappings(of: &spec) { report(NamespacePlan.ownMappingsWarning) }
        self.spec = spec
        let plan: ContainerPlan
        do throws(ContainerError) {
            plan = try PlanBuilder(spec: spec, id: id, options: options, facts: facts).build()
        } catch {
            throw error.located(in: spec)
        }
        runner = PlanRunner(
            plan: plan, context: "unable to start container process: error during container init: ", report: report,
            trace: trace)
        record = StateRecord(
            id: id, created: timestamp(nanosecondsSince1970: realtimeNanoseconds()), bundle: bundle.path,
            rootfs: (spec.root?.path ?? Path()).absolute(in: bundle.path))
        record.annotations = spec.annotations
        record.annotations["bundle"] = nil
        record.cgroupPaths = (facts.cgroup?.paths ?? []).map {
            CgroupRecord(controller: $0.controller, path: $0.path)
        }
        if facts.cgroup != nil { record.cgroupMark = CgroupMark(id: id) }
        record.cgroupsPath = facts.cgroup?.cleanedPath
        record.configuration = RecordedConfiguration(spec, plan.child.steps)
        record.unit = facts.cgroup?.unit.map { UnitRecord($0) }
        record.namespaces = (spec.linux?.namespaces ?? []).map {
            NamespaceRecord(type: $0.type, path: $0.path ?? Path())
        }
        for case .joinIntelRdt(let step) in plan.parent.map(\.operation) { record.note(step) }
        record.isRootless = facts.isRootless
        record.keepsKeyring = options.noNewKeyring
        record.hasProcess = spec.process != nil
        record.hasFilter = plan.child.hasFilter
        record.hasPoststart = !spec.hooks.poststart.isEmpty
        record.hasPoststop = !spec.hooks.poststop.isEmpty
    }

    /// Whether the program has a terminal.
    var hasTerminal: Bool { spec.process?.terminal ?? false }

    /// The host's ids of the container's root.
    var rootOwner: (user: UInt32, group: UInt32) { NamespacePlan.rootOwner(spec) }

    /// Makes the container. When anything fails, everything is undone.
    ///
    /// - Parameters:
    ///   - startsAtOnce: the child waits for a word over a pipe instead of the fifo of the state folder.
    ///   - streams: what the container's standard streams are, if not the caller's own.
    ///   - keeps: when something fails, the state stays, as that of a stopped container that `delete` removes.
    func perform(
        startsAtOnce: Bool, streams: StandardStreams? = nil, keeps: Bool = false
    ) throws(ContainerError) -> MadeContainer {
        if startsAtOnce { try record.checkProcess() }
        for text in runner.plan.warnings { report(text) }
        consoleSocket = try connect(options.consoleSocket)
        pidfdSocket = try connect(options.pidfdSocket)
        // Looked at before anything is opened, so that none of the runtime's own descriptors is passed by mistake.
        try runner.takePassedDescriptors(options.passedDescriptors, listening: options.listenDescriptors)
        if !(spec.linux?.namespaces.contains { $0.type == .mount } ?? false) {
            rootMount = try HostRootMount(at: record.rootfs)
        }
        let folder = try StateFolder.make(id, in: store)
        do throws(ContainerError) {
            try folder.write(configuration, as: "config.json")
            try folder.write(record.encoded, as: "state.json")
            if options.notifySocket != nil { try folder.makeFolder(NotifySocket.folderName) }
            try prepareStart(in: folder, startsAtOnce: startsAtOnce)
            streams?.hand(to: runner.descriptors)
            try handHookFiles()
            if startsAtOnce, let target = options.notifySocket {
                notifySocket = try NotifySocket(in: folder, target: target)
            }
            for step in runner.plan.parent {
                do throws(ContainerError) {
                    try perform(step.operation, in: folder)
                } catch {
                    let failure = error.caused(by: step.origin)
                    throw runner.childPID == nil ? failure : failure.inContext(of: step.operation)
                }
            }
        } catch {
            let cause = wasKilledForMemory(error) ? outOfMemory : error
            undo(folder, keeps: keeps)
            throw cause.located(in: spec)
        }
        return MadeContainer(
            container: Container(store: store, record: record), process: runner.takeChild(), starter: starter.take(),
            terminal: runner.takeTerminal(), finalWord: runner.takeFinalWord(), notifySocket: notifySocket.take())
    }

    func perform(_ operation: ParentOperation, in folder: borrowing StateFolder) throws(ContainerError) {
        switch operation {
        case .startUnit(let planned, let properties):
            unit = try cgroupCall { () throws(CgroupError) in
                try UnitStart.start(planned, isUnified: facts.cgroup?.kind == .unified, properties)
            }
        case .makeCgroup(let cpu):
            guard let plan = facts.cgroup else { return }
            var made = Cgroup(
                plan, mark: record.cgroupMark, isRootless: facts.goesWithoutCgroup, isUnprivileged: facts.isRootless)
            // Kept only once it is the container's: one that serves others must survive the undoing of this failure.
            do throws(CgroupError) {
                try made.make(cpu: cpu, placeholder: unit?.placeholderPID)
            } catch {
                throw ContainerError(error)
            }
            cgroup = consume made
            // What a rootless runtime was not let make is not the container's.
            recordMadeCgroups()
            if facts.isRootless { warnOfUnkillableProcesses() }
        case .openNamespace(let slot, let path, let flags):
            let namespace = try NamespaceFile.open(path, flags)
            try HostNamespaceRule(spec).check(namespace.raw, flags)
            runner.descriptors.fill(slot, namespace)
        case .prepareMount(let preparation):
            try prepare(preparation)
        case .prepareDevices(let preparation):
            if let nodes = try preparation.prepare() { runner.descriptors.fill(preparation.slot, nodes) }
        case .spawn(let spawn): try performSpawn(spawn)
        case .writeIDMappings(let mappings):
            try runner.writeMappings(mappings)
        case .limitUnit(let resources):
            try cgroupCall { () throws(CgroupError) in try unit?.limit(resources) }
        case .limitCgroup(let resources, let enforcingDevices):
            try withCgroup { (cgroup) throws(CgroupError) in
                for text in try cgroup.apply(resources, enforcingDevices: enforcingDevices) { report(text) }
            }
        case .delegateCgroup(let user):
            try withCgroup { (cgroup) throws(CgroupError) in try cgroup.delegate(to: user) }
        case .joinIntelRdt(let step): try joinIntelRdt(step)
        case .await(let point): try runner.await(point)
        case .release(let point): try runner.release(point)
        case .moveNetworkDevice(let name, let newName): try moveNetworkDevice(name, as: newName)
        case .runHooks(let kind, let hooks):
            try runHooks(hooks, kind: kind, status: .creating)
        case .awaitReady: try runner.awaitReady()
        case .recordCreated:
            try runner.awaitReady()
            try recordCreated(in: folder)
        }
    }

    private func recordMadeCgroups() {
        guard let made = cgroup.take() else { return }
        record.cgroupPaths = made.paths.map { CgroupRecord(controller: $0.controller, path: $0.path) }
        record.cgroupInodes = made.inodes.map { CgroupInode(controller: $0.controller, inode: $0.inode) }
        cgroup = consume made
    }

    /// Neither the end of a pid namespace nor a cgroup gathers the processes then.
    private func warnOfUnkillableProcesses() {
        let hasProcessNamespace = spec.linux?.namespaces.contains { $0.type == .pid && $0.path == nil } ?? false
        guard record.cgroupPaths.isEmpty, !hasProcessNamespace else { return }
        report(
            "Creating a rootless container with no cgroup and no private pid namespace. Such configuration is strongly "
                + "discouraged (as it is impossible to properly kill all container's processes) and will result in an "
                + "error in a future version.")
    }

    /// Few are prepared in advance: each takes a descriptor of both processes, whose limits know nothing of the
    /// configuration. The child asks for the others when it comes to them.
    private func prepare(_ source: MountSourceStep) throws(ContainerError) {
        if source.isTakenByChild || preparedMounts == 16 { return }
        preparedMounts += 1
        runner.descriptors.fill(source.slot, try MountSource.prepare(source))
    }

    private func joinIntelRdt(_ step: IntelRdtStep) throws(ContainerError) {
        guard let pid = runner.childPID else { return }
        var tree = try ResctrlTree(mountedAt: step.root)
        var failure: ContainerError?
        do throws(ContainerError) {
            try tree.join(step, pid)
        } catch {
            failure = error
        }
        resctrl = consume tree
        if let failure { throw failure }
    }

    private func moveNetworkDevice(_ name: ByteString, as newName: ByteString) throws(ContainerError) {
        if networkDevices == nil { networkDevices = try openNetwork() }
        try networkDevices?.move(name, as: newName)
    }

    /// The container's network namespace: the one it joins, or the one its first process was made with.
    private func openNetwork() throws(ContainerError) -> NetworkDevices {
        for step in runner.plan.parent {
            guard case .openNamespace(let slot, let path, .newNetwork) = step.operation,
                let raw = runner.descriptors.peek(slot)
            else { continue }
            let namespace = try attempt("dup") { () throws(Errno) in try FileDescriptor.duplicating(raw) }
            return try NetworkDevices(namespace: namespace, path: path)
        }
        // The child is not reaped, so the number is still its own.
        let path: Path = "/proc/\(runner.childPID ?? 0)/ns/net"
        return try NetworkDevices(namespace: try NamespaceFile.open(path, .newNetwork), path: path)
    }

    private func performSpawn(_ spawn: SpawnPlan) throws(ContainerError) {
        runner.serveListener = { [facts, spec, record] (listener, pid) throws(ContainerError) in
            try SeccompListener(profile: spec.linux?.seccomp, record: record, status: .creating).serve(
                listener.descriptor, pid: pid, bundle: facts.bundle)
        }
        var tasks = DescriptorList()
        var directory: FileDescriptor?
        try withCgroup { (cgroup) throws(CgroupError) in
            tasks = try cgroup.filesForJoining()
            directory = try cgroup.directoryForClone()
        }
        do throws(ContainerError) {
            try runner.spawn(spawn, cgroup: directory.raw, tasks: tasks.raw)
        } catch {
            // Cloning into a cgroup takes rights on the one that has both it and the runtime's own in it.
            guard error.errno == .permissionDenied, directory != nil else { throw error }
            var isSpared = false
            try withCgroup { (cgroup) throws(CgroupError) in isSpared = cgroup.spareUnified(.permissionDenied) }
            guard isSpared else { throw error }
            recordMadeCgroups()
            try runner.spawn(spawn, cgroup: nil, tasks: tasks.raw)
        }
        // The child's end only: that it is closed tells when the program runs.
        _ = runner.descriptors.take(.start)
        unit?.releasePlace()
    }

    private func prepareStart(in folder: borrowing StateFolder, startsAtOnce: Bool) throws(ContainerError) {
        guard startsAtOnce else {
            runner.descriptors.fill(.start, try folder.makeStartFifo())
            return
        }
        let pipe = try attempt("pipe") { () throws(Errno) in try FileDescriptor.pipe() }
        starter = try attempt("dup") { () throws(Errno) in try pipe.write.duplicate(atLeast: 10) }
        runner.descriptors.fill(.start, pipe.takeRead())
    }

    private func recordCreated(in folder: borrowing StateFolder) throws(ContainerError) {
        guard let pid = runner.childPID, let facts = ProcessFacts(pid: pid) else {
            throw ContainerError(.childDied, reason: "the container's init died before its start")
        }
        record.pid = pid
        record.startTime = facts.startTime
        record.noteStreams(of: pid)
        record.rootMount = try rootMount?.made
        try folder.write(record.encoded, as: "state.json")
        if let console = consoleSocket.take() {
            guard let terminal = runner.takeTerminal() else {
                throw ContainerError(origin: Origin(.terminal), reason: "the container's init made no terminal")
            }
            try ConsoleSocket.send(terminal, over: console)
        }
        if let socket = pidfdSocket.take(), let descriptor = runner.childDescriptor {
            try attempt("sendmsg", "the pidfd socket") { () throws(Errno) in
                try send(Array("pidfd".utf8), descriptors: [descriptor], over: socket.raw)
            }
        }
        if let path = options.pidFile { try PIDFile(path: path).write(pid) }
    }

    func connect(_ path: Path?) throws(ContainerError) -> FileDescriptor? {
        guard let path, !path.isEmpty else { return nil }
        return try ConsoleSocket.connect(to: path, bundle: facts.bundle)
    }

    private var outOfMemory: ContainerError {
        var error = ContainerError(.childDied, reason: "container init was OOM-killed (memory limit too low?)")
        if let limit = spec.linux?.resources?.memory?.limit {
            error.origin = Origin(.resources)
            error.member = ".memory.limit"
            error.value = String(limit)
        }
        error.context = "unable to start container process: "
        return error
    }

    /// Whether the child died of the container's memory limit.
    private func wasKilledForMemory(_ error: ContainerError) -> Bool {
        guard error.code == .childDied, runner.death == .killed(signal: 9) else { return false }
        var count: UInt64 = 0
        do throws(ContainerError) {
            try withCgroup { (cgroup) throws(CgroupError) in count = try cgroup.oomKills() ?? 0 }
        } catch {
            return false  // the error that there is already matters more
        }
        return count > 0
    }

    /// Works on the cgroup, if the host has any.
    func withCgroup(_ body: (inout Cgroup) throws(CgroupError) -> Void) throws(ContainerError) {
        guard var value = cgroup.take() else { return }
        var failure: CgroupError?
        do throws(CgroupError) {
            try body(&value)
        } catch {
            failure = error
        }
        cgroup = consume value
        if let failure { throw ContainerError(failure) }
    }

    /// Leaves the host as it was: the child, its cgroup, the state folder; then the hooks of the container's end.
    func undo(_ folder: consuming StateFolder, keeps: Bool) {
        let hadChild = runner.childPID != nil
        runner.killChild()
        networkDevices?.undo(report)
        resctrl?.undo(report)
        rootMount?.undo(report)
        let hadUnit = unit != nil
        unit = nil
        var cleanUp = CleanUp()
        cleanUp.step { () throws(ContainerError) in
            try withCgroup { (cgroup) throws(CgroupError) in
                do throws(CgroupError) {
                    // With a pid namespace of its own the child took all others along.
                    if hadChild, !record.hasPrivatePIDNamespace { try cgroup.killAll() }
                    if hadUnit { try record.stopUnit() }
                } catch {
                    // Whether anything is left, the removal finds out.
                    report(error.message)
                }
                try cgroup.removeMade()
                if let warning = LeftCgroup.warning(cgroup.left) { report(warning) }
            }
        }
        if keeps { return }
        // What is left is found by its id.
        if let failure = cleanUp.failure {
            return report("unable to remove the container's cgroup, which delete has to do: " + failure.message)
        }
        cleanUp.step { () throws(ContainerError) in try folder.remove() }
        if let failure = cleanUp.failure { report("unable to remove the container's state: " + failure.message) }
        if hadChild { runPoststopHooks() }
    }
}
