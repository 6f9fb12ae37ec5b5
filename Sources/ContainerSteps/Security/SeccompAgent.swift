import ByteStrings
import ContainerInit
import LinuxKernel
import RuntimeSpec

/// Who takes the listener of a seccomp filter, and what it is told. See config-linux.md, "The Container Process State".
package struct SeccompAgent: Equatable, FieldRecord {
    /// The socket at which it listens; empty where the profile names none.
    package var path = Path()
    package var metadata: ByteString?
    /// The state of the container.
    package var state = HookState()
    /// The container's first process; 0 while the one with the filter is to become it.
    package var firstPID: Int32 = 0

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("path", &path)
        try visitor.field("metadata", &metadata)
        try visitor.field("state", &state, .hidden)
        try visitor.field("firstPID", &firstPID, .hidden)
    }

    /// Hands the listener on.
    ///
    /// - Parameter pid: the process that the filter binds.
    package func serve(_ listener: borrowing FileDescriptor, pid: Int32) throws(ContainerError) {
        guard !path.isEmpty else {
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.seccomp), reason: "seccomp listenerPath is not set")
        }
        let document = ContainerProcessState(
            fds: ["seccompFd"], pid: pid, metadata: metadata, state: state.state(pid: firstPID == 0 ? pid : firstPID))
        let socket: FileDescriptor
        do throws(Errno) {
            socket = try connectStream(to: path)
        } catch {
            throw ContainerError(
                origin: Origin(.seccomp), member: ".listenerPath", value: quoted(path), errno: error,
                reason: "failed to connect with seccomp agent specified in the seccomp profile",
                remedy: "the agent must listen at this path before the container is made")
        }
        do throws(Errno) {
            try socket.send(document.encoded(), with: listener)
        } catch {
            throw ContainerError(
                origin: Origin(.seccomp), member: ".listenerPath", errno: error,
                reason: "cannot send seccomp fd to " + path)
        }
    }
}
