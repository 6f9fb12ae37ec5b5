import LinuxKernel
import RuntimeSpec

extension Command {
    /// Writes a configuration to begin with.
    static var spec: Command {
        Command(
            "spec", summary: "write a new config.json",
            description: """
                Writes a configuration that runs "sh" in a root filesystem called "rootfs", as a start
                for one of your own. To make a bundle out of the files of an image that another tool
                has unpacked into rootfs:

                   # cd bundle && apus spec
                   # sed -i 's;"sh";"/bin/my-program";' config.json
                   # apus run my-container

                With --rootless the configuration has a user namespace in which the caller is root.
                """,
            arguments: .none, flags: [.bundle, .specRootless]
        ) { (invocation) throws(CommandError) in
            try writeSpec(invocation.arguments)
            return ExitStatus.success
        }
    }
}

private func writeSpec(_ arguments: ParsedArguments) throws(CommandError) {
    let bundle = arguments.path(.bundle) ?? "."
    let directory: FileDescriptor
    do throws(Errno) {
        directory = try FileDescriptor.open(bundle, [.directory, .path])
    } catch {
        throw CommandError("chdir", bundle, error)
    }
    var spec =
        arguments.isOn(.specRootless)
        ? Spec.rootlessConfiguration(user: effectiveUser, group: effectiveGroup) : Spec.defaultConfiguration
    if hasUnifiedCgroups { spec = spec.addingCgroupNamespace() }
    do throws(Errno) {
        let file = try FileDescriptor.open(
            "config.json", at: directory, [.writeOnly, .create, .exclusive], mode: 0o666)
        try file.write(spec.encoded(.tabs))
    } catch {
        if error == .fileExists { throw CommandError("File config.json exists. Remove it first") }
        throw CommandError("open", "config.json", error)
    }
}

/// Whether this host has cgroup2 alone.
private var hasUnifiedCgroups: Bool {
    do throws(Errno) {
        return try fileSystemKind("/sys/fs/cgroup") == .cgroup2
    } catch {
        return false
    }
}
