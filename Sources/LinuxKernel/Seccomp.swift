import ByteStrings
import CLinuxKernel

/// Operations of seccomp(2).
package enum SeccompCalls {
    /// Loads a filter into the calling thread; `instructions` are `struct sock_filter`, eight bytes each.
    ///
    /// The result is 0, or with `SECCOMP_FILTER_FLAG_TSYNC` the id of a thread that could not be brought under the filter.
    package static func setFilter(_ instructions: [UInt8], flags: UInt32) throws(Errno) -> Int {
        try checked(load(instructions, flags))
    }

    /// Loads a filter with a listener, for which `flags` ask: the descriptor that announces system calls.
    package static func setFilterWithListener(
        _ instructions: [UInt8], flags: UInt32
    ) throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: Int32(truncatingIfNeeded: try checked(load(instructions, flags))))
    }

    private static func load(_ instructions: [UInt8], _ flags: UInt32) -> Int {
        instructions.withUnsafeBytes { bytes in
            let first = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?
                .assumingMemoryBound(to: sock_filter.self)
            var program = sock_fprog(len: UInt16(clamping: instructions.count / 8), filter: first)
            return metered { linux_seccomp(UInt32(SECCOMP_SET_MODE_FILTER), flags, &program) }
        }
    }

    /// Whether the kernel takes filters with `flags`.
    package static func takesFilter(flags: UInt32) -> Bool {
        // Known flags lead to the missing program, unknown ones to EINVAL.
        linux_seccomp(UInt32(SECCOMP_SET_MODE_FILTER), flags, nil) == -Int(EFAULT)
    }

    /// Whether the kernel knows the action of a filter's return value.
    package static func hasAction(_ returnValue: UInt32) -> Bool {
        var value = returnValue
        return linux_seccomp(UInt32(SECCOMP_GET_ACTION_AVAIL), 0, &value) == 0
    }

    /// Whether a descriptor, however it came, is the listener of a filter; true where that cannot be seen.
    package static func isListener(_ descriptor: borrowing FileDescriptor) -> Bool {
        do throws(Errno) {
            let name: Path = try readLink(descriptor.procPath)
            return name.bytes.elementsEqual("anon_inode:seccomp notify".utf8)
        } catch {
            // Without a procfs nobody can tell.
            return true
        }
    }
}
