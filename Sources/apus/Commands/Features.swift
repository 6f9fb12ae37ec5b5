import ContainerRuntime
import RuntimeSpec

extension Command {
    /// Prints what the runtime supports.
    static var features: Command {
        Command(
            "features", summary: "show what this runtime supports",
            description: """
                Prints a JSON document, the "features" of the runtime specification: namespaces, mount
                options, capabilities, seccomp's actions, flags and architectures, and more.
                """,
            arguments: .none
        ) { (_) throws(CommandError) in
            var features = Features.supported
            if let buildCommit { features.annotations["apus.commit"] = ByteString(buildCommit) }
            try writeStandardOutput(features.encoded(.blanks(4)) + [UInt8(ascii: "\n")])
            return ExitStatus.success
        }
    }
}
