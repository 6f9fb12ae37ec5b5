import CSeccomp
import RuntimeSpec

/// What this library understands of a profile, for `apus features`.
package enum SeccompFeatures {
    /// The names of all actions.
    package static var actions: [String] { SeccompAction.allCases.map(\.rawValue) }
    /// The names of all operators.
    package static var operators: [String] { SeccompOperator.allCases.map(\.rawValue) }
    /// The names of all architectures.
    package static var architectures: [String] { SeccompArchitecture.allCases.map(\.rawValue) }
    /// The names of all flags.
    package static var knownFlags: [String] { SeccompFlag.allCases.map(\.rawValue) }
    /// The names of the flags that the running kernel takes.
    package static var supportedFlags: [String] {
        SeccompFlag.allCases.filter { SeccompKernel.supports($0) }.map(\.rawValue)
    }

    /// The version of the linked libseccomp, from whose tables the numbers come.
    package static var libseccompVersion: (major: UInt32, minor: UInt32, micro: UInt32) {
        guard let version = seccomp_version() else { return (0, 0, 0) }
        return (version.pointee.major, version.pointee.minor, version.pointee.micro)
    }
}
