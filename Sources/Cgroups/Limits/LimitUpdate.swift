import LinuxKernel
import RuntimeSpec

/// Why an update of limits failed, and whether what it had changed by then could be set back.
package struct CgroupUpdateError: Error, Hashable, Sendable {
    /// The refusal.
    package var cause: CgroupError
    /// What prevented that the old values were set back; nil if they were.
    package var rollback: CgroupError?
}

/// A change of the limits of a container that is there.
package struct LimitChange: Equatable, Sendable {
    /// The values to set, with those that they depend on; see `Cgroup.completed`.
    package var resources: Resources
    /// The rules of devices that hold by now, if those in `resources` are to replace them; nil leaves them as they are.
    package var formerDevices: [DeviceRule]?
    /// The unit of systemd that the cgroup belongs to.
    package var unit: Unit?

    /// A unit by its name, in the system's manager or the user's.
    package struct Unit: Hashable, Sendable {
        package var name: String
        package var isUser: Bool

        package init(name: String, isUser: Bool) {
            self.name = name
            self.isUser = isUser
        }
    }

    package init(_ resources: Resources, formerDevices: [DeviceRule]? = nil, unit: Unit? = nil) {
        self.resources = resources
        self.formerDevices = formerDevices
        self.unit = unit
    }
}

extension Cgroup {
    /// Sets limits on a cgroup in use: all of them, or none, since the values before are written back if one is refused.
    ///
    /// The unit of systemd comes first: what it writes is less than the runtime knows. The rules of devices come last.
    /// Gives what the user should be warned of.
    ///
    /// - Parameter commit: makes the change last, by writing it down; if it gives false, everything is set back.
    package mutating func update(
        _ change: LimitChange, commit: () -> Bool = { true }
    ) throws(CgroupUpdateError) -> [String] {
        let limits: Limits
        do throws(CgroupError) {
            findMountPoints()
            limits = try self.limits(
                of: change.unit == nil ? change.resources : change.resources.withQuotaKeptBySystemd)
            if change.formerDevices != nil { try checkDevices(change.resources.devices) }
        } catch {
            throw CgroupUpdateError(cause: error)
        }
        // Read before systemd writes the same files.
        var before: [LimitGroup] = []
        for group in limits.groups { before.append(presentValues(of: group)) }
        var unit: UnitUpdate?
        var hasReplacedDevices = false
        do throws(CgroupError) {
            unit = try updateUnit(change)
            for group in limits.groups { try write(group) }
            if let former = change.formerDevices {
                try replaceDevices(by: change.resources.devices, former: former)
                hasReplacedDevices = true
            }
            guard commit() else { throw CgroupError(reason: "the change could not be saved") }
        } catch {
            let cause = error
            var failure: CgroupError?
            func attempt(_ step: () throws(CgroupError) -> Void) {
                do throws(CgroupError) { try step() } catch { if failure == nil { failure = error } }
            }
            if hasReplacedDevices, let former = change.formerDevices {
                attempt { () throws(CgroupError) in
                    try replaceDevices(by: former, former: change.resources.devices)
                }
            }
            attempt { () throws(CgroupError) in try takeBack(&unit) }
            attempt { () throws(CgroupError) in
                if let refused = restore(before, of: limits.groups) { throw refused }
            }
            throw CgroupUpdateError(cause: cause, rollback: failure)
        }
        return limits.warnings
    }

    /// The first controller that limits ask for and the container has no cgroup of; nil if there is none.
    package mutating func missingController(for resources: Resources) throws(CgroupError) -> String? {
        for group in try limits(of: resources).groups {
            for limit in group.writes where !limit.isOptional && index(of: limit) == nil { return limit.controller }
        }
        return nil
    }

    /// The values that the files of a group have now, as writes that bring them back.
    private mutating func presentValues(of group: LimitGroup) -> LimitGroup {
        var writes: [LimitWrite] = []
        for limit in group.writes {
            guard let index = index(of: limit) else { continue }
            for file in [limit.file] + limit.alternatives.map(\.file) {
                let text: ByteString
                do throws(CgroupError) {
                    text = try read(file, of: index)
                } catch {
                    continue  // Not there, or not for reading: the write will say.
                }
                guard let value = Self.restoring(file, limit.value, from: text) else { break }
                var write = limit
                write.file = file
                write.value = value
                write.alternatives = []
                writes.append(write)
                if file == "cpu.idle", value == "0" { writes += sharesLostByIdling(index) }
                break
            }
        }
        return LimitGroup(writes)
    }

    /// The kernel forgets the share of a cgroup that becomes idle.
    private mutating func sharesLostByIdling(_ index: Int) -> [LimitWrite] {
        let file = kind == .unified ? "cpu.weight" : "cpu.shares"
        guard let value = number(in: file, of: index) else { return [] }
        return [LimitWrite("cpu", file, String(value), "cpu.shares")]
    }

    /// Writes values back, the last ones first, as far as they are others by now.
    private mutating func restore(_ before: [LimitGroup], of groups: [LimitGroup]) -> CgroupError? {
        var failure: CgroupError?
        for (former, group) in zip(before, groups).reversed() where presentValues(of: group) != former {
            do throws(CgroupError) { try write(former) } catch { if failure == nil { failure = error } }
        }
        return failure
    }

    /// What to write to a file whose text was `text`, to undo a write of `value`; nil if nothing can be said.
    ///
    /// Some files hold a line for each device, which begins with the device, and show no line for one without a value.
    static func restoring(_ file: String, _ value: String, from text: ByteString) -> String? {
        switch file {
        case "memory.oom_control":
            return text.hasPrefix("oom_kill_disable 1") ? "1" : "0"
        case "io.weight", "io.bfq.weight", "blkio.weight", "blkio.bfq.weight":
            if value.contains(" ") { return line(of: value, in: text) ?? device(value) + " default" }
            let first = text.parts(separatedBy: UInt8(ascii: "\n")).first ?? ByteString()
            return words(first).last
        case "io.max":
            return line(of: value, in: text) ?? device(value) + " rbps=max wbps=max riops=max wiops=max"
        case "blkio.weight_device", "blkio.bfq.weight_device", "blkio.leaf_weight_device":
            return line(of: value, in: text) ?? device(value) + " 0"
        case "rdma.max", "net_prio.ifpriomap":
            return line(of: value, in: text)
        default:
            if file.utf8.starts(with: "blkio.throttle.".utf8) {
                return line(of: value, in: text) ?? device(value) + " 0"
            }
            if text.contains(UInt8(ascii: "\n")) { return nil }
            // A list of CPUs or nodes is emptied by an empty line.
            return text.isEmpty ? "\n" : text.text
        }
    }

    private static func device(_ value: String) -> String { String(value.prefix { $0 != " " }) }

    /// The line of the device that `value` begins with.
    private static func line(of value: String, in text: ByteString) -> String? {
        let start: ByteString = "\(device(value)) "
        return text.parts(separatedBy: UInt8(ascii: "\n")).first { $0.hasPrefix(start) }?.text
    }
}
