import Linux

/// The child of the runtime on its way to become the container's program: pid 1 of a new container, or one more process
/// of a running one.
///
/// It is the sealed executable itself, started with descriptor 3 as its socket to the parent and descriptor 4 as its
/// plan. It has one thread, performs the plan's steps in their order, and ends in the exec of the last one.
final class InitProcess {
    private(set) var socket: Int32
    let descriptors = DescriptorTable()
    let plan: ChildPlan
    /// The file system the steps work on; made when the first of them needs it.
    var rootfs: RootfsSetup?
    /// The procfs that was the runtime's before it joined anything, for a child without a file system to make.
    var hostProcfs: FileDescriptor?
    /// Whether a namespace was joined: what the names of files mean may be up to a container since.
    var hasJoined = false
    /// Whether it is undumpable, and to stay so.
    private var isHidden = false
    /// True once the parent may be gone and standard error is the container's.
    private var isOnItsOwn = false
    /// The capabilities that this process has, and so the most that its program can get.
    var available: UInt64 = 0
    /// Whether a step has entered the folder that the program starts in.
    var isInWorkingDirectory = false
    /// The system call filter of this process, once it is loaded.
    var filter: [UInt64]?
    /// The program as `lookUpProgram` found it.
    var program: Path?
    /// The environment of the program, completed.
    var environment: [ByteString] = []
    /// Where the last message goes if the filter lets it go nowhere else; for a plan with a filter.
    private let finalWord: FinalWord?
    /// The arguments and environment of the last step.
    let execution: ExecuteStep

    private init(socket: Int32, plan: ChildPlan) throws(ContainerError) {
        self.socket = socket
        self.plan = plan
        guard case .execute(let execution)? = plan.steps.last?.operation else {
            throw ContainerError(reason: "the plan of the child does not end with a program")
        }
        self.execution = execution
        environment = execution.environment
        finalWord = plan.hasFilter ? try attempt("mmap", "the plan") { () throws(Errno) in try FinalWord(in: 4) } : nil
    }

    /// Performs the plan; does not return.
    static func run() -> Never {
        // Called by hand, 3 and 4 are not what the runtime would have put there.
        guard isSocket(3), let bytes = readPlan() else {
            report("apus init is started by apus itself\n")
            exitProcess(255)
        }
        var process: InitProcess?
        do throws(ContainerError) {
            var decoder = PlanDecoder(bytes)
            let plan: ChildPlan
            do throws(PlanCodingError) {
                plan = try ChildPlan(from: &decoder)
            } catch {
                throw ContainerError(reason: "the plan of the child cannot be read")
            }
            let child = try InitProcess(socket: 3, plan: plan)
            process = child
            try child.perform()
        } catch {
            fail(error, process)
        }
        exitProcess(255)
    }

    private static func isSocket(_ descriptor: Int32) -> Bool {
        do throws(Errno) {
            return try fileStatus(of: descriptor).kind == .socket
        } catch {
            return false
        }
    }

    private static func readPlan() -> [UInt8]? {
        do throws(Errno) {
            // Closed together with all that the plan does not list.
            let size = try fileStatus(of: 4).size - FinalWord.size
            return size < 0 ? nil : try readFromStart(4, count: size, offset: FinalWord.size)
        } catch {
            return nil
        }
    }

    private func perform() throws(ContainerError) {
        try inheritDescriptors()
        for step in plan.steps {
            do throws(ContainerError) {
                try perform(step.operation)
            } catch {
                throw error.caused(by: step.origin)
            }
        }
    }

    /// Takes over what the plan lists and closes everything else that came along.
    ///
    /// What is passed to the program gets its place at once, before anything else can be opened there; the parent keeps
    /// everything it hands over above those places.
    private func inheritDescriptors() throws(ContainerError) {
        let passed = execution.passedDescriptors
        if passed > 0 {
            let old = socket
            socket = try attempt("dup") { () throws(Errno) in
                try FileDescriptor.duplicating(old, atLeast: 10 + passed).release()
            }
        }
        var numbers: [Int32] = [2 + passed, socket]
        for entry in plan.slots {
            if let index = entry.slot.passedIndex {
                try attempt("dup3", "descriptor \(3 + index)") { () throws(Errno) in
                    try duplicate(entry.number, onto: Int32(3 + index))
                }
                continue
            }
            if let stream = entry.slot.standardStream {
                try attempt("dup3", "standard stream \(stream)") { () throws(Errno) in
                    try duplicate(entry.number, onto: stream)
                }
                continue
            }
            descriptors.fill(entry.slot, FileDescriptor(owning: entry.number))
            numbers.append(entry.number)
        }
        numbers.sort()
        try attempt("close_range") { () throws(Errno) in
            for (lower, upper) in zip(numbers, numbers.dropFirst()) where upper - lower > 1 {
                try closeRange(from: lower + 1, to: upper - 1, onExec: false)
            }
            try closeRange(from: (numbers.last ?? 2) + 1, onExec: false)
            try closeRange(from: 3, onExec: true)
        }
    }

