import ByteStrings
import LinuxKernel

/// All kinds of steps of the child. The place of a kind is its number in the bytes of a plan.
package enum ChildSteps {
    package static let kinds: [any ChildStep.Type] = [
        OOMScoreStep.self, ResetAffinityStep.self, HideStep.self, JoinNamespaceStep.self, ForkStep.self,
        EnterPIDNamespaceStep.self, BecomeRootStep.self, MeetStep.self, UnshareStep.self, TimeOffsetStep.self,
        EnterTimeNamespaceStep.self, SessionStep.self, KeyringStep.self, LoopbackStep.self, HostnameStep.self,
        DomainnameStep.self, RootStep.self, MountStep.self, PreparedDevicesStep.self, DeviceStep.self,
        DeviceLinksStep.self, RootSwitchStep.self, RootfsPropagationStep.self, SysctlStep.self,
        ReadonlyMountsStep.self, ReadonlyPathsStep.self, MaskedPathsStep.self, ReadonlyRootStep.self,
        TerminalStep.self, ControllingTerminalStep.self, NullStreamsStep.self, ChildHooksStep.self,
        PersonalityStep.self, MemoryPolicyStep.self, SchedulerStep.self, IOPriorityStep.self, AffinityStep.self,
        SecurityLabelStep.self, NoNewPrivilegesStep.self, ResourceLimitStep.self, BoundingSetStep.self,
        IdentityStep.self, MakeWorkingDirectoryStep.self, WorkingDirectoryStep.self, LookUpProgramStep.self,
        CapabilitiesStep.self, SeccompStep.self, WaitForStartStep.self, WaitForReaderStep.self, ExecuteStep.self,
        AddMountsStep.self, RemoveMountsStep.self, KeepMountsStep.self, TakeTreeStep.self, EndStep.self,
    ]

    /// The number of a kind.
    package static func number(of step: any ChildStep) -> UInt8? {
        let type = type(of: step)
        return kinds.firstIndex { $0 == type }.map { UInt8($0) }
    }
}

extension Planned: FieldValue where Kind == any ChildStep {
    package func encode(to encoder: inout PlanEncoder) {
        guard let number = ChildSteps.number(of: step) else { preconditionFailure("a kind of step is not in the list") }
        encoder.append(number)
        origin.encode(to: &encoder)
        step.encode(to: &encoder)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        let number = Int(try decoder.take())
        guard number < ChildSteps.kinds.count else { throw PlanCodingError() }
        let origin = try Origin(from: &decoder)
        self.init(try ChildSteps.kinds[number].init(from: &decoder), origin)
    }

    package var shown: String { step.detail }
}

/// All that the child gets: which descriptors it inherited, and its steps.
package struct ChildPlan: FieldRecord {
    /// The inherited descriptors: a slot, and the number it has in the child.
    package var slots: [InheritedSlot] = []
    /// The standard streams that are known to be the null device.
    package var nullStreams: StreamSet = []
    /// Those that are pipes of the runtime, which belong to the container's root.
    package var ownStreams: StreamSet = []
    /// Whether all three are known to be open.
    package var hasOpenStreams = false
    /// The runtime's bounding set, which the child has as well as long as no user namespace gives it a whole one. See
    /// capabilities(7).
    package var boundingSet: UInt64?
    /// The signals that the runtime ignores, a bit for each, the lowest for signal 1: the program gets their default action.
    package var ignoredSignals: UInt64 = 0
    /// Whether the child is known to be in no supplementary group.
    package var hasNoGroups = false
    package var steps: [Planned<any ChildStep>] = []

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("slots", &slots)
        try visitor.field("nullStreams", &nullStreams)
        try visitor.field("ownStreams", &ownStreams)
        try visitor.field("openStreams", &hasOpenStreams)
        try visitor.field("boundingSet", &boundingSet)
        try visitor.field("ignoredSignals", &ignoredSignals)
        try visitor.field("noGroups", &hasNoGroups)
        try visitor.field("steps", &steps)
    }

    /// The standard streams of which it says what they are.
    package var knownStreams: StreamSet { nullStreams.union(ownStreams) }

    /// Whether it makes or changes a root file system.
    package var changesRootfs: Bool {
        steps.contains(RootStep.self) || steps.contains(AddMountsStep.self) || steps.contains(RemoveMountsStep.self)
    }

    /// Whether it mounts a procfs in a container that runs.
    package var addsProcfs: Bool { steps.contains { ($0.step as? AddMountsStep)?.hasProcfs ?? false } }

    /// Whether it enters a joined pid namespace at its end.
    package var entersLate: Bool { steps.contains(EnterPIDNamespaceStep.self) }

    /// Whether it takes back what it did when the runtime goes away.
    package var takesBack: Bool { steps.contains(KeepMountsStep.self) }

    /// Whether the child makes a terminal of its own.
    package var hasTerminal: Bool { steps.contains(TerminalStep.self) }

    /// Whether the child loads a seccomp filter.
    package var hasFilter: Bool { steps.contains(SeccompStep.self) }

    /// Whether that may keep it from saying why it failed.
    package var mayFallSilent: Bool { steps.contains { ($0.step as? SeccompStep)?.mutes ?? false } }

    /// How many descriptors from 3 on the program gets.
    package var passedDescriptors: Int32 { Int32(clamping: slots.count { $0.slot.purpose == .passed }) }
}

/// A descriptor that came with the exec.
package struct InheritedSlot: FieldRecord {
    package var slot = Slot()
    package var number = DescriptorNumber(rawValue: -1)

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("slot", &slot)
        try visitor.field("number", &number)
    }
}
