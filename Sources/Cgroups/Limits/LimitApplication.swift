import LinuxKernel
import RuntimeSpec

extension Cgroup {
    /// Sets the limits of a configuration; gives what the user should be warned of. What is absent is left as it is.
    ///
    /// Every value that the host has no controller or file for is an error that names the property. A process that is
    /// still to fork should do so before, since the limit of tasks is among them. Without `enforcingDevices` the rules of
    /// devices are left as they are, for updates and in user namespaces, where the kernel allows none.
    @discardableResult
    package mutating func apply(
        _ resources: Resources, enforcingDevices: Bool = true
    ) throws(CgroupError) -> [String] {
        let limits = try limits(of: resources)
        if enforcingDevices {
            try enforce(try DeviceRules(resources.devices), isConfigured: !resources.devices.isEmpty)
        }
        try write(limits.groups)
        return limits.warnings
    }

    /// Writes values, in their order.
    package mutating func write(_ groups: [LimitGroup]) throws(CgroupError) {
        for group in groups { try write(group) }
    }

    /// Refuses limits of a unified cgroup that are below what its processes use by now.
    package mutating func refuse(memoryBelowUsage limit: Int64, swap: Int64) throws(CgroupError) {
        guard kind == .unified, let index = unifiedIndex, let usage = number(in: "memory.current", of: index) else {
            return
        }
        try Limits.check(limit: limit, swap: swap, against: usage)
    }

    /// The values for this cgroup's files, with what of its present state they depend on.
    package mutating func limits(of resources: Resources) throws(CgroupError) -> Limits {
        guard kind == .unified, let index = unifiedIndex else {
            let besides = [resources.hugepageLimits.isEmpty ? "" : "hugetlb", resources.rdma.isEmpty ? "" : "rdma"]
            for controller in besides where !controller.isEmpty { try enableBesides(controller) }
            return try Limits(legacy: resources, unifiedHugepages: isBesides("hugetlb"))
        }
        var present = Limits.Present()
        if resources.memory?.checkBeforeUpdate == true {
            present.memoryUsage = number(in: "memory.current", of: index)
        }
        if let cpu = resources.cpu, cpu.period ?? 0 != 0, cpu.quota ?? 0 == 0 {
            present.cpuQuota = firstWord(of: "cpu.max", index)
        }
        return try Limits(unified: resources, present: present)
    }

    /// Whether the cgroup2 of a hybrid host is the one to have the controller.
    private func isBesides(_ controller: String) -> Bool {
        kind == .hybrid && unifiedIndex != nil && legacyIndex(of: controller) == nil
    }

    /// Enables a controller that a hybrid host has left to its cgroup2. The recorded cgroup of an update has it already.
    mutating func enableBesides(_ controller: String) throws(CgroupError) {
        guard isBesides(controller), let index = unifiedIndex, !branches[index].mountPoint.isEmpty else { return }
        let available = try enabledControllers(at: branches[index].mountPoint)
        if Self.words(available).contains(controller) { try enable(ByteString(controller), for: index) }
    }

    /// The branch that has the file of a limit.
    func index(of limit: LimitWrite) -> Int? {
        if kind == .unified { return unifiedIndex }
        return legacyIndex(of: limit.controller) ?? (isBesides(limit.controller) ? unifiedIndex : nil)
    }

    mutating func write(_ group: LimitGroup) throws(CgroupError) {
        var refused: [LimitWrite] = []
        for limit in group.writes {
            do throws(CgroupError) {
                try write(limit)
            } catch {
                guard error.errno == .invalidArgument, group.writes.count > 1 else { throw error }
                refused.append(limit)
            }
        }
        for limit in refused { try write(limit) }
    }

    private mutating func write(_ limit: LimitWrite) throws(CgroupError) {
        guard let index = index(of: limit) else {
            if limit.isOptional { return }
            throw CgroupError(
                property: limit.property, path: limit.file, value: limit.value,
                reason: reasonForMissing(limit.controller))
        }
        let directory = try directory(of: index)
        var failure: Errno
        do throws(Errno) {
            return try writeKernelFile(Path(limit.file), at: directory.file, ByteString(limit.value))
        } catch {
            failure = error
        }
        var (file, value) = (limit.file, limit.value)
        for other in limit.alternatives where failure == .noSuchFileOrDirectory {
            do throws(Errno) {
                return try writeKernelFile(Path(other.file), at: directory.file, ByteString(other.value))
            } catch {
                if error != .noSuchFileOrDirectory { (file, value) = (other.file, other.value) }
                failure = error
            }
        }
        if failure == .noSuchFileOrDirectory, limit.isOptional { return }
        throw explained(.write(value, to: file, failure, property: limit.property), limit, index)
    }

    /// The error with the reason that the kernel's number leaves open.
    private mutating func explained(_ error: CgroupError, _ limit: LimitWrite, _ index: Int) -> CgroupError {
        var error = error
        let file = error.path
        error.path = branches[index].directory.text + "/" + file
        switch error.errno {
        case Errno.noSuchFileOrDirectory:
            error.reason = missing(file, limit.controller, index)
            // Of a size that the kernel does not have there are no files: the size is wrong, not the limit.
            let parts = file.utf8.split(separator: UInt8(ascii: "."))
            if limit.controller == "hugetlb", error.property.utf8.suffix(7).elementsEqual("].limit".utf8),
                parts.count > 1
            {
                error.property = error.property.dropLast(6) + ".pageSize"
                error.value = String(Substring(parts[1]))
            }
        case Errno.busy where file == "memory.limit_in_bytes":
            let usage = number(in: "memory.usage_in_bytes", of: index) ?? 0
            let peak = number(in: "memory.max_usage_in_bytes", of: index) ?? 0
            return CgroupError(
                property: error.property, path: error.path, value: error.value, errno: nil,
                reason: "unable to set memory limit to " + error.value + " (current usage: " + String(usage)
                    + ", peak usage: " + String(peak) + ")")
        case Errno.noSuchDevice:
            let device = String(limit.value.prefix { $0 != " " })
            error.reason = "no device " + device + " on this host: " + error.reason
        default:
            break
        }
        return error
    }

    /// Why a file is not there.
    private mutating func missing(_ file: String, _ controller: String, _ index: Int) -> String {
        if branches[index].isUnified {
            let enabled: ByteString
            do throws(CgroupError) {
                enabled = try read("cgroup.controllers", of: index)
            } catch {
                return "the container's cgroup is gone"
            }
            // `cgroup.` is no controller, its files are the kernel's own.
            if controller != "cgroup", !Self.words(enabled).contains(controller) {
                return reasonForMissing(controller)
            }
        }
        return "this kernel has no " + file
    }

    /// A number in a file, nil if it is not there or not a number.
    mutating func number(in file: String, of index: Int) -> UInt64? {
        do throws(CgroupError) { return UInt64(try read(file, of: index).text) } catch { return nil }
    }

    private mutating func firstWord(of file: String, _ index: Int) -> String? {
        do throws(CgroupError) {
            return Self.words(try read(file, of: index)).first
        } catch {
            return nil
        }
    }
}
