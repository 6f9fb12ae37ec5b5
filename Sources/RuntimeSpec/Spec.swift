import ByteStrings

/// The configuration of a container: the content of `config.json` after runtime-spec 1.3, for Linux.
///
/// An optional property is nil where absence means something else than zero. An absent list or map is empty. An empty
/// string in the file is an absent one for every property of type `String?`.
public struct Spec: Sendable {
    /// The version of the runtime specification that the configuration follows, such as `1.3.0`. Any text is taken, and
    /// none: what the properties say is what counts.
    public var ociVersion: String
    /// The program to run; may be absent at create, but start needs it.
    public var process: Process?
    /// The root filesystem.
    public var root: Root?
    /// The host name inside the container's UTS namespace.
    public var hostname: ByteString?
    /// The NIS domain name inside the container's UTS namespace.
    public var domainname: ByteString?
    /// The mounts beyond the root, in the order in which they are made.
    public var mounts: [Mount]
    /// The programs to run at points of the container's life.
    public var hooks: Hooks
    /// Free metadata, in the order of the file.
    public var annotations: OrderedPairs<ByteString, ByteString>
    /// What is specific to Linux.
    public var linux: LinuxConfiguration?
    /// The property paths of the file that no decoder knows, such as `windows` or `process.commandLine`. They are
    /// skipped. They are a remark about the file and take no part in a comparison.
    public var unknownMembers: [String]

    /// Makes a configuration.
    public init(
        ociVersion: String = Spec.currentVersion, process: Process? = nil, root: Root? = nil,
        hostname: ByteString? = nil,
        domainname: ByteString? = nil, mounts: [Mount] = [], hooks: Hooks = Hooks(),
        annotations: OrderedPairs<ByteString, ByteString> = OrderedPairs(), linux: LinuxConfiguration? = nil
    ) {
        self.ociVersion = ociVersion
        self.process = process
        self.root = root
        self.hostname = hostname
        self.domainname = domainname
        self.mounts = mounts
        self.hooks = hooks
        self.annotations = annotations
        self.linux = linux
        unknownMembers = []
    }

    /// The newest version of the runtime specification known here.
    public static let currentVersion = "1.3.0"
}

extension Spec: Equatable {
    /// Compares what is configured, not the remarks about the file.
    public static func == (a: Spec, b: Spec) -> Bool {
        a.ociVersion == b.ociVersion && a.process == b.process && a.root == b.root && a.hostname == b.hostname
            && a.domainname == b.domainname && a.mounts == b.mounts && a.hooks == b.hooks
            && a.annotations == b.annotations && a.linux == b.linux
    }
}

/// The root filesystem of the container.
public struct Root: Equatable, Sendable {
    /// The path on the host, absolute or relative to the bundle.
    public var path: Path
    /// Whether the root mount is read-only inside.
    public var readonly: Bool

    /// Makes a description of the root filesystem.
    public init(path: Path, readonly: Bool = false) {
        self.path = path
        self.readonly = readonly
    }
}

extension Spec: SpecObject {
    static var blank: Spec { Spec(ociVersion: "") }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("ociVersion", &ociVersion, .written)
        try visitor.member("process", &process)
        try visitor.member("root", &root)
        try visitor.member("hostname", &hostname)
        try visitor.member("domainname", &domainname)
        try visitor.member("mounts", &mounts)
        try visitor.member("hooks", &hooks)
        try visitor.member("annotations", &annotations)
        try visitor.member("linux", &linux)
        var freebsd = FreeBSDConfiguration?.none
        try visitor.member("freebsd", &freebsd, .foreign)
    }
}

extension Root: SpecObject {
    static var blank: Root { Root(path: "") }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("path", &path, .required)
        try visitor.member("readonly", &readonly)
    }
}
