import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel

/// Pipes in place of the caller's standard streams, for a process in the foreground that has no terminal of its own.
///
/// A process that holds the caller's open file can do more with it than the caller meant: open it again through /proc with
/// other rights, take it over, type into a terminal (TIOCSTI), read what others write into a pipe. So it gets pipes of the
/// runtime, which belong to the container's root, and the runtime carries the bytes. Only the null device it may have.
final class StandardStreams {
    private var inputEnd: FileDescriptor?
    private var outputEnd: FileDescriptor?
    private var errorEnd: FileDescriptor?
    /// What carries the bytes to the process.
    private(set) var input: ByteRelay?
    /// What carries the bytes from the process.
    private(set) var outputs: [ByteRelay] = []

    /// Makes them for those of the caller's streams that are open and not the null device.
    ///
    /// - Parameter owner: the host's ids of the container's root.
    init(owner: (user: UInt32, group: UInt32)) throws(ContainerError) {
        do throws(Errno) {
            if Self.isToBeReplaced(0) {
                let pipe = try FileDescriptor.pipe()
                let writer = try pipe.write.duplicate(atLeast: 10)
                let raw = writer.raw
                try setNonBlocking(raw)
                input = ByteRelay(from: 0, to: raw, own: writer)
                inputEnd = try Self.owned(pipe.takeRead(), by: owner)
            }
            if Self.isToBeReplaced(1) { outputEnd = try makeOutput(to: 1, owner) }
            if Self.isToBeReplaced(2) { errorEnd = try makeOutput(to: 2, owner) }
        } catch {
            throw ContainerError(operation: "pipe", errno: error)
        }
    }

    private func makeOutput(
        to number: Int32, _ owner: (user: UInt32, group: UInt32)
    ) throws(Errno) -> FileDescriptor {
        let pipe = try FileDescriptor.pipe()
        let writer = try pipe.write.duplicate(atLeast: 10)
        let reader = pipe.takeRead()
        let raw = reader.raw
        try setNonBlocking(raw)
        outputs.append(ByteRelay(from: raw, to: number, own: reader))
        return try Self.owned(writer, by: owner)
    }

    private static func isToBeReplaced(_ number: Int32) -> Bool {
        do throws(Errno) {
            let status = try fileStatus(of: number)
            return status.kind != .characterDevice || status.deviceNumber != (1, 3)
        } catch {
            // Closed: there is nothing to carry.
            return false
        }
    }

    /// Gives the pipe to the container's root, who hands it on to the process's user.
    private static func owned(
        _ end: consuming FileDescriptor, by owner: (user: UInt32, group: UInt32)
    ) throws(Errno) -> FileDescriptor {
        guard owner.user != effectiveUser || owner.group != effectiveGroup else { return end }
        let raw = end.raw
        do throws(Errno) {
            try changeOwner(of: raw, user: owner.user, group: owner.group)
        } catch {
            // Without the host's privileges, or without the id, there is nobody else to give it to.
            guard error == .notPermitted || error == .invalidArgument else { throw error }
        }
        return end
    }

    /// Puts the process's ends where the child takes them.
    func hand(to slots: Slots) {
        if let end = inputEnd.take() { slots.fill(.standardStream(0), end) }
        if let end = outputEnd.take() { slots.fill(.standardStream(1), end) }
        if let end = errorEnd.take() { slots.fill(.standardStream(2), end) }
    }
}
