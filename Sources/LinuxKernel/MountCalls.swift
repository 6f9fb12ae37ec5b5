import CLinuxKernel

/// The flags of mount(2).
package struct MountFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readOnly = MountFlags(rawValue: 0x1)
    package static let noSetuid = MountFlags(rawValue: 0x2)
    package static let noDevices = MountFlags(rawValue: 0x4)
    package static let noExec = MountFlags(rawValue: 0x8)
    package static let synchronous = MountFlags(rawValue: 0x10)
    package static let remount = MountFlags(rawValue: 0x20)
    package static let mandatoryLocks = MountFlags(rawValue: 0x40)
    package static let directorySynchronous = MountFlags(rawValue: 0x80)
    package static let noSymbolicLinks = MountFlags(rawValue: 0x100)
    package static let noAccessTime = MountFlags(rawValue: 0x400)
    package static let noDirectoryAccessTime = MountFlags(rawValue: 0x800)
    package static let bind = MountFlags(rawValue: 0x1000)
    package static let move = MountFlags(rawValue: 0x2000)
    package static let recursive = MountFlags(rawValue: 0x4000)
    package static let silent = MountFlags(rawValue: 0x8000)
    package static let posixACL = MountFlags(rawValue: 0x10000)
    package static let unbindable = MountFlags(rawValue: 0x20000)
    package static let privatePropagation = MountFlags(rawValue: 0x40000)
    package static let slave = MountFlags(rawValue: 0x80000)
    package static let shared = MountFlags(rawValue: 0x100000)
    package static let relativeAccessTime = MountFlags(rawValue: 0x200000)
    package static let inodeVersion = MountFlags(rawValue: 0x800000)
    package static let strictAccessTime = MountFlags(rawValue: 0x1000000)
    package static let lazyTime = MountFlags(rawValue: 0x2000000)

    /// The flags that choose how access times are kept.
    package static let accessTime: MountFlags = [
        .noAccessTime, .noDirectoryAccessTime, .relativeAccessTime, .strictAccessTime,
    ]
    /// The flags that belong to a mount and not to its file system, so that a bind can have its own.
    package static let perMount: MountFlags = [
        .readOnly, .noSetuid, .noDevices, .noExec, .noSymbolicLinks, .noAccessTime, .noDirectoryAccessTime,
        .relativeAccessTime, .strictAccessTime,
    ]
    /// The kinds of propagation, without `recursive`.
    package static let propagation: MountFlags = [.unbindable, .privatePropagation, .slave, .shared]
}

/// The attributes of mount_setattr(2) and fsmount(2).
package struct MountAttributes: OptionSet, Hashable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let readOnly = MountAttributes(rawValue: 0x1)
    package static let noSetuid = MountAttributes(rawValue: 0x2)
    package static let noDevices = MountAttributes(rawValue: 0x4)
    package static let noExec = MountAttributes(rawValue: 0x8)
    package static let noAccessTime = MountAttributes(rawValue: 0x10)
    package static let strictAccessTime = MountAttributes(rawValue: 0x20)
    package static let noDirectoryAccessTime = MountAttributes(rawValue: 0x80)
    package static let idMapped = MountAttributes(rawValue: 0x100000)
    package static let noSymbolicLinks = MountAttributes(rawValue: 0x200000)

    /// The field of the three access time modes; relative access times are its zero.
    package static let accessTimeField = MountAttributes(rawValue: 0x70)
}

extension MountAttributes {
    /// The attributes that correspond to the flags of mount(2), with the access time mode as a new mount gets it.
    package init(_ flags: MountFlags) {
        var attributes: MountAttributes = []
        if flags.contains(.readOnly) { attributes.insert(.readOnly) }
        if flags.contains(.noSetuid) { attributes.insert(.noSetuid) }
        if flags.contains(.noDevices) { attributes.insert(.noDevices) }
        if flags.contains(.noExec) { attributes.insert(.noExec) }
        if flags.contains(.noDirectoryAccessTime) { attributes.insert(.noDirectoryAccessTime) }
        if flags.contains(.noSymbolicLinks) { attributes.insert(.noSymbolicLinks) }
        if flags.contains(.strictAccessTime) {
            attributes.insert(.strictAccessTime)
        } else if flags.contains(.noAccessTime) {
            attributes.insert(.noAccessTime)
        }
        self = attributes
    }
}

/// What mount_setattr(2) changes.
package struct MountAttributeChange: Sendable {
    package var set: MountAttributes = []
    package var clear: MountAttributes = []
    /// One kind of propagation, or empty for no change.
    package var propagation: MountFlags = []
    /// The user namespace of an id-mapped mount.
    package var userNamespace: Int32?

    package init(
        set: MountAttributes = [], clear: MountAttributes = [], propagation: MountFlags = [],
        userNamespace: Int32? = nil
    ) {
        self.set = set
        self.clear = clear
        self.propagation = propagation
        self.userNamespace = userNamespace
    }
}

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

/// Detaches the mount on `target` at once, whoever still uses it. See umount2(2), `MNT_DETACH`.
package func detachMount(_ target: Path, followingLinks: Bool = false) throws(Errno) {
    try check(target.withCString { linux_umount2($0, followingLinks ? 2 : 2 | 8) })
}

