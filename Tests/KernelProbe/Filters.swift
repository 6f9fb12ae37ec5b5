import CLinuxKernel
import LinuxKernel

/// Filters of system calls.
let filterScenarios: [Scenario] = [
    Scenario("a-filter") { (_) throws(Errno) in
        try ProcessControl.setNoNewPrivileges()
        expect(try SeccompCalls.setFilter(denying(SYS_getppid, errno: 13), flags: 0) == 0)
        expect(linux_syscall(Int(SYS_getppid), 0, 0, 0, 0, 0, 0) == -13)
        expect(linux_syscall(Int(SYS_getpid), 0, 0, 0, 0, 0, 0) > 0)
        expect(.invalidArgument) { () throws(Errno) in _ = try SeccompCalls.setFilter([], flags: 0) }
    },
    Scenario("a-filter-with-a-listener") { (_) throws(Errno) in
        try ProcessControl.setNoNewPrivileges()
        // SECCOMP_FILTER_FLAG_NEW_LISTENER.
        let listener = try SeccompCalls.setFilterWithListener(denying(SYS_getppid, errno: 13), flags: 0x8)
        expect(SeccompCalls.isListener(listener))
        expect(try !SeccompCalls.isListener(FileDescriptor.open("/dev/null")))
        expect(linux_fcntl(listener.number.rawValue, F_GETFD, 0) == Int(FD_CLOEXEC))
        // A thread has one listener.
        expect(.busy) { () throws(Errno) in
            _ = try SeccompCalls.setFilterWithListener(denying(SYS_getpid, errno: 13), flags: 0x8)
        }
    },
    Scenario("what-filters-can-have") { (_) throws(Errno) in
        expect(SeccompCalls.takesFilter(flags: 0) && !SeccompCalls.takesFilter(flags: 0x4000_0000))
        // SECCOMP_RET_ALLOW.
        expect(SeccompCalls.hasAction(0x7fff_0000) && !SeccompCalls.hasAction(0x1234_0000))
    },
]

/// A filter that lets everything through but one system call. See the kernel's Documentation/networking/filter.rst.
private func denying(_ call: Int32, errno: UInt64) -> [UInt8] {
    func instruction(_ code: UInt64, ifTrue: UInt64 = 0, ifFalse: UInt64 = 0, _ value: UInt64) -> UInt64 {
        code | ifTrue << 16 | ifFalse << 24 | value << 32
    }
    let instructions = [
        instruction(0x20, 0),  // load the number of the call
        instruction(0x15, ifFalse: 1, UInt64(UInt32(bitPattern: call))),
        instruction(0x06, 0x5_0000 | errno),
        instruction(0x06, 0x7fff_0000),
    ]
    return instructions.withUnsafeBytes { Array($0) }
}
