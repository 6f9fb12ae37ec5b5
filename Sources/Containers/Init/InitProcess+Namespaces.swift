import Linux

extension InitProcess {
    func setOOMScore(_ value: Int32) throws(ContainerError) {
        // Before the process hides: /proc/self belongs to root afterwards.
        do throws(Errno) {
            try writeKernelFile("/proc/self/oom_score_adj", String(value))
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
        try attempt("setns") { () throws(Errno) in try joinNamespaces(namespace.raw, flags) }
    }

    /// A joined pid namespace takes effect for children only, and new namespaces belong to the joined user namespace
    /// only when they are made after it. The runtime becomes the parent of the new process, too.
    func continueInNewProcess(_ flags: CloneFlags) throws(ContainerError) {
        let child = try attempt("clone3") { () throws(Errno) in try fork(flags.union(.parent)) }
        guard let child else { return }
        try tell(.forked(pid: child.pid), with: child.descriptor.raw)
        exitProcess(0)
    }

    func becomeNamespaceRoot() throws(ContainerError) {
        try attempt("setresgid", "0") { () throws(Errno) in try Credentials.setGroup(0) }
        try attempt("setresuid", "0") { () throws(Errno) in try Credentials.setUser(0) }
    }

    func setTimeOffset(_ step: TimeOffsetStep) throws(ContainerError) {
        let clock = step.clock == .monotonic ? "monotonic" : "boottime"
        let line = "\(clock) \(step.seconds) \(step.nanoseconds)"
        do throws(Errno) {
            try writeKernelFile("/proc/self/timens_offsets", line)
        } catch {
            throw ContainerError(
                operation: "write", member: ".secs", value: String(step.seconds),
                subject: "\"\(line)\" to /proc/self/timens_offsets", errno: error,
                remedy: error == .outOfRange ? "the container's clock must not go below 0 or above 2^62 ns" : "")
        }
    }

    /// Works on every kernel with time namespaces, where entering by an exec needs a newer one.
    func enterTimeNamespace() throws(ContainerError) {
        try attempt("setns", "the new time namespace") { () throws(Errno) in
            let namespace = try FileDescriptor.open("/proc/self/ns/time_for_children")
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
            throw ContainerError(operation: "keyctl(KEYCTL_JOIN_SESSION_KEYRING)", subject: step.name, errno: error)
        }
        guard step.permissions != 0 else { return }
        try attempt("keyctl(KEYCTL_SETPERM)", step.name) { () throws(Errno) in
            let fields = try Keyring.describe(keyring).parts(separatedBy: UInt8(ascii: ";"), keepingEmpty: true)
            guard fields.count > 3, let current = UInt32(fields[3].text, radix: 16) else { throw .invalidArgument }
            try Keyring.allow(keyring, permissions: current | step.permissions)
        }
    }

    func bringUpLoopback() throws(ContainerError) {
        try attempt("ioctl(SIOCSIFFLAGS)", "lo") { () throws(Errno) in try Linux.bringUpLoopback() }
    }
}
