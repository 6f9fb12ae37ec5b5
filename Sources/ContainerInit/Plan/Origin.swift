import ByteStrings

/// Which property of config.json, or which rule of the runtime, caused a step.
///
/// A small value without strings, so that planning formats nothing; `path` renders it for a reader.
public struct Origin: Hashable, Sendable {
    /// The property, or the rule.
    public var property: Property
    /// The index of the element, for a property that is a list or an ordered object.
    public var index: Int?

    /// Names a property, or one element of it.
    public init(_ property: Property, _ index: Int? = nil) {
        self.property = property
        self.index = index
    }

    /// True when no property asked for the step, but a rule of the runtime.
    public var isRule: Bool { property.rawValue >= Property.rule.rawValue }

    /// The path as messages and `explain` show it, such as `mounts[3]`.
    public var path: String {
        var text = property.name.description
        if let index {
            text += "["
            text += String(index)
            text += "]"
        }
        return text
    }
}

extension Origin {
    /// The properties that cause steps, and the rules that do.
    public enum Property: UInt8, Sendable, CaseIterable {
        case ociVersion, root, rootPath, rootReadonly, mounts, process, terminal, consoleSize, cwd, env, args, user
        case umask, additionalGids, capabilities, rlimits, noNewPrivileges, oomScoreAdj, apparmorProfile, selinuxLabel
        case scheduler, ioPriority, execCPUAffinity, hostname, domainname
        case prestart, createRuntime, createContainer, startContainer, poststart, poststop
        case namespaces, uidMappings, gidMappings, timeOffsets, devices, netDevices, cgroupsPath, resources
        case resourceDevices, intelRdt, memoryPolicy, sysctl, seccomp, rootfsPropagation, maskedPaths, readonlyPaths
        case mountLabel, personality, annotations
        /// From here on: rules of the runtime, not properties.
        case rule, option, environment
    }
}

extension Origin.Property {
    /// The path of the property in config.json.
    public var name: StaticString {
        switch self {
        case .ociVersion: "ociVersion"
        case .root: "root"
        case .rootPath: "root.path"
        case .rootReadonly: "root.readonly"
        case .mounts: "mounts"
        case .process: "process"
        case .terminal: "process.terminal"
        case .consoleSize: "process.consoleSize"
        case .cwd: "process.cwd"
        case .env: "process.env"
        case .args: "process.args"
        case .user: "process.user"
        case .umask: "process.user.umask"
        case .additionalGids: "process.user.additionalGids"
        case .capabilities: "process.capabilities"
        case .rlimits: "process.rlimits"
        case .noNewPrivileges: "process.noNewPrivileges"
        case .oomScoreAdj: "process.oomScoreAdj"
        case .apparmorProfile: "process.apparmorProfile"
        case .selinuxLabel: "process.selinuxLabel"
        case .scheduler: "process.scheduler"
        case .ioPriority: "process.ioPriority"
        case .execCPUAffinity: "process.execCPUAffinity"
        case .hostname: "hostname"
        case .domainname: "domainname"
        case .prestart: "hooks.prestart"
        case .createRuntime: "hooks.createRuntime"
        case .createContainer: "hooks.createContainer"
        case .startContainer: "hooks.startContainer"
        case .poststart: "hooks.poststart"
        case .poststop: "hooks.poststop"
        case .namespaces: "linux.namespaces"
        case .uidMappings: "linux.uidMappings"
        case .gidMappings: "linux.gidMappings"
        case .timeOffsets: "linux.timeOffsets"
        case .devices: "linux.devices"
        case .netDevices: "linux.netDevices"
        case .cgroupsPath: "linux.cgroupsPath"
        case .resources: "linux.resources"
        case .resourceDevices: "linux.resources.devices"
        case .intelRdt: "linux.intelRdt"
        case .memoryPolicy: "linux.memoryPolicy"
        case .sysctl: "linux.sysctl"
        case .seccomp: "linux.seccomp"
        case .rootfsPropagation: "linux.rootfsPropagation"
        case .maskedPaths: "linux.maskedPaths"
        case .readonlyPaths: "linux.readonlyPaths"
        case .mountLabel: "linux.mountLabel"
        case .personality: "linux.personality"
        case .annotations: "annotations"
        case .rule: "(rule)"
        case .option: "(option)"
        case .environment: "(environment)"
        }
    }
}
