import LinuxKernel

extension Cgroup {
    /// How many processes of the cgroup the kernel has killed for lack of memory; nil where it does not count them.
    ///
    /// `memory.events` of cgroup v2, also of the cgroups below; `memory.oom_control` of v1 since Linux 4.13.
    package mutating func oomKills() throws(CgroupError) -> UInt64? {
        let file: String
        let index: Int
        if let legacy = legacyIndex(of: "memory") {
            (file, index) = ("memory.oom_control", legacy)
        } else if let unified = unifiedIndex {
            (file, index) = ("memory.events", unified)
        } else {
            return nil
        }
        do throws(CgroupError) {
            return Self.oomKills(in: try read(file, of: index))
        } catch {
            // Without the controller there is no such file.
            guard error.errno == .noSuchFileOrDirectory || error.errno == .noSuchDevice else { throw error }
            return nil
        }
    }

    /// The processor time that the processes of the cgroup have used, in the unit of the kernel's file; nil where it does not
    /// count it. It tells killed ones that still end from those that hang.
    package mutating func processorTime() -> UInt64? {
        if let index = legacyIndex(of: "cpuacct") { return number(in: "cpuacct.usage", of: index) }
        guard let index = unifiedIndex else { return nil }
        do throws(CgroupError) {
            for line in try read("cpu.stat", of: index).split(separator: UInt8(ascii: "\n")) {
                let words = line.split(separator: UInt8(ascii: " "))
                if words.count == 2, words[0].elementsEqual("usage_usec".utf8) {
                    return UInt64(ByteString(bytes: words[1]).text)
                }
            }
        } catch {
            // Gone, or without the file: nothing tells.
        }
        return nil
    }

    /// The number after `oom_kill`, not that of `oom_kill_disable` or `oom_group_kill`.
    static func oomKills(in text: ByteString) -> UInt64? {
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "))
            if words.count == 2, words[0].elementsEqual("oom_kill".utf8) {
                return UInt64(ByteString(bytes: words[1]).text)
            }
        }
        return nil
    }
}
