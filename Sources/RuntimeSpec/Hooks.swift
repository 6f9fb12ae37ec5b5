import ByteStrings

/// The programs to run at points of the container's life, each list in its order.
public struct Hooks: Equatable, Sendable {
    /// During create, in the runtime's namespaces, before `createRuntime`. Deprecated by the specification.
    public var prestart: [Hook]
    /// During create, in the runtime's namespaces, before pivot_root(2).
    public var createRuntime: [Hook]
    /// During create, in the container's namespaces, before pivot_root(2).
    public var createContainer: [Hook]
    /// During start, in the container, before the program is executed.
    public var startContainer: [Hook]
    /// During start, in the runtime's namespaces, after the program was executed.
    public var poststart: [Hook]
    /// During delete, in the runtime's namespaces, after the container is gone.
    public var poststop: [Hook]

    /// Makes lists of hooks.
    public init(
        prestart: [Hook] = [], createRuntime: [Hook] = [], createContainer: [Hook] = [], startContainer: [Hook] = [],
        poststart: [Hook] = [], poststop: [Hook] = []
    ) {
        self.prestart = prestart
        self.createRuntime = createRuntime
        self.createContainer = createContainer
        self.startContainer = startContainer
        self.poststart = poststart
        self.poststop = poststop
    }

    /// Whether there is no hook of any kind.
    public var isEmpty: Bool {
        prestart.isEmpty && createRuntime.isEmpty && createContainer.isEmpty && startContainer.isEmpty
            && poststart.isEmpty && poststop.isEmpty
    }
}

/// One program of a list of hooks. It gets the container's state on its standard input.
public struct Hook: Equatable, Sendable {
    /// The absolute path of the program.
    public var path: Path
    /// The arguments, the first being the program's name; if empty, the path is the only one.
    public var args: [ByteString]
    /// The environment. Nil is not an empty one: hooks in the runtime's namespaces inherit the runtime's, `startContainer`
    /// hooks get that of the container's process, and only `createContainer` hooks get none.
    public var env: [ByteString]?
    /// The time limit in seconds.
    public var timeout: Int?

    /// Makes a hook.
    public init(path: Path, args: [ByteString] = [], env: [ByteString]? = nil, timeout: Int? = nil) {
        self.path = path
        self.args = args
        self.env = env
        self.timeout = timeout
    }
}

extension Hooks: SpecObject {
    static var blank: Hooks { Hooks() }
    static var absent: Hooks? { Hooks() }
    var isOmitted: Bool { isEmpty }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("prestart", &prestart)
        try visitor.member("createRuntime", &createRuntime)
        try visitor.member("createContainer", &createContainer)
        try visitor.member("startContainer", &startContainer)
        try visitor.member("poststart", &poststart)
        try visitor.member("poststop", &poststop)
    }
}

extension Hook: SpecObject {
    static var blank: Hook { Hook(path: "") }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("path", &path, .required)
        try visitor.member("args", &args)
        try visitor.member("env", &env)
        try visitor.member("timeout", &timeout)
    }
}
