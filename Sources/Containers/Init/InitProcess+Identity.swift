import Linux
import Seccomp

extension InitProcess {
    func dropBoundingSet(_ sets: CapabilitySets) throws(ContainerError) {
        let kept = sets.bounding
        available = try attempt("capget") { () throws(Errno) in try CapabilityMasks.current().permitted }
        let wanted = sets.bounding | sets.permitted | sets.effective | sets.inheritable | sets.ambient
        let missing = wanted & ~available
        if missing != 0 {
            let names = (0..<UInt32(64)).filter { missing & (1 << UInt64($0)) != 0 }.map { capabilityName($0) }
            try tell(
                .warning(
                    "ignoring unknown or unavailable capabilities: [" + names.joined(separator: " ") + "]"))
        }
        for capability in 0..<UInt32(64) where kept & (1 << UInt64(capability)) == 0 {
            do throws(Errno) {
                try ProcessControl.dropFromBoundingSet(capability: capability)
            } catch Errno.invalidArgument {
                // Past the last capability of this kernel.
                return
            } catch {
                throw ContainerError(
                    operation: "prctl(PR_CAPBSET_DROP)", subject: capabilityName(capability), errno: error)
            }
        }
    }

    private func capabilityName(_ number: UInt32) -> String {
        Int(number) < Capability.names.count ? Capability.names[Int(number)].description : "capability \(number)"
    }

    func setIdentity(_ step: IdentityStep, effective: UInt64) throws(ContainerError) {
        setFileCreationMask(step.umask)
        try ownStandardStreams(as: step.user)
        try attempt("prctl(PR_SET_KEEPCAPS)") { () throws(Errno) in try ProcessControl.setKeepCapabilities(true) }
        if let groups = step.additionalGroups {
            do throws(Errno) {
                try Credentials.setGroups(groups)
            } catch {
                throw ContainerError(
                    operation: "setgroups", origin: Origin(.additionalGids), subject: oneLine("\(groups)"),
                    errno: error,
                    remedy: error == .invalidArgument ? "a group is not mapped in the user namespace" : "")
            }
        }
        do throws(Errno) {
            try Credentials.setGroup(step.group)
        } catch Errno.invalidArgument {
            throw ContainerError(
                member: ".gid",
                reason: "unable to setup user: cannot setgid to unmapped gid \(step.group) in user namespace")
        } catch {
            throw ContainerError(operation: "setresgid", subject: String(step.group), errno: error)
        }
        do throws(Errno) {
            try Credentials.setUser(step.user)
        } catch Errno.invalidArgument {
            throw ContainerError(
                member: ".uid",
                reason: "unable to setup user: cannot setuid to unmapped uid \(step.user) in user namespace")
        } catch {
            throw ContainerError(operation: "setresuid", subject: String(step.user), errno: error)
        }
        try stayHidden()
        try attempt("capset") { () throws(Errno) in
            var masks = try CapabilityMasks.current()
            masks.effective = masks.permitted & effective
            try masks.apply()
        }
    }

    /// Gives the standard streams to the user, so that /dev/stdout can be opened again.
    private func ownStandardStreams(as user: UInt32) throws(ContainerError) {
        for descriptor in Int32(0)...2 {
            do throws(Errno) {
                let status = try fileStatus(of: descriptor)
                if status.user == user { continue }
                if status.kind == .characterDevice, status.deviceNumber == (1, 3) { continue }
                try changeOwner(of: descriptor, user: user)
            } catch Errno.badFileDescriptor {
                continue
            } catch Errno.notPermitted {
                continue
            } catch Errno.invalidArgument {
                // The owner is not mapped in the user namespace: the stream is shared with the host.
                continue
            } catch Errno.readOnlyFileSystem {
                continue
            } catch {
                throw ContainerError(operation: "fchown", subject: "standard stream \(descriptor)", errno: error)
            }
        }
    }

    func setCapabilities(_ sets: CapabilitySets) throws(ContainerError) {
        try attempt("capset") { () throws(Errno) in
            try CapabilityMasks(
                effective: sets.effective & available, permitted: sets.permitted & available,
                inheritable: sets.inheritable & available
            ).apply()
        }
        do throws(Errno) {
            try ProcessControl.clearAmbientSet()
        } catch {
            guard error == .invalidArgument, sets.ambient == 0 else {
                throw ContainerError(operation: "prctl(PR_CAP_AMBIENT)", errno: error)
            }
        }
        for capability in 0..<UInt32(64) where sets.ambient & available & (1 << UInt64(capability)) != 0 {
            do throws(Errno) {
                try ProcessControl.raiseAmbient(capability: capability)
            } catch Errno.notPermitted {
                // Not permitted and inheritable both: the kernel keeps it out of the set, as it would after any exec.
                // The parent was told while it still listened.
                continue
            } catch {
                throw ContainerError(
                    operation: "prctl(PR_CAP_AMBIENT_RAISE)", subject: capabilityName(capability), errno: error)
            }
        }
    }

    func loadSeccomp(_ step: SeccompStep) throws(ContainerError) {
        guard let program = SeccompProgram(words: step.words) else {
            throw ContainerError(operation: "seccomp(SECCOMP_SET_MODE_FILTER)", reason: "the filter is empty")
        }
        try attempt("sigaction") { () throws(Errno) in try endByFaults() }
        let listener = try attempt("seccomp(SECCOMP_SET_MODE_FILTER)") { () throws(Errno) in try program.load() }
        filter = step.words
        guard let listener else { return }
        try tell(.seccompListener, with: listener.raw)
        try awaitProceed()
    }
}
