import CLinuxKernel

/// What clone3(2), unshare(2) and setns(2) make or join.
package struct CloneFlags: OptionSet, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let newTime = CloneFlags(rawValue: 0x80)
    /// The root, the working directory and the file creation mask of a thread: `CLONE_FS`.
    package static let fileSystem = CloneFlags(rawValue: 0x200)
    package static let pidDescriptor = CloneFlags(rawValue: 0x1000)
    package static let parent = CloneFlags(rawValue: 0x8000)
    package static let newMount = CloneFlags(rawValue: 0x2_0000)
    package static let newCgroup = CloneFlags(rawValue: 0x200_0000)
    package static let newUTS = CloneFlags(rawValue: 0x400_0000)
    package static let newIPC = CloneFlags(rawValue: 0x800_0000)
    package static let newUser = CloneFlags(rawValue: 0x1000_0000)
    package static let newPID = CloneFlags(rawValue: 0x2000_0000)
    package static let newNetwork = CloneFlags(rawValue: 0x4000_0000)
    package static let intoCgroup = CloneFlags(rawValue: 0x2_0000_0000)
}

/// Leaves namespaces for new ones. See unshare(2).
package func unshare(_ flags: CloneFlags) throws(Errno) { try check(linux_unshare(UInt(flags.rawValue))) }

extension FileDescriptor {
    /// Joins the namespaces behind this namespace file or pidfd. See setns(2).
    package func joinNamespaces(_ flags: CloneFlags) throws(Errno) {
        try check(linux_setns(raw, Int32(truncatingIfNeeded: flags.rawValue)))
    }

    /// Which kind of namespace this namespace file is. See ioctl_ns(2).
    package func namespaceKind() throws(Errno) -> CloneFlags {
        CloneFlags(rawValue: UInt64(try check(linux_ioctl_value(raw, LINUX_NS_GET_NSTYPE, 0))))
    }

    /// The pid namespace of the process behind this pidfd. See ioctl_pidfd(2), `PIDFD_GET_PID_NAMESPACE`, Linux 6.11.
    package func pidNamespace() throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: Int32(try check(linux_ioctl_value(raw, LINUX_PIDFD_GET_PID_NAMESPACE, 0))))
    }
}

/// Whether this process is in a user namespace that does not map all ids to themselves; false without procfs or without user
/// namespaces. See user_namespaces(7).
package var isInUserNamespace: Bool {
    do throws(Errno) {
        if try isInInitialUserNamespace() { return false }
        let map: ByteString = try readKernelFile(ThisProcess.file("uid_map"), isOneRecord: true)
        // The line of the initial namespace, which leaves no place for another.
        let words = map.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }.map { ByteString(bytes: $0) }
        return words != ["0", "0", "4294967295"]
    } catch {
        return false
    }
}

/// `PROC_USER_INIT_INO`: the number of the initial user namespace's file in every procfs since Linux 3.8.
private let initialUserNamespace: UInt64 = 0xEFFF_FFFD

private func isInInitialUserNamespace() throws(Errno) -> Bool {
    try fileStatus("/proc/self/ns/user").inode == initialUserNamespace
}
