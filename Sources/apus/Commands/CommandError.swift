import ContainerRuntime
import LinuxKernel

/// Why a command failed, and with which exit status.
struct CommandError: Error {
    /// The whole text of the error; its cause comes last.
    var message: String
    /// The exit status.
    var status: Int32
    /// The parts of the error, for the records that have fields.
    var cause: ContainerError?

    init(_ message: String, status: Int32 = ExitStatus.failure, cause: ContainerError? = nil) {
        self.message = message
        self.status = status
        self.cause = cause
    }

    /// The error of a container.
    init(_ error: ContainerError) {
        self.init(error.message, cause: error)
    }

    /// The error behind the words that name the command.
    func prefixed(by prefix: String, status: Int32? = nil) -> CommandError {
        CommandError(prefix + message, status: status ?? self.status, cause: cause)
    }

    /// A failed system call for a path.
    init(_ operation: String, _ path: Path, _ errno: Errno, status: Int32 = ExitStatus.failure) {
        self.init(operation, path.text, errno, status: status)
    }

    /// A failed system call: `open /nosuch: no such file or directory`.
    init(_ operation: String, _ subject: String, _ errno: Errno, status: Int32 = ExitStatus.failure) {
        self.init(operation + " " + subject + ": " + errno.message, status: status)
    }
}

/// The exit statuses of the program itself.
enum ExitStatus {
    static let success: Int32 = 0
    static let failure: Int32 = 1
    /// What `wait` has waited for has ended, and nobody can tell how.
    static let unknownEnd: Int32 = 2
    /// The command, or the topic of the help, is not known.
    static let unknownCommand: Int32 = 3
    /// Any failure of `exec` itself.
    static let execFailure: Int32 = 255
}
