import Cgroups
import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

extension Container {
    /// Saves the running container with CRIU, so that `ContainerStore.restore` can make it go on, here or elsewhere.
    ///
    /// Unless `options` says otherwise the container ends with that and is deleted. A failure leaves it as it was.
    ///
    /// - Parameters:
    ///   - report: takes warnings.
    ///   - timeline: takes the time of each part; nil spares the work.
    ///   - progress: takes what is being done.
    /// - Throws: `wrongStatus` for a container that does not run, `notSupported` where CRIU is missing or too old.
    public func checkpoint(
        _ options: CheckpointOptions, report: @escaping WarningReport = { _ in },
        timeline: Timeline? = nil, progress: @escaping WarningReport = { _ in }
    ) throws(ContainerError) {
        let status = try status()
        switch status {
        case .running, .paused: break
        case .creating, .created, .stopped:
            throw ContainerError(
                .wrongStatus, exactly: "Container cannot be checkpointed in \(status.rawValue) state")
        }
        timeline?.begin("check-criu")
        let program = try CRIUProgram()
        if options.preDump { try program.check(CRIUFeatures(memTrack: true)) }
        if options.settings.lazyPages { try program.check(CRIUFeatures(lazyPages: true)) }
        let dump = try Checkpoint(self, options, program)
        do throws(ContainerError) {
            guard let directory = try StateDirectory.open(at: store.directory(of: id), patience: 10_000) else {
                throw ContainerError(.doesNotExist, exactly: "container does not exist")
            }
            timeline?.begin("dump")
            try dump.perform(report, progress)
            _ = consume directory
        } catch {
            if status == .running { thawAfterFailure(report) }
            throw error
        }
        if options.leavesRunning || options.preDump { return }
        do throws(ContainerError) {
            try delete(force: true, report: report, timeline: timeline)
        } catch {
            report(error.message)
        }
    }

    /// CRIU lets the processes go on by itself, unless it was killed.
    private func thawAfterFailure(_ report: WarningReport) {
        do throws(ContainerError) {
            guard try isFrozen() else { return }
            try withCgroup { (cgroup) throws(CgroupError) in try cgroup.thaw() }
        } catch {
            report("unable to let the container go on: " + error.message)
        }
    }
}

/// One dump of a container.
private struct Checkpoint: ~Copyable {
    private let container: Container
    private let options: CheckpointOptions
    private let program: CRIUProgram
    private let pid: Int32
    private let spec: Spec
    private let directories: ImageDirectories

    private static let log: Path = "dump.log"

    init(
        _ container: Container, _ options: CheckpointOptions, _ program: CRIUProgram
    ) throws(ContainerError) {
        guard let pid = container.record.pid else {
            throw ContainerError(.wrongStatus, exactly: "Container cannot be checkpointed in stopped state")
        }
        let spec = try container.configuration()
        guard spec.linux?.namespaces.contains(where: { $0.type == .mount }) ?? false else {
            throw ContainerError(
                .notSupported, origin: Origin(.namespaces),
                reason: "a container without a mount namespace cannot be checkpointed")
        }
        let directories = try ImageDirectories.make(options)
        self.container = container
        self.options = options
        self.program = program
        self.pid = pid
        self.spec = spec
        self.directories = directories
    }

    consuming func perform(
        _ report: @escaping WarningReport, _ progress: WarningReport
    ) throws(ContainerError) {
        var request = CRIURequest(options.preDump ? .preDump : .dump, try criuOptions())
        if !options.preDump {
            request.options?.externalMounts = try externalMounts()
            try directories.write(descriptors: container.record.externalDescriptors)
        }
        let hostOptions = HostCgroupOptions()
        defer { hostOptions.restore(report) }
        progress(options.preDump ? "dumping the memory" : "dumping the container")
        do throws(ContainerError) {
            var statusDescriptor = options.settings.lazyPages ? options.statusDescriptor : nil
            let isTold = request.options?.statusDescriptor == nil
            _ = try CRIUService().perform(
                request,
                answered: {
                    // CRIU has opened it by now; who waits for its end would wait for ever.
                    if !isTold, let number = statusDescriptor.take() {
                        DescriptorNumber(rawValue: number).take().close()
                    }
                },
                notified: { (notification, _) throws(ContainerError) in
                    switch notification.script {
                    case "network-lock": progress("holding the container's connections")
                    case "post-dump": progress("the container is dumped")
                    case "status-ready":
                        progress("waiting until all pages are fetched")
                        if let number = statusDescriptor.take() {
                            tellReady(DescriptorNumber(rawValue: number).take(), report)
                        }
                    default: return
                    }
                })
        } catch {
            throw directories.log(Self.log).explain(error, report)
        }
    }

