import CLinuxKernel

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
