import Linux
import RuntimeSpec

/// One thing that the container's init does to itself, in the order of the plan.
///
/// The closed list of what can happen between the clone and the program of the user. Everything in it is resolved:
/// flags are numbers, paths are split, programs are compiled.
package enum ChildOperation: Sendable {
    /// Writes /proc/self/oom_score_adj, before the process hides from others.
    case setOOMScore(Int32)
    /// Lets the process run on every processor that its cpuset allows, whatever its caller was bound to.
    case resetAffinity
    /// Becomes undumpable: others in its namespaces can neither trace it nor look at its descriptors (CVE-2016-9962).
    case hide
    /// Joins the namespace behind a descriptor.
    case joinNamespace(Slot, CloneFlags)
    /// Goes on in a new process, made with these namespaces, as a child of the runtime.
    case fork(CloneFlags)
    /// Goes on in a new process, in the pid namespace that was joined and with nothing of the host's left.
    case enterPIDNamespace
    /// Becomes user and group 0 of the new user namespace.
    case becomeNamespaceRoot
    case meet(MeetingPoint)
    case unshare(CloneFlags)
    case setTimeOffset(TimeOffsetStep)
    /// Enters the time namespace that was unshared.
    case enterTimeNamespace
    case makeSession
    case joinKeyring(KeyringStep)
    case bringUpLoopback
    case setHostname(ByteString)
    case setDomainname(ByteString)
    case rootfs(RootfsOperation)
    case openTerminal(TerminalStep)
    /// Makes the terminal on the standard streams the controlling one of the session.
    case controlTerminal
    /// Replaces standard streams that are the host's null device, which may be open for reading only, by the container's.
    case reopenNullStreams
    case runHooks(HookKind, [HookStep], HookState)
    case setPersonality(UInt64)
    case setMemoryPolicy(MemoryPolicyStep)
    case setScheduler(SchedulingAttributes)
    case setIOPriority(IOPriorityStep)
    case setAffinity([Int32])
    case setSecurityLabel(SecurityLabelStep)
    case setNoNewPrivileges
    case setResourceLimit(ResourceLimitStep)
    /// Finds out which of the wanted capabilities there are, and drops the others from the bounding set.
    case dropBoundingSet(CapabilitySets)
    /// Changes user and groups; of the capabilities, which stay permitted, those of the mask stay effective.
    case setIdentity(IdentityStep, effective: UInt64)
    /// Makes the folder that the program starts in, if it is missing.
    case makeWorkingDirectory(Path)
    case setWorkingDirectory(WorkingDirectoryStep)
    case lookUpProgram
    case setCapabilities(CapabilitySets)
    case loadSeccomp(SeccompStep)
    /// Tells the parent that all is set up and waits for the start.
    case waitForStart
    /// Waits until somebody opens a fifo of the host for reading.
    case waitForReader
    case execute(ExecuteStep)
}

/// What a hook that runs in the container gets to know, without the pid, which only the child knows.
package struct HookState: Equatable, Sendable, PlanCodable {
    package var id: String
    package var status: ContainerStatus
    package var bundle: Path
    package var annotations: OrderedPairs<ByteString, ByteString>

    package init(
        id: String, status: ContainerStatus, bundle: Path, annotations: OrderedPairs<ByteString, ByteString>
    ) {
        self.id = id
        self.status = status
        self.bundle = bundle
        self.annotations = annotations
    }

    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(id)
        encoder.encode(status.rawValue)
        encoder.encode(bundle)
        encoder.encode(annotations.flatMap { [$0.key, $0.value] })
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        id = try decoder.decode(String.self)
        guard let status = ContainerStatus(rawValue: try decoder.decode(String.self)) else { throw PlanCodingError() }
        self.status = status
        bundle = try decoder.decode(Path.self)
        let texts = try decoder.decode([ByteString].self)
        guard texts.count.isMultiple(of: 2) else { throw PlanCodingError() }
        annotations = OrderedPairs(
            distinct: stride(from: 0, to: texts.count, by: 2).map { .init(key: texts[$0], value: texts[$0 + 1]) })
    }

    /// The document for `pid`.
    package func document(pid: Int32) -> [UInt8] {
        State(id: id, status: status, pid: pid, bundle: bundle, annotations: annotations).encoded()
    }
}

/// A step of the child with what caused it.
package struct ChildStep: Sendable, PlanCodable {
    package var origin: Origin
    package var operation: ChildOperation

    package init(_ operation: ChildOperation, _ origin: Origin) {
        self.origin = origin
        self.operation = operation
    }

    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(origin)
        encoder.encode(operation)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        origin = try decoder.decode(Origin.self)
        operation = try decoder.decode(ChildOperation.self)
    }
}
