import CLinux
import Linux
import RuntimeSpec

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
        var result = install(flags)
        if result == -Int(EINVAL), !flags.isDisjoint(with: optionalFlags) {
            result = install(flags.subtracting(optionalFlags))
        }
        try check(result)
        if listener { return FileDescriptor(owning: Int32(truncatingIfNeeded: result)) }
        // With TSYNC the kernel answers with the id of a thread that it could not bring under the filter.
        guard result == 0 else { throw .noSuchProcess }
        return nil
    }

    private func install(_ flags: SeccompFilterFlags) -> Int {
        instructions.withUnsafeBytes { bytes in
            let first = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?
                .assumingMemoryBound(to: sock_filter.self)
            var program = sock_fprog(len: UInt16(clamping: instructions.count), filter: first)
            return linux_seccomp(UInt32(SECCOMP_SET_MODE_FILTER), flags.rawValue, &program)
        }
    }
}

/// What the running kernel can do with filters.
package enum SeccompKernel {
    /// Whether seccomp(2) takes `flag`.
    package static func supports(_ flag: SeccompFlag) -> Bool {
        var flags = SeccompFilterFlags(rawValue: flag.bit)
        if flag == .waitKillableReceive { flags.insert(.newListener) }
        // Known flags lead to the missing program, unknown ones to EINVAL.
        return linux_seccomp(UInt32(SECCOMP_SET_MODE_FILTER), flags.rawValue, nil) == -Int(EFAULT)
    }

    /// Whether the kernel knows `action`.
    package static func supports(_ action: SeccompAction) -> Bool {
        var value = Verdict(action, 0)?.rawValue ?? 0
        return linux_seccomp(UInt32(SECCOMP_GET_ACTION_AVAIL), 0, &value) == 0
    }

    /// Whether the kernel has filters at all.
    package static var isAvailable: Bool {
        linux_seccomp(UInt32(SECCOMP_SET_MODE_FILTER), 0, nil) == -Int(EFAULT)
    }
}
