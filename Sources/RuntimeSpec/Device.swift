import ByteStrings

/// A device file or fifo to make inside the container.
public struct Device: Equatable, Sendable {
    /// The absolute path inside the container.
    public var path: Path
    /// The kind.
    public var type: DeviceType
    /// The major number; a fifo has none.
    public var major: Int64?
    /// The minor number; a fifo has none.
    public var minor: Int64?
    /// The permission bits, at most 07777; nil is 0666.
    public var fileMode: UInt32?
    /// The owner, as an id inside the container's user namespace; nil is 0.
    public var uid: UInt32?
    /// The group, as an id inside the container's user namespace; nil is 0.
    public var gid: UInt32?

    /// Makes a device.
    public init(
        path: Path, type: DeviceType, major: Int64? = nil, minor: Int64? = nil, fileMode: UInt32? = nil,
        uid: UInt32? = nil, gid: UInt32? = nil
    ) {
        self.path = path
        self.type = type
        self.major = major
        self.minor = minor
        self.fileMode = fileMode
        self.uid = uid
        self.gid = gid
    }
}

/// A kind of device file, see mknod(1).
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
public enum DeviceType: String, CaseIterable, Sendable {
    /// A character device.
    case character = "c"
    /// A block device.
    case block = "b"
    /// An unbuffered character device; the same as `c` on Linux.
    case unbuffered = "u"
    /// A fifo.
    case fifo = "p"
}

/// A network device to move into the container's network namespace.
public struct NetDevice: Equatable, Sendable {
    /// The name inside, which may end in `%d`; nil keeps the name.
    public var name: ByteString?

    /// Makes a network device.
    public init(name: ByteString? = nil) { self.name = name }
}

extension Device: SpecObject {
    static var blank: Device { Device(path: "", type: .character) }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("path", &path, .required)
        try visitor.member("type", &type, .required)
        try visitor.member("major", &major)
        try visitor.member("minor", &minor)
        try visitor.member("fileMode", &fileMode)
        try visitor.member("uid", &uid)
        try visitor.member("gid", &gid)
    }
}

extension NetDevice: SpecObject {
    static var blank: NetDevice { NetDevice() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("name", &name)
    }
}

extension DeviceType: SpecName {
    static func unknown(_ name: String) -> String { "invalid device type \"" + name + "\"" }
}
