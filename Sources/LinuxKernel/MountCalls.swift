import CLinuxKernel

/// Attaches a file system or changes a mount. See mount(2).
package func mount(
    _ source: Path?, on target: Path, type: ByteString? = nil, _ flags: MountFlags, data: ByteString? = nil
) throws(Errno) {
    try check(
        withCString(source?.bytes) { source in
            target.withCString { target in
                withCString(type) { type in
                    withCString(data) { linux_mount(source, target, type, UInt(flags.rawValue), $0) }
                }
            }
        })
}

/// Lends a string that may be absent.
private func withCString(_ text: ByteString?, _ body: (UnsafePointer<CChar>?) -> Int) -> Int {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
}

// MNT_DETACH and UMOUNT_NOFOLLOW.
private let detach: Int32 = 2
private let noFollow: Int32 = 8

private let bothByDescriptor = UInt32(MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH)

/// Detaches the mount on `target` at once, whoever still uses it. See umount2(2), `MNT_DETACH`.
package func detachMount(_ target: Path, followingLinks: Bool = false) throws(Errno) {
    try check(target.withCString { linux_umount2($0, followingLinks ? detach : detach | noFollow) })
}

/// The id of the mount that `path` lies on; a new mount on `path` changes it. See statx(2), `STATX_MNT_ID_UNIQUE`.
package func mountID(of path: Path) throws(Errno) -> UInt64 {
    var id: UInt64 = 0
    try check(path.withCString { linux_mount_id(workingDirectory, $0, &id) })
    return id
}

extension FileDescriptor {
    /// Whether this names the root of a mount, and not a file or directory in one. See statx(2), `STATX_ATTR_MOUNT_ROOT`.
    package func isMountRoot() throws(Errno) -> Bool { try check(linux_is_mount_root(raw)) != 0 }

    /// The id of the mount that the file was opened in. See statx(2), `STATX_MNT_ID_UNIQUE`.
    package func mountID() throws(Errno) -> UInt64 {
        var id: UInt64 = 0
        try check(linux_mount_id(raw, "", &id))
        return id
    }
}

/// Makes `new` the root of the mount namespace and puts the old root on `old`. See pivot_root(2).
package func pivotRoot(_ new: Path, putOldOn old: Path) throws(Errno) {
    try check(new.withCString { new in old.withCString { linux_pivot_root(new, $0) } })
}

/// The numbers of fsconfig(2).
enum MountConfiguration {
    static let flag: UInt32 = 0
    static let string: UInt32 = 1
    static let descriptor: UInt32 = 5
    static let create: UInt32 = 6
}

extension FileDescriptor {
    /// Changes the attributes of the mount that this names. See mount_setattr(2).
    package func setMountAttributes(_ change: MountAttributeChange, recursively: Bool = false) throws(Errno) {
        try setMountAttributes(change, userNamespace: 0, recursively)
    }

    /// Maps the ids of the files in the detached mount that this names, as a user namespace maps its own. See
    /// mount_setattr(2), `MOUNT_ATTR_IDMAP`.
    package func mapMountIDs(by namespace: borrowing FileDescriptor, recursively: Bool) throws(Errno) {
        try setMountAttributes(MountAttributeChange(set: .idMapped), userNamespace: namespace.raw, recursively)
    }

    private func setMountAttributes(
        _ change: MountAttributeChange, userNamespace: Int32, _ recursively: Bool
    ) throws(Errno) {
        var attributes = linux_mount_attr(
            attr_set: change.set.rawValue, attr_clr: change.clear.rawValue,
            propagation: UInt64(change.propagation.rawValue), userns_fd: UInt64(UInt32(bitPattern: userNamespace)))
        let flags = UInt32(AT_EMPTY_PATH | (recursively ? AT_RECURSIVE : 0))
        try check(linux_mount_setattr(raw, "", flags, &attributes))
    }

    /// A detached copy of the mount at `path`, with everything below it if `recursively`. See open_tree(2).
    ///
    /// An empty path copies what `directory` itself names.
    package static func cloneTree(
        _ path: Path = "", at directory: borrowing FileDescriptor = .workingDirectory, recursively: Bool,
        followingLinks: Bool = true
    ) throws(Errno) -> FileDescriptor {
        var flags = OPEN_TREE_CLONE | O_CLOEXEC
        if path.isEmpty { flags |= AT_EMPTY_PATH }
        if recursively { flags |= AT_RECURSIVE }
        if !followingLinks { flags |= AT_SYMLINK_NOFOLLOW }
        return FileDescriptor(
            owning: Int32(try check(path.withCString { linux_open_tree(directory.raw, $0, UInt32(flags)) })))
    }

