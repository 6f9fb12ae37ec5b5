import LinuxKernel

/// What the program takes over from its caller beside the command line.
enum Caller {
    /// The socket that wants to hear that the container is ready; nil when the environment names none. See
    /// sd_notify(3).
    static var notifySocket: Path? {
        guard let path = environmentVariable("NOTIFY_SOCKET"), !path.isEmpty else { return nil }
        return Path(path)
    }

    /// Whether cgroups are likely to be out of reach.
    static var isRootless: Bool { effectiveUser != 0 || isInUserNamespace }
}
