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

    package init(set: MountAttributes = [], clear: MountAttributes = [], propagation: MountFlags = []) {
        self.set = set
        self.clear = clear
        self.propagation = propagation
    }
}