    /// The same of one mount alone, and changes the attributes of the copy, with one call where the kernel has it.
    package static func cloneTree(
        _ path: Path = "", at directory: borrowing FileDescriptor = .workingDirectory, _ change: MountAttributeChange
    ) throws(Errno) -> FileDescriptor {
        do throws(Errno) {
            return try cloneTree(path, at: directory, atOnce: change)
        } catch {
            // Without the call; a filter's refusal; or a failure that the two calls tell apart.
            let tree = try cloneTree(path, at: directory, recursively: false)
            try tree.setMountAttributes(change)
            return tree
        }
    }

    /// The same of one mount, whose copy has its attributes from its first moment on. See open_tree_attr(2), Linux 6.15.
    package static func cloneTree(
        _ path: Path = "", at directory: borrowing FileDescriptor = .workingDirectory,
        atOnce change: MountAttributeChange
    ) throws(Errno) -> FileDescriptor {
        let flags = OPEN_TREE_CLONE | O_CLOEXEC | (path.isEmpty ? AT_EMPTY_PATH : 0)
        var attributes = linux_mount_attr(
            attr_set: change.set.rawValue, attr_clr: change.clear.rawValue,
            propagation: UInt64(change.propagation.rawValue), userns_fd: 0)
        let result = metered {
            path.withCString { linux_open_tree_with_attributes(directory.raw, $0, UInt32(flags), &attributes) }
        }
        return FileDescriptor(owning: Int32(try checked(result)))
    }

    /// Attaches the detached mount behind this descriptor on what `target` names. See move_mount(2).
    ///
    /// A directory on a file, or a file on a directory, is `ENOTDIR`, as from mount(2): callers read that text.
    package func attach(on target: borrowing FileDescriptor) throws(Errno) {
        do throws(Errno) {
            try check(linux_move_mount(raw, "", target.raw, "", bothByDescriptor))
        } catch .invalidArgument {
            let (source, place) = (try status().kind, try target.status().kind)
            throw (source == .directory) == (place == .directory) ? .invalidArgument : .notDirectory
        }
    }

    /// Starts the making of a file system. See fsopen(2).
    package static func openFileSystem(_ type: ByteString) throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: Int32(try check(type.withCString { linux_fsopen($0, UInt32(FSOPEN_CLOEXEC)) })))
    }

    /// Sets a parameter of a file system that is being made. See fsconfig(2).
    package func configure(_ key: ByteString, _ value: ByteString) throws(Errno) {
        try check(
            key.withCString { key in value.withCString { linux_fsconfig(raw, MountConfiguration.string, key, $0, 0) } })
    }

    /// Sets a parameter to an open file. See fsconfig(2), `FSCONFIG_SET_FD`.
    package func configure(_ key: String, file: borrowing FileDescriptor) throws(Errno) {
        try check(linux_fsconfig(raw, MountConfiguration.descriptor, key, nil, file.raw))
    }

    /// Sets a parameter without a value. See fsconfig(2), `FSCONFIG_SET_FLAG`.
    package func configure(flag key: ByteString) throws(Errno) {
        try check(key.withCString { linux_fsconfig(raw, MountConfiguration.flag, $0, nil, 0) })
    }

    /// Makes the file system and a detached mount of it. See fsmount(2).
    package func makeMount(_ attributes: MountAttributes) throws(Errno) -> FileDescriptor {
        try check(linux_fsconfig(raw, MountConfiguration.create, nil, nil, 0))
        return FileDescriptor(
            owning: Int32(
                try check(linux_fsmount(raw, UInt32(FSMOUNT_CLOEXEC), UInt32(truncatingIfNeeded: attributes.rawValue))))
        )
    }
}

// ST_RDONLY, NOSUID, NODEV, NOEXEC, SYNCHRONOUS, MANDLOCK, NOATIME and NODIRATIME are the same as those of mount(2);
// ST_RELATIME and ST_NOSYMFOLLOW are not.
private let sameBits: UInt32 = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x40 | 0x400 | 0x800
private let relativeAccessTimeBit: UInt32 = 0x1000
private let noSymbolicLinksBit: UInt32 = 0x2000

extension FileDescriptor {
    /// The flags of the mount that holds the file, in the terms of mount(2). See statfs(2), `f_flags`.
    package func mountFlags() throws(Errno) -> MountFlags {
        var facts = statfs()
        try check(linux_fstatfs(raw, &facts))
        let bits = UInt32(truncatingIfNeeded: facts.f_flags)
        var flags = MountFlags(rawValue: bits & sameBits)
        if bits & relativeAccessTimeBit != 0 { flags.insert(.relativeAccessTime) }
        if bits & noSymbolicLinksBit != 0 { flags.insert(.noSymbolicLinks) }
        return flags
    }
}
