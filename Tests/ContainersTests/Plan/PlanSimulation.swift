import LinuxKernel

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

/// Runs the two lanes of a plan against each other, as far as they wait for each other and hand descriptors over.
struct PlanSimulation {
    private let plan: ContainerPlan
    /// The steps of the child that are still to come; nil until it is made.
    private var child: ArraySlice<Planned<any ChildStep>>?
    /// Where the child waits for the parent's word.
    private var waitsAt: MeetingPoint?
    private var isReady = false
    private var filled: Set<Slot> = []
    private var inherited: Set<Slot> = []
    /// What does not fit.
    private(set) var problems: [String] = []

    init(_ plan: ContainerPlan) {
        self.plan = plan
        run()
    }

    private mutating func run() {
        for planned in plan.parent { run(planned.step) }
        if child == nil { problems.append("no child is made") }
        if !isReady { problems.append("the parent does not wait until the child is ready") }
        if waitsAt != nil { problems.append("nobody releases the child from \(place)") }
        // With the parent gone the child starts its program.
        isReady = false
        runChild()
        if let rest = child, !rest.isEmpty { problems.append("the child stops at \(place)") }
        if !inherited.isEmpty { problems.append("nobody takes the slots \(inherited.map(\.shown).sorted())") }
    }

    private mutating func run(_ step: any ParentStep) {
        switch step {
        case is StartFifoStep: fill(.start)
        case is OpenProcessStep: fill(.containerProcess)
        case is OpenWaitFifoStep: fill(.waitFifo)
        case let step as PassedDescriptorsStep: for index in 0..<Int(step.count) { fill(.passed(index)) }
        case is SpawnStep:
            if child != nil { problems.append("a second child") }
            child = plan.child.steps[...]
            inherited = filled.filter(\.isForChild)
        case let step as AwaitStep:
            runChild()
            if waitsAt != step.point { problems.append("the parent waits at \(step.point), the child at \(place)") }
        case let step as ReleaseStep:
            if waitsAt != step.point { problems.append("\(step.point) is released, but the child is at \(place)") }
            waitsAt = nil
        case is AwaitReadyStep, is RecordCreatedStep:
            runChild()
            if !isReady { problems.append("the parent waits until the child is ready, the child is at \(place)") }
        case is IDMappingStep, is IntelRdtStep, is MoveNetworkDeviceStep, is DelegateCgroupStep:
            if child == nil { problems.append("\(type(of: step).name): done to a child that is not there") }
        default:
            for slot in slots(of: step) { fill(slot) }
        }
    }

    private var place: String { waitsAt.map { "\($0)" } ?? (isReady ? "its start" : "none") }

    private mutating func fill(_ slot: Slot) {
        if child != nil { problems.append("slot \(slot.shown) is filled when the child has gone") }
        if !filled.insert(slot).inserted { problems.append("slot \(slot.shown) is filled twice") }
    }

    private mutating func take(_ slot: Slot) {
        if inherited.remove(slot) == nil { problems.append("slot \(slot.shown) is empty") }
    }

    /// Lets the child go on until it waits.
    private mutating func runChild() {
        guard waitsAt == nil, !isReady else { return }
        while let planned = child?.popFirst() {
            switch planned.step {
            case let step as MeetStep:
                waitsAt = step.point
                return
            case let step as WaitForStartStep:
                if step.giver == .start { take(.start) }
                isReady = true
                return
            case is WaitForReaderStep: take(.waitFifo)
            case let step as LookUpProgramStep:
                for index in 0..<Int(step.passedDescriptors) { take(.passed(index)) }
            case is ExecuteStep:
                if child?.isEmpty == false { problems.append("something comes after the program") }
            default:
                for slot in slots(of: planned.step) { take(slot) }
            }
        }
    }

    /// The slots among the fields of a step.
    private func slots<Kind: Step>(of step: Kind) -> [Slot] {
        var step = step
        var collector = SlotCollector()
        step.fields(&collector)
        return collector.slots
    }
}

private struct SlotCollector: FieldVisitor {
    typealias Failure = Never

    var slots: [Slot] = []

    mutating func field<Value: FieldValue>(_ name: StaticString, _ value: inout Value, _ style: FieldStyle) {
        if let slot = value as? Slot { slots.append(slot) }
    }
}
