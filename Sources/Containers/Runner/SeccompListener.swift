import Linux
import RuntimeSpec

/// Hands the listener of a seccomp filter to the agent that the profile names. See config-linux.md, "The Container
/// Process State".
struct SeccompListener {
    let profile: SeccompProfile?
    let record: StateRecord
    let status: ContainerStatus

    func serve(_ listener: borrowing FileDescriptor, pid: Int32, bundle: String) throws(ContainerError) {
        guard let profile, let path = profile.listenerPath, !path.isEmpty else {
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.seccomp), reason: "seccomp listenerPath is not set")
        }
        let state = State(
            id: record.id, status: status, pid: record.pid ?? pid, bundle: bundle, annotations: record.annotations)
        let document = ContainerProcessState(
            fds: ["seccompFd"], pid: pid, metadata: profile.listenerMetadata, state: state)
        let raw = listener.raw
        do throws(Errno) {
            let socket = try connectStream(to: path)
            try send(document.encoded(), descriptors: [raw], over: socket.raw)
        } catch {
            throw ContainerError(
                operation: "send the seccomp listener to", origin: Origin(.seccomp), member: ".listenerPath",
                subject: quoted(path), errno: error,
                remedy: "the agent must listen at this path before the container is made")
        }
    }
}
