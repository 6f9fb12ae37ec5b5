import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

/// The process of an exec: a file's, or that of the bundle with the changes of the options; what a file leaves out is the
/// container's.
struct ExecProcess {
    let process: Process

    init(
        container: Container, saved configuration: LoadedConfiguration, options: ExecOptions
    ) throws(ContainerError) {
        if var process = options.process {
            let saved = configuration.spec.process
            process.capabilities = process.capabilities ?? saved?.capabilities
            process.scheduler = process.scheduler ?? saved?.scheduler
            process.ioPriority = process.ioPriority ?? saved?.ioPriority
            process.execCPUAffinity = process.execCPUAffinity ?? saved?.execCPUAffinity
            process.apparmorProfile = process.apparmorProfile ?? saved?.apparmorProfile
            process.selinuxLabel = process.selinuxLabel ?? saved?.selinuxLabel
            process.oomScoreAdj = process.oomScoreAdj ?? saved?.oomScoreAdj
            process.user.umask = process.user.umask ?? saved?.user.umask
            if process.rlimits.isEmpty { process.rlimits = saved?.rlimits ?? [] }
            self.process = process
        } else {
            process = try Self.edited(container, configuration, options)
        }
        try Self.check(process)
    }

    /// The process of the bundle as it is now, which need not be what the container was made from.
    private static func edited(
        _ container: Container, _ saved: LoadedConfiguration, _ options: ExecOptions
    ) throws(ContainerError) -> Process {
        let bundle = try Bundle(CreateOptions(bundle: container.record.bundle))
        guard var process = try bundle.load(known: saved).spec.process else {
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.process), reason: "process property must not be empty")
        }
        process.args = options.arguments
        process.terminal = options.terminal
        process.env += options.environment
        if let cwd = options.workingDirectory, !cwd.isEmpty { process.cwd = cwd }
        if let user = options.user { process.user.uid = user }
        if let group = options.group { process.user.gid = group }
        process.user.additionalGids += options.additionalGroups
        if let label = options.processLabel { process.selinuxLabel = label }
        if let profile = options.apparmorProfile { process.apparmorProfile = profile }
        if let noNewPrivileges = options.noNewPrivileges { process.noNewPrivileges = noNewPrivileges }
        if !options.capabilities.isEmpty {
            var sets = process.capabilities ?? Capabilities()
            sets.bounding = (sets.bounding ?? []) + options.capabilities
            sets.effective = (sets.effective ?? []) + options.capabilities
            sets.permitted = (sets.permitted ?? []) + options.capabilities
            if sets.inheritable?.isEmpty == false { sets.ambient = (sets.ambient ?? []) + options.capabilities }
            process.capabilities = sets
        }
        return process
    }

    private static func check(_ process: Process) throws(ContainerError) {
        if process.args.isEmpty {
            throw ContainerError(.invalidConfiguration, origin: Origin(.args), reason: "exec args cannot be empty")
        }
        let findings = process.validate()
        guard findings.isEmpty else {
            throw ContainerError(.invalidConfiguration, exactly: SpecError(findings: findings).text)
        }
    }
}
