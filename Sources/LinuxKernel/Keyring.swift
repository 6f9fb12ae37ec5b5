import CLinuxKernel

/// Keyrings. See keyctl(2).
package enum Keyring {
    // KEYCTL_JOIN_SESSION_KEYRING, KEYCTL_SETPERM and KEYCTL_DESCRIBE.
    private static let joinOperation: Int32 = 1
    private static let permissionsOperation: Int32 = 5
    private static let describeOperation: Int32 = 6

    /// Joins, or makes, the session keyring `name`; gives its number.
    package static func joinSession(_ name: ByteString) throws(Errno) -> Int {
        let result = name.withCString { name in
            metered { linux_keyctl(Self.joinOperation, UInt(bitPattern: name), 0, 0, 0) }
        }
        return try checked(result)
    }

    /// Lets whoever possesses the keyring search it: ORs `bits` into its permissions.
    package static func allow(_ keyring: Int, permissions: UInt32) throws(Errno) {
        try check(linux_keyctl(Self.permissionsOperation, UInt(bitPattern: keyring), UInt(permissions), 0, 0))
    }

    /// The description of a key: `type;uid;gid;permissions;name`.
    package static func describe(_ keyring: Int) throws(Errno) -> ByteString {
        var failure: Errno?
        let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, size in
            let result = linux_keyctl(
                Self.describeOperation, UInt(bitPattern: keyring), UInt(bitPattern: buffer.baseAddress), 4096, 0)
            if result < 0 { failure = Errno(rawValue: Int32(-result)) } else { size = min(Int(result), 4096) }
        }
        if let failure { throw failure }
        return ByteString(bytes: bytes)
    }
}
