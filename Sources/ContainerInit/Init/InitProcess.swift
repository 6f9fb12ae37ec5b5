import ByteStrings
import LinuxKernel

/// The child of the runtime on its way to become the container's program: pid 1 of a new container, or one more process
/// of a running one.
///
/// It is the sealed executable itself, started with descriptor 3 as its socket to the parent, which sends the plan over it. It
/// has one thread, performs the plan's steps in their order, and ends in the exec of the last one.
package final class InitProcess {
    /// The way to the runtime; nothing is open once it is not needed any more.
    var socket: FileDescriptor
    package let slots = Slots()
    package let plan: ChildPlan
    /// What steps leave for later ones.
    package var values = StepValues()
    /// The file system the steps work on; made when the first of them needs it.
    private(set) var rootfs: RootfsSetup?
    /// What has descriptors that were closed by their numbers: not to be used, nor to go away, for as long as this process has
    /// this program.
    private var abandoned: RootfsSetup?
    /// The file creation mask of this process, where it is known.
    private(set) var mask: UInt32?
    /// The procfs that was the runtime's before it joined anything, for a child without a file system to make.
    private var hostProcfs: SharedDescriptor?
    /// Whether a namespace was joined: what the names of files mean may be up to a container since.
    private var hasJoined = false
    /// Whether it is undumpable, and to stay so.
    private var isHidden = false
    /// True once the parent may be gone and standard error is the container's.
    var isOnItsOwn = false
    /// Where the last message goes if the filter lets it go nowhere else; for a plan with such a filter.
    private(set) var finalWord: FinalWord?
    /// Where the times of the steps go; nil when nobody wants to know.
    var times: StepTimes?

    // What the runtime has put there.
    static let socketNumber = DescriptorNumber(rawValue: 3)

    private init(socket: consuming FileDescriptor, plan: ChildPlan) {
        self.socket = socket
        self.plan = plan
    }

    /// Performs the plan; does not return.
    package static func run() -> Never {
        let bytes = receivePlan()
        var process: InitProcess?
        do throws(ContainerError) {
            var decoder = PlanDecoder(bytes)
            let plan: ChildPlan
            do throws(PlanCodingError) {
                // First of all: nothing of a plan of another format means what it seems to.
                guard try decoder.takeInteger() as UInt32 == planFormat else { throw PlanCodingError() }
                plan = try ChildPlan(from: &decoder)
            } catch {
                throw ContainerError(
                    .otherVersion, reason: "the plan is of another version than \(InitStamp.text)")
            }
            // What this process opens must not become a stream that the program of a library had closed.
            if !plan.hasOpenStreams {
                _ = try attempt("poll", "the standard streams") { () throws(Errno) in try replaceClosedStreams() }
            }
            let child = InitProcess(socket: socketNumber.take(), plan: plan)
            process = child
            try child.perform()
        } catch {
            fail(error, process)
        }
        exitProcess(255)
    }

    private static func receivePlan() -> [UInt8] {
        do throws(Errno) {
            let plan = try socketNumber.lend { (socket) throws(Errno) in try PlanDelivery.receive(from: socket) }
            guard let plan else { exitProcess(1) }
            return plan
        } catch .badFileDescriptor, .notSocket {
            // Called by hand.
            report("apus init is started by apus itself\n")
            exitProcess(255)
        } catch {
            fail(ContainerError(operation: "recvmsg", errno: error, reason: "receiving the plan"), nil)
        }
    }

    private func perform() throws(ContainerError) {
        resetSignals(plan.ignoredSignals)
        try inheritDescriptors()
        for planned in plan.steps {
            times?.beginStep()
            do throws(ContainerError) {
                try planned.step.perform(in: self)
            } catch {
                throw error.caused(by: planned.origin)
            }
        }
    }

    /// Takes over what the plan lists and closes everything else that came along.
    ///
    /// What is passed to the program gets its place at once, before anything else can be opened there; the parent keeps
    /// everything it hands over above those places.
    private func inheritDescriptors() throws(ContainerError) {
        let passed = plan.passedDescriptors
        if passed > 0 {
            socket = try attempt("dup") { () throws(Errno) in try socket.duplicate(atLeast: 10 + passed) }
        }
        var kept: [DescriptorNumber] = []
        for entry in plan.slots {
            switch entry.slot.purpose {
            case .passed:
                if entry.slot.isInPlace(entry.number) { continue }
                let target = DescriptorNumber.passed(Int32(entry.slot.index))
                try attempt("dup3", "descriptor \(target.rawValue)") { () throws(Errno) in
                    try entry.number.lend { (file) throws(Errno) in try file.duplicate(onto: target) }
                }
            case .times:
                // Closed with all that is not kept: the memory stays.
                times = try attempt("mmap", "the times of the steps") { () throws(Errno) in
                    try entry.number.lend { (memory) throws(Errno) in try StepTimes(in: memory) }
                }
            case .finalWord:
                finalWord = try attempt("mmap", "the final word") { () throws(Errno) in
                    try entry.number.lend { (memory) throws(Errno) in try FinalWord(in: memory) }
                }
            default:
                slots.fill(entry.slot, entry.number.take())
                kept.append(entry.number)
            }
        }
        try closeAll(but: kept)
        try attempt("close_range") { () throws(Errno) in try closeOthersOnExec() }
    }

    /// Closes all but some descriptors, the socket, the standard streams and what the program is passed.
    private func closeAll(but kept: [DescriptorNumber], withoutListing: Bool = false) throws(ContainerError) {
        let last = DescriptorNumber.passed(plan.passedDescriptors - 1)
        try attempt("close_range") { () throws(Errno) in
            try closeDescriptors(behind: last, but: kept + [socket.number], withoutListing: withoutListing)
        }
    }
}

