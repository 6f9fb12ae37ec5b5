import ByteStrings
import LinuxKernel

// mount(2) copies one page of data, the terminating zero included, and cuts what is longer.
private let longestData = 4095

extension RootfsSetup {
    /// Mounts a new file system.
    package func mountFileSystem(_ step: MountStep) throws(ContainerError) {
        var flags = step.flags
        if step.rules.contains(.readOnlyLater) { flags.remove(.readOnly) }
        let needsDescriptor =
            made != nil || step.needsFinishing || step.rules.contains(.readOnlyLater) || step.rules.contains(.copyUp)
            || (step.kind == .proc && pidNamespace != nil) || (step.kind == .mqueue && !step.label.isEmpty)
        if !needsDescriptor, try mountInNewDirectory(step, flags) { return }
        let target = try target(of: step, directory: true)
        let data = try data(of: step, existing: target.existed ? target.file.number : nil)
        if needsDescriptor || data.count > longestData {
            let mounted = try mountHeld(step, flags, data, target)
            if step.rules.contains(.copyUp), target.existed {
                try copyUp(from: target.file, to: mounted, step.destination)
            }
            if step.kind == .mqueue, !step.label.isEmpty { try setLabel(step.label, of: mounted) }
            try finish(step, mounted)
            if step.rules.contains(.readOnlyLater) {
                writableForNow.append(MountedPlace(destination: step.destination, mount: mounted))
            }
            return
        }
        do throws(Errno) {
            try mount(step.source, on: target.file, type: step.type, flags, data: data.isEmpty ? nil : data)
        } catch {
            return try replaceRefused(step, flags, data, target, error)
        }
        if step.kind == .tmpfs, newDirectory == nil { newDirectory = NewDirectory(path: step.destination) }
        closeLater(target.takeFile())
    }

    /// Mounts right in a file system that was just made, where a name is as good as a descriptor. False where the place is not
    /// there, or the kernel refuses: the longer way tells why, or finds another.
    private func mountInNewDirectory(_ step: MountStep, _ flags: MountFlags) throws(ContainerError) -> Bool {
        let data = try data(of: step, existing: nil)
        guard !step.coversRoot, data.count <= longestData,
            let (directory, name) = makePlaceInNewDirectory(step.destination)
        else { return false }
        do throws(Errno) {
            try enterDescriptorDirectory()
            try LinuxKernel.mount(
                step.source, on: "\(directory.file.entryName)/\(name)", type: step.type, flags,
                data: data.isEmpty ? nil : data)
            return true
        } catch {
            return false
        }
    }

    /// The data for the kernel: what the options say, with the mode of the covered directory and the label.
    private func data(
        of step: MountStep, existing covered: DescriptorNumber?
    ) throws(ContainerError) -> ByteString {
        var data = step.data
        if step.kind == .tmpfs, let covered, !MountData.names("mode", in: data) {
            let status = try explained("stat " + step.destination) { () throws(Errno) in try covered.status() }
            let mode: ByteString = "mode=0\(String(status.permissions, radix: 8))"
            data = data.isEmpty ? mode : "\(mode),\(data)"
        }
        if !step.label.isEmpty, step.kind != .mqueue, step.kind != .proc, step.kind != .sysfs {
            let context: ByteString = "context=\"\(step.label)\""
            data = data.isEmpty ? context : "\(data),\(context)"
        }
        return data
    }

    /// Replaces what the kernel refuses in a user namespace, or explains the refusal.
    private func replaceRefused(
        _ step: MountStep, _ flags: MountFlags, _ data: ByteString, _ target: borrowing MountTarget, _ error: Errno
    ) throws(ContainerError) {
        let inUserNamespace = step.rules.contains(.userNamespace)
        switch step.kind {
        case .sysfs where inUserNamespace && error == .notPermitted:
            // Only the owner of the network namespace may mount its sysfs: show the host's.
            let tree = try explained("open_tree /sys") { () throws(Errno) in
                try FileDescriptor.cloneTree("/sys", recursively: true)
            }
            try explained("mount the host's /sys") { () throws(Errno) in
                try tree.setMountAttributes(MountAttributeChange(set: MountAttributes(flags)), recursively: true)
                try tree.attach(on: target.file)
            }
        case .devpts where inUserNamespace && error == .invalidArgument && MountData.names("gid", in: data):
            // The group of terminals has no id in this user namespace.
            let data = MountData.removing("gid", from: data)
            try explained("mount devpts") { () throws(Errno) in
                try mount(step.source, on: target.file, type: step.type, flags, data: data)
            }
        case .proc where error == .notPermitted:
            throw ContainerError(
                errno: error, reason: "mount proc",
                remedy: inUserNamespace
                    ? "the kernel gives a user namespace a new procfs only where a whole one is visible: /proc of the "
                        + "host is partly covered, or the pid namespace belongs to another user namespace" : "")
        case .bind, .remount, .proc, .sysfs, .tmpfs, .devpts, .mqueue, .cgroup1, .cgroup2, .cgroup2Bind, .other:
            throw diagnosed(step, flags, data, error)
        }
    }

