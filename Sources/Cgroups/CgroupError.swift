import LinuxKernel

/// Why something could not be done with a cgroup: the property that asked for it, the file, the value and the answer.
package struct CgroupError: Error, Hashable, Sendable {
    /// The property of config.json, such as `linux.resources.memory.limit`; empty where none asked for it.
    package var property: String
    /// The call that failed, such as `write`; empty where no call was made.
    package var operation: String
    /// The file or directory; empty if there is none.
    package var path: String
    /// What should have been written; empty if nothing.
    package var value: String
    /// What the kernel answered.
    package var errno: Errno?
    /// The reason in words, in runc's where it has some.
    package var reason: String
    /// What the user can do.
    package var remedy: String

    /// Makes an error.
    package init(
        property: String = "", operation: String = "", path: String = "", value: String = "", errno: Errno? = nil,
        reason: String = "", remedy: String = ""
    ) {
        self.property = property
        self.operation = operation
        self.path = path
        self.value = value
        self.errno = errno
        self.reason = reason
        self.remedy = remedy
    }

    /// The error on one line without the property: reason, operation, path and, last, the cause.
    package var message: String {
        guard let errno else { return messageWithoutCause }
        let text = messageWithoutCause
        return text.isEmpty ? errno.message : text + ": " + errno.message
    }

    /// The same without what the kernel answered.
    package var messageWithoutCause: String {
        var text = reason
        if !operation.isEmpty {
            if !text.isEmpty { text += ": " }
            text += operation
            if !path.isEmpty {
                text += " "
                text += path
            }
        }
        return text
    }

    /// The error of a write to a cgroup's file.
    static func write(_ value: String, to path: String, _ errno: Errno, property: String = "") -> CgroupError {
        CgroupError(
            property: property, operation: "write", path: path, value: value, errno: errno,
            reason: "failed to write \"" + value + "\"")
    }
}

/// Runs `body`, giving an `Errno` it throws the call and path that a reader needs.
@inline(__always)
func attempt<Result: ~Copyable>(
    _ operation: StaticString, _ path: @autoclosure () -> Path, reason: StaticString = "",
    _ body: () throws(Errno) -> Result
) throws(CgroupError) -> Result {
    do throws(Errno) {
        return try body()
    } catch {
        throw CgroupError(
            operation: operation.description, path: path().text, errno: error, reason: reason.description)
    }
}