    private func perform(_ operation: ChildOperation) throws(ContainerError) {
        switch operation {
        case .setOOMScore(let value): try setOOMScore(value)
        case .resetAffinity:
            try attempt("sched_setaffinity") { () throws(Errno) in try Linux.resetAffinity() }
        case .hide:
            isHidden = true
            try stayHidden()
        case .joinNamespace(let slot, let flags): try joinNamespace(slot, flags)
        case .fork(let flags): try continueInNewProcess(flags)
        case .enterPIDNamespace: try enterPIDNamespace()
        case .becomeNamespaceRoot: try becomeNamespaceRoot()
        case .meet(let point): try meet(point)
        case .unshare(let flags): try attempt("unshare") { () throws(Errno) in try unshare(flags) }
        case .setTimeOffset(let step): try setTimeOffset(step)
        case .enterTimeNamespace: try enterTimeNamespace()
        case .makeSession: try attempt("setsid") { () throws(Errno) in try makeSession() }
        case .joinKeyring(let step): try joinKeyring(step)
        case .bringUpLoopback: try bringUpLoopback()
        case .setHostname(let name):
            try attempt("sethostname", quoted(name)) { () throws(Errno) in try Linux.setHostname(name) }
        case .setDomainname(let name):
            try attempt("setdomainname", quoted(name)) { () throws(Errno) in try Linux.setDomainname(name) }
        case .rootfs(let operation): try perform(operation)
        case .openTerminal(let step): try openTerminal(step)
        case .controlTerminal:
            try attempt("ioctl(TIOCSCTTY)") { () throws(Errno) in try PseudoTerminal.makeControlling(0) }
        case .reopenNullStreams: try reopenNullStreams()
        case .runHooks(let kind, let hooks, let state):
            try runHooks(hooks, kind: kind, state: state.document(pid: processIdentifier))
        case .setPersonality(let domain):
            try attempt("personality") { () throws(Errno) in try Linux.setPersonality(UInt(domain)) }
        case .setMemoryPolicy(let step): try setMemoryPolicy(step)
        case .setScheduler(let attributes): try setScheduler(attributes)
        case .setIOPriority(let step): try setIOPriority(step)
        case .setAffinity(let processors):
            try attempt("sched_setaffinity", "processors \(processors)") { () throws(Errno) in
                try Linux.setAffinity(processors.map { Int($0) })
            }
        case .setSecurityLabel(let step): try setSecurityLabel(step)
        case .setNoNewPrivileges:
            try attempt("prctl(PR_SET_NO_NEW_PRIVS)") { () throws(Errno) in try ProcessControl.setNoNewPrivileges() }
        case .setResourceLimit(let step):
            try setResourceLimit(step)
        case .dropBoundingSet(let sets): try dropBoundingSet(sets)
        case .setIdentity(let step, let effective): try setIdentity(step, effective: effective)
        case .makeWorkingDirectory(let path): try makeDirectories(path)
        case .setWorkingDirectory(let step): try setWorkingDirectory(step)
        case .lookUpProgram: try lookUpProgram()
        case .setCapabilities(let sets): try setCapabilities(sets)
        case .loadSeccomp(let step): try loadSeccomp(step)
        case .waitForStart:
            try waitForStart()
            isOnItsOwn = true
        case .waitForReader: try waitForReader()
        case .execute(let step): try execute(step)
        }
    }
}

// MARK: - What the child shows of itself

extension InitProcess {
    /// Hides again after a change of ids or of the user namespace, where fs.suid_dumpable may say otherwise. See proc(5).
    func stayHidden() throws(ContainerError) {
        guard isHidden else { return }
        try attempt("prctl(PR_SET_DUMPABLE)") { () throws(Errno) in try ProcessControl.setDumpable(false) }
    }

