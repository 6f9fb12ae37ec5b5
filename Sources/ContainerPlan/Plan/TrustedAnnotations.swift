import ByteStrings
import ContainerInit
import ContainerSteps
import RuntimeSpec

/// What annotations of crun's ask for that acts on the host, or leaves the container a right of its caller.
///
/// A configuration often takes its annotations from whoever describes the container, and not from who runs it. So they
/// count only when the runtime's caller says so.
package struct TrustedAnnotations: Equatable, Sendable {
    /// Whether the process keeps the groups that the runtime's caller has, instead of `process.user.additionalGids`.
    package var keepsOriginalGroups = false
    /// The files that the output of hooks is appended to.
    package var hookOutput: Path?
    package var hookErrorOutput: Path?
    /// The annotations that do not count, since nobody trusts them.
    package var ignored: [ByteString] = []

    package static let keepOriginalGroups: ByteString = "run.oci.keep_original_groups"
    package static let hooksOutput: ByteString = "run.oci.hooks.stdout"
    package static let hooksErrorOutput: ByteString = "run.oci.hooks.stderr"

    /// Reads the annotations of a configuration.
    package init(
        _ annotations: OrderedPairs<ByteString, ByteString>, areTrusted: Bool
    ) throws(ContainerError) {
        let groups = annotations[Self.keepOriginalGroups]
        let output = annotations[Self.hooksOutput]
        let errorOutput = annotations[Self.hooksErrorOutput]
        guard areTrusted else {
            if groups != nil { ignored.append(Self.keepOriginalGroups) }
            if output != nil { ignored.append(Self.hooksOutput) }
            if errorOutput != nil { ignored.append(Self.hooksErrorOutput) }
            return
        }
        switch groups {
        case nil, "", "0": break
        case "1": keepsOriginalGroups = true
        case let other?:
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.annotations), member: ".\(Self.keepOriginalGroups)",
                value: quoted(other), reason: "neither 1 nor 0")
        }
        if let output, !output.isEmpty { hookOutput = Path(output) }
        if let errorOutput, !errorOutput.isEmpty { hookErrorOutput = Path(errorOutput) }
    }

    /// The files for the output of hooks; a relative path starts at the bundle.
    package func hookFiles(bundle: Path) -> HookFiles {
        HookFiles {
            $0.output = hookOutput?.absolute(in: bundle) ?? Path()
            $0.errorOutput = hookErrorOutput?.absolute(in: bundle) ?? Path()
        }
    }

    /// What to tell the user.
    package var warnings: [String] {
        ignored.map { "annotation " + $0.text + " is ignored without --trust-annotations" }
    }
}
