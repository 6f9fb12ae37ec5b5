import ByteStrings
import LinuxKernel
import RuntimeSpec

/// The last message of a child that a seccomp filter lets say nothing any more: a profile can deny every write and even
/// the end of the process.
///
/// It is left in memory that child and runtime share. A store to memory passes every filter, and the exec of the program takes
/// the memory from the container.
package struct FinalWord {
    /// The system calls that an ordinary last message takes: a filter that lets them through leaves nothing to do here.
    package static let sparedBy: [SyscallName] = [
        "write", "sendmsg", "rt_sigprocmask", "exit_group", "brk", "mmap",
    ]

    /// How many bytes it has room for.
    private static let size = 65536

    private let memory: UnsafeMutableRawBufferPointer

    /// Makes the memory.
    package static func makeMemory() throws(Errno) -> FileDescriptor {
        let file = try makeMemoryFile("final word", for: .data)
        try file.write([0], skipping: size - 1)
        return file
    }

    /// The child's part: maps the open file `memory`.
    package init(in memory: borrowing FileDescriptor) throws(Errno) {
        self.memory = try memory.mapShared(count: Self.size)
    }

    /// Leaves `error` for the runtime.
    package func leave(_ error: ContainerError) {
        let bytes = Message.failed(error).bytes
        guard bytes.count <= Self.size - 4 else { return }
        memory.baseAddress?.advanced(by: 4).copyMemory(from: bytes, byteCount: bytes.count)
        // The length last: it says that the message is there.
        memory.storeBytes(of: UInt32(bytes.count), as: UInt32.self)
    }

    /// The runtime's part: what the child left in the open file `memory`; nil when it left nothing.
    package static func read(in memory: borrowing FileDescriptor) -> ContainerError? {
        do throws(Errno) {
            // Nearly always there is none, and then four bytes say so.
            let head = try memory.readFromStart(count: 4)
            guard head.count == 4 else { return nil }
            let count = Int(head.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) })
            guard count > 0, count <= size - 4 else { return nil }
            let bytes = try memory.readFromStart(count: count, offset: 4)
            guard bytes.count == count, case .failed(let error)? = message(bytes) else { return nil }
            return error.shortened
        } catch {
            return nil
        }
    }

    /// Throws what the child left.
    package static func check(_ memory: SharedDescriptor?) throws(ContainerError) {
        guard let memory, var error = read(in: memory.file) else { return }
        error.context = "unable to start container process: "
        throw error
    }

    private static func message(_ bytes: [UInt8]) -> Message? {
        do throws(PlanCodingError) { return try Message(bytes) } catch { return nil }
    }
}
