import ByteStrings

/// One mount inside the container.
public struct Mount: Equatable, Sendable {
    /// The place inside the container. A relative one counts from `/`.
    public var destination: Path
    /// The filesystem type; any for a bind mount.
    public var type: ByteString?
    /// The device, a name, or the file or directory to bind; a relative one counts from the bundle.
    public var source: Path?
    /// The mount options in the words of mount(8); those the runtime does not know go to the filesystem.
    public var options: [ByteString]
    /// The mapping of user ids of an id-mapped mount. A container id here is an id on the disk.
    public var uidMappings: [IDMapping]
    /// The mapping of group ids of an id-mapped mount. A container id here is an id on the disk.
    public var gidMappings: [IDMapping]

    /// Makes a mount.
    public init(
        destination: Path, type: ByteString? = nil, source: Path? = nil, options: [ByteString] = [],
        uidMappings: [IDMapping] = [], gidMappings: [IDMapping] = []
    ) {
        self.destination = destination
        self.type = type
        self.source = source
        self.options = options
        self.uidMappings = uidMappings
        self.gidMappings = gidMappings
    }
}

/// A range of ids inside a user namespace and the range it stands for outside, see user_namespaces(7).
public struct IDMapping: Equatable, Sendable {
    /// The first id inside the container.
    public var containerID: UInt32
    /// The first id on the host.
    public var hostID: UInt32
    /// The number of ids.
    public var size: UInt32

    /// Makes a mapping.
    public init(containerID: UInt32, hostID: UInt32, size: UInt32) {
        self.containerID = containerID
        self.hostID = hostID
        self.size = size
    }
}

extension Mount: SpecObject {
    static var blank: Mount { Mount(destination: "") }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("destination", &destination, .required)
        try visitor.member("type", &type)
        try visitor.member("source", &source)
        try visitor.member("options", &options)
        try visitor.member("uidMappings", &uidMappings)
        try visitor.member("gidMappings", &gidMappings)
    }
}

extension IDMapping: SpecObject {
    static var blank: IDMapping { IDMapping(containerID: 0, hostID: 0, size: 0) }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("containerID", &containerID, .required)
        try visitor.member("hostID", &hostID, .required)
        try visitor.member("size", &size, .required)
    }
}
