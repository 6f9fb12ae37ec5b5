import CLinuxKernel

/// The type of a mounted file system by its magic number. See statfs(2).
package struct FileSystemKind: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let cgroup2 = FileSystemKind(rawValue: 0x6367_7270)
    package static let cgroup = FileSystemKind(rawValue: 0x27_e0eb)
    package static let tmpfs = FileSystemKind(rawValue: 0x0102_1994)
    package static let proc = FileSystemKind(rawValue: 0x9fa0)
    package static let nsfs = FileSystemKind(rawValue: 0x6e73_6673)
    package static let devpts = FileSystemKind(rawValue: 0x1cd1)
    package static let selinux = FileSystemKind(rawValue: 0xf97c_ff8c)
    package static let resctrl = FileSystemKind(rawValue: 0x765_5821)
}

/// The type of the file system that holds `path`, following links. See statfs(2).
package func fileSystemKind(_ path: Path) throws(Errno) -> FileSystemKind {
    var raw = statfs()
    try check(path.withCString { linux_statfs($0, &raw) })
    return FileSystemKind(rawValue: Int(raw.f_type))
}

extension FileDescriptor {
    /// The type of the file system that holds the open file. See statfs(2).
    package func fileSystemKind() throws(Errno) -> FileSystemKind {
        var facts = statfs()
        try check(linux_fstatfs(raw, &facts))
        return FileSystemKind(rawValue: Int(facts.f_type))
    }
}
