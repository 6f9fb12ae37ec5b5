/// The NUMA memory policy of the container's processes, see set_mempolicy(2).
public struct MemoryPolicy: Equatable, Sendable {
    /// The mode.
    public var mode: MemoryPolicyMode
    /// The list of memory nodes, such as `0-1`.
    public var nodes: String?
    /// The flags of the mode.
    public var flags: [MemoryPolicyFlag]

    /// Makes a policy.
    public init(mode: MemoryPolicyMode, nodes: String? = nil, flags: [MemoryPolicyFlag] = []) {
        self.mode = mode
        self.nodes = nodes
        self.flags = flags
    }
}

/// A mode of set_mempolicy(2).
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
public enum MemoryPolicyMode: String, CaseIterable, Sendable {
    /// No policy of its own.
    case `default` = "MPOL_DEFAULT"
    /// Only the given nodes.
    case bind = "MPOL_BIND"
    /// The given nodes in turn.
    case interleave = "MPOL_INTERLEAVE"
    /// The given nodes in turn, by weight.
    case weightedInterleave = "MPOL_WEIGHTED_INTERLEAVE"
    /// One node first.
    case preferred = "MPOL_PREFERRED"
    /// Any of the given nodes first.
    case preferredMany = "MPOL_PREFERRED_MANY"
    /// The node of the running CPU first.
    case local = "MPOL_LOCAL"

    /// The number of the mode for set_mempolicy(2).
    public var number: Int32 {
        switch self {
        case .default: 0
        case .preferred: 1
        case .bind: 2
        case .interleave: 3
        case .local: 4
        case .preferredMany: 5
        case .weightedInterleave: 6
        }
    }
}

/// A flag of a mode of set_mempolicy(2).
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
public enum MemoryPolicyFlag: String, CaseIterable, Sendable {
    /// The kernel may move pages nearer to their users.
    case numaBalancing = "MPOL_F_NUMA_BALANCING"
    /// The nodes count from the first one that the task may use.
    case relativeNodes = "MPOL_F_RELATIVE_NODES"
    /// The nodes are never renumbered.
    case staticNodes = "MPOL_F_STATIC_NODES"

    /// The bit of the flag for set_mempolicy(2).
    public var bit: Int32 {
        switch self {
        case .numaBalancing: 0x2000
        case .relativeNodes: 0x4000
        case .staticNodes: 0x8000
        }
    }
}

extension MemoryPolicy: SpecObject {
    static var blank: MemoryPolicy { MemoryPolicy(mode: .default) }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("mode", &mode, .required)
        try visitor.member("nodes", &nodes)
        try visitor.member("flags", &flags)
    }
}

extension MemoryPolicyMode: SpecName {
    static func unknown(_ name: String) -> String { "invalid memory policy mode \"" + name + "\"" }
    static var missing: String { unknown("") }
}

extension MemoryPolicyFlag: SpecName {
    static func unknown(_ name: String) -> String { "invalid memory policy flag \"" + name + "\"" }
}
