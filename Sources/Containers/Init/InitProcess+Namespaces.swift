import Linux

extension InitProcess {
    func setOOMScore(_ value: Int32) throws(ContainerError) {
        // Before the process hides: /proc/self belongs to root afterwards.
        do throws(Errno) {
            try writeKernelFile("/proc/self/oom_score_adj", "\(value)")
        } catch {
            let current: ByteString = try attempt("read", "/proc/self/oom_score_adj") { () throws(Errno) in
                try readKernelFile("/proc/self/oom_score_adj")
            }
            // Without CAP_SYS_RESOURCE the value may not be lowered, but keeping it is no failure.
            guard current != "\(value)" else { return }
            var failure = ContainerError(
                value: String(value), errno: error, reason: "failed to update /proc/self/oom_score_adj",
                remedy: error == .permissionDenied
                    ? "lowering it from \(current) takes CAP_SYS_RESOURCE" : "it is \(current)")
            failure.hasCapitalizedCause = true
            throw failure
        }
    }

    func joinNamespace(_ slot: Slot, _ flags: CloneFlags) throws(ContainerError) {
        guard let namespace = descriptors.take(slot) else {
            throw ContainerError(operation: "setns", reason: "the runtime passed no descriptor")
        }
        // The last moment at which /proc is known to be the runtime's.
        if plan.makesRootfs {
            let setup = try rootfsSetup()
            if flags == .newPID, plan.entersLate {
                setup.pidNamespace = try attempt("dup") { () throws(Errno) in try namespace.duplicate() }
            }
        } else if hostProcfs.raw == nil {
            do throws(Errno) {
                hostProcfs = try Procfs.openMounted()
            } catch {
                // Whoever needs it says that it is not there.
            }
        }
        hasJoined = true
        try attempt("setns") { () throws(Errno) in try joinNamespaces(namespace.raw, flags) }
        try stayHidden()
    }

    /// New namespaces belong to the joined user namespace only when they are made after it, and a new pid namespace takes
    /// effect for children only. The runtime becomes the parent of the new process, too.
    func continueInNewProcess(_ flags: CloneFlags) throws(ContainerError) {
        let isNew = try attempt("clone3") { () throws(Errno) in try forkSibling(flags) }
        guard isNew else { exitProcess(0) }
        // What named the first process's descriptors must name this one's.
        if let rootfs { try rootfs.openDescriptorFolder() }
        try tell(.forked)
    }

    /// A joined pid namespace takes effect for children only. From here on others see the process, and those among them
    /// with CAP_SYS_PTRACE can become it.
    func enterPIDNamespace() throws(ContainerError) {
        try closeHostDescriptors()
        try stayHidden()
        let isNew = try attempt("clone3") { () throws(Errno) in try forkSibling([]) }
        guard isNew else { exitProcess(0) }
        try tell(.forked)
    }

    func becomeNamespaceRoot() throws(ContainerError) {
        try attempt("setresgid", "0") { () throws(Errno) in try Credentials.setGroup(0) }
        try attempt("setresuid", "0") { () throws(Errno) in try Credentials.setUser(0) }
        try stayHidden()
    }

    /// A procfs through which what is the container's cannot lead elsewhere.
    func ownProcfs() throws(ContainerError) -> Int32 {
        if rootfs == nil, let raw = hostProcfs.raw { return raw }
        return try rootfsSetup().ownProcfs
    }

    func setTimeOffset(_ step: TimeOffsetStep) throws(ContainerError) {
        let clock = step.clock == .monotonic ? "monotonic" : "boottime"
        let procfs = try ownProcfs()
        let line: ByteString = "\(clock) \(Int(step.seconds)) \(step.nanoseconds)"
        do throws(Errno) {
            let file = try Procfs.openOwn("timens_offsets", in: procfs, .writeOnly)
            try writeOnce(line, to: file.raw)
        } catch {
            throw ContainerError(
                operation: "write", member: ".secs", value: String(step.seconds),
                subject: "\"\(line)\" to /proc/self/timens_offsets", errno: error,
                remedy: error == .outOfRange ? "the container's clock must not go below 0 or above 2^62 ns" : "")
        }
    }

    /// Works on every kernel with time namespaces, where entering by an exec needs a newer one.
    func enterTimeNamespace() throws(ContainerError) {
        let procfs = try ownProcfs()
        try attempt("setns", "the new time namespace") { () throws(Errno) in
            let folder = try Procfs.openOwn("ns", in: procfs, [.path, .directory])
            let namespace = try FileDescriptor.open("time_for_children", at: folder.raw)
            try joinNamespaces(namespace.raw, .newTime)
        }
    }

    func joinKeyring(_ step: KeyringStep) throws(ContainerError) {
        let keyring: Int
        do throws(Errno) {
            keyring = try Keyring.joinSession(step.name)
        } catch Errno.noSuchSystemCall {
            // A kernel without keyrings has none to isolate.
            return
        } catch {
            throw ContainerError(
                operation: "keyctl(KEYCTL_JOIN_SESSION_KEYRING)", subject: step.name.text, errno: error)
        }
        guard step.permissions != 0 else { return }
        try attempt("keyctl(KEYCTL_SETPERM)", step.name.text) { () throws(Errno) in
            let fields = try Keyring.describe(keyring).parts(separatedBy: UInt8(ascii: ";"), keepingEmpty: true)
            guard fields.count > 3, let current = UInt32(fields[3].text, radix: 16) else { throw .invalidArgument }
            try Keyring.allow(keyring, permissions: current | step.permissions)
        }
    }

    func bringUpLoopback() throws(ContainerError) {
        try attempt("ioctl(SIOCSIFFLAGS)", "lo") { () throws(Errno) in try Linux.bringUpLoopback() }
    }
}
