import ByteStrings
import LinuxKernel

/// What the child tells its parent over the socket between them, and what the parent answers.
///
/// One message is one datagram: a kind, then what it holds, coded as the fields of a step.
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
package enum MeetingPoint: UInt8, FieldCode, CaseIterable {
    /// The child's namespaces exist, and the parent has done what only it may do: id mappings, the cgroup.
    case identity
    /// The mounts are made; the parent runs the hooks that come before the change of root.
    case hooks
    /// The mounts of a running container are changed, and stay so at the parent's word.
    case mounts
}

extension Message {
    private enum Kind: UInt8, FieldCode {
        case meeting, forked, terminal, seccompListener, mountSource, mapIDs, warning, ready, failed, proceed
    }

    private var parts: (kind: Kind, content: (any FieldValue)?) {
        switch self {
        case .meeting(let point): (.meeting, point)
        case .forked: (.forked, nil)
        case .terminal: (.terminal, nil)
        case .seccompListener: (.seccompListener, nil)
        case .mountSource(let slot): (.mountSource, slot)
        case .mapIDs(let slot): (.mapIDs, slot)
        case .warning(let text): (.warning, oneLine(text, limit: 6000))
        case .ready: (.ready, nil)
        case .failed(let error): (.failed, error.shortened)
        case .proceed: (.proceed, nil)
        }
    }

    /// The message as bytes.
    package var bytes: [UInt8] {
        var encoder = PlanEncoder(capacity: 128)
        let (kind, content) = parts
        kind.encode(to: &encoder)
        content?.encode(to: &encoder)
        return encoder.bytes
    }

    /// Reads a message back.
    package init(_ bytes: [UInt8]) throws(PlanCodingError) {
        var decoder = PlanDecoder(bytes)
        switch try Kind(from: &decoder) {
        case .meeting: self = .meeting(try decoder.decode())
        case .forked: self = .forked
        case .terminal: self = .terminal
        case .seccompListener: self = .seccompListener
        case .mountSource: self = .mountSource(try decoder.decode())
        case .mapIDs: self = .mapIDs(try decoder.decode())
        case .warning: self = .warning(try decoder.decode())
        case .ready: self = .ready
        case .failed: self = .failed(try decoder.decode())
        case .proceed: self = .proceed
        }
    }
}
