import Linux

/// What the caller of the program may do on the host, as far as ids tell.
enum CallerPrivileges {
    /// Whether this process is in a user namespace that does not map all ids to themselves. See user_namespaces(7).
    static var isInUserNamespace: Bool {
        do throws(Errno) {
            return try readKernelFile("/proc/self/uid_map").split(separator: " ") != ["0", "0", "4294967295"]
        } catch {
            // Without the file there are no user namespaces.
            return false
        }
    }

    /// Whether cgroups are likely to be out of reach.
    static var isRootless: Bool { effectiveUser != 0 || isInUserNamespace }
}
