import ContainerRuntime
import LinuxKernel
import RuntimeSpec

/// The name under which the program speaks of itself.
enum ProgramName {
    case apus
    /// Called by the name of what it stands in for: some engines look for that name in what it prints.
    case runc

    /// The name for a program that was called as `word`.
    init(word: ByteString) {
        self = word == "runc" || word.hasSuffix("/runc") ? .runc : .apus
    }

    var text: String {
        switch self {
        case .apus: "apus"
        case .runc: "runc"
        }
    }
}

/// What `--version` prints, one fact a line, as engines parse it.
func versionText(_ name: ProgramName) -> String {
    var text = name.text + " version " + runtimeVersion.description
    if let commit = buildCommit { text += "\ncommit: " + commit }
    text += "\nspec: " + Spec.currentVersion
    text += "\nlibseccomp: " + Features.libseccompVersion
    text += "\n"
    return text
}