// MARK: - The file system

extension InitProcess {
    /// The file system part of the set-up, made while /proc is the host's.
    package func rootfsSetup() throws(ContainerError) -> RootfsSetup {
        if let rootfs { return rootfs }
        guard !hasJoined, abandoned == nil else {
            throw ContainerError(
                operation: "open", subject: "a procfs of its own", errno: .noSuchFileOrDirectory,
                remedy: "the runtime needs /proc, and takes none that a container may have made")
        }
        let procfs = try attempt("open", "a procfs of its own") { () throws(Errno) in try Procfs.openPrivate() }
        let setup = try RootfsSetup(procfs: SharedDescriptor(procfs), slots: slots)
        setup.mapIDs = { [unowned self] (tree, slot) throws(ContainerError) in
            try tell(.mapIDs(slot), with: tree)
            try awaitProceed()
        }
        setup.requestTree = { [unowned self] (slot) throws(ContainerError) in
            try tell(.mountSource(slot))
            return try awaitProceedWithDescriptor()
        }
        rootfs = setup
        return setup
    }

    /// A procfs through which what is the container's cannot lead elsewhere.
    package func ownProcfs() throws(ContainerError) -> SharedDescriptor {
        if rootfs == nil, let hostProcfs { return hostProcfs }
        return try rootfsSetup().procfs
    }

    /// Opens the file behind a descriptor of this process anew, with other flags.
    ///
    /// - Throws: `ESTALE` if that leads to another file.
    package func reopen(
        _ file: borrowing FileDescriptor, through procfs: SharedDescriptor, _ flags: OpenFlags
    ) throws(Errno) -> FileDescriptor {
        if let rootfs { return try rootfs.reopen(file, flags) }
        return try Procfs.reopen(file, in: procfs.file, flags)
    }

    /// Opens the container's null device, where this process has made or checked it; nil where it has not.
    package func openNullDevice() throws(Errno) -> FileDescriptor? { try rootfs?.openNullDevice() }

    /// Keeps a procfs before namespaces are joined: the last moment at which /proc is known to be the runtime's.
    package func keepProcfs(before kinds: CloneFlags, _ namespace: borrowing FileDescriptor) throws(ContainerError) {
        if plan.changesRootfs {
            let setup = try rootfsSetup()
            if plan.addsProcfs {
                setup.pidNamespace = try attempt("ioctl(PIDFD_GET_PID_NAMESPACE)") { () throws(Errno) in
                    SharedDescriptor(try namespace.pidNamespace())
                }
            } else if kinds == .newPID, plan.entersLate {
                setup.pidNamespace = try attempt("dup") { () throws(Errno) in
                    SharedDescriptor(try namespace.duplicate())
                }
            }
        } else if hostProcfs == nil {
            do throws(Errno) {
                hostProcfs = SharedDescriptor(try Procfs.openMounted())
            } catch {
                // Whoever needs it says that it is not there.
            }
        }
        // To join a mount namespace leads to its root.
        rootfs?.leaveDescriptorDirectory()
        hasJoined = true
    }

    /// Where the output of all hooks goes.
    package func hookSinks() -> HookSinks {
        if let sinks = values.hookSinks { return sinks }
        let sinks = HookSinks(
            output: SharedDescriptor(ifPresent: slots.take(.hookOutput)),
            errorOutput: SharedDescriptor(ifPresent: slots.take(.hookErrorOutput)))
        values.hookSinks = sinks
        return sinks
    }

    /// Closes all that the file system was made with: the path of a working directory is anybody's, and may lead through the
    /// own descriptors. None is open then that leads out, or below what covers it.
    package func finishRootfs() throws(ContainerError) {
        guard let setup = rootfs else { return }
        mask = setup.mask
        abandoned = setup
        rootfs = nil
        var kept = slots.filled.map(\.number)
        for file in [hostProcfs, values.hookSinks?.output, values.hookSinks?.errorOutput] {
            if let file { kept.append(file.file.number) }
        }
        try closeAll(but: kept, withoutListing: true)
    }

    /// Lets what names this process's descriptors name those of the process that it has become by a fork.
    package func openDescriptorDirectoryAgain() throws(ContainerError) { try rootfs?.openDescriptorDirectory() }
}

// MARK: - What the child shows of itself

extension InitProcess {
    /// Becomes undumpable, for good.
    package func hide() throws(ContainerError) {
        isHidden = true
        try stayHidden()
    }

    /// Hides again after a change of ids or of the user namespace, where fs.suid_dumpable may say otherwise. See proc(5).
    package func stayHidden() throws(ContainerError) {
        guard isHidden else { return }
        try attempt("prctl(PR_SET_DUMPABLE)") { () throws(Errno) in try ProcessControl.setDumpable(false) }
    }

    /// Closes all but the socket, the standard streams, what the program is passed, and the ways to its start.
    package func closeHostDescriptors() throws(ContainerError) {
        rootfs = nil
        hostProcfs = nil
        values.hookSinks = HookSinks()
        var kept: [DescriptorNumber] = []
        for entry in slots.filled {
            if entry.slot == .start || entry.slot == .waitFifo {
                kept.append(entry.number)
            } else {
                _ = slots.take(entry.slot)
            }
        }
        try closeAll(but: kept, withoutListing: true)
    }
}

/// Performs the plan that the runtime passed to this process; the entry of `apus init`.
///
/// Not for callers of the library: it is the other half of `Container.create` and `Container.exec`.
package func runInitProcess() -> Never { InitProcess.run() }
