import ByteStrings
import LinuxKernel

/// Why an operation on a container failed, as data: what was done, to what, because of which property, and what helps.
///
/// Rendered in one place, `message`, in the shape that engines match on: the cause comes last but for advice in brackets.
public struct ContainerError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public var code: Code
    /// What was being done, such as `mount` or `sethostname`; may be empty.
    public var operation: String
    /// The property of config.json, the option or the rule that asked for it.
    package var origin: Origin?
    /// The place inside of the property, such as `.source`, `.options[1]` or `["net.ipv4.ip_forward"]`; may be empty.
    package var member = ""
    /// The value that was refused, as messages show it; empty where the rest says it.
    public var value = ""
    /// The path, key or value that it was done to.
    public var subject: String
    /// What the kernel answered.
    public var errno: Errno?
    /// The reason in words, where an errno alone does not say it.
    public var reason: String
    /// What the user can do.
    package var remedy: String
    /// In which part of a command it happened; comes first in the text.
    package var context: StaticString = ""
    /// Whether `errno` is worded as strerror(3) does, with a capital. runc's early failures are, and engines that look
    /// for `permission denied` must not take them for a program that may not be executed.
    package var hasCapitalizedCause = false

    /// Whether a mount failed, whose refusal by the kernel has its place in front of its property: those who know runc's
    /// words look for them there.
    package var isOfMount = false

    /// Makes an error.
    package init(
        _ code: Code = .failed, operation: String = "", origin: Origin? = nil, member: String = "",
        value: String = "", subject: String = "", errno: Errno? = nil, reason: String = "", remedy: String = ""
    ) {
        self.init(
            code, context: "", operation: operation, origin: origin, subject: subject, errno: errno, reason: reason,
            remedy: remedy)
        self.member = member
        self.value = value
    }

    package init(
        _ code: Code = .failed, context: StaticString, operation: String = "", origin: Origin? = nil,
        subject: String = "", errno: Errno? = nil, reason: String = "", remedy: String = ""
    ) {
        self.context = context
        self.code = code
        self.operation = operation
        self.origin = origin
        self.subject = subject
        self.errno = errno
        self.reason = reason
        self.remedy = remedy
    }

    /// Makes an error whose whole text is `reason`, for wordings that engines know.
    public init(_ code: Code = .failed, exactly reason: String) {
        self.init(code, operation: "", reason: reason)
    }

    /// The kinds of failure that callers tell apart.
    ///
    /// A structure and no enumeration, because later versions tell more of them apart.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The number of the code.
        public let rawValue: UInt8
        /// Makes a code of its number.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Anything without a code of its own.
        public static let failed = Code(rawValue: 0)
        /// The configuration is not valid.
        public static let invalidConfiguration = Code(rawValue: 1)
        /// The configuration asks for something that this version does not do.
        public static let notSupported = Code(rawValue: 2)
        /// No container has this id.
        public static let doesNotExist = Code(rawValue: 3)
        /// Another container has this id.
        public static let alreadyExists = Code(rawValue: 4)
        /// The id is not a valid name.
        public static let invalidIdentifier = Code(rawValue: 5)
        /// The container is not in a state that allows the operation.
        public static let wrongStatus = Code(rawValue: 6)
        /// The container's process has ended.
        public static let notRunning = Code(rawValue: 7)
        /// The program to run was not found in the container.
        public static let programNotFound = Code(rawValue: 8)
        /// A hook failed.
        public static let hookFailed = Code(rawValue: 9)
        /// The runtime's own child ended without saying why.
        public static let childDied = Code(rawValue: 10)
        /// There is no program that can be the first process of a container; see `InitProgram`.
        public static let noInitProgram = Code(rawValue: 11)
        /// The program that would be the first process of a container is of another version.
        public static let otherVersion = Code(rawValue: 12)
        /// The task was cancelled; what it had made is gone.
        public static let cancelled = Code(rawValue: 13)
        /// There was more output than the caller wanted to collect.
        public static let tooMuchOutput = Code(rawValue: 14)
    }
}

