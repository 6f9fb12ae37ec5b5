import CLinuxKernel

/// What a file in memory is for. See memfd_create(2).
package enum MemoryFilePurpose: UInt32, Sendable {
    /// Its bytes are read: `MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL`.
    case data = 0xb
    /// It is executed: `MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC`.
    case program = 0x13
}

/// Makes a file in memory.
///
/// What it is for is said from the start: with the sysctl vm.memfd_noexec a file of no purpose is refused, or not
/// executable.
package func makeMemoryFile(_ name: StaticString, for purpose: MemoryFilePurpose) throws(Errno) -> FileDescriptor {
    let name = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    do throws(Errno) {
        return FileDescriptor(owning: Int32(try check(linux_memfd_create(name, purpose.rawValue))))
    } catch .invalidArgument {
        // Kernels before 6.3 know neither MFD_EXEC nor MFD_NOEXEC_SEAL.
        return FileDescriptor(owning: Int32(try check(linux_memfd_create(name, purpose.rawValue & 0x3))))
    }
}

extension FileDescriptor {
    /// Lets nobody change a file in memory any more, nor these seals. See fcntl(2), `F_ADD_SEALS`.
    func seal() throws(Errno) {
        // F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW and F_SEAL_WRITE.
        try check(linux_fcntl(raw, F_ADD_SEALS, 0x1 | 0x2 | 0x4 | 0x8))
    }
}
