import LinuxKernel
import RuntimeSpec

extension Cgroup {
    /// A change of limits with the values that it depends on and does not give itself.
    ///
    /// The limits of memory and of memory with swap hang together, and so do quota and period: of each pair the other
    /// half is what was asked for before, or what the kernel has. A cgroup that ceases to be idle gets its share again.
    /// A change that sets nothing stands for everything that was asked for before.
    ///
    /// - Parameter stored: what was asked for so far.
    package mutating func completed(_ change: Resources, stored: Resources) -> Resources {
        if change.setsNothing {
            var all = stored
            all.devices = []
            all.memory?.kernel = nil
            all.memory?.kernelTCP = nil
            return all
        }
        var result = change
        if let memory = change.memory { result.memory = completed(memory, stored) }
        if let cpu = change.cpu { result.cpu = completed(cpu, stored) }
        return result
    }

    private mutating func completed(_ change: MemoryResources, _ stored: Resources) -> MemoryResources {
        var memory = change
        memory.checkBeforeUpdate = change.checkBeforeUpdate ?? stored.memory?.checkBeforeUpdate
        let limit = change.limit ?? 0
        let swap = change.swap ?? 0
        guard limit != 0 || swap != 0 else { return memory }
        if limit == 0 { memory.limit = knownLimit(stored) }
        if swap == 0, limit != -1 {
            memory.swap = kind == .unified && stored.unified["memory.swap.max"] != nil ? nil : stored.memory?.swap
        }
        return memory
    }

    /// The limit of memory that is in force, as far as one is known.
    private mutating func knownLimit(_ stored: Resources) -> Int64? {
        guard kind == .unified, let index = unifiedIndex else { return stored.memory?.limit }
        let limit = stored.memory?.limit ?? 0
        if limit > 0, stored.unified["memory.max"] == nil { return limit }
        return number(in: "memory.max", of: index).flatMap { Int64(exactly: $0) }
    }

    private mutating func completed(_ change: CPUResources, _ stored: Resources) -> CPUResources {
        var cpu = change
        if change.idle == 0, change.shares ?? 0 == 0 { cpu.shares = stored.cpu?.shares }
        let quota = change.quota ?? 0
        let period = change.period ?? 0
        guard (quota == 0) != (period == 0) else { return cpu }
        let present = presentBandwidth()
        let isStored = kind != .unified || stored.unified["cpu.max"] == nil
        if quota == 0 { cpu.quota = isStored ? nonZero(stored.cpu?.quota) ?? present.quota : present.quota }
        if period == 0 { cpu.period = isStored ? nonZero(stored.cpu?.period) ?? present.period : present.period }
        return cpu
    }

    private func nonZero<Number: BinaryInteger>(_ number: Number?) -> Number? { number == 0 ? nil : number }

    /// The processor time and the period that the kernel has.
    private mutating func presentBandwidth() -> (quota: Int64?, period: UInt64?) {
        do throws(CgroupError) {
            if kind == .unified {
                guard let index = unifiedIndex else { return (nil, nil) }
                let words = Self.words(try read("cpu.max", of: index))
                guard words.count == 2 else { return (nil, nil) }
                return (Int64(words[0]) ?? -1, UInt64(words[1]))
            }
            guard let index = legacyIndex(of: "cpu") else { return (nil, nil) }
            return (
                Int64(try read("cpu.cfs_quota_us", of: index).text), number(in: "cpu.cfs_period_us", of: index)
            )
        } catch {
            // Without the controller the write will say what is missing.
            return (nil, nil)
        }
    }

    /// Finds the top of the cgroup2 of a hybrid host, from which a controller that was not needed so far is enabled.
    mutating func findMountPoints() {
        guard kind == .hybrid, let index = unifiedIndex, branches[index].mountPoint.isEmpty else { return }
        var directory = branches[index].directory
        do throws(Errno) {
            // Every hierarchy has the inode 1 at its top, and what is above the mount is on another device.
            var status = try fileStatus(directory)
            while status.inode != 1, directory != "/" {
                let above = try fileStatus(directory.parent)
                guard above.device == status.device else { break }
                directory = directory.parent
                status = above
            }
        } catch {
            return  // Gone: the first write says so.
        }
        branches[index].mountPoint = directory
    }
}