extension ContainerError {
    /// The path of the property in config.json, such as `mounts[3].options[1]`; nil when a rule asked for the step.
    public var property: String? {
        guard let origin, !origin.isRule else { return nil }
        return origin.path + member
    }

    /// The message.
    public var description: String { message }

    /// What the user can do; empty where nothing is known to help.
    public var advice: String { remedy }

    /// The error as one line: property, value, operation, subject, cause and, in brackets, what helps.
    public var message: String {
        var text = context.description
        let isRefusedMount = isOfMount && errno == .notPermitted
        if !isRefusedMount { addProperty(to: &text) }
        if !operation.isEmpty {
            text += oneLine(operation)
            if !subject.isEmpty {
                text += " "
                text += oneLine(subject)
            }
            text += ": "
        } else if !subject.isEmpty {
            text += oneLine(subject)
            text += ": "
        }
        if isRefusedMount { addProperty(to: &text) }
        if !reason.isEmpty {
            text += oneLine(reason, limit: 4000)
            if errno != nil { text += ": " }
        }
        if let errno { text += hasCapitalizedCause ? errno.capitalizedMessage : errno.message }
        if !remedy.isEmpty {
            text += " ("
            text += oneLine(remedy)
            text += ")"
        }
        return text
    }

    private func addProperty(to text: inout String) {
        if let property {
            text += oneLine(property)
            text += ": "
        }
        if !value.isEmpty {
            text += oneLine(value)
            text += ": "
        }
    }

    /// The same error with `origin`, if it has none yet.
    package func caused(by origin: Origin) -> ContainerError {
        var error = self
        if error.origin == nil { error.origin = origin }
        return error
    }

    /// The same error, at a place inside of the property and with the value there, if it has none yet.
    package func at(_ member: @autoclosure () -> String, _ value: @autoclosure () -> String = "") -> ContainerError {
        var error = self
        guard error.origin == nil, error.member.isEmpty else { return error }
        error.member = member()
        if error.value.isEmpty { error.value = value() }
        return error
    }

    /// The same error with parts that are short enough for one message between processes.
    package var shortened: ContainerError {
        var error = self
        error.member = oneLine(member)
        error.value = oneLine(value)
        error.operation = oneLine(operation)
        error.subject = oneLine(subject)
        error.reason = oneLine(reason, limit: 4000)
        error.remedy = oneLine(remedy)
        return error
    }
}

extension ContainerError {
    /// Makes an error about a path.
    package init(
        _ code: Code = .failed, operation: String = "", origin: Origin? = nil, member: String = "",
        value: String = "", subject: Path, errno: Errno? = nil, reason: String = "", remedy: String = ""
    ) {
        self.init(
            code, operation: operation, origin: origin, member: member, value: value, subject: subject.text,
            errno: errno, reason: reason, remedy: remedy)
    }
}

/// Runs `body`, giving an `Errno` it throws the operation and the path that a reader needs.
@inline(__always)
package func attempt<Result: ~Copyable>(
    _ operation: StaticString, _ subject: @autoclosure () -> Path, _ body: () throws(Errno) -> Result
) throws(ContainerError) -> Result {
    do throws(Errno) {
        return try body()
    } catch {
        throw ContainerError(operation: operation.description, subject: subject(), errno: error)
    }
}

/// Runs `body`, giving an `Errno` it throws the operation and subject that a reader needs.
@inline(__always)
package func attempt<Result: ~Copyable>(
    _ operation: StaticString, _ subject: @autoclosure () -> String = "", _ body: () throws(Errno) -> Result
) throws(ContainerError) -> Result {
    do throws(Errno) {
        return try body()
    } catch {
        throw ContainerError(operation: operation.description, subject: subject(), errno: error)
    }
}
