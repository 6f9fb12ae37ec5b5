import Linux

/// What the child tells its parent over the socket between them, and what the parent answers.
///
/// One message is one datagram: a kind, then the fields in the plan's coding.
package enum Message: Sendable {
    /// Child: it has come to this point and waits for `proceed`.
    case meeting(MeetingPoint)
    /// Child: it is the second process, which goes on where the first one has ended. The kernel says which one that is.
    case forked
    /// Child: the master of its new terminal comes along.
    case terminal
    /// Child: the listener of its seccomp filter comes along; it waits for `proceed`.
    case seccompListener
    /// Child: it needs the tree of a mount that the parent has not handed over yet; it waits for `proceed` with it.
    case mountSource(Slot)
    /// Child: a tree of mounts comes along whose ids are to be mapped; it waits for `proceed`.
    case mapIDs(Slot)
    /// Child: something the user should know.
    case warning(String)
    /// Child: all is set up; what follows is the wait for the start.
    case ready
    /// Child: it failed and is about to end.
    case failed(ContainerError)
    /// Parent: go on.
    case proceed
}

/// Where parent and child wait for each other.
package enum MeetingPoint: UInt8, Sendable, CaseIterable {
    /// The child's namespaces exist, and the parent has done what only it may do: id mappings, the cgroup.
    case identity
    /// The mounts are made; the parent runs the hooks that come before the change of root.
    case hooks
}

extension Message {
    private enum Kind: UInt8 {
        case meeting = 1
        case forked, terminal, seccompListener, mountSource, mapIDs, warning, ready, failed, proceed
    }

    /// The message as bytes.
    package var bytes: [UInt8] {
        var encoder = PlanEncoder(capacity: 128)
        switch self {
        case .meeting(let point):
            encoder.encode(Kind.meeting)
            encoder.encode(point)
        case .forked: encoder.encode(Kind.forked)
        case .terminal: encoder.encode(Kind.terminal)
        case .seccompListener: encoder.encode(Kind.seccompListener)
        case .mountSource(let slot):
            encoder.encode(Kind.mountSource)
            encoder.encode(slot)
        case .mapIDs(let slot):
            encoder.encode(Kind.mapIDs)
            encoder.encode(slot)
        case .warning(let text):
            encoder.encode(Kind.warning)
            encoder.encode(oneLine(text, limit: 6000))
        case .ready: encoder.encode(Kind.ready)
        case .failed(let error):
            encoder.encode(Kind.failed)
            encoder.encode(error.shortened)
        case .proceed: encoder.encode(Kind.proceed)
        }
        return encoder.bytes
    }

    /// Reads a message back.
    package init(_ bytes: [UInt8]) throws(PlanCodingError) {
        var decoder = PlanDecoder(bytes)
        switch try decoder.decode(Kind.self) {
        case .meeting: self = .meeting(try decoder.decode(MeetingPoint.self))
        case .forked: self = .forked
        case .terminal: self = .terminal
        case .seccompListener: self = .seccompListener
        case .mountSource: self = .mountSource(try decoder.decode(Slot.self))
        case .mapIDs: self = .mapIDs(try decoder.decode(Slot.self))
        case .warning: self = .warning(try decoder.decode(String.self))
        case .ready: self = .ready
        case .failed: self = .failed(try decoder.decode(ContainerError.self))
        case .proceed: self = .proceed
        }
    }
}
