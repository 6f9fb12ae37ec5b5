import ContainerRuntime

extension Command {
    /// Tells what the host can and cannot do.
    static var doctor: Command {
        Command(
            "doctor", summary: "show what this host can and cannot do for containers",
            description: """
                Looks at the host as the user who calls: its kernel, cgroups and their delegation, user
                namespaces and subordinate ids, seccomp, AppArmor and SELinux, systemd, the state
                directory, CRIU, and the settings of engines. For what is missing it prints what does not
                work because of it, and the command that mends it.

                Last it runs a container: in new namespaces, with the host's files read-only as its root,
                this program prints its version in it. --root and --systemd-cgroup count for that, too.
                With --no-trial nothing is run.

                The exit status is 0 when containers run, and 1 when not.
                """,
            arguments: .none, flags: [.doctorJSON, .noTrial]
        ) { (invocation) throws(CommandError) in
            var report = HostReport.gather(root: invocation.stateRoot.path)
            if !invocation.arguments.isOn(.noTrial) {
                report.findings.append(try Trial(invocation).finding())
            }
            let isJSON = invocation.arguments.isOn(.doctorJSON)
            try writeStandardOutput(isJSON ? report.json + [UInt8(ascii: "\n")] : [UInt8](report.text.utf8))
            return report.allowsContainers ? ExitStatus.success : ExitStatus.failure
        }
    }
}
