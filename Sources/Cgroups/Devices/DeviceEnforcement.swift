import LinuxKernel
import RuntimeSpec

extension Cgroup {
    /// Makes the rules hold: by the list of version 1 where there is one, else by a program on the cgroup2.
    ///
    /// - Parameter isConfigured: whether the configuration has rules, so that a host that can enforce none is an error.
    package mutating func enforce(_ rules: DeviceRules, isConfigured: Bool) throws(CgroupError) {
        if let index = legacyIndex(of: "devices") {
            try enforceList(DeviceList(rules), index)
        } else if let index = unifiedIndex {
            try enforceProgram(rules, index)
        } else if isConfigured, branches.allSatisfy({ $0.refusal == nil }) {
            // A rootless runtime without a cgroup goes without the rules, as in runc: its user cannot make devices.
            throw CgroupError(
                property: "linux.resources.devices", reason: reasonForMissing("devices"))
        }
    }

    mutating func enforceList(_ wanted: DeviceList, _ index: Int) throws(CgroupError) {
        // Of a cgroup that was there before, only what differs is written: its list must not be emptied for a moment.
        let present: ByteString = branches[index].isMade ? "a *:* rwm" : try read("devices.list", of: index)
        let directory = try directory(of: index)
        var file: FileDescriptor?
        var isAllowing: Bool?
        for change in wanted.changes(from: DeviceList(kernel: present)) {
            do throws(Errno) {
                if isAllowing != change.allow {
                    file = try FileDescriptor.open("\(change.file)", at: directory.file, .writeOnly)
                    isAllowing = change.allow
                }
                switch file {
                case .some(let file): try Self.write(change.text, to: file, patiently: !branches[index].isMade)
                case .none: break
                }
            } catch {
                // In a user namespace the kernel takes no rules, and no device can be made anyway.
                if error == .notPermitted, isInUserNamespace { return }
                throw .write(
                    change.text.text, to: branches[index].directory.text + "/\(change.file)", error,
                    property: "linux.resources.devices")
            }
        }
    }

    /// Writes a rule. For a moment after one below was removed, until an RCU grace period is over, the kernel refuses the
    /// rules of a cgroup as if it still had children.
    private static func write(
        _ rule: ByteString, to file: borrowing FileDescriptor, patiently: Bool
    ) throws(Errno) {
        var attempts = 0
        while true {
            do throws(Errno) {
                return try file.writeOnce(rule)
            } catch .invalidArgument where patiently && attempts < 20 {
                attempts += 1
                sleep(microseconds: 10_000)
            }
        }
    }

    private mutating func enforceProgram(_ rules: DeviceRules, _ index: Int) throws(CgroupError) {
        let cgroup = try directory(of: index)
        var log = ""
        do throws(Errno) {
            let old = try branches[index].isMade ? DescriptorList() : cgroup.file.openDevicePrograms()
            let program = DeviceProgram(rules)
            // What denies nothing needs no program.
            if rules.isAllowedByDefault, rules.rules.allSatisfy({ $0.allow }), old.count == 0 { return }
            let loaded = try Self.load(program, log: &log)
            if old.count == 1 {
                do throws(Errno) {
                    return try cgroup.file.attachDeviceProgram(loaded, replacing: old)
                } catch {
                    // Kernels before 5.7 know no replacing: add the new one, then take the old one away.
                }
            }
            try cgroup.file.attachDeviceProgram(loaded)
            try cgroup.file.detachDevicePrograms(old)
        } catch {
            if error == .notPermitted, isInUserNamespace { return }
            throw CgroupError(
                property: "linux.resources.devices", operation: "bpf", path: branches[index].directory.text, value: log,
                errno: error,
                reason: "unable to enforce the rules of devices")
        }
    }

    private static func load(_ program: DeviceProgram, log: inout String) throws(Errno) -> FileDescriptor {
        var failure = Errno.invalidArgument
        var text = ""
        var loaded: FileDescriptor?
        program.instructions.withUnsafeBytes { bytes in
            do throws(Errno) {
                loaded = try loadDeviceProgram(bytes, log: &text)
            } catch {
                failure = error
            }
        }
        log = text
        guard let loaded = loaded.take() else { throw failure }
        return loaded
    }
}
