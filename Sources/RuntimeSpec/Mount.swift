/// One mount inside the container.
public struct Mount: Equatable, Sendable {
    /// The place inside the container. A relative one counts from `/`.
    public var destination: String
    /// The filesystem type; any for a bind mount.
    public var type: String?
    /// The device, a name, or the file or folder to bind; a relative one counts from the bundle.
    public var source: String?
    /// The mount options in the words of mount(8); those the runtime does not know go to the filesystem.
    public var options: [String]
    /// The mapping of user ids of an id-mapped mount. A container id here is an id on the disk.
    public var uidMappings: [IDMapping]
    /// The mapping of group ids of an id-mapped mount. A container id here is an id on the disk.
    public var gidMappings: [IDMapping]

    /// Makes a mount.
    public init(
        destination: String, type: String? = nil, source: String? = nil, options: [String] = [],
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
