import Linux
import RuntimeSpec

/// Why an update of limits failed, and whether what it had changed by then could be set back.
package struct CgroupUpdateError: Error, Hashable, Sendable {
    /// The refusal.
    package var cause: CgroupError
    /// What prevented that the old values were set back; nil if they were.
    package var rollback: CgroupError?
}

extension Cgroup {
    /// Sets limits on a cgroup in use: all of them, or none, since the values before are written back if one is refused.
    ///
    /// Rules of devices are not touched, as in runc. Gives what the user should be warned of.
    package mutating func update(_ resources: Resources) throws(CgroupUpdateError) -> [String] {
        let limits: Limits
        do throws(CgroupError) {
            limits = try self.limits(of: resources)
        } catch {
            throw CgroupUpdateError(cause: error)
        }
        var before: [LimitGroup] = []
        for group in limits.groups {
            before.append(presentValues(of: group))
            do throws(CgroupError) {
                try write(group)
            } catch {
                // A single write that was refused has changed nothing.
                if group.writes.count == 1 { before.removeLast() }
                throw CgroupUpdateError(cause: error, rollback: restore(before.reversed()))
            }
        }
        return limits.warnings
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
                break
            }
        }
        return LimitGroup(writes)
    }

    private mutating func restore(_ groups: [LimitGroup]) -> CgroupError? {
        var failure: CgroupError?
        for group in groups {
            do throws(CgroupError) { try write(group) } catch { if failure == nil { failure = error } }
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
