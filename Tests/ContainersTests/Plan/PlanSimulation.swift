import Linux

@testable import Containers

/// Runs the two lanes of a plan against each other, as far as they wait for each other and hand descriptors over.
struct PlanSimulation {
    private let plan: ContainerPlan
    /// The steps of the child that are still to come; nil until it is made.
    private var child: ArraySlice<ChildStep>?
    /// Where the child waits for the parent's word.
    private var waitsAt: MeetingPoint?
    private var isReady = false
    private var filled: Set<Slot> = []
    private var inherited: Set<Slot> = []
    /// What does not fit.
    private(set) var problems: [String] = []

    /// - Parameter runnersSlots: what the runner fills by itself, before the first step.
    init(_ plan: ContainerPlan, runnersSlots: [Slot] = [.start]) {
        self.plan = plan
        filled = Set(runnersSlots)
        run()
    }

    private mutating func run() {
        var isRecorded = false
        for step in plan.parent {
            switch step.operation {
            case .openNamespace(let slot, _, _): fill(slot)
            case .prepareMount(let source): fill(source.slot)
            case .prepareDevices(let devices): fill(devices.slot)
            case .spawn:
                if child != nil { problems.append("a second child") }
                child = plan.child.steps[...]
                inherited = filled
            case .await(let point):
                runChild()
                if waitsAt != point { problems.append("the parent waits at \(point), the child at \(place)") }
            case .release(let point):
                if waitsAt != point { problems.append("\(point) is released, but the child is at \(place)") }
                waitsAt = nil
            case .awaitReady, .recordCreated:
                runChild()
                if !isReady { problems.append("the parent waits until the child is ready, the child is at \(place)") }
                if case .recordCreated = step.operation { isRecorded = true }
            case .writeIDMappings, .joinIntelRdt, .moveNetworkDevice:
                if child == nil { problems.append("\(step.origin.path): done to a child that is not there") }
            case .startUnit, .makeCgroup, .limitUnit, .limitCgroup, .delegateCgroup, .runHooks: break
            }
        }
        if !isRecorded { problems.append("the parent does not record the container") }
        if waitsAt != nil { problems.append("nobody releases the child from \(place)") }
        // With the parent gone the child starts its program.
        isReady = false
        runChild()
        if let rest = child, !rest.isEmpty { problems.append("the child stops at \(place)") }
        if !inherited.isEmpty { problems.append("nobody takes the slots \(inherited.map(\.rawValue).sorted())") }
    }

    private var place: String { waitsAt.map { "\($0)" } ?? (isReady ? "its start" : "none") }

    private mutating func fill(_ slot: Slot) {
        if child != nil { problems.append("slot \(slot.rawValue) is filled when the child has gone") }
        if !filled.insert(slot).inserted { problems.append("slot \(slot.rawValue) is filled twice") }
    }

    private mutating func take(_ slot: Slot?) {
        guard let slot else { return }
        if inherited.remove(slot) == nil { problems.append("slot \(slot.rawValue) is empty") }
    }

    /// Lets the child go on until it waits.
    private mutating func runChild() {
        guard waitsAt == nil, !isReady else { return }
        while let step = child?.popFirst() {
            switch step.operation {
            case .meet(let point):
                waitsAt = point
                return
            case .waitForStart:
                take(.start)
                isReady = true
                return
            case .waitForReader: take(.waitFifo)
            case .joinNamespace(let slot, _): take(slot)
            case .rootfs(.mount(let mount)): take(mount.tree)
            case .rootfs(.prepareRoot(let root)): take(root.tree)
            case .rootfs(.takeDevices(let devices)): take(devices.slot)
            case .execute(let program):
                for index in 0..<Int(program.passedDescriptors) { take(.passed(index)) }
                if child?.isEmpty == false { problems.append("something comes after the program") }
            case .setOOMScore, .resetAffinity, .hide, .fork, .enterPIDNamespace, .controlTerminal, .becomeNamespaceRoot,
                .unshare, .setTimeOffset,
                .enterTimeNamespace, .makeSession, .joinKeyring, .bringUpLoopback, .setHostname, .setDomainname,
                .rootfs, .openTerminal, .reopenNullStreams, .runHooks, .setPersonality, .setMemoryPolicy,
                .setScheduler, .setIOPriority, .setAffinity, .setSecurityLabel, .setNoNewPrivileges,
                .setResourceLimit, .dropBoundingSet, .setIdentity, .makeWorkingDirectory, .setWorkingDirectory,
                .lookUpProgram,
                .setCapabilities, .loadSeccomp:
                break
            }
        }
    }
}
