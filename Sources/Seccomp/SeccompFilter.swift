import ByteStrings
import RuntimeSpec

/// The meaning of a profile: for each architecture, what happens to every system call number.
///
/// It follows libseccomp: an unconditional rule wins over conditional ones and the first of several unconditional ones
/// over the others; conditional rules are alternatives. A program is compiled from it, and `explain` shows it.
public struct SeccompFilter: Sendable {
    /// What happens to calls that no rule names.
    package let defaultVerdict: Verdict
    /// One section for each value of the architecture that the kernel can report, the native one first.
    package private(set) var sections: [Section] = []
    /// Names in the profile that no architecture knows, in their order.
    package private(set) var unknownNames: [String] = []
    /// Whether a rule notifies.
    package let notifies: Bool
    let flags: [SeccompFlag]?

    /// The numbers of an architecture, or of x86_64 and x32, which share a value.
    package struct Section: Sendable {
        package let architectures: [SeccompArchitecture]
        /// From which number on which target holds; the first range starts at 0.
        var ranges: [Range] = []
        /// What calls with conditions are decided by.
        var decisions: [Decision] = []
    }

    struct Range: Equatable, Sendable {
        var start: UInt32
        var target: Target
    }

    enum Target: Equatable, Sendable {
        case verdict(Verdict)
        /// The decision with this index.
        case decision(Int)
    }

    /// The clauses for a call, in the order they are asked, and whose arguments they look at.
    struct Decision: Equatable, Sendable {
        var clauses: [Clause]
        var architecture: SeccompArchitecture
    }

    /// Works out what `profile` means on a machine of `nativeArchitecture`, which always has a section.
    ///
    /// With `missingCallsFail`, calls newer than the newest one that the profile names give ENOSYS instead of a
    /// prohibiting default action, so that programs fall back to older calls as they would on an older kernel.
    package init(
        _ profile: SeccompProfile, nativeArchitecture: SeccompArchitecture = .native, missingCallsFail: Bool = true
    ) throws(SeccompError) {
        guard let verdict = Verdict(profile.defaultAction, profile.defaultErrnoRet) else {
            throw SeccompError(
                path: "defaultErrnoRet", reason: .numberTooLarge(profile.defaultErrnoRet ?? 0))
        }
        guard profile.defaultAction != .notify else {
            throw SeccompError(path: "defaultAction", reason: .notifyByDefault)
        }
        defaultVerdict = verdict
        flags = profile.flags
        var notifying: Int?
        for index in profile.syscalls.indices where profile.syscalls[index].action == .notify { notifying = index }
        notifies = notifying != nil
        if let notifying, profile.listenerPath?.isEmpty ?? true {
            throw SeccompError(path: "syscalls[" + String(notifying) + "].action", reason: .noListener)
        }

        var architectures = [nativeArchitecture]
        for architecture in profile.architectures where !architectures.contains(architecture) {
            architectures.append(architecture)
        }
        var rules = RuleSet(profile, architectures: architectures, defaultVerdict: verdict)
        unknownNames = try rules.collect()
        let missing: Verdict? = missingCallsFail && !verdict.isPermissive && verdict != .errno(38) ? .errno(38) : nil
        for place in architectures.indices {
            switch architectures[place] {
            case .x86_64:
                // The kernel reports the same architecture for x32.
                let second = architectures.firstIndex(of: .x32)
                sections.append(try rules.section([place] + (second.map { [$0] } ?? []), missing: missing))
            case .x32:
                if architectures.contains(.x86_64) { continue }
                sections.append(try rules.section([place], missing: missing))
            default:
                sections.append(try rules.section([place], missing: missing))
            }
        }
    }
}
