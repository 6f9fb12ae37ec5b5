import Linux

extension ChildOperation: PlanCodable {
    private enum Tag: UInt8 {
        case setOOMScore = 1
        case resetAffinity, hide, joinNamespace, fork, becomeNamespaceRoot, meet, unshare, setTimeOffset,
            enterTimeNamespace,
            makeSession
        case joinKeyring, bringUpLoopback, setHostname, setDomainname, rootfs, openTerminal, reopenNullStreams,
            runHooks, setPersonality
        case setMemoryPolicy, setScheduler, setIOPriority, setAffinity, setSecurityLabel, setNoNewPrivileges
        case setResourceLimit, dropBoundingSet, setIdentity, makeWorkingDirectory, setWorkingDirectory, lookUpProgram,
            setCapabilities
        case loadSeccomp, waitForStart, waitForReader, execute, enterPIDNamespace, controlTerminal
    }

    package func encode(to encoder: inout PlanEncoder) {
        switch self {
        case .setOOMScore(let value):
            encoder.encode(Tag.setOOMScore)
            encoder.encode(value)
        case .resetAffinity: encoder.encode(Tag.resetAffinity)
        case .hide: encoder.encode(Tag.hide)
        case .joinNamespace(let slot, let flags):
            encoder.encode(Tag.joinNamespace)
            encoder.encode(slot)
            encoder.encode(flags)
        case .fork(let flags):
            encoder.encode(Tag.fork)
            encoder.encode(flags)
        case .enterPIDNamespace: encoder.encode(Tag.enterPIDNamespace)
        case .controlTerminal: encoder.encode(Tag.controlTerminal)
        case .becomeNamespaceRoot: encoder.encode(Tag.becomeNamespaceRoot)
        case .meet(let point):
            encoder.encode(Tag.meet)
            encoder.encode(point)
        case .unshare(let flags):
            encoder.encode(Tag.unshare)
            encoder.encode(flags)
        case .setTimeOffset(let step):
            encoder.encode(Tag.setTimeOffset)
            encoder.encode(step)
        case .enterTimeNamespace: encoder.encode(Tag.enterTimeNamespace)
        case .makeSession: encoder.encode(Tag.makeSession)
        case .joinKeyring(let step):
            encoder.encode(Tag.joinKeyring)
            encoder.encode(step)
        case .bringUpLoopback: encoder.encode(Tag.bringUpLoopback)
        case .setHostname(let name):
            encoder.encode(Tag.setHostname)
            encoder.encode(name)
        case .setDomainname(let name):
            encoder.encode(Tag.setDomainname)
            encoder.encode(name)
        case .rootfs(let operation):
            encoder.encode(Tag.rootfs)
            encoder.encode(operation)
        case .openTerminal(let step):
            encoder.encode(Tag.openTerminal)
            encoder.encode(step)
        case .reopenNullStreams: encoder.encode(Tag.reopenNullStreams)
        case .runHooks(let kind, let hooks, let state):
            encoder.encode(Tag.runHooks)
            encoder.encode(kind)
            encoder.encode(hooks)
            encoder.encode(state)
        case .setPersonality(let domain):
            encoder.encode(Tag.setPersonality)
            encoder.encode(domain)
        case .setMemoryPolicy(let step):
            encoder.encode(Tag.setMemoryPolicy)
            encoder.encode(step)
        case .setScheduler(let attributes):
            encoder.encode(Tag.setScheduler)
            encoder.encode(attributes)
        case .setIOPriority(let step):
            encoder.encode(Tag.setIOPriority)
            encoder.encode(step)
        case .setAffinity(let processors):
            encoder.encode(Tag.setAffinity)
            encoder.encode(processors)
        case .setSecurityLabel(let step):
            encoder.encode(Tag.setSecurityLabel)
            encoder.encode(step)
        case .setNoNewPrivileges: encoder.encode(Tag.setNoNewPrivileges)
        case .setResourceLimit(let step):
            encoder.encode(Tag.setResourceLimit)
            encoder.encode(step)
        case .dropBoundingSet(let sets):
            encoder.encode(Tag.dropBoundingSet)
            encoder.encode(sets)
        case .setIdentity(let step, let effective):
            encoder.encode(Tag.setIdentity)
            encoder.encode(step)
            encoder.encode(effective)
        case .makeWorkingDirectory(let path):
            encoder.encode(Tag.makeWorkingDirectory)
            encoder.encode(path)
        case .setWorkingDirectory(let step):
            encoder.encode(Tag.setWorkingDirectory)
            encoder.encode(step)
        case .lookUpProgram: encoder.encode(Tag.lookUpProgram)
        case .setCapabilities(let sets):
            encoder.encode(Tag.setCapabilities)
            encoder.encode(sets)
        case .loadSeccomp(let step):
            encoder.encode(Tag.loadSeccomp)
            encoder.encode(step)
        case .waitForStart: encoder.encode(Tag.waitForStart)
        case .waitForReader: encoder.encode(Tag.waitForReader)
        case .execute(let step):
            encoder.encode(Tag.execute)
            encoder.encode(step)
        }
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        switch try decoder.decode(Tag.self) {
        case .setOOMScore: self = .setOOMScore(try decoder.decode(Int32.self))
        case .resetAffinity: self = .resetAffinity
        case .hide: self = .hide
        case .joinNamespace:
            let slot = try decoder.decode(Slot.self)
            self = .joinNamespace(slot, try decoder.decode(CloneFlags.self))
        case .fork: self = .fork(try decoder.decode(CloneFlags.self))
        case .enterPIDNamespace: self = .enterPIDNamespace
        case .controlTerminal: self = .controlTerminal
        case .becomeNamespaceRoot: self = .becomeNamespaceRoot
        case .meet: self = .meet(try decoder.decode(MeetingPoint.self))
        case .unshare: self = .unshare(try decoder.decode(CloneFlags.self))
        case .setTimeOffset: self = .setTimeOffset(try decoder.decode(TimeOffsetStep.self))
        case .enterTimeNamespace: self = .enterTimeNamespace
        case .makeSession: self = .makeSession
        case .joinKeyring: self = .joinKeyring(try decoder.decode(KeyringStep.self))
        case .bringUpLoopback: self = .bringUpLoopback
        case .setHostname: self = .setHostname(try decoder.decode(ByteString.self))
        case .setDomainname: self = .setDomainname(try decoder.decode(ByteString.self))
        case .rootfs: self = .rootfs(try decoder.decode(RootfsOperation.self))
        case .openTerminal: self = .openTerminal(try decoder.decode(TerminalStep.self))
        case .reopenNullStreams: self = .reopenNullStreams
        case .runHooks:
            let kind = try decoder.decode(HookKind.self)
            let hooks = try decoder.decode([HookStep].self)
            self = .runHooks(kind, hooks, try decoder.decode(HookState.self))
        case .setPersonality: self = .setPersonality(try decoder.decode(UInt64.self))
        case .setMemoryPolicy: self = .setMemoryPolicy(try decoder.decode(MemoryPolicyStep.self))
        case .setScheduler: self = .setScheduler(try decoder.decode(SchedulingAttributes.self))
        case .setIOPriority: self = .setIOPriority(try decoder.decode(IOPriorityStep.self))
        case .setAffinity: self = .setAffinity(try decoder.decode([Int32].self))
        case .setSecurityLabel: self = .setSecurityLabel(try decoder.decode(SecurityLabelStep.self))
        case .setNoNewPrivileges: self = .setNoNewPrivileges
        case .setResourceLimit: self = .setResourceLimit(try decoder.decode(ResourceLimitStep.self))
        case .dropBoundingSet: self = .dropBoundingSet(try decoder.decode(CapabilitySets.self))
        case .setIdentity:
            let step = try decoder.decode(IdentityStep.self)
            self = .setIdentity(step, effective: try decoder.decode(UInt64.self))
        case .makeWorkingDirectory: self = .makeWorkingDirectory(try decoder.decode(Path.self))
        case .setWorkingDirectory: self = .setWorkingDirectory(try decoder.decode(WorkingDirectoryStep.self))
        case .lookUpProgram: self = .lookUpProgram
        case .setCapabilities: self = .setCapabilities(try decoder.decode(CapabilitySets.self))
        case .loadSeccomp: self = .loadSeccomp(try decoder.decode(SeccompStep.self))
        case .waitForStart: self = .waitForStart
        case .waitForReader: self = .waitForReader
        case .execute: self = .execute(try decoder.decode(ExecuteStep.self))
        }
    }
}

extension SchedulingAttributes: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(policy)
        encoder.encode(flags)
        encoder.encode(nice)
        encoder.encode(priority)
        encoder.encode(runtime)
        encoder.encode(deadline)
        encoder.encode(period)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        self.init(policy: try decoder.decode())
        flags = try decoder.decode()
        nice = try decoder.decode()
        priority = try decoder.decode()
        runtime = try decoder.decode()
        deadline = try decoder.decode()
        period = try decoder.decode()
    }
}
