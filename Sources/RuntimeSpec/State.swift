import ByteStrings
import StrictJSON

/// The state of a container, as the command `state` prints it and as hooks read it.
public struct State: Equatable, Sendable {
    /// The version of the runtime specification that the document follows.
    public var ociVersion: String
    /// The container's id.
    public var id: String
    /// Where in its life the container is.
    public var status: ContainerStatus
    /// The process id of the container's first process; 0 when it is stopped, nil leaves the member out.
    public var pid: Int32?
    /// The absolute path of the bundle.
    public var bundle: Path
    /// The annotations of the configuration.
    public var annotations: OrderedPairs<ByteString, ByteString>
    /// The absolute path of the root filesystem; an extension of runc.
    public var rootfs: Path?
    /// The time of creation after RFC 3339; an extension of runc.
    public var created: String?
    /// The user who owns the state; an extension of runc.
    public var owner: String?
    /// How the first process of a stopped container ended, where that is known: its exit code, or 128 and the number of the
    /// signal that killed it; an extension of apus.
    public var exitStatus: Int32?

    /// Makes a state.
    public init(
        ociVersion: String = Spec.currentVersion, id: String, status: ContainerStatus, pid: Int32? = nil,
        bundle: Path, annotations: OrderedPairs<ByteString, ByteString> = OrderedPairs(), rootfs: Path? = nil,
        created: String? = nil, owner: String? = nil, exitStatus: Int32? = nil
    ) {
        self.ociVersion = ociVersion
        self.id = id
        self.status = status
        self.pid = pid
        self.bundle = bundle
        self.annotations = annotations
        self.rootfs = rootfs
        self.created = created
        self.owner = owner
        self.exitStatus = exitStatus
    }
}

/// Where in its life a container is.
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
public enum ContainerStatus: String, CaseIterable, Sendable {
    /// It is being made.
    case creating
    /// It is made, and its program has not been started.
    case created
    /// Its program runs.
    case running
    /// It is frozen; an extension of the specification.
    case paused
    /// Its first process has ended.
    case stopped
}

/// What the listener of a seccomp filter gets: the state of the container and the descriptors that come along.
public struct ContainerProcessState: Equatable, Sendable {
    /// The version of the runtime specification that the document follows.
    public var ociVersion: String
    /// The names of the descriptors, in their order.
    public var fds: [String]
    /// The process id of the filtered process, as the runtime sees it.
    public var pid: Int32
    /// The text of the profile for the listener.
    public var metadata: ByteString?
    /// The state of the container.
    public var state: State

    /// Makes a document.
    public init(
        ociVersion: String = Spec.currentVersion, fds: [String], pid: Int32, metadata: ByteString? = nil, state: State
    ) {
        self.ociVersion = ociVersion
        self.fds = fds
        self.pid = pid
        self.metadata = metadata
        self.state = state
    }
}

extension State: SpecObject {
    static var blank: State { State(ociVersion: "", id: "", status: .creating, bundle: "") }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("ociVersion", &ociVersion, .required)
        try visitor.member("id", &id, .required)
        try visitor.member("status", &status, .required)
        try visitor.member("pid", &pid)
        try visitor.member("bundle", &bundle, .required)
        try visitor.member("rootfs", &rootfs)
        try visitor.member("created", &created)
        try visitor.member("annotations", &annotations)
        try visitor.member("owner", &owner)
        try visitor.member("exitStatus", &exitStatus)
    }
}

extension State {
    /// Hooks get the members of the specification alone; a state with the time of creation is written as runc's command
    /// `state` does.
    func write(_ encoder: inout SpecEncoder) {
        var state = self
        encoder.writer.beginObject()
        encoder.member("ociVersion", &state.ociVersion, .written)
        encoder.member("id", &state.id, .written)
        if var created {
            var pid = pid ?? 0
            var rootfs = rootfs ?? ""
            var owner = owner ?? ""
            encoder.member("pid", &pid, .written)
            encoder.member("status", &state.status, .written)
            encoder.member("bundle", &state.bundle, .written)
            encoder.member("rootfs", &rootfs, .written)
            encoder.member("created", &created, .written)
            encoder.member("annotations", &state.annotations, .optional)
            encoder.member("owner", &owner, .written)
            encoder.member("exitStatus", &state.exitStatus, .optional)
        } else {
            encoder.member("status", &state.status, .written)
            encoder.member("pid", &state.pid, .optional)
            encoder.member("bundle", &state.bundle, .written)
            encoder.member("annotations", &state.annotations, .optional)
        }
        encoder.writer.endObject()
    }
}

extension ContainerProcessState: SpecObject {
    static var blank: ContainerProcessState { ContainerProcessState(ociVersion: "", fds: [], pid: 0, state: .blank) }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("ociVersion", &ociVersion, .required)
        try visitor.member("fds", &fds, .written)
        try visitor.member("pid", &pid, .required)
        try visitor.member("metadata", &metadata)
        try visitor.member("state", &state, .required)
    }
}

extension ContainerStatus: SpecName {
    static func unknown(_ name: String) -> String { "unknown status \"" + name + "\"" }
}