    /// The failure of a mount with the property that is to blame: where the kernel has the calls, the steps of the mount
    /// are tried one by one, without making it.
    private func diagnosed(
        _ step: MountStep, _ flags: MountFlags, _ data: ByteString, _ errno: Errno
    ) -> ContainerError {
        var failure = ContainerError(errno: errno, reason: "mount " + step.type)
        do throws(Errno) {
            let context = try FileDescriptor.openFileSystem(step.type)
            do throws(ContainerError) {
                try configure(context, step, flags, data)
            } catch {
                return error
            }
            blameSource(of: step, &failure)
        } catch .noSuchDevice {
            failure.member = ".type"
            failure.value = quoted(step.type)
            failure.remedy =
                step.type.isEmpty ? "a mount that is no bind needs one" : "/proc/filesystems lists those there are"
        } catch {
            // A kernel without these calls; its answer to mount(2) is all there is.
        }
        return failure
    }

    /// Names the source in a failure that can only be its own.
    private func blameSource(of step: MountStep, _ failure: inout ContainerError) {
        guard failure.errno == .noSuchFileOrDirectory || failure.errno == .blockDeviceRequired, !step.source.isEmpty
        else { return }
        failure.member = ".source"
        failure.value = quoted(step.source)
    }

    /// Hands the options to a new file system, and tells which one it does not take.
    private func configure(
        _ context: borrowing FileDescriptor, _ step: MountStep, _ flags: MountFlags, _ data: ByteString
    ) throws(ContainerError) {
        func attempt(
            _ member: String, _ value: ByteString, _ body: () throws(Errno) -> Void
        ) throws(ContainerError) {
            do throws(Errno) {
                try body()
            } catch {
                throw ContainerError(
                    member: member, value: quoted(value), errno: error,
                    reason: "mount " + step.type + MountData.kernelMessage(of: context))
            }
        }
        if !step.source.isEmpty {
            try attempt(".source", step.source.bytes) { () throws(Errno) in
                try context.configure("source", step.source.bytes)
            }
        }
        for (flag, name) in MountData.superblockFlags where flags.contains(flag) {
            try attempt(".options", name) { () throws(Errno) in try context.configure(flag: name) }
        }
        for option in MountData.options(data) {
            let text = option.value.map { "\(option.key)=\($0)" as ByteString } ?? option.key
            try attempt(".options", text) { () throws(Errno) in
                if let value = option.value {
                    try MountData.configure(context, option.key, value, type: step.type)
                } else {
                    try context.configure(flag: option.key)
                }
            }
        }
    }

    /// Mounts with a descriptor of the mount as the result, for what still has to be done to it.
    package func mountHeld(
        _ step: MountStep, _ flags: MountFlags, _ data: ByteString, _ target: borrowing MountTarget
    ) throws(ContainerError) -> FileDescriptor {
        do throws(ContainerError) {
            return try mountByDescriptor(step, flags, data, target)
        } catch {
            // Kernels before 5.2, and filters around the runtime that know none or only some of the calls.
            let mayLackCalls = error.errno == .noSuchSystemCall || error.errno == .notPermitted
            guard mayLackCalls, made == nil, data.count <= longestData, step.kind != .proc || pidNamespace == nil
            else { throw error }
            do throws(ContainerError) {
                return try mountAndReopen(step, flags, data, target)
            } catch _ {
                // Refused in either way: the first has the property that is to blame.
                throw error
            }
        }
    }

    private func mountByDescriptor(
        _ step: MountStep, _ flags: MountFlags, _ data: ByteString, _ target: borrowing MountTarget
    ) throws(ContainerError) -> FileDescriptor {
        let context: FileDescriptor
        do throws(Errno) {
            context = try FileDescriptor.openFileSystem(step.type)
        } catch {
            throw diagnosed(step, flags, data, error)
        }
        try configure(context, step, flags, data)
        do throws(Errno) {
            if step.kind == .proc, let pidNamespace { try context.configure("pidns", file: pidNamespace.file) }
            let mounted = try context.makeMount(MountAttributes(flags))
            let place = try placeToRemember(step, mounted)
            try mounted.attach(on: target.file)
            if let place { made?.append(place) }
            return mounted
        } catch {
            var failure = ContainerError(
                errno: error, reason: "mount " + step.type + MountData.kernelMessage(of: context))
            blameSource(of: step, &failure)
            throw failure
        }
    }

    private func mountAndReopen(
        _ step: MountStep, _ flags: MountFlags, _ data: ByteString, _ target: borrowing MountTarget
    ) throws(ContainerError) -> FileDescriptor {
        try explained("mount " + step.type) { () throws(Errno) in
            let covered = try target.file.status()
            try mount(step.source, on: target.file, type: step.type, flags, data: data.isEmpty ? nil : data)
            let mounted = try RootedPath(step.destination).open(in: root.file, .refuse, directory: true)
            // Another file system than before is the new one: nobody else can mount here.
            guard try mounted.status().device != covered.device else { throw .staleFile }
            return mounted
        }
    }

    private func setLabel(_ label: ByteString, of mount: borrowing FileDescriptor) throws(ContainerError) {
        try explained("set the security label of the mount") { () throws(Errno) in
            try enterDescriptorDirectory()
            try setExtendedAttribute("security.selinux", label.bytes + [0], of: mount.entryName)
        }
    }
}
