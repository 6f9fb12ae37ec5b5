import ByteStrings
import LinuxKernel

/// The time line of one command: what the runtime did and what its child did, one after the other in two lanes.
///
/// It is made for one command and given to the operation of the library that is to be traced. It takes the time at each
/// border between two events; so the events of a lane follow each other without gaps. The child is a process of its own and has
/// the same clock.
public final class Timeline {
    /// Who did something.
    public enum Lane: Sendable {
        case runtime, initProcess
    }

    /// One thing that was done: a step of a plan, or an operation beside it.
    public struct Event: Equatable, Sendable {
        /// Who did it.
        public var lane: Lane
        /// When in the life of a container, in the words of `explain`, or the command.
        public var phase: String
        /// A step has the name that `explain` gives it.
        public var name: String
        /// To what, and how.
        public var detail: String
        /// Whether it is a step of a plan.
        public var isStep: Bool
        /// Nanoseconds of CLOCK_MONOTONIC in the initial time namespace.
        public var begin: UInt64
        /// Nanoseconds.
        public var duration: UInt64
        /// Nanoseconds on a processor, in the program and in the kernel.
        public var processorTime: UInt64
        /// How many system calls there were.
        public var systemCalls: UInt64
        /// The nanoseconds in them, those of waiting included.
        public var systemCallTime: UInt64
        /// The page faults that needed no device.
        public var pageFaults: UInt64
        /// True when it had not ended at the end of the command, or nobody could say when.
        public var isOpen: Bool
    }

    /// What an event is about.
    private enum Subject {
        case operation(StaticString)
        case step(any Step)
    }

    private struct Mark {
        let subject: Subject?
        let phase: String
        let sample: UsageSample
    }

    /// A child, as far as the runtime knows it.
    private struct Child {
        let steps: [Planned<any ChildStep>]
        let memory: SharedDescriptor
        let phase: String
        let born: UInt64
    }

    /// The phase of what begins from now on.
    public var phase: String
    private var marks: [Mark] = []
    private var children: [Child] = []
    /// The runtime.
    public let runtimeProcess: Int32 = processIdentifier
    /// Its children in their order; the last one is, or becomes, the program.
    public private(set) var initProcesses: [Int32] = []

    /// Begins the time line with what `name` says.
    public init(_ name: StaticString, phase: String) {
        self.phase = phase
        CallMeter.start()
        begin(name)
    }

    /// Ends what the runtime did, and begins something else.
    public func begin(_ name: StaticString) { begin(.operation(name)) }

    /// Ends what the runtime did, and begins a step.
    package func begin(_ step: any Step) { begin(.step(step)) }

    private func begin(_ subject: Subject?) {
        marks.append(Mark(subject: subject, phase: phase, sample: .now))
    }

    /// Ends what the runtime did, and with it the time line.
    public func end() { begin(nil) }

    // MARK: - The child

    /// Makes the memory for the times of a child's steps and gives the child its part of it, right before its birth.
    package func watch(_ plan: ChildPlan, _ slots: Slots) throws(ContainerError) {
        let memory = try attempt("memfd_create", "the times of the child") { () throws(Errno) in
            let file = try makeMemoryFile("times", for: .data)
            try file.write([0], skipping: StepTimes.size(steps: plan.steps.count) - 1)
            return file
        }
        // Born a second time, in another cgroup.
        if slots.take(.times) != nil { _ = children.popLast() }
        let own = try attempt("dup") { () throws(Errno) in try memory.duplicate() }
        slots.fill(.times, memory)
        children.append(
            Child(steps: plan.steps, memory: SharedDescriptor(own), phase: phase, born: monotonicNanoseconds()))
    }

    /// Remembers the number of the child.
    package func noteChild(_ pid: Int32?) { if let pid { initProcesses.append(pid) } }

    // MARK: - The events

    /// All events so far, those of the runtime first.
    public var events: [Event] {
        var events = runtimeEvents
        let end = marks.last?.sample.monotonic ?? 0
        for child in children { events += Self.events(of: child, until: end) }
        return events
    }

    private var runtimeEvents: [Event] {
        zip(marks, marks.dropFirst()).compactMap { mark, next in
            switch mark.subject {
            case .operation(let name)?:
                Event(.runtime, mark.phase, name, from: mark.sample, to: next.sample)
            case .step(let step)?:
                Event(.runtime, mark.phase, type(of: step).name, step.detail, from: mark.sample, to: next.sample)
            case nil: nil
            }
        }
    }

    private static func events(of child: Child, until end: UInt64) -> [Event] {
        var samples: [UsageSample] = []
        var hasEnded = false
        do throws(Errno) {
            (samples, hasEnded) = try StepTimes.read(child.memory.file, steps: child.steps.count)
        } catch {
            // The events of the other lane are worth having without it.
        }
        if !samples.isEmpty { samples[0].monotonic = min(max(samples[0].monotonic, child.born), end) }
        // A time namespace moves the clock; how far, the wall clock tells, which stands outside of all namespaces.
        var shift: UInt64 = 0
        for index in samples.indices.dropFirst() {
            let step = child.steps[index - 1].step
            if step.movesClock {
                shift &+= samples[index].monotonic &- shift &- samples[index - 1].monotonic
                shift &-= samples[index].realtime &- samples[index - 1].realtime
            }
            samples[index].monotonic &-= shift
            // In order, whatever a child says.
            samples[index].monotonic = min(max(samples[index].monotonic, samples[index - 1].monotonic), end)
        }
        var birth = UsageSample()
        birth.monotonic = child.born
        var events = [
            Event(.initProcess, child.phase, "start-init", from: birth, to: samples.first, end: end)
        ]
        var isReady = child.phase != "create"
        for (index, planned) in child.steps.enumerated() where index < samples.count {
            if hasEnded, index == samples.count - 1 { break }
            let next = index + 1 < samples.count ? samples[index + 1] : nil
            events.append(
                Event(
                    .initProcess, isReady && child.phase == "create" ? "start" : child.phase,
                    type(of: planned.step).name, planned.step.detail, from: samples[index], to: next, end: end))
            if planned.step.sends(.ready) { isReady = true }
        }
        return events
    }
}

extension Timeline.Event {
    /// An event between two samples; without the second one it is open, until `end`.
    fileprivate init(
        _ lane: Timeline.Lane, _ phase: String, _ name: StaticString, _ detail: String? = nil,
        from begin: UsageSample, to next: UsageSample?, end: UInt64 = 0
    ) {
        self.lane = lane
        self.phase = phase
        self.name = name.description
        self.detail = detail ?? ""
        isStep = detail != nil
        self.begin = begin.monotonic
        isOpen = next == nil
        var last = begin
        last.monotonic = max(begin.monotonic, end)
        let next = next ?? last
        duration = next.monotonic &- begin.monotonic
        func used(_ member: KeyPath<UsageSample, UInt64>) -> UInt64 {
            // The counts of a process that forked begin anew.
            next[keyPath: member] >= begin[keyPath: member] ? next[keyPath: member] - begin[keyPath: member] : 0
        }
        processorTime = used(\.processor)
        systemCalls = used(\.calls)
        systemCallTime = used(\.callTime)
        pageFaults = used(\.pageFaults)
    }
}

extension ChildStep {
    /// Whether the monotonic clock is another one behind the step.
    fileprivate var movesClock: Bool {
        if let join = self as? JoinNamespaceStep { return join.kinds.contains(.newTime) }
        return self is EnterTimeNamespaceStep
    }
}
