import Linux
import RuntimeSpec

/// Hands the listener of a seccomp filter to the agent that the profile names. See config-linux.md, "The Container
/// Process State".
struct SeccompListener {
    let profile: SeccompProfile?
    let record: StateRecord
    let status: ContainerStatus

    func serve(_ listener: borrowing FileDescriptor, pid: Int32, bundle: Path) throws(ContainerError) {
        guard let profile, let path = profile.listenerPath, !path.isEmpty else {
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.seccomp), reason: "seccomp listenerPath is not set")
        }
        let state = State(
            id: record.id, status: status, pid: record.pid ?? pid, bundle: bundle, annotations: record.annotations)
        let document = ContainerProcessState(
            fds: ["seccompFd"], pid: pid, metadata: profile.listenerMetadata, state: state)
        let raw = listener.raw
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
            try send(document.encoded(), descriptors: [raw], over: socket.raw)
        } catch {
            throw ContainerError(
                origin: Origin(.seccomp), member: ".listenerPath", errno: error,
                reason: "cannot send seccomp fd to " + path)
        }
    }
}