    /// Closes all but the socket, the standard streams, what the program is passed, and the ways to its start.
    func closeHostDescriptors() throws(ContainerError) {
        rootfs = nil
        hostProcfs = nil
        var numbers: [Int32] = [2 + execution.passedDescriptors, socket]
        for entry in descriptors.filled {
            if entry.slot == .start || entry.slot == .waitFifo {
                numbers.append(entry.raw)
            } else {
                _ = descriptors.take(entry.slot)
            }
        }
        numbers.sort()
        try attempt("close_range") { () throws(Errno) in
            for (lower, upper) in zip(numbers, numbers.dropFirst()) where upper - lower > 1 {
                try closeRange(from: lower + 1, to: upper - 1, onExec: false)
            }
            try closeRange(from: (numbers.last ?? 2) + 1, onExec: false)
        }
    }
}

// MARK: - The conversation with the parent

extension InitProcess {
    /// Sends a message; a parent that is gone ends the child.
    func tell(_ message: Message, with descriptor: Int32? = nil) throws(ContainerError) {
        do throws(Errno) {
            try send(message.bytes, descriptors: descriptor.map { [$0] } ?? [], over: socket)
        } catch Errno.brokenPipe {
            exitProcess(1)
        } catch {
            throw ContainerError(operation: "sendmsg", errno: error, reason: "telling the runtime")
        }
    }

    private func closeSocket() { _ = FileDescriptor(owning: socket) }

    /// Waits for the parent's word; its end is the child's, too.
    func awaitProceed() throws(ContainerError) { _ = try awaitProceedWithDescriptor() }

    /// Waits for the parent's word and takes the descriptor that comes along, if one does.
    func awaitProceedWithDescriptor() throws(ContainerError) -> FileDescriptor? {
        let received = try attempt("recvmsg") { () throws(Errno) in try receive(from: socket, capacity: 64) }
        guard var received else { exitProcess(1) }
        guard received.bytes == Message.proceed.bytes else {
            throw ContainerError(operation: "recvmsg", reason: "unexpected message from the runtime")
        }
        return received.takeDescriptor()
    }

    private func meet(_ point: MeetingPoint) throws(ContainerError) {
        try tell(.meeting(point))
        try awaitProceed()
    }

    private func waitForStart() throws(ContainerError) {
        guard let start = descriptors.take(.start) else {
            throw ContainerError(reason: "the child has no descriptor to wait on for the start")
        }
        // Whoever waits for a container that is never started can end it as any other program.
        try attempt("sigaction") { () throws(Errno) in try endByUsualSignals() }
        // While it waits it holds nothing but the way to its start: what else it had would lie open to whoever may
        // trace it.
        rootfs = nil
        try tell(.ready)
        closeSocket()
        let byte = try attempt("read", "the start signal") { () throws(Errno) in try read(start.raw, count: 1) }
        // The end of the stream instead of a byte: the runtime is gone.
        if byte.isEmpty { exitProcess(1) }
        // Left open: whoever gave the signal waits for the end that closes at the exec.
        _ = start.release()
    }

    /// Ends the child with `error`, told to whoever listens.
    private static func fail(_ error: ContainerError, _ process: InitProcess?) -> Never {
        if process?.isOnItsOwn ?? false {
            if !report(error.message + "\n") { process?.leave(error) }
            exitProcess(255)
        }
        do throws(Errno) {
            try send(Message.failed(error).bytes, over: process?.socket ?? 3)
        } catch _ {
            // The filter denies even this, or the parent is gone and standard error is all that is left.
            process?.leave(error)
            if process?.filter == nil {
                report("apus init: the runtime ended before the container was set up\n")
            }
        }
        exitProcess(1)
    }

    private func leave(_ error: ContainerError) {
        var error = error
        if filter != nil, error.remedy.isEmpty {
            error.remedy = "the seccomp profile denies what the start of a program needs, and even saying so"
        }
        finalWord?.leave(error)
    }

    /// Writes to standard error; false when that is not possible.
    @discardableResult
    private static func report(_ text: String) -> Bool {
        do throws(Errno) {
            try writeOnce(ByteString(text), to: 2)
            return true
        } catch {
            return false
        }
    }
}

/// `text` in double quotes, for messages.
func quoted(_ text: String) -> String { goQuoted(text) }

func quoted(_ bytes: ByteString) -> String { goQuoted(bytes) }

func quoted(_ path: Path) -> String { goQuoted(path) }

/// Performs the plan that the runtime passed to this process; the entry of `apus init`.
///
/// Not for callers of the library: it is the other half of `Container.create` and `Container.exec`.
public func runInitProcess() -> Never { InitProcess.run() }
