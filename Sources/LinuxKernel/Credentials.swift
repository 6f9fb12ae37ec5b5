import CLinuxKernel

/// The effective user of this process. See geteuid(2).
package var effectiveUser: UInt32 { ThisProcess.isCommand ? linux_effective_user_at_start() : geteuid() }

/// The effective group of this process. See getegid(2).
package var effectiveGroup: UInt32 { ThisProcess.isCommand ? linux_effective_group_at_start() : getegid() }

/// The ids of this process, raw: the C library's functions wait for threads that a clone left behind. See credentials(7).
package enum Credentials {
    /// Whether the real, effective and saved user of this process are `user`. See getresuid(2).
    package static func isUser(_ user: UInt32) throws(Errno) -> Bool {
        try check(linux_has_user(user)) != 0
    }

    /// The same of its group. See getresgid(2).
    package static func isGroup(_ group: UInt32) throws(Errno) -> Bool {
        try check(linux_has_group(group)) != 0
    }

    /// Whether all three were `user` when this program was executed, which takes no call. See getauxval(3).
    package static func startedAs(user: UInt32) -> Bool { linux_started_as_user(user) != 0 }

    /// The same of its group.
    package static func startedAs(group: UInt32) -> Bool { linux_started_as_group(group) != 0 }

    package static func setUser(_ user: UInt32) throws(Errno) { try check(linux_setresuid(user)) }
    package static func setGroup(_ group: UInt32) throws(Errno) { try check(linux_setresgid(group)) }
    package static func setGroups(_ groups: [UInt32]) throws(Errno) {
        try check(linux_setgroups(groups.count, groups))
    }
}
