/// The number of a signal. See signal(7).
public struct Signal: RawRepresentable, Hashable, Sendable {
    /// The number, such as 9 for SIGKILL.
    public let rawValue: Int32
    /// Makes a signal of its number, which may be a real-time one.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// SIGHUP: the terminal is gone; daemons read their configuration again.
    public static let terminalClosed = Signal(rawValue: 1)
    /// SIGINT: as from Control-C.
    public static let interrupt = Signal(rawValue: 2)
    /// SIGQUIT: as from Control-\.
    public static let quit = Signal(rawValue: 3)
    /// SIGABRT.
    public static let abort = Signal(rawValue: 6)
    /// SIGKILL, which no process can refuse.
    public static let kill = Signal(rawValue: 9)
    /// SIGUSR1.
    public static let userDefinedOne = Signal(rawValue: 10)
    /// SIGUSR2.
    public static let userDefinedTwo = Signal(rawValue: 12)
    /// SIGALRM.
    public static let alarm = Signal(rawValue: 14)
    /// SIGTERM, the usual way to ask for an end. The first process of a container does not end of it unless it has a
    /// handler: the kernel keeps the first process of a pid namespace from the default action.
    public static let terminate = Signal(rawValue: 15)
    /// SIGCONT.
    public static let resume = Signal(rawValue: 18)
    /// SIGSTOP.
    public static let suspend = Signal(rawValue: 19)
    /// SIGWINCH.
    public static let windowSizeChange = Signal(rawValue: 28)
}

extension Signal: CustomStringConvertible {
    /// The name, such as `SIGTERM`, or `signal 42`.
    public var description: String {
        let names = [
            "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1",
            "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP",
            "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH",
            "SIGIO",
            "SIGPWR", "SIGSYS",
        ]
        return names.indices.contains(Int(rawValue) - 1) ? names[Int(rawValue) - 1] : "signal \(rawValue)"
    }
}
