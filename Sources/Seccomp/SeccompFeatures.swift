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
    /// The version of libseccomp whose filters those of this compiler are equal to, as the tests prove. Nothing of that
    /// library is in the program; who asks for its version wants to know what a profile may say.
    package static let libseccompVersion: StaticString = "2.5.4"
}
