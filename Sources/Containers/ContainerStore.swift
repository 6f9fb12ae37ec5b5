import ContainerInit
import ContainerPlan
import ContainerRuntime

/// The containers of one directory of states: makes them, finds them, removes them.
///
/// A store is a value and holds nothing open; any number of tasks, threads and processes may use the same directory, the
/// command line too (`apus --root`). What waits for the kernel is done by threads of the library.
public struct ContainerStore: Sendable {
    /// The directory, such as `/run/apus`; it is made with the first container.
    public let root: Path
    /// What becomes the first process of a container.
    public var initProgram: InitProgram
    /// Takes warnings and, if it wants them, traces.
    public var diagnostics: DiagnosticHandler
    /// Whether annotations count that act on the host or leave a container a right of its caller, which are crun's
    /// `run.oci.keep_original_groups`, `run.oci.hooks.stdout` and `run.oci.hooks.stderr`. Only whoever wrote the
    /// configuration, or knows who did, should say so.
    public var trustsAnnotations = false

    /// Uses the directory `root`, which need not exist yet.
    public init(
        root: Path = "/run/apus", initProgram: InitProgram = .automatic, diagnostics: DiagnosticHandler = .none
    ) {
        self.root = root
        self.initProgram = initProgram
        self.diagnostics = diagnostics
    }

    /// What this runtime is called in states and features: `apus`.
    public static let type = "apus"

    /// What this runtime supports. See features.md.
    public static var features: Features { .supported }

    /// Finds the container `id`.
    ///
    /// - Throws: `invalidIdentifier` for what is no id, `doesNotExist` for what is no container.
    public func load(_ id: String) throws(ContainerError) -> Container {
        Container(try base.load(id), in: self, process: nil)
    }

    /// The ids of all containers, in order; one that is being made or removed may be among them and not load.
    public func identifiers() throws(ContainerError) -> [String] {
        do throws(ContainerError) {
            return try base.identifiers()
        } catch {
            // Before the first container there is no directory.
            guard error.errno == .noSuchFileOrDirectory else { throw error }
            return []
        }
    }

    /// Removes a container and everything that was made for it: processes, cgroups, mounts, its state.
    ///
    /// Works from whatever a killed runtime left: a directory without a state, a state without a process.
    ///
    /// - Parameters:
    ///   - id: the id of the container, or of what is left of one.
    ///   - force: kills a container that runs, and does not fail for one that does not exist.
    /// - Throws: `doesNotExist`; `wrongStatus` for a container that runs.
    public func delete(_ id: String, force: Bool = false) async throws(ContainerError) {
        let (base, diagnostics) = (base, diagnostics)
        try await Workers.shared.run { () throws(ContainerError) in
            try base.delete(id, force: force, report: diagnostics.report(id, .delete))
        }
    }

    /// Plans a container without making it: nothing on the host changes.
    ///
    /// - Throws: what `create` would throw before its first effect.
    public func explain(
        _ id: String, _ source: ContainerSource, options: ContainerOptions = ContainerOptions()
    ) throws(ContainerError) -> PlanDescription {
        try base.explain(id, source.source, options.options(source))
    }

    var base: ContainerRuntime.ContainerStore {
        ContainerRuntime.ContainerStore(root: root, trustsAnnotations: trustsAnnotations)
    }

    /// The store with the program that becomes the first process, which is looked for now.
    func prepared() throws(ContainerError) -> ContainerRuntime.ContainerStore {
        var base = base
        base.initProgram = try initProgram.resolved()
        return base
    }
}

/// Where the configuration of a new container comes from.
public struct ContainerSource: Sendable {
    let source: ConfigurationSource
    let bundle: Path
    let configurationFile: Path?

    /// A value. Paths in it are absolute, or count from `bundle`, which the state of the container then names; without one
    /// `root.path` must be absolute.
    public static func configuration(_ spec: Spec, bundle: Path? = nil) -> ContainerSource {
        ContainerSource(source: .value(spec, bundle: bundle), bundle: bundle ?? Path(), configurationFile: nil)
    }

    /// The `config.json` of a bundle, or another file, whose path counts from the bundle. See bundle.md.
    public static func bundle(_ path: Path, configurationFile: Path? = nil) -> ContainerSource {
        ContainerSource(source: .bundle, bundle: path, configurationFile: configurationFile)
    }
}

/// How a container is made, beside what its configuration says.
public struct ContainerOptions: Sendable {
    /// Who makes the cgroups.
    public var cgroupManager: CgroupManager = .cgroupfs
    /// Changes the root by a move of the mount and chroot(2), for a host whose root is a ramfs.
    public var noPivot = false
    /// Leaves the container in the session keyring of the caller.
    public var noNewKeyring = false
    /// Whether errors of permission with cgroups are passed over when the configuration names none; nil passes over them
    /// for every user but root.
    public var isRootless: Bool?
    /// The Unix socket that gets the master of the container's terminal. Without one the terminal of a process that has one
    /// is `Execution.terminal`.
    public var consoleSocket: Path?
    /// The Unix socket that gets a pidfd of the container's first process.
    public var pidfdSocket: Path?
    /// The file that the number of the first process is written to.
    public var pidFile: Path?

    /// Makes options.
    public init() {}

    /// Who makes the cgroups of a container.
    public struct CgroupManager: Hashable, Sendable {
        fileprivate let number: UInt8

        /// The library, in the cgroup file systems.
        public static let cgroupfs = CgroupManager(number: 0)
        /// systemd, over D-Bus; `linux.cgroupsPath` is then `slice:prefix:name`.
        public static let systemd = CgroupManager(number: 1)
        /// Nobody: the container stays in the caller's cgroup, without limits.
        public static let none = CgroupManager(number: 2)
    }

    func options(_ source: ContainerSource) -> CreateOptions {
        var options = CreateOptions(bundle: source.bundle)
        options.configurationFile = source.configurationFile
        options.consoleSocket = consoleSocket
        options.pidfdSocket = pidfdSocket
        options.pidFile = pidFile
        options.noPivot = noPivot
        options.noNewKeyring = noNewKeyring
        options.isRootless = isRootless
        options.usesCgroups = cgroupManager != .none
        options.usesSystemdCgroup = cgroupManager == .systemd
        // Whoever has no socket gets the terminal itself.
        options.detaches = consoleSocket != nil
        options.programName = "the library"
        return options
    }
}
