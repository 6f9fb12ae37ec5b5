import ByteStrings
import ContainerInit
import LinuxKernel

/// What a child has said so far, against what its plan lets it say.
///
/// The child works where a container may have got hold of it. So each of its messages is only taken from the process
/// that it must come from, as often as the plan has a step that sends it, and for what the plan says.
package struct HeardMessages {
    private var points: [MeetingPoint] = []
    private var mapped: Set<Slot> = []
    private var handedOver: Set<Slot> = []
    private var hasTerminal = false
    private var hasListener = false
    private var warnings = 0

    /// More than any plan gives cause for.
    private static let mostWarnings = 256

    /// Whether the plan has a step for this message that has not sent it yet.
    package mutating func expect(_ message: Message, from steps: [Planned<any ChildStep>]) -> Bool {
        switch message {
        case .meeting(let point):
            guard !points.contains(point) else { return false }
            points.append(point)
        case .terminal:
            guard !hasTerminal else { return false }
            hasTerminal = true
        case .seccompListener:
            guard !hasListener else { return false }
            hasListener = true
        case .mountSource(let slot):
            return handedOver.insert(slot).inserted
        case .mapIDs(let slot):
            return mapped.insert(slot).inserted
        case .warning:
            warnings += 1
            return warnings <= Self.mostWarnings
        case .failed: return true
        case .proceed: return false
        case .forked, .ready: break
        }
        return steps.contains { $0.step.sends(message) }
    }
}
