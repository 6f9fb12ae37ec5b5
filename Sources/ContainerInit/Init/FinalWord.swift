import ByteStrings
import LinuxKernel

/// The last message of a child that a seccomp filter lets say nothing any more: a profile can deny every write and even
/// the end of the process.
///
/// It is left in memory that child and runtime share, the front of the file with the plan. A store to memory passes every
/// filter, and the exec of the program takes the memory from the container.
package struct FinalWord {
    /// The plan follows behind this many bytes, a multiple of every page size.
    package static let size = 65536

    private let memory: UnsafeMutableRawBufferPointer

    /// The child's part: maps the front of the open file `plan`.
    package init(in plan: borrowing FileDescriptor) throws(Errno) {
        memory = try plan.mapShared(count: Self.size)
    }

    /// Leaves `error` for the runtime.
    package func leave(_ error: ContainerError) {
        let bytes = Message.failed(error).bytes
        guard bytes.count <= Self.size - 4 else { return }
        memory.baseAddress?.advanced(by: 4).copyMemory(from: bytes, byteCount: bytes.count)
        // The length last: it says that the message is there.
        memory.storeBytes(of: UInt32(bytes.count), as: UInt32.self)
    }

    /// The runtime's part: what the child left in the open file `plan`; nil when it left nothing.
    package static func read(in plan: borrowing FileDescriptor) -> ContainerError? {
        do throws(Errno) {
            // Nearly always there is none, and then four bytes say so.
            let head = try plan.readFromStart(count: 4)
            guard head.count == 4 else { return nil }
            let count = Int(head.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) })
            guard count > 0, count <= size - 4 else { return nil }
            let bytes = try plan.readFromStart(count: count, offset: 4)
            guard bytes.count == count, case .failed(let error)? = message(bytes) else { return nil }
            return error.shortened
        } catch {
            return nil
        }
    }

    /// Throws what the child left.
    package static func check(_ plan: SharedDescriptor?) throws(ContainerError) {
        guard let plan, var error = read(in: plan.file) else { return }
        error.context = "unable to start container process: "
        throw error
    }

    private static func message(_ bytes: [UInt8]) -> Message? {
        do throws(PlanCodingError) { return try Message(bytes) } catch { return nil }
    }
}