    private func criuOptions() throws(ContainerError) -> CRIUOptions {
        let record = container.record
        var criu = CRIUOptions(options.settings, directories, log: Self.log, annotations: record.annotations)
        criu.pid = pid
        criu.root = record.rootfs
        criu.leaveRunning = options.leavesRunning
        criu.tcpSkipInFlight = options.tcpSkipInFlight
        criu.linkRemap = options.linkRemap
        criu.freezeCgroup = try freezeCgroup()
        if let server = options.pageServer {
            criu.pageServer = CRIUOptions.PageServer(address: server.address, port: server.port)
        }
        if let parent = options.parentPath {
            criu.parentImages = parent
            criu.trackMemory = true
        }
        // Later ones say it by a notification.
        if options.settings.lazyPages, program.version < 31_500 { criu.statusDescriptor = options.statusDescriptor }
        for namespace in record.configuration.namespaces where !namespace.path.isEmpty {
            guard let key = CRIUOptions.externalKey(of: namespace.type) else { continue }
            try program.checkExternal(namespace.type, "during checkpointing process")
            let path = namespace.path
            let inode = try attempt("stat", path) { () throws(Errno) in try fileStatus(path).inode }
            criu.external.append("\(namespace.type.fileName)[\(inode)]:\(key)")
        }
        return criu
    }

    /// The cgroup that CRIU stops the processes by; without one it stops them one by one.
    private func freezeCgroup() throws(ContainerError) -> Path? {
        let paths = container.record.cgroupPaths
        let isOfAnother = try container.withCgroup { (cgroup) throws(CgroupError) in try cgroup.isOfAnother() }
        guard !isOfAnother else { return nil }
        if let freezer = paths.first(where: { $0.key == "freezer" }) { return freezer.value }
        guard program.version >= 31_400, paths.allSatisfy({ $0.key.isEmpty }) else { return nil }
        return paths.first?.value
    }

    private func externalMounts() throws(ContainerError) -> [CRIUOptions.ExternalMount] {
        let path: Path = "/proc/\(pid)/root"
        let root = try attempt("open", path) { () throws(Errno) in
            SharedDescriptor(try FileDescriptor.open(path, [.path, .directory]))
        }
        let layout = try cgroupCall { () throws(CgroupError) in try CgroupLayout.detect() }
        var mounts = try ExternalMounts(of: spec, in: root, rootfs: container.record.rootfs, layout: layout)
        let directory = container.store.directory(of: container.id)
        if fileExists(directory.appending(NotifySocket.directoryName)) {
            mounts.add(NotifySocket.containerDirectory)
        }
        return mounts.keys
    }

    private func tellReady(_ descriptor: consuming FileDescriptor, _ report: WarningReport) {
        do throws(Errno) {
            try descriptor.write([0])
        } catch {
            report("can't write \\0 to status fd: " + error.message)
        }
    }
}

extension CRIUOptions {
    /// CRIU's own configuration, which overrides what is asked for: that of the annotation, or else of the host. A file
    /// that is not there CRIU passes over.
    static func configurationFile(of annotations: OrderedPairs<ByteString, ByteString>) -> Path? {
        guard let named = annotations["org.criu.config"] else { return "/etc/criu/runc.conf" }
        return named.isEmpty ? nil : Path(named)
    }

    /// The name by which a namespace that a container has joined is known to both sides; nil for kinds that CRIU joins by
    /// their path.
    static func externalKey(of type: NamespaceType) -> ByteString? {
        switch type {
        case .network: "extRootNetNS"
        case .pid: "extRootPidNS"
        case .mount, .ipc, .uts, .user, .cgroup, .time: nil
        }
    }
}

extension CRIUProgram {
    /// Throws if this CRIU cannot leave a namespace of that kind to others.
    func checkExternal(_ type: NamespaceType, _ moment: StaticString) throws(ContainerError) {
        let needed = type == .network ? 31_100 : 31_500
        guard version < needed else { return }
        throw ContainerError(
            .notSupported,
            exactly: "criu lacks support for external \(type.fileName) namespace \(moment) (old criu version?)")
    }
}
