import ByteStrings

/// The program to run in the container, and everything that belongs to its process.
public struct Process: Equatable, Sendable {
    /// Whether the process gets a terminal of its own.
    public var terminal: Bool
    /// The first size of the terminal.
    public var consoleSize: ConsoleSize?
    /// The user and groups, as ids inside the container's user namespace.
    public var user: User
    /// The program and its arguments.
    public var args: [ByteString]
    /// The environment, each entry as `NAME=value`.
    public var env: [ByteString]
    /// The absolute working directory inside the container.
    public var cwd: Path
    /// The capability sets; nil if the file has no `capabilities`.
    public var capabilities: Capabilities?
    /// The resource limits of setrlimit(2).
    public var rlimits: [Rlimit]
    /// Whether execve(2) may no longer add privileges, see PR_SET_NO_NEW_PRIVS(2const).
    public var noNewPrivileges: Bool
    /// The AppArmor profile.
    public var apparmorProfile: ByteString?
    /// The value for `/proc/PID/oom_score_adj`, -1000 to 1000; nil leaves it unchanged.
    public var oomScoreAdj: Int?
    /// The scheduling policy and its attributes.
    public var scheduler: Scheduler?
    /// The SELinux context.
    public var selinuxLabel: ByteString?
    /// The I/O scheduling class and priority.
    public var ioPriority: IOPriority?
    /// The CPUs of a process that joins the container.
    public var execCPUAffinity: ExecCPUAffinity?

    /// Makes a description of a process.
    public init(
        terminal: Bool = false, consoleSize: ConsoleSize? = nil, user: User = User(), args: [ByteString] = [],
        env: [ByteString] = [], cwd: Path = "/", capabilities: Capabilities? = nil, rlimits: [Rlimit] = [],
        noNewPrivileges: Bool = false, apparmorProfile: ByteString? = nil, oomScoreAdj: Int? = nil,
        scheduler: Scheduler? = nil, selinuxLabel: ByteString? = nil, ioPriority: IOPriority? = nil,
        execCPUAffinity: ExecCPUAffinity? = nil
    ) {
        self.terminal = terminal
        self.consoleSize = consoleSize
        self.user = user
        self.args = args
        self.env = env
        self.cwd = cwd
        self.capabilities = capabilities
        self.rlimits = rlimits
        self.noNewPrivileges = noNewPrivileges
        self.apparmorProfile = apparmorProfile
        self.oomScoreAdj = oomScoreAdj
        self.scheduler = scheduler
        self.selinuxLabel = selinuxLabel
        self.ioPriority = ioPriority
        self.execCPUAffinity = execCPUAffinity
    }
}

/// The size of a terminal in characters.
public struct ConsoleSize: Equatable, Sendable {
    /// The number of rows.
    public var height: UInt16
    /// The number of columns.
    public var width: UInt16

    /// Makes a size.
    public init(height: UInt16, width: UInt16) {
        self.height = height
        self.width = width
    }
}

/// The ids of a process, all inside the container's user namespace.
public struct User: Equatable, Sendable {
    /// The user id.
    public var uid: UInt32
    /// The group id.
    public var gid: UInt32
    /// The file mode creation mask of umask(2), at most 0777; nil leaves the choice to the runtime.
    public var umask: UInt32?
    /// The supplementary groups.
    public var additionalGids: [UInt32]

    /// Makes a user.
    public init(uid: UInt32 = 0, gid: UInt32 = 0, umask: UInt32? = nil, additionalGids: [UInt32] = []) {
        self.uid = uid
        self.gid = gid
        self.umask = umask
        self.additionalGids = additionalGids
    }
}

/// The five capability sets of capabilities(7). The names stay text, because an unknown one is only worth a warning.
public struct Capabilities: Equatable, Sendable {
    /// The limit of what execve(2) can grant.
    public var bounding: [String]?
    /// What the kernel checks.
    public var effective: [String]?
    /// What a file may hand on across execve(2).
    public var inheritable: [String]?
    /// What the process may make effective.
    public var permitted: [String]?
    /// What stays across execve(2) of an unprivileged program.
    public var ambient: [String]?

    /// Makes capability sets.
    public init(
        bounding: [String]? = nil, effective: [String]? = nil, inheritable: [String]? = nil,
        permitted: [String]? = nil, ambient: [String]? = nil
    ) {
        self.bounding = bounding
        self.effective = effective
        self.inheritable = inheritable
        self.permitted = permitted
        self.ambient = ambient
    }
}

extension Process: SpecObject {
    static var blank: Process { Process(cwd: "") }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("terminal", &terminal)
        try visitor.member("consoleSize", &consoleSize)
        try visitor.member("user", &user, .written)
        try visitor.member("args", &args)
        try visitor.member("env", &env)
        try visitor.member("cwd", &cwd, .written)
        try visitor.member("capabilities", &capabilities)
        try visitor.member("rlimits", &rlimits)
        try visitor.member("noNewPrivileges", &noNewPrivileges)
        try visitor.member("apparmorProfile", &apparmorProfile)
        try visitor.member("oomScoreAdj", &oomScoreAdj)
        try visitor.member("scheduler", &scheduler)
        try visitor.member("selinuxLabel", &selinuxLabel)
        try visitor.member("ioPriority", &ioPriority)
        try visitor.member("execCPUAffinity", &execCPUAffinity)
    }
}

extension ConsoleSize: SpecObject {
    static var blank: ConsoleSize { ConsoleSize(height: 0, width: 0) }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("height", &height, .required)
        try visitor.member("width", &width, .required)
    }
}

extension User: SpecObject {
    static var blank: User { User() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("uid", &uid, .written)
        try visitor.member("gid", &gid, .written)
        try visitor.member("umask", &umask)
        try visitor.member("additionalGids", &additionalGids)
    }
}

extension Capabilities: SpecObject {
    static var blank: Capabilities { Capabilities() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("bounding", &bounding)
        try visitor.member("effective", &effective)
        try visitor.member("inheritable", &inheritable)
        try visitor.member("permitted", &permitted)
        try visitor.member("ambient", &ambient)
    }
}
