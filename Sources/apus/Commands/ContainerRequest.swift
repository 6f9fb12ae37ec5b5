import ContainerRuntime
import LinuxKernel

/// What `create` and `run` are asked to make.
struct ContainerRequest {
    let identifier: String
    var options: CreateOptions

    init(_ invocation: Invocation) throws(CommandError) {
        let arguments = invocation.arguments
        identifier = arguments.positionals[0].text
        let manager = try CgroupManager(arguments)
        let descriptors = try invocation.descriptors.checked()
        options = CreateOptions(bundle: arguments.path(.bundle) ?? ".")
        options.configurationFile = arguments.path(.configuration)
        options.consoleSocket = arguments.path(.consoleSocket)
        options.pidfdSocket = arguments.path(.pidfdSocket)
        options.pidFile = arguments.path(.pidFile)
        options.noPivot = arguments.isOn(.noPivot)
        options.noNewKeyring = arguments.isOn(.noNewKeyring)
        options.usesCgroups = manager != .disabled
        options.usesSystemdCgroup = manager == .systemd
        options.listenDescriptors = descriptors.activated
        options.passedDescriptors = descriptors.activated + descriptors.preserved
        options.notifySocket = Caller.notifySocket
        options.programName = invocation.programName.text
        options.isRootless = try Self.isRootless(arguments)
    }

    /// Whether `--rootless` says so, or, by default, the caller's ids.
    private static func isRootless(_ arguments: ParsedArguments) throws(CommandError) -> Bool {
        let word = arguments.text(.rootless) ?? ""
        if word.isEmpty || word.lowercased() == "auto" { return Caller.isRootless }
        guard let value = GoSyntax.bool(word) else {
            throw CommandError("strconv.ParseBool: parsing " + quoted(word) + ": invalid syntax")
        }
        return value
    }
}

/// Who makes the cgroups.
enum CgroupManager {
    case cgroupfs, systemd, disabled

    /// What the flags say; `--cgroup-manager` names one, `--systemd-cgroup` is short for systemd.
    init(_ arguments: ParsedArguments) throws(CommandError) {
        switch arguments.nonEmptyText(.cgroupManager) {
        case nil: self = arguments.isOn(.systemdCgroup) ? .systemd : .cgroupfs
        case "cgroupfs": self = .cgroupfs
        case "systemd": self = .systemd
        case "disabled": self = .disabled
        case let other?: throw CommandError("invalid cgroup manager: " + other)
        }
    }
}
