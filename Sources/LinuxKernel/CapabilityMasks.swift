import CLinuxKernel

/// The three capability sets that capset(2) changes, as bit masks.
package struct CapabilityMasks: Equatable, Sendable {
    package var effective: UInt64
    package var permitted: UInt64
    package var inheritable: UInt64

    /// `_LINUX_CAPABILITY_VERSION_3`: sets of 64 bits.
    private static let version: UInt32 = 0x2008_0522

    package init(effective: UInt64, permitted: UInt64, inheritable: UInt64) {
        self.effective = effective
        self.permitted = permitted
        self.inheritable = inheritable
    }

    /// The sets of this process. See capget(2).
    package static func current() throws(Errno) -> CapabilityMasks {
        var header = linux_capability_header(version: Self.version, pid: 0)
        var data = (linux_capability_data(), linux_capability_data())
        let result = withUnsafeMutablePointer(to: &data) {
            $0.withMemoryRebound(to: linux_capability_data.self, capacity: 2) { data in
                metered { linux_capget(&header, data) }
            }
        }
        try checked(result)
        return CapabilityMasks(
            effective: UInt64(data.0.effective) | UInt64(data.1.effective) << 32,
            permitted: UInt64(data.0.permitted) | UInt64(data.1.permitted) << 32,
            inheritable: UInt64(data.0.inheritable) | UInt64(data.1.inheritable) << 32)
    }

    /// Gives this process the sets.
    package func apply() throws(Errno) {
        var header = linux_capability_header(version: Self.version, pid: 0)
        var data = (
            linux_capability_data(
                effective: UInt32(truncatingIfNeeded: effective), permitted: UInt32(truncatingIfNeeded: permitted),
                inheritable: UInt32(truncatingIfNeeded: inheritable)),
            linux_capability_data(
                effective: UInt32(truncatingIfNeeded: effective >> 32),
                permitted: UInt32(truncatingIfNeeded: permitted >> 32),
                inheritable: UInt32(truncatingIfNeeded: inheritable >> 32))
        )
        let result = withUnsafeMutablePointer(to: &data) {
            $0.withMemoryRebound(to: linux_capability_data.self, capacity: 2) { data in
                metered { linux_capset(&header, data) }
            }
        }
        try checked(result)
    }
}
