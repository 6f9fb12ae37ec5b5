import Containers
import Linux
import RuntimeSpec

/// What `--version` prints, one fact a line, as engines parse it.
func versionText() -> String {
    var text = "apus version " + runtimeVersion.description
    if let commit = buildCommit { text += "\ncommit: " + commit }
    text += "\nspec: " + Spec.currentVersion
    text += "\nlibseccomp: " + Features.libseccompVersion
    text += "\n"
    return text
}
