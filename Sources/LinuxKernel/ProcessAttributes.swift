import CLinuxKernel

/// Sets a resource limit of this process. See prlimit(2).
package func setResourceLimit(_ resource: Int32, soft: UInt64, hard: UInt64) throws(Errno) {
    var limits = (soft, hard)
    let result = withUnsafePointer(to: &limits) {
        $0.withMemoryRebound(to: UInt64.self, capacity: 2) { linux_prlimit(0, resource, $0, nil) }
    }
    try check(result)
}

/// How a process is scheduled. See sched_setattr(2); times in nanoseconds.
package struct SchedulingAttributes: Equatable, Sendable {
    package var policy: UInt32
    package var flags: UInt64 = 0
    package var nice: Int32 = 0
    package var priority: UInt32 = 0
    package var runtime: UInt64 = 0
    package var deadline: UInt64 = 0
    package var period: UInt64 = 0

    package init(policy: UInt32) { self.policy = policy }

    /// Applies the attributes to this process.
    package func apply() throws(Errno) {
        var raw = linux_sched_attr()
        raw.size = UInt32(MemoryLayout<linux_sched_attr>.size)
        raw.policy = policy
        raw.flags = flags
        raw.nice = nice
        raw.priority = priority
        raw.runtime = runtime
        raw.deadline = deadline
        raw.period = period
        try check(linux_sched_setattr(0, &raw))
    }
}

/// Sets the I/O priority of this process. See ioprio_set(2).
package func setIOPriority(class: Int32, priority: Int32) throws(Errno) {
    try check(linux_ioprio_set(1, 0, `class` << 13 | priority))
}

/// Restricts this thread to `processors`. See sched_setaffinity(2).
package func setAffinity(_ processors: [Int]) throws(Errno) {
    try setAffinity(mask: bitMask(of: processors))
}

/// The processors that this thread may run on, as a bit mask. See sched_getaffinity(2).
package func affinityMask() throws(Errno) -> [UInt64] {
    var mask = [UInt64](repeating: 0, count: 1024)
    let size = try check(linux_sched_getaffinity(0, mask.count * 8, &mask))
    return Array(mask.prefix(size / 8))
}

/// The number that a bit mask is, as `0x` and its hexadecimal digits.
package func hexadecimalText(of mask: [UInt64]) -> String {
    var text = ""
    for word in mask.reversed() where word != 0 || !text.isEmpty {
        let digits = String(word, radix: 16)
        if !text.isEmpty { text += String(repeating: "0", count: 16 - digits.utf8.count) }
        text += digits
    }
    return text.isEmpty ? "0x0" : "0x" + text
}

/// Lets this thread run on the processors of a mask.
package func setAffinity(mask: [UInt64]) throws(Errno) {
    try check(linux_sched_setaffinity(0, mask.count * 8, mask))
}

/// Lets this thread run on every processor that its cpuset allows.
package func resetAffinity() throws(Errno) {
    // More bits than any kernel has processors; the kernel ignores the rest.
    try setAffinity(mask: [UInt64](repeating: .max, count: 128))
}

/// Sets the memory policy of this process. See set_mempolicy(2).
package func setMemoryPolicy(mode: Int32, nodes: [Int]) throws(Errno) {
    guard !nodes.isEmpty else {
        try check(linux_set_mempolicy(mode, nil, 0))
        return
    }
    let mask = bitMask(of: nodes).map { UInt($0) }
    // The kernel takes one off the number of bits it is given.
    try check(linux_set_mempolicy(mode, mask, UInt((nodes.max() ?? 0) + 2)))
}

private func bitMask(of numbers: [Int]) -> [UInt64] {
    var mask = [UInt64](repeating: 0, count: (numbers.max() ?? 0) / 64 + 1)
    for number in numbers { mask[number / 64] |= 1 << UInt64(number % 64) }
    return mask
}

/// Sets the execution domain of this process. See personality(2).
package func setPersonality(_ domain: UInt) throws(Errno) { try check(linux_personality(domain)) }

/// Makes this process the leader of a new session. See setsid(2).
package func makeSession() throws(Errno) { try check(linux_setsid()) }

/// Sets the name of the UTS namespace. See sethostname(2).
package func setHostname(_ name: ByteString) throws(Errno) {
    try check(name.withCString { linux_sethostname($0, name.count) })
}

/// Sets the NIS domain name of the UTS namespace. See setdomainname(2).
package func setDomainname(_ name: ByteString) throws(Errno) {
    try check(name.withCString { linux_setdomainname($0, name.count) })
}

/// Keyrings. See keyctl(2).
package enum Keyring {
    /// Joins, or makes, the session keyring `name`; gives its number.
    package static func joinSession(_ name: ByteString) throws(Errno) -> Int {
        let result = name.withCString { linux_keyctl(1, UInt(bitPattern: $0), 0, 0, 0) }
        return try check(result)
    }

    /// Lets whoever possesses the keyring search it: ORs `bits` into its permissions.
    package static func allow(_ keyring: Int, permissions: UInt32) throws(Errno) {
        try check(linux_keyctl(5, UInt(bitPattern: keyring), UInt(permissions), 0, 0))
    }

    /// The description of a key: `type;uid;gid;permissions;name`.
    package static func describe(_ keyring: Int) throws(Errno) -> ByteString {
        var failure: Errno?
        let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, size in
            let result = linux_keyctl(6, UInt(bitPattern: keyring), UInt(bitPattern: buffer.baseAddress), 4096, 0)
            if result < 0 { failure = Errno(rawValue: Int32(-result)) } else { size = min(Int(result), 4096) }
        }
        if let failure { throw failure }
        return ByteString(bytes: bytes)
    }
}

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
package func makeMemoryFile(_ name: String, for purpose: MemoryFilePurpose) throws(Errno) -> FileDescriptor {
    do throws(Errno) {
        return FileDescriptor(owning: Int32(try check(linux_memfd_create(name, purpose.rawValue))))
    } catch .invalidArgument {
        // Kernels before 6.3 know neither MFD_EXEC nor MFD_NOEXEC_SEAL.
        return FileDescriptor(owning: Int32(try check(linux_memfd_create(name, purpose.rawValue & 0x3))))
    }
}

/// Takes a lock on an open file or folder. See flock(2).
///
/// - Returns: false when another process holds it and `waiting` is false.
package func lock(_ descriptor: Int32, shared: Bool = false, waiting: Bool = true) throws(Errno) -> Bool {
    let operation = (shared ? LOCK_SH : LOCK_EX) | (waiting ? 0 : LOCK_NB)
    do throws(Errno) {
        try checkRetrying { linux_flock(descriptor, operation) }
        return true
    } catch Errno.tryAgain {
        return false
    }
}

/// Marks all descriptors from `first` to `last` close-on-exec, or closes them. See close_range(2).
package func closeRange(from first: Int32, to last: Int32 = .max, onExec: Bool) throws(Errno) {
    try check(linux_close_range(UInt32(first), UInt32(last), onExec ? 4 : 0))
}
