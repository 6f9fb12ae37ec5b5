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
    /// Those of the caller's that the process gets.
    private var nullStreams: StreamSet = []
    /// Those in whose place a pipe is that belongs to the container's root.
    private var ownStreams: StreamSet = []
    /// Whether the container's root is another than the runtime's user and group; looked at once there is something to give.
    private lazy var isOthers = owner.user != effectiveUser || owner.group != effectiveGroup
    private let owner: (user: UInt32, group: UInt32)
    /// What carries the bytes to the process.
    private(set) var input: ByteRelay?
    /// What carries the bytes from the process.
    private(set) var outputs: [ByteRelay] = []

    /// Makes them for those of the caller's streams that are open and not the null device.
    ///
    /// - Parameter owner: the host's ids of the container's root.
    init(owner: (user: UInt32, group: UInt32)) throws(ContainerError) {
        self.owner = owner
        do throws(Errno) {
            if statusIfReplaced(.standardInput, .input) != nil {
                try FileDescriptor.pipe(nonBlocking: .write).takeEnds {
                    (read: consuming FileDescriptor, write: consuming FileDescriptor) throws(Errno) in
                    input = ByteRelay(from: .standardInput, to: SharedDescriptor(write), blocks: false)
                    inputEnd = try owned(read, .input)
                }
            }
            for stream in [SharedDescriptor.standardOutput, .standardError] {
                let isOutput = stream === SharedDescriptor.standardOutput
                let member: StreamSet = isOutput ? .output : .error
                guard let status = statusIfReplaced(stream, member) else { continue }
                try FileDescriptor.pipe(nonBlocking: .read).takeEnds {
                    (read: consuming FileDescriptor, write: consuming FileDescriptor) throws(Errno) in
                    outputs.append(
                        ByteRelay(from: SharedDescriptor(read), to: stream, status.kind))
                    let end = try owned(write, member)
                    if isOutput {
                        outputEnd = consume end
                    } else {
                        errorEnd = consume end
                    }
                }
            }
        } catch {
            throw ContainerError(operation: "pipe", errno: error)
        }
    }

    /// What a stream of the caller's is that a pipe is put in the place of; nil for others.
    private func statusIfReplaced(_ stream: SharedDescriptor, _ member: StreamSet) -> FileStatus? {
        do throws(Errno) {
            let status = try stream.file.status()
            guard status.kind == .characterDevice, status.deviceNumber == (1, 3) else { return status }
            nullStreams.insert(member)
            return nil
        } catch {
            // Closed: there is nothing to carry.
            return nil
        }
    }

    /// Gives the pipe to the container's root, who hands it on to the process's user.
    private func owned(_ end: consuming FileDescriptor, _ member: StreamSet) throws(Errno) -> FileDescriptor {
        do throws(Errno) {
            if isOthers { try end.changeOwner(user: owner.user, group: owner.group) }
            ownStreams.insert(member)
        } catch {
            // Without the host's privileges, or without the id, there is nobody else to give it to.
            guard error == .notPermitted || error == .invalidArgument else { throw error }
        }
        return end
    }

    /// Puts the process's ends where the child takes them.
    func hand(to slots: Slots) {
        let (input, output, error) = (
            SharedDescriptor.standardInput.file.number, SharedDescriptor.standardOutput.file.number,
            SharedDescriptor.standardError.file.number
        )
        if let end = inputEnd.take() { slots.fill(.standardStream(input), end) }
        if let end = outputEnd.take() { slots.fill(.standardStream(output), end) }
        if let end = errorEnd.take() { slots.fill(.standardStream(error), end) }
        slots.nullStreams = nullStreams
        slots.ownStreams = ownStreams
    }
}
