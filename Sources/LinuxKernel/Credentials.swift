import CLinuxKernel

/// The ids of this process, raw: the C library's functions wait for threads that a clone left behind. See credentials(7).
package enum Credentials {
    package static func setUser(_ user: UInt32) throws(Errno) { try check(linux_setresuid(user)) }
    package static func setGroup(_ group: UInt32) throws(Errno) { try check(linux_setresgid(group)) }
    package static func setGroups(_ groups: [UInt32]) throws(Errno) {
        try check(linux_setgroups(groups.count, groups))
    }
}

/// The options of prctl(2) that the runtime uses.
package enum ProcessControl {
    package static func setDumpable(_ dumpable: Bool) throws(Errno) {
        try check(linux_prctl(PR_SET_DUMPABLE, dumpable ? 1 : 0, 0, 0, 0))
    }
    package static func setKeepCapabilities(_ keep: Bool) throws(Errno) {
        try check(linux_prctl(PR_SET_KEEPCAPS, keep ? 1 : 0, 0, 0, 0))
    }
    package static func setNoNewPrivileges() throws(Errno) { try check(linux_prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) }
    package static func setChildSubreaper(_ enabled: Bool) throws(Errno) {
        try check(linux_prctl(PR_SET_CHILD_SUBREAPER, enabled ? 1 : 0, 0, 0, 0))
    }
    package static func dropFromBoundingSet(capability: UInt32) throws(Errno) {
        try check(linux_prctl(PR_CAPBSET_DROP, UInt(capability), 0, 0, 0))
    }
    package static func clearAmbientSet() throws(Errno) {
        try check(linux_prctl(PR_CAP_AMBIENT, UInt(PR_CAP_AMBIENT_CLEAR_ALL), 0, 0, 0))
    }
    package static func raiseAmbient(capability: UInt32) throws(Errno) {
        try check(linux_prctl(PR_CAP_AMBIENT, UInt(PR_CAP_AMBIENT_RAISE), UInt(capability), 0, 0))
    }
}

/// The three capability sets that capset(2) changes, as bit masks.
package struct CapabilityMasks: Equatable, Sendable {
    package var effective: UInt64
    package var permitted: UInt64
    package var inheritable: UInt64

    package init(effective: UInt64, permitted: UInt64, inheritable: UInt64) {
        self.effective = effective
        self.permitted = permitted
        self.inheritable = inheritable
    }

    /// The sets of this process. See capget(2).
    package static func current() throws(Errno) -> CapabilityMasks {
        var header = linux_capability_header(version: 0x2008_0522, pid: 0)
        var data = (linux_capability_data(), linux_capability_data())
        let result = withUnsafeMutablePointer(to: &data) {
            $0.withMemoryRebound(to: linux_capability_data.self, capacity: 2) { linux_capget(&header, $0) }
        }
        try check(result)
        return CapabilityMasks(
            effective: UInt64(data.0.effective) | UInt64(data.1.effective) << 32,
            permitted: UInt64(data.0.permitted) | UInt64(data.1.permitted) << 32,
            inheritable: UInt64(data.0.inheritable) | UInt64(data.1.inheritable) << 32)
    }

    /// Gives this process the sets.
    package func apply() throws(Errno) {
        var header = linux_capability_header(version: 0x2008_0522, pid: 0)
        var data = (
            linux_capability_data(
                effective: UInt32(truncatingIfNeeded: effective), permitted: UInt32(truncatingIfNeeded: permitted),
                inheritable: UInt32(truncatingIfNeeded: inheritable)),
            linux_capability_data(
                effective: UInt32(truncatingIfNeeded: effective >> 32),
                permitted: UInt32(truncatingIfNeeded: permitted >> 32),
                inheritable: UInt32(truncatingIfNeeded: inheritable >> 32))
        )
        let result = withUnsafeMutablePointer(to: &data) {
            $0.withMemoryRebound(to: linux_capability_data.self, capacity: 2) { linux_capset(&header, $0) }
        }
        try check(result)
    }
}
