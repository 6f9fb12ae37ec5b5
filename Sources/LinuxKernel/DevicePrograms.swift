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
        if linux_prlimit(0, lockedMemory, &unlimited, nil) == 0 {
            result = linux_bpf_load_device_program(instructions.baseAddress, count, nil, 0)
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

/// Attaches a device program to a cgroup beside those that are there, or in the place of `replaced`.
package func attachDeviceProgram(_ program: Int32, to cgroup: Int32, replacing replaced: Int32? = nil) throws(Errno) {
    try check(linux_bpf_attach_device_program(cgroup, program, replaced ?? -1))
}

/// Detaches a device program from a cgroup.
package func detachDeviceProgram(_ program: Int32, from cgroup: Int32) throws(Errno) {
    try check(linux_bpf_detach_device_program(cgroup, program))
}

/// Opens the device programs that are attached to a cgroup itself, at most 64.
package func openDevicePrograms(of cgroup: Int32) throws(Errno) -> DescriptorList {
    var count: UInt32 = 64
    var identifiers = [UInt32](repeating: 0, count: 64)
    try check(linux_bpf_query_device_programs(cgroup, &identifiers, &count))
    var programs = DescriptorList(capacity: Int(count))
    for identifier in identifiers.prefix(Int(count)) {
        programs.append(FileDescriptor(owning: Int32(try check(linux_bpf_open_program(identifier)))))
    }
    return programs
}
