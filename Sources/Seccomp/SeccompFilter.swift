import ByteStrings
import RuntimeSpec

/// The meaning of a profile: for each architecture, what happens to every system call number.
///
/// It follows libseccomp: an unconditional rule wins over conditional ones and the first of several unconditional ones
/// over the others; conditional rules are alternatives. A program is compiled from it, and `explain` shows it.
public struct SeccompFilter: Sendable {
    /// What happens to calls that no rule names.
    package let defaultVerdict: Verdict
    /// What happens to the numbers of each architecture.
    let table: SectionTable
    /// Names in the profile that no architecture knows, in their order.
    package let unknownNames: [String]
    /// Whether a rule notifies.
    package let notifies: Bool
    /// The flags of the profile; nil leaves the choice to the runtime.
    let flags: SeccompFilterFlags?

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
        var notifying: Int?
        for index in profile.syscalls.indices where profile.syscalls[index].action == .notify { notifying = index }
        notifies = notifying != nil
        if let notifying, profile.listenerPath?.isEmpty ?? true {
            throw SeccompError(path: "syscalls[" + String(notifying) + "].action", reason: .noListener)
        }
        flags = try profile.filterFlags(notifies: notifies)

        var architectures = [nativeArchitecture]
        for architecture in profile.architectures where !architectures.contains(architecture) {
            architectures.append(architecture)
        }
        var rules = RuleSet(profile, architectures: architectures, defaultVerdict: verdict)
        unknownNames = try rules.collect()
        let missing: Verdict? = missingCallsFail && !verdict.isPermissive && verdict != .errno(38) ? .errno(38) : nil
        table = try rules.table(missing: missing)
    }
}

extension SeccompProfile {
    fileprivate func filterFlags(notifies: Bool) throws(SeccompError) -> SeccompFilterFlags? {
        guard let flags else { return nil }
        var bits = SeccompFilterFlags()
        for (place, flag) in flags.enumerated() {
            guard notifies || flag != .waitKillableReceive else {
                throw SeccompError(path: "flags[" + String(place) + "]", reason: .flagWithoutListener)
            }
            bits.insert(SeccompFilterFlags(rawValue: flag.bit))
        }
        return bits
    }
}
