import CLinuxKernel

/// Loads an eBPF program of the type that decides about accesses to devices. See bpf(2), `BPF_PROG_TYPE_CGROUP_DEVICE`.
///
/// `instructions` holds structures of eight bytes each. `log` gets the verifier's words if it refuses the program.
package func loadDeviceProgram(
    _ instructions: UnsafeRawBufferPointer, log: inout String
) throws(Errno) -> FileDescriptor {
    let count = UInt32(instructions.count / 8)
    var result = metered { linux_bpf_load_device_program(instructions.baseAddress, count, nil, 0) }
    if result == -Int(EPERM) {
        // Before 5.11 the program counts as locked memory. Where the limit may not be raised the answer stays.
        var unlimited: [UInt64] = [UInt64.max, UInt64.max]
        var limits: [UInt64] = [0, 0]
        if linux_prlimit(0, lockedMemory, &unlimited, &limits) == 0 {
            result = linux_bpf_load_device_program(instructions.baseAddress, count, nil, 0)
            // The whole process has it, and so would the container.
            _ = linux_prlimit(0, lockedMemory, &limits, nil)
        }
    }
    if result == -Int(EACCES) || result == -Int(EINVAL) {
        // Asked again for the reason: with a log, loading takes longer.
        let size = 1 << 16
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, used in
            buffer.initialize(repeating: 0)
            used = size
            result = buffer.withMemoryRebound(to: CChar.self) {
                linux_bpf_load_device_program(instructions.baseAddress, count, $0.baseAddress, UInt32(size))
            }
        }
        log = ByteString(bytes: bytes.prefix { $0 != 0 }).text
    }
    return FileDescriptor(owning: Int32(try checked(result)))
}

/// `RLIMIT_MEMLOCK`.
private let lockedMemory: Int32 = 8

/// What is done with an open cgroup.
extension FileDescriptor {
    /// Attaches a device program to this cgroup beside those that are there.
    package func attachDeviceProgram(_ program: borrowing FileDescriptor) throws(Errno) {
        try check(linux_bpf_attach_device_program(raw, program.raw, -1))
    }

    /// Attaches a device program to this cgroup in the place of the only one that is there.
    package func attachDeviceProgram(
        _ program: borrowing FileDescriptor, replacing old: borrowing DescriptorList
    ) throws(Errno) {
        guard let replaced = old.raw.first, old.count == 1 else { throw .invalidArgument }
        try check(linux_bpf_attach_device_program(raw, program.raw, replaced))
    }

    /// Detaches device programs from this cgroup.
    package func detachDevicePrograms(_ programs: borrowing DescriptorList) throws(Errno) {
        for program in programs.raw { try check(linux_bpf_detach_device_program(raw, program)) }
    }

    /// Opens the device programs that are attached to this cgroup itself, at most 64.
    package func openDevicePrograms() throws(Errno) -> DescriptorList {
        var count: UInt32 = 64
        var identifiers = [UInt32](repeating: 0, count: 64)
        try check(linux_bpf_query_device_programs(raw, &identifiers, &count))
        var programs = DescriptorList(capacity: Int(count))
        for identifier in identifiers.prefix(Int(count)) {
            programs.append(FileDescriptor(owning: Int32(try check(linux_bpf_open_program(identifier)))))
        }
        return programs
    }
}
