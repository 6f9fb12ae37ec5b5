import Linux

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
    case setHostname(String)
    case setDomainname(String)
    case rootfs(RootfsOperation)
    case openTerminal(TerminalStep)
    /// Makes the terminal on the standard streams the controlling one of the session.
    case controlTerminal
    /// Replaces standard streams that are the host's null device, which may be open for reading only, by the container's.
    case reopenNullStreams
    case runHooks(HookKind, [HookStep], HookStateTemplate)
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
    case makeWorkingDirectory(String)
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

/// The state document of a hook that runs in the container, around the pid that only the child knows.
package struct HookStateTemplate: Equatable, Sendable, PlanCodable {
    package var head: String
    package var tail: String

    package init(head: String, tail: String) {
        self.head = head
        self.tail = tail
    }

    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(head)
        encoder.encode(tail)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        head = try decoder.decode(String.self)
        tail = try decoder.decode(String.self)
    }

    /// The document for `pid`.
    package func document(pid: Int32) -> [UInt8] {
        Array(head.utf8) + Array(String(pid).utf8) + Array(tail.utf8)
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
