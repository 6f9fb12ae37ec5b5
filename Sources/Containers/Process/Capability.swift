/// The capabilities of the kernel by their names. See capabilities(7).
package enum Capability {
    /// The names in the order of their numbers.
    package static let names: [StaticString] = [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
        "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST",
        "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO",
        "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
        "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM",
        "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ]

    /// The number of the capability called `name`, in upper case and with its prefix.
    package static func number(of name: String) -> UInt32? {
        var name = name
        return name.withUTF8 { bytes in
            for (index, candidate) in names.enumerated() where candidate.utf8CodeUnitCount == bytes.count {
                if candidate.withUTF8Buffer({ $0.elementsEqual(bytes) }) { return UInt32(index) }
            }
            return nil
        }
    }

    /// The bit of the capability called `name`.
    package static func mask(of name: String) -> UInt64 { number(of: name).map { 1 << UInt64($0) } ?? 0 }

    /// What the steps behind the change of user still take: CAP_SYS_ADMIN to load a filter without no_new_privs, and
    /// CAP_SYS_RESOURCE to raise limits.
    package static let neededForSetUp: UInt64 = 1 << 21 | 1 << 24

    /// Every capability that this table knows.
    package static var all: UInt64 { (1 << UInt64(names.count)) - 1 }
}

/// The five capability sets of a process as bit masks. See capabilities(7), "Thread capability sets".
package struct CapabilitySets: Equatable, Sendable {
    package var bounding: UInt64 = 0
    package var effective: UInt64 = 0
    package var permitted: UInt64 = 0
    package var inheritable: UInt64 = 0
    package var ambient: UInt64 = 0

    package init() {}
}

extension CapabilitySets: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(bounding)
        encoder.encode(effective)
        encoder.encode(permitted)
        encoder.encode(inheritable)
        encoder.encode(ambient)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        bounding = try decoder.decode(UInt64.self)
        effective = try decoder.decode(UInt64.self)
        permitted = try decoder.decode(UInt64.self)
        inheritable = try decoder.decode(UInt64.self)
        ambient = try decoder.decode(UInt64.self)
    }
}
