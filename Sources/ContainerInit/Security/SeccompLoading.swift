import LinuxKernel
import RuntimeSpec
import Seccomp

extension SeccompProgram {
    /// Loads the program into the calling thread, by seccomp(2). Nothing may follow but what the filter lets through.
    ///
    /// The result is the descriptor on which calls are announced, if the program notifies. Without CAP_SYS_ADMIN the
    /// thread must have no_new_privs.
    package func load() throws(Errno) -> FileDescriptor? {
        try load(flags: flags.union(optionalFlags), listener: notifies)
    }

    /// Loads the program with flags of one's own.
    package func load(flags: SeccompFilterFlags, listener: Bool) throws(Errno) -> FileDescriptor? {
        var flags = flags
        if listener {
            flags.insert(.newListener)
            // A thread's id and a descriptor cannot both be the result.
            if flags.contains(.threadSync) { flags.insert(.threadSyncFailsWithErrno) }
        }
        do throws(Errno) {
            return try load(flags, listener)
        } catch .invalidArgument where !flags.isDisjoint(with: optionalFlags) {
            return try load(flags.subtracting(optionalFlags), listener)
        }
    }

    private func load(_ flags: SeccompFilterFlags, _ listener: Bool) throws(Errno) -> FileDescriptor? {
        if listener { return try SeccompCalls.setFilterWithListener(bytes, flags: flags.rawValue) }
        // With TSYNC the kernel answers with the id of a thread that it could not bring under the filter.
        guard try SeccompCalls.setFilter(bytes, flags: flags.rawValue) == 0 else { throw .noSuchProcess }
        return nil
    }
}

extension SeccompProgram: FieldValue {
    package func encode(to encoder: inout PlanEncoder) {
        flags.rawValue.encode(to: &encoder)
        optionalFlags.rawValue.encode(to: &encoder)
        notifies.encode(to: &encoder)
        encoder.append(counted: bytes)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        let flags = SeccompFilterFlags(rawValue: try UInt32(from: &decoder))
        let optionalFlags = SeccompFilterFlags(rawValue: try UInt32(from: &decoder))
        let notifies = try Bool(from: &decoder)
        let bytes = try decoder.takeCounted { Array($0) }
        guard bytes.count % 8 == 0 else { throw PlanCodingError() }
        self.init(bytes: bytes, flags: flags, optionalFlags: optionalFlags, notifies: notifies)
    }

    package var shown: String { String(count) + " instructions" }
}

/// What the running kernel can do with filters.
package enum SeccompKernel {
    /// Whether seccomp(2) takes `flag`.
    package static func supports(_ flag: SeccompFlag) -> Bool {
        var flags = SeccompFilterFlags(rawValue: flag.bit)
        if flag == .waitKillableReceive { flags.insert(.newListener) }
        return SeccompCalls.takesFilter(flags: flags.rawValue)
    }

    /// Whether the kernel knows `action`.
    package static func supports(_ action: SeccompAction) -> Bool {
        guard let verdict = Verdict(action, 0) else { return false }
        return SeccompCalls.hasAction(verdict.rawValue)
    }

    /// The names of the flags that the running kernel takes.
    package static var supportedFlags: [String] {
        SeccompFlag.allCases.filter { supports($0) }.map(\.rawValue)
    }

    /// Whether the kernel has filters at all.
    package static var isAvailable: Bool { SeccompCalls.takesFilter(flags: 0) }
}
