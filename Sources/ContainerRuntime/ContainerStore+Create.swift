import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

extension ContainerStore {
    /// Makes a container that waits for its start. See runtime.md, "Create".
    ///
    /// Everything of the configuration is applied but the program, which `Container.start` runs. When anything fails,
    /// the host is left as it was.
    ///
    /// - Parameters:
    ///   - report: takes warnings.
    ///   - trace: takes what helps to find a fault; nil spares the work.
    ///   - timeline: takes the time of each step; nil spares the work.
    ///   - ended: called when all is done; need not return.
    /// - Throws: `alreadyExists`, `invalidIdentifier`, `invalidConfiguration` with every finding, and what the kernel
    ///   refused.
    @discardableResult
    package func create(
        _ id: String, _ options: CreateOptions, report: @escaping WarningReport = { _ in },
        trace: WarningReport? = nil, timeline: Timeline? = nil, ended: () -> Void = {}
    ) throws(ContainerError) -> Container {
        let creation = try Creation(
            store: self, id: id, options: options, startsAtOnce: false, report: report, timeline: timeline)
        let (container, making) = try creation.perform(report: report, trace: trace, timeline: timeline)
        // What is still alive then goes with a process that ends there, which is cheaper than to take it apart.
        ended()
        withExtendedLifetime(making) {}
        return container
    }
}

/// A container that is about to be made: its bundle read, its plan built. Nothing on the host has changed.
final class Creation {
    let plan: ContainerPlan
    private let store: ContainerStore
    private let loaded: LoadedConfiguration
    /// The bytes of the configuration for the state directory.
    private let configuration: [UInt8]
    private let record: StateRecord

    /// - Parameters:
    ///   - source: where the configuration is.
    ///   - startsAtOnce: the child waits for the word of who makes it instead of the fifo of the state directory.
    init(
        store: ContainerStore, id: String, source: ConfigurationSource = .bundle, options: CreateOptions,
        startsAtOnce: Bool, report: WarningReport, timeline: Timeline?
    ) throws(ContainerError) {
        self.store = store
        timeline?.begin("read-bundle")
        let bundle = try Bundle(options, source, stateDirectory: store.directory(of: id))
        loaded = try bundle.load(source)
        if options.notifySocket != nil { loaded.spec.mounts.append(NotifySocket.mount(of: store.directory(of: id))) }
        if id.isEmpty { throw ContainerError(.invalidIdentifier, exactly: "container id cannot be empty") }
        try bundle.checkRoot(loaded.spec.root)
        try ContainerStore.check(id)
        timeline?.begin("look-at-host")
        var facts = try HostFacts(bundle: bundle.path, spec: loaded.spec, id: id, options: options)
        facts.stateDirectory = store.directory(of: id)
        facts.trustsAnnotations = store.trustsAnnotations
        if let warning = facts.completeMappings(of: &loaded.spec) { report(warning) }
        timeline?.begin("make-plan")
        do throws(ContainerError) {
            plan = try PlanBuilder(spec: loaded.spec, id: id, options: options, facts: facts)
                .build(startsAtOnce: startsAtOnce)
        } catch {
            throw error.located(in: loaded.spec)
        }
        record = StateRecord(of: loaded.spec, id: id, plan, facts, options)
        // The program's process is what `start` looks for; here the start is a part of the making.
        if startsAtOnce { try record.checkProcess() }
        configuration =
            facts.missingMappingHelper == nil
            ? loaded.bytes : try Self.configuration(loaded.bytes, mappedAs: loaded.spec)
    }

    var spec: Spec { loaded.spec }

    /// The configuration with the mappings that the container has: what comes later goes by them.
    private static func configuration(_ bytes: [UInt8], mappedAs made: Spec) throws(ContainerError) -> [UInt8] {
        do throws(SpecError) {
            var spec = try Spec(json: bytes)
            spec.linux?.uidMappings = made.linux?.uidMappings ?? []
            spec.linux?.gidMappings = made.linux?.gidMappings ?? []
            return spec.encoded()
        } catch {
            throw ContainerError(.invalidConfiguration, exactly: error.text)
        }
    }

    /// What performs the plan.
    func making(report: @escaping WarningReport, trace: WarningReport?, timeline: Timeline?) -> Making {
        Making(
            plan, of: record, configuration: configuration, program: store.initProgram,
            context: "unable to start container process: error during container init: ", report: report, trace: trace,
            timeline: timeline)
    }

    /// The container that was made.
    func container(_ making: Making) -> Container { Container(store: store, record: making.record) }

    /// Makes the container. When anything fails, everything is undone.
    ///
    /// - Parameters:
    ///   - streams: what the container's standard streams are, if not the caller's own.
    ///   - keeps: when something fails, the state stays, as that of a stopped container that `delete` removes.
    func perform(
        streams: StandardStreams? = nil, keeps: Bool = false, report: @escaping WarningReport, trace: WarningReport?,
        timeline: Timeline?
    ) throws(ContainerError) -> (container: Container, making: Making) {
        let making = making(report: report, trace: trace, timeline: timeline)
        streams?.hand(to: making.slots)
        do throws(ContainerError) {
            try making.perform(keeps: keeps)
        } catch {
            throw error.located(in: spec)
        }
        return (container(making), making)
    }
}

extension StateRecord {
    /// What the state file says of a container before anything is made of it.
    fileprivate init(
        of spec: Spec, id: String, _ plan: ContainerPlan, _ facts: HostFacts, _ options: CreateOptions
    ) {
        self.init(
            id: id, created: timestamp(nanosecondsSince1970: realtimeNanoseconds()), bundle: facts.bundle,
            rootfs: (spec.root?.path ?? Path()).absolute(in: facts.bundle))
        var annotations = spec.annotations
        annotations["bundle"] = nil
        self.annotations = annotations
        configuration.specification = RecordedSpecification(spec, plan.child.steps)
        configuration.namespaces = (spec.linux?.namespaces ?? []).map {
            NamespaceRecord(type: $0.type, path: $0.path ?? Path())
        }
        configuration.cgroups.name = id
        configuration.cgroups.limits = spec.linux?.resources
        configuration.keepsKeyring = options.noNewKeyring
        isRootless = facts.isRootless
        own.lacksProcess = spec.process == nil
        own.hasFilter = plan.child.hasFilter
        own.hasPoststart = !plan.afterStart.isEmpty
        own.hasPoststop = !plan.atEnd.isEmpty
    }
}