/// The id of the mount that `path` lies on; a new mount on `path` changes it. See statx(2), `STATX_MNT_ID_UNIQUE`.
package func mountID(of path: Path) throws(Errno) -> UInt64 {
    var id: UInt64 = 0
    try check(path.withCString { linux_mount_id(workingDirectory, $0, &id) })
    return id
}

/// The id of the mount that the file behind a descriptor was opened in.
package func mountID(of descriptor: Int32) throws(Errno) -> UInt64 {
    var id: UInt64 = 0
    try check(linux_mount_id(descriptor, "", &id))
    return id
}

/// Makes `new` the root of the mount namespace and puts the old root on `old`. See pivot_root(2).
package func pivotRoot(_ new: Path, putOldOn old: Path) throws(Errno) {
    try check(new.withCString { new in old.withCString { linux_pivot_root(new, $0) } })
}

/// Makes `path` the root of the calling process. See chroot(2).
package func changeRoot(_ path: Path) throws(Errno) {
    try check(path.withCString { linux_chroot($0) })
}

/// Makes the folder behind `descriptor` the working directory. See fchdir(2).
package func changeDirectory(_ descriptor: Int32) throws(Errno) {
    try check(linux_fchdir(descriptor))
}

private let emptyPath: UInt32 = 0x1000
private let recursive: UInt32 = 0x8000
private let symlinkNoFollow: UInt32 = 0x100

/// Changes the attributes of the mount behind `descriptor`. See mount_setattr(2).
package func setMountAttributes(
    _ descriptor: Int32, _ change: MountAttributeChange, recursively: Bool = false
) throws(Errno) {
    var attributes = linux_mount_attr(
        attr_set: change.set.rawValue, attr_clr: change.clear.rawValue,
        propagation: UInt64(change.propagation.rawValue),
        userns_fd: UInt64(UInt32(bitPattern: change.userNamespace ?? 0)))
    try check(linux_mount_setattr(descriptor, "", emptyPath | (recursively ? recursive : 0), &attributes))
}

extension FileDescriptor {
    /// A detached copy of the mount at `path`, with everything below it if `recursively`. See open_tree(2).
    ///
    /// An empty path copies what `directory` itself names.
    package static func cloneTree(
        _ path: Path = "", at directory: Int32, recursively: Bool, followingLinks: Bool = true
    ) throws(Errno) -> FileDescriptor {
        var flags = UInt32(1 | O_CLOEXEC)
        if path.isEmpty { flags |= emptyPath }
        if recursively { flags |= recursive }
        if !followingLinks { flags |= symlinkNoFollow }
        return FileDescriptor(owning: Int32(try check(path.withCString { linux_open_tree(directory, $0, flags) })))
    }

    /// Attaches the detached mount behind this descriptor on what `target` names. See move_mount(2).
    ///
    /// A folder on a file, or a file on a folder, is `ENOTDIR`, as from mount(2): callers read that text.
    package func attach(on target: Int32) throws(Errno) {
        do throws(Errno) {
            try check(linux_move_mount(raw, "", target, "", 0x4 | 0x40))
        } catch .invalidArgument {
            let (source, place) = (try status().kind, try fileStatus(of: target).kind)
            throw (source == .directory) == (place == .directory) ? .invalidArgument : .notDirectory
        }
    }

    /// Starts the making of a file system. See fsopen(2).
    package static func openFileSystem(_ type: ByteString) throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: Int32(try check(type.withCString { linux_fsopen($0, 1) })))
    }

    /// Sets a parameter of a file system that is being made. See fsconfig(2).
    package func configure(_ key: ByteString, _ value: ByteString) throws(Errno) {
        try check(key.withCString { key in value.withCString { linux_fsconfig(raw, 1, key, $0, 0) } })
    }

    /// Sets a parameter to an open file. See fsconfig(2), `FSCONFIG_SET_FD`.
    package func configure(_ key: String, descriptor: Int32) throws(Errno) {
        try check(linux_fsconfig(raw, 5, key, nil, descriptor))
    }

    /// Sets a parameter without a value. See fsconfig(2), `FSCONFIG_SET_FLAG`.
    package func configure(flag key: ByteString) throws(Errno) {
        try check(key.withCString { linux_fsconfig(raw, 0, $0, nil, 0) })
    }

    /// Makes the file system and a detached mount of it. See fsmount(2).
    package func makeMount(_ attributes: MountAttributes) throws(Errno) -> FileDescriptor {
        try check(linux_fsconfig(raw, 6, nil, nil, 0))
        return FileDescriptor(
            owning: Int32(try check(linux_fsmount(raw, 1, UInt32(truncatingIfNeeded: attributes.rawValue)))))
    }
}

/// The flags of the mount that holds `descriptor`, in the terms of mount(2). See statfs(2), `f_flags`.
package func mountFlags(of descriptor: Int32) throws(Errno) -> MountFlags {
    var raw = statfs()
    try check(linux_fstatfs(descriptor, &raw))
    let bits = UInt32(truncatingIfNeeded: raw.f_flags)
    // The first bits are the same as those of mount(2); the others moved.
    var flags = MountFlags(rawValue: bits & (0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x40 | 0x400 | 0x800))
    if bits & 0x1000 != 0 { flags.insert(.relativeAccessTime) }
    if bits & 0x2000 != 0 { flags.insert(.noSymbolicLinks) }
    return flags
}
