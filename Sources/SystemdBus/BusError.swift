import LinuxKernel

/// Why a call over D-Bus failed.
package struct BusError: Error, Hashable, Sendable {
    /// The name of an error that the other side sent, such as `org.freedesktop.systemd1.NoSuchUnit`; else empty.
    package var name: String
    /// What the kernel answered.
    package var errno: Errno?
    /// The reason in words.
    package var reason: String
    /// What the user can do.
    package var remedy: String

    package init(name: String = "", errno: Errno? = nil, reason: String, remedy: String = "") {
        self.name = name
        self.errno = errno
        self.reason = reason
        self.remedy = remedy
    }

    static func malformed(_ reason: String) -> BusError { BusError(reason: "malformed D-Bus message: " + reason) }

    /// The error on one line.
    package var message: String { errno.map { messageWithoutCause + ": " + $0.message } ?? messageWithoutCause }

    /// The same without what the kernel answered.
    package var messageWithoutCause: String { name.isEmpty ? reason : name + ": " + reason }
}
