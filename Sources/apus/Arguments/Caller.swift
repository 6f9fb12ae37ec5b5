import Linux

/// What the program takes over from its caller beside the command line.
enum Caller {
    /// Whether this process is in a user namespace that does not map all ids to themselves. See user_namespaces(7).
    static var isInUserNamespace: Bool {
        do throws(Errno) {
            return try readKernelFile("/proc/self/uid_map").parts(separatedBy: UInt8(ascii: " "))
                != ["0", "0", "4294967295"]
        } catch {
            // Without the file there are no user namespaces.
            return false
        }
    }

    /// The socket that wants to hear that the container is ready; nil when the environment names none. See
    /// sd_notify(3).
    static var notifySocket: Path? {
        guard let path = environmentVariable("NOTIFY_SOCKET"), !path.isEmpty else { return nil }
        return Path(path)
    }

    /// Whether cgroups are likely to be out of reach.
    static var isRootless: Bool { effectiveUser != 0 || isInUserNamespace }
}
